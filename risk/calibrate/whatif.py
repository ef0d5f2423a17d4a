"""What if: the register of a run under a scenario or with other numbers, held against the run on its draws.

What is asked for is written down as a scenario is and read as one, so that it is refused in the same words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from risk.analysis import contrasts
from risk.analysis.amplification import Measure
from risk.analysis.bridge import Outcomes, measured
from risk.analysis.contrasts import change
from risk.analysis.estimate import Estimate
from risk.analysis.inputs import input_changes
from risk.analysis.screening import headlines
from risk.assumptions import Assumptions, load
from risk.assumptions.reader import Document
from risk.errors import UsageError
from risk.runs import Run

SETTING = re.compile(r"\s*([\w.]+)\s*=\s*(\S.*)")
NAME, OPTION = "what-if", "--set"
LONGEST = 120
"""Characters of what is quoted back."""

BESIDE = (
    Measure("h100_2028", "H100 contract rent end-2028, mean", "h100_2028", "USD/h", contrasts.mean),
    Measure("capex_2030", "Big Five capex 2030, mean", "capex_2030", "USD bn", contrasts.mean),
    Measure("revenue_2030", "Customers' revenue 2030, mean", "revenue_2030", "USD bn/y", contrasts.mean),
)
"""What stands beside the headlines, so that one sees how they come about."""


@dataclass(frozen=True)
class Row:
    """A result in the run, under what is asked for, and the change on the same paths."""

    measure: Measure
    before: Estimate
    after: Estimate
    change: Estimate


@dataclass(frozen=True)
class WhatIf:
    """What is asked for, and what it does.

    Attributes
    ----------
    paths : of each register.
    changed : inputs that differ from the run's: entries, rows of tables, events, couplings.
    """

    asked: str
    paths: int
    changed: tuple[str, ...]
    rows: tuple[Row, ...]


def measures(register: Assumptions) -> tuple[Measure, ...]:
    """What is looked at."""
    return (*headlines(register), *(m for m in BESIDE if m.outcome in register.outcomes))


def wanted(run: Run, folder: Path | None, scenario: str | None, settings: Sequence[str]) -> Assumptions:
    """The register of a run under a scenario, with some numbers set.

    Parameters
    ----------
    folder : of the register that the run is of.
    scenario : name or file; None for the run's own.
    settings : each ``ID=VALUE``, the value as TOML in the entry's unit; its prior is dropped.

    Raises
    ------
    UsageError : nothing is asked for, a setting cannot be read, or the register is not the run's any more.
    AssumptionErrors : what is asked for is refused, with file and line.
    """
    if scenario is None and not settings:
        raise UsageError("what if what?", f"give a scenario, or {OPTION} ID=VALUE, once or several times")
    own = run.manifest.scenario
    if load(folder, own).digest != run.register.digest:
        reason = f"the register is no longer that of run {run.id}"
        raise UsageError(reason, f"simulate it again: bubblerisk run {own}")
    return load(folder, scenario or own, _document(_read(settings)) if settings else None)


def _read(settings: Sequence[str]) -> Mapping[str, str]:
    """Values as they are written, by id."""
    found: dict[str, str] = {}
    for text in settings:
        match = SETTING.fullmatch(text)
        if match is None or not _is_value(match[2]):
            fix = f"for example {OPTION} gpu.power_lead=5; a quarter or a word stands in quotes"
            raise UsageError(f"'{text[:LONGEST]}' sets nothing: it must be ID=VALUE", fix)
        if match[1] in found:
            raise UsageError(f"{match[1]} is set twice", "set it once")
        found[match[1]] = match[2].strip()
    return found


def _is_value(text: str) -> bool:
    try:
        return [*tomllib.loads(f"value = {text}")] == ["value"]
    except tomllib.TOMLDecodeError:
        return False


def _document(values: Mapping[str, str]) -> Document:
    """A scenario that sets them, a line of its text each."""
    title = "; ".join(f"{id} = {value}" for id, value in values.items()).replace("'", "")
    lines = ["[scenario]", f'name = "{NAME}"', f"title = '{title}'"]
    for id, value in values.items():
        lines += [f'[change."{id}"]', f"value = {value}", "prior = false", "why = 'Asked for.'"]
    text = "\n".join(lines) + "\n"
    return Document(OPTION, text, tomllib.loads(text))


def built(run: Run, asked: Assumptions, before: Outcomes, after: Outcomes) -> WhatIf:
    """Compare both on the same paths; outcomes are name → (path,)."""
    found = measures(run.register)
    at, there = measured(before, found), measured(after, found)
    rows = (
        Row(m, at[m.name].estimate, there[m.name].estimate, change(at[m.name], there[m.name], paired=True))
        for m in found
    )
    paths = len(next(iter(before.values())))
    changed = tuple(dict.fromkeys(found.id for found in input_changes(run.register, asked)))
    return WhatIf(asked.scenario.title, paths, changed, tuple(rows))
