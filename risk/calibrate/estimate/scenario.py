"""Estimates as a scenario of differences: to read, to compare with the base, to adopt row by row.

Written is what data pin down: an uncertain number whose estimate is no wider than its prior, a fixed one
whose estimate lies two errors from zero. All else stands in a comment with the reason. A prior becomes a
normal of the estimate's mean and error, within what is plausible; the grade becomes `estimated`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.assumptions.priors import Normal
from risk.assumptions.reader import shown
from risk.calibrate.estimate.core import ADDRESS, NORMAL_90, Estimate
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.assumptions.schema import Entry
    from risk.calibrate.estimate import Answer

DIGITS = 3


def write(file: Path, answers: Sequence[Answer], register: Assumptions, day: dt.date) -> int:
    """Write the scenario and return how many numbers it changes.

    Raises
    ------
    UsageError : the file is there already.
    """
    content, changed = text(answers, register, day)
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(content)
    except FileExistsError:
        raise UsageError(f"{shown(file)} is there already", "give another name, or remove it") from None
    return changed


def text(answers: Sequence[Answer], register: Assumptions, day: dt.date) -> tuple[str, int]:
    """The scenario's file, and how many numbers it changes."""
    head = ["[scenario]", 'title = "What data say"']
    asked = ", ".join(answer.module.name for answer in answers if answer.estimates)
    head += [f'description = "Estimates of {day} by bubblerisk estimate: {asked or "none"}."']
    blocks: list[str] = []
    changed = 0
    for answer in answers:
        first = [each for each in answer.estimates if not each.finding.second]
        written = [each for each in first if told(each)]
        blocks += [_left(each) for each in first if not told(each)]
        for id in dict.fromkeys(_owner(each.finding.entry) for each in written):
            parts = [each for each in written if _owner(each.finding.entry) == id]
            blocks.append("\n".join(_change(id, parts, answer, register, day)))
            changed += 1
    return "\n".join(head) + "\n\n" + "\n\n".join(blocks) + "\n", changed


def _left(estimate: Estimate) -> str:
    """Why a number is not moved."""
    found = estimate.finding
    said = f"{_number(found.estimate)} ± {_number(found.error)}"
    return f"# {found.entry}: {said}, too wide to move {_number(estimate.value)} ({found.method})"


def told(estimate: Estimate) -> bool:
    """Whether data pin a number down enough to move it."""
    found = estimate.finding
    if not math.isfinite(found.error):
        return False
    if estimate.prior is None:
        return "[" in found.entry or abs(found.estimate) > 2.0 * found.error
    return found.error <= (estimate.prior[1] - estimate.prior[0]) / (2.0 * NORMAL_90)


def _owner(address: str) -> str:
    """Entry, or row of a table, that an address belongs to."""
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise KeyError(address)
    return f"{found['id']}.{found['at']}" if found["column"] else found["id"]


def _change(
    id: str, parts: Sequence[Estimate], answer: Answer, register: Assumptions, day: dt.date
) -> Iterator[str]:
    """Lines of one change."""
    entry = register.entries.get(id)
    yield f'[change."{id}"]'
    if entry is None:
        for each in parts:
            yield f"{each.finding.entry.rpartition('.')[2]} = {_number(each.finding.estimate)}"
    elif isinstance(entry.value, tuple):
        yield f"value = {_plain(_with(entry, parts))}"
    else:
        yield from _scalar(entry, parts[0])
    if entry is not None:
        data = ", ".join(answer.data)
        yield 'grade = "estimated"'
        yield f'estimate = {{ module = "{answer.module.name}", data = "{data}", date = {day} }}'
    why = "; ".join(dict.fromkeys(each.finding.method for each in parts))
    yield f'why = "{why}, n = {max(each.finding.n for each in parts)}."'


def _scalar(entry: Entry, estimate: Estimate) -> Iterator[str]:
    found = estimate.finding
    if found.entry.endswith(":sd"):
        prior = entry.prior
        if not isinstance(prior, Normal):
            raise KeyError(found.entry)
        yield f"prior = {_table(prior.model_copy(update={'sd': _short(found.estimate)}))}"
        return
    low, high = _bounds(entry)
    value = min(max(_short(found.estimate), low), high)
    whole = isinstance(entry.value, int)
    if entry.prior is None or whole:
        yield f"value = {round(value) if whole else _number(value)}"
        return
    yield f"value = {_number(value)}"
    prior = Normal(shape="normal", mean=value, sd=_short(found.error), low=low, high=high)
    yield f"prior = {_table(prior)}"


def _bounds(entry: Entry) -> tuple[float, float]:
    return float(entry.low), float(entry.high)  # type: ignore[arg-type]


def _with(entry: Entry, parts: Sequence[Estimate]) -> Any:
    """A vector or matrix with the components that were estimated; rows of probabilities add up to one."""
    value: Any = [list(row) if isinstance(row, tuple) else row for row in entry.value]  # type: ignore[union-attr]
    for each in parts:
        found = ADDRESS.fullmatch(each.finding.entry)
        at = [entry.labels.index(label) for label in found["at"].split(",")] if found else []
        if len(at) == 1:
            value[at[0]] = _short(each.finding.estimate)
            continue
        value[at[0]][at[1]] = _short(each.finding.estimate)
        if entry.domain == "correlation":
            value[at[1]][at[0]] = value[at[0]][at[1]]
    if entry.domain == "transition":
        for i, row in enumerate(value):
            rest = 1.0 - sum(x for j, x in enumerate(row) if j != i)
            row[i] = round(rest, 6)
    return value


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_plain(x) for x in value) + "]"
    return f"{value:.6g}"


def _table(prior: Normal) -> str:
    items = prior.model_dump(exclude_none=True).items()
    inside = ", ".join(f"{k} = {v!r}" if k != "shape" else f'shape = "{v}"' for k, v in items)
    return "{ " + inside + " }"


def _short(x: float) -> float:
    return float(f"{x:.{DIGITS}g}")


def _number(x: float) -> str:
    return f"{x:.4g}" if "e" not in f"{x:.4g}" else f"{x:.0f}"
