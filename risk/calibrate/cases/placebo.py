"""A placebo: the same case with its names gone and its currency and unit changed, which must change nothing.

Money is counted in another currency, units of work by the thousand and more; companies, pools and units are
numbered. What still answers to a name or to a dollar shows as a flag or a rank that moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.assumptions.cases.expected import PREFIX
from risk.assumptions.cases.scale import Scale
from risk.assumptions.cases.scale import entry as scaled
from risk.assumptions.measures import Condition, Measure
from risk.assumptions.priors import parse
from risk.assumptions.schema import Entry
from risk.assumptions.table import Entity, Table, references, units
from risk.catalogue import MEASURABLE

Array = NDArray[np.float64]

SCALE = Scale(money=2.0**-3, price=2.0**7, work=2.0**-10, power=2.0**-10)
"""Powers of two, so that no rounding tells the currencies apart."""

CLOSE = 1e-7
"""Relative: what rounding leaves of a quantity whose parts cancel."""

KEPT = frozenset({"credit.line", "neoclouds.paper", "neoclouds.payer", "credit.holder", "revenue.segment"})
"""Tables whose names are the model's own words or those of a vector's labels."""


@dataclass(frozen=True)
class Placebo:
    """What a placebo moved.

    Attributes
    ----------
    paths, flags, outcomes : compared.
    flags_moved : flags that differ on some path; ranks_moved : outcomes whose paths are ranked otherwise.
    """

    paths: int
    flags: int
    outcomes: int
    flags_moved: tuple[str, ...]
    ranks_moved: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing moved."""
        return not (self.flags_moved or self.ranks_moved)


Names = Mapping[tuple[str, str], str]
"""(table, name of a row) → its new name."""


def placebo(register: Assumptions) -> Assumptions:
    """Return a register with its names gone, in another currency and unit of work."""
    names = _names(register)
    tables = {name: _table(table, names) for name, table in register.tables.items()}
    entries = {id: _entry(entry) for id, entry in register.entries.items()}
    outcomes = {id: o.model_copy(update=_entity(o, names)) for id, o in register.outcomes.items()}
    flags = {
        id: flag.model_copy(update={"any": tuple(_condition(c, names) for c in flag.any)})
        for id, flag in register.flags.items()
    }
    info = replace(register.scenario, name=f"{register.scenario.name[:54]}-placebo")
    return replace(register, scenario=info, tables=tables, entries=entries, outcomes=outcomes, flags=flags)


def _names(register: Assumptions) -> dict[tuple[str, str], str]:
    """New name of every entity that has a name of its own."""
    found: dict[tuple[str, str], str] = {}
    for name, table in register.tables.items():
        if issubclass(table.model, Entity) and name not in KEPT:
            found |= {(name, old): f"X{len(found) + i}" for i, old in enumerate(table.names)}
    return found


def _table(table: Table, names: Names) -> Table:
    by = {column: SCALE.of(unit) for column, unit in units(table.model).items()}
    columns = {column: mark.table for column, mark in references(table.model).items()} | {"name": table.name}
    if table.name == "credit.holding":
        columns["instrument"] = "credit.segment"

    def other(row: Any) -> Any:
        moved: dict[str, Any] = {c: f * getattr(row, c) for c, f in by.items() if f != 1.0}
        named = {
            c: names.get((of, x), x) for c, of in columns.items() if (x := getattr(row, c, None)) is not None
        }
        return row.model_copy(update=moved | named)

    return replace(table, rows=tuple(map(other, table.rows)))


def _entry(entry: Entry) -> Entry:
    if isinstance(entry.value, str):
        return entry
    prior = None if entry.prior is None else entry.prior.model_dump(exclude_none=True)
    raw = {"unit": entry.unit, "domain": entry.domain, "value": entry.value, "prior": prior}
    found = scaled(entry.id, raw, SCALE)
    value, moved = found["value"], found["prior"]
    frozen = (
        tuple(tuple(x) if isinstance(x, list) else x for x in value) if isinstance(value, list) else value
    )
    return replace(entry, value=frozen, prior=None if moved is None else parse(moved))


def _entity(m: Measure, names: Names) -> dict[str, str]:
    """The entity that a measure looks at, under its new name."""
    of = next((q.of for n in (m.quantity, m.per) if (q := MEASURABLE.get(n)) and q.of), "")
    return {"entity": names.get((of, m.entity), m.entity)}


def _condition(c: Condition, names: Names) -> Condition:
    also = tuple(_condition(other, names) for other in c.also)
    return c.model_copy(update={"also": also} | _entity(c, names) | _bar(c))


def _bar(c: Condition) -> dict[str, float]:
    """A threshold that is an amount, at the placebo's scale."""
    if c.per or c.relative_to:
        return {}
    by = SCALE.of(MEASURABLE[c.quantity].unit)
    return {word: x * by for word, x in c.thresholds.items() if isinstance(x, float)}


def compare(ours: Mapping[str, Array], theirs: Mapping[str, Array]) -> Placebo:
    """Hold a placebo's outcomes against the case's own, on the same draws; but those of a renamed company.

    Parameters
    ----------
    ours, theirs : name → (path,).
    """
    flags = [name for name, x in ours.items() if name in theirs and np.isin(x, (0.0, 1.0)).all()]
    ranked = [name for name in ours if name.startswith(PREFIX) and name not in flags]
    moved = [name for name in flags if not np.array_equal(ours[name], theirs[name])]
    others = [name for name in ranked if not _in_proportion(ours[name], theirs[name])]
    paths = len(next(iter(ours.values())))
    return Placebo(paths, len(flags), len(ranked), tuple(moved), tuple(others))


def _in_proportion(x: Array, y: Array) -> bool:
    """Whether one is the other in another unit, so that paths are ranked alike."""
    known = np.isfinite(x)
    if not np.array_equal(known, np.isfinite(y)):
        return False
    x, y = x[known], y[known]
    largest = int(np.abs(x).argmax()) if len(x) else 0
    by = y[largest] / x[largest] if len(x) and x[largest] else 1.0
    return bool(np.allclose(y, by * x, rtol=CLOSE, atol=CLOSE * float(np.abs(y).max(initial=0.0))))
