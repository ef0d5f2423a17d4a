"""Registers without a source: every number of it as wide as is plausible, so far as the model goes.

A number that the model draws by path is drawn alike from anywhere in its range. One that it reads as the same
for all paths stands at the middle of each quarter of its range in turn, in four registers, in an order of its
own, so that numbers of a source are not all low at once. Where the model does not run so far, ranges are
taken half of the way from the value to their ends, then a quarter, then an eighth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from risk.analysis.sources import Wide
from risk.assumptions import Assumptions
from risk.assumptions.priors import DiscreteUniform, Prior, Uniform
from risk.assumptions.schema import INTEGERS, Entry
from risk.engine.background import Background
from risk.engine.world import READERS
from risk.errors import UsageError, suggestion
from risk.parameters import DRAWN

JUDGEMENTS = ("judgement", "computed")
"""What nobody published: our own numbers are looked at one by one (`bubblerisk screen`)."""

SETTINGS, DEFINITIONS = "run", "propositions"
"""Sections of what is asked and of what words mean, neither of which a source can be wrong about."""

STRATA = 4
"""Registers of a source with a number that the model reads as one for all paths."""

VECTOR = "nothing says how components move together"
TABLE = "rows of tables are not drawn"
SETTING = "a setting or a definition"
RANGE = "no plausible range"


@dataclass(frozen=True)
class Without:
    """A register without a source.

    Attributes
    ----------
    registers : equally likely ones.
    reached : share of the way to the ends of ranges.
    """

    wide: Wide
    registers: tuple[Assumptions, ...]
    reached: float


def named(register: Assumptions) -> tuple[str, ...]:
    """Sources that entries or rows of a register rest on, in the order in which they are met."""
    entries = [entry.source for entry in register.entries.values()]
    rows = [row.source for table in register.tables.values() for row in table.rows]
    return tuple(dict.fromkeys((*entries, *rows)))


def published(register: Assumptions) -> tuple[str, ...]:
    """Those that somebody published."""
    return tuple(source for source in named(register) if source not in JUDGEMENTS)


def without(register: Assumptions, source: str, reached: float = 1.0) -> Without:
    """A register without a source; no registers where it has no number that can be moved.

    Parameters
    ----------
    reached : share of the way from each value to the ends of its range.

    Raises
    ------
    UsageError : nothing rests on it.
    """
    known = named(register)
    if source not in known:
        close = suggestion(source, known)
        hint = f"did you mean {close}?" if close else "see: bubblerisk sources RUN --all"
        raise UsageError(f"nothing in the register rests on a source '{source[:80]}'", hint)
    own = [entry for entry in register.entries.values() if entry.source == source]
    held = {entry.id: why for entry in own if (why := _held(entry))}
    moved = [entry for entry in own if entry.id not in held]
    held |= dict(_rows(register, source))
    found = Wide(source, register.source_title(source), tuple(entry.id for entry in moved), held)
    once = _read_once()
    drawn = {e.id: replace(e, prior=_whole(e, reached)) for e in moved if e.id not in once}
    fixed = [entry for entry in moved if entry.id in once]
    made = (
        replace(register, entries={**register.entries, **drawn, **values})
        for values in _strata(fixed, reached)
    )
    return Without(found, tuple(made) if moved else (), reached)


def _read_once() -> frozenset[str]:
    """Entries that the model reads as one number for all paths."""
    kinds = (*READERS.values(), Background)
    read = (f for kind in kinds for f in fields(kind) if f.type != DRAWN)
    return frozenset(f.metadata["id"] for f in read if "id" in f.metadata)


def _strata(entries: list[Entry], reached: float) -> Iterator[Mapping[str, Entry]]:
    """Entries at the middle of each part of their ranges in turn; nothing once where there are none."""
    if not entries:
        yield {}
        return
    generator = np.random.Generator(np.random.PCG64(0))
    orders = [generator.permutation(STRATA) for _ in entries]
    for k in range(STRATA):
        yield {
            entry.id: replace(entry, value=_at(entry, (order[k] + 0.5) / STRATA, reached))
            for entry, order in zip(entries, orders, strict=True)
        }


def _held(entry: Entry) -> str:
    """Why an entry cannot be moved; empty where it can."""
    if entry.section in (SETTINGS, DEFINITIONS) or isinstance(entry.value, str):
        return SETTING
    if isinstance(entry.value, tuple):
        return VECTOR
    ends = (entry.low, entry.high)
    return "" if all(isinstance(x, int | float) for x in ends) and ends[0] < ends[1] else RANGE  # type: ignore[operator]


def _ends(entry: Entry, reached: float) -> tuple[float, float]:
    """Ends of what is drawn, a share of the way from the value to those of the plausible range."""
    value, low, high = (float(x) for x in (entry.value, entry.low, entry.high))  # type: ignore[arg-type]
    if reached == 1.0:  # without rounding, which would leave the range
        return low, high
    return value + reached * (low - value), value + reached * (high - value)


def _counted(entry: Entry) -> bool:
    return entry.domain in INTEGERS or isinstance(entry.prior, DiscreteUniform)


def _at(entry: Entry, place: float, reached: float) -> float | int:
    low, high = _ends(entry, reached)
    value = low + place * (high - low)
    return round(value) if _counted(entry) else value


def _whole(entry: Entry, reached: float) -> Prior | None:
    """Anywhere in its range; of a number that is counted, what it is where no other is left in the range."""
    low, high = _ends(entry, reached)
    if not _counted(entry):
        return Uniform(shape="uniform", low=low, high=high)
    first, last = round(low), round(high)
    return DiscreteUniform(shape="discrete_uniform", low=first, high=last) if first < last else entry.prior


def _rows(register: Assumptions, source: str) -> Iterator[tuple[str, str]]:
    for table in register.tables.values():
        count = sum(row.source == source for row in table.rows)
        if count:
            yield f"{table.name} ({count} row{'s' if count > 1 else ''})", TABLE
