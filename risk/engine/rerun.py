"""One path told in full: its random block is simulated again, and everything about one row of it is kept.

Nothing is named here but the base date: every (path, n) array of the flows and of the states is kept under
its place in them, `neoclouds.facility.dscr` or `state.plan.digestion`, so that what the model comes to
record is there by itself. Common shocks stand under `shock.`, what a scenario forces under `forced.`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.engine import finite, record
from risk.engine.couplings import Baseline, Links
from risk.engine.quarters import Opening, Quarter, alone, opening, quarters
from risk.errors import NumericalError
from risk.factors import LETTERS
from risk.paths import SERIES
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]
Singles = NDArray[np.float32]

LIMITS = {"shut_spread": "credit.shut_spread", "shut_window": "revenue.shut_window"}
"""Threshold → register entry."""


@dataclass(frozen=True)
class Rerun:
    """Everything about one path.

    Attributes
    ----------
    path : id, random block × 1024 + row of the block.
    labels : (quarter + 1) of the time axis; index 0 is the base date.
    series : name → (quarter + 1,), the stored series of this path to the bit.
    detail : dotted name → (quarter + 1, n), base units, flags 0 or 1. NaN where there is nothing: flows at
        the base date, entities before they come to life.
    names : axis → names along n: spender, generation, firm, facility, segment, instrument, holder; and
        beside, segments that are no part of the headline.
    limits : thresholds of the register of which the story speaks, base units.
    cohorts : quarters in which neoclouds finance a new cohort.
    stopped : why the path ends before its last quarter, NaN from there on; empty where it does not.
    """

    path: int
    labels: tuple[str, ...]
    series: Mapping[str, Singles]
    detail: Mapping[str, Array]
    names: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, float]
    cohorts: tuple[int, ...]
    stopped: str = ""


def rerun(assumptions: Assumptions, seed: int, path: int, baseline: Baseline | None = None) -> Rerun:
    """Simulate one path again and keep everything about it.

    Parameters
    ----------
    assumptions, seed, baseline : as of the run it belongs to.
    path : id of the path.
    """
    block, row = divmod(path, BLOCK)
    start, links = opening(assumptions, seed, block), Links(assumptions.switches, baseline)
    found = _followed(start, row, links)
    if found.stopped:
        # Whatever stopped the block, it need not be this path: it is followed by itself.
        start, row = alone(start, row), 0
        found = _followed(start, row, links)
    length = start.layout.quarters + 1
    return Rerun(
        path=path,
        labels=assumptions.calendar.labels,
        series={v.name: found.record.path(v.name)[:, row].astype(np.float32) for v in SERIES},
        detail=found.kept.whole(length),
        names=start.rows.names,
        limits={name: assumptions.number(id) for name, id in LIMITS.items()},
        cohorts=tuple(start.layout.cohorts),
        stopped=found.stopped,
    )


@dataclass(frozen=True)
class _Followed:
    """What was kept of a path, and what stopped it if anything did."""

    kept: _Kept
    record: record.Record
    stopped: str


def _followed(start: Opening, row: int, links: Links) -> _Followed:
    """Follow one row of an opening to its last quarter, or to that in which something stops it."""
    kept, r = _Kept(row), record.Record(row + 1, start.layout.quarters)
    try:
        with finite.strict():
            record.base_date(r, start.p, start.layout, start.world, start.fixed)
            kept.add(0, "state", start.world)
            for q in quarters(start, links, thorough=True):
                record.quarter(r, start.p, start.layout, q.before, q.after, q.flows, q.context.t)
                kept.quarter(q)
    except NumericalError as error:
        return _Followed(kept, r, error.reason)
    except FloatingPointError as error:
        return _Followed(kept, r, f"{error} in {finite.place(error)}")
    return _Followed(kept, r, "")


@dataclass
class _Kept:
    """Collects one row of everything, name → quarter → (n,)."""

    row: int
    found: dict[str, dict[int, Array]] = field(default_factory=dict)

    def quarter(self, q: Quarter) -> None:
        """Keep a quarter: what happened, what it led to, and what struck it."""
        t = q.context.t
        self.add(t, "", q.flows)
        self.add(t, "state", q.after)
        for letter in LETTERS:
            self.add(t, f"shock.{letter}", q.context.factor(letter))
        for name, values in q.context.forced.items():
            self.add(t, f"forced.{name}", values)

    def add(self, t: int, name: str, value: object) -> None:
        """Keep every (path, n) array inside `value`."""
        for place, values in _arrays(name, value):
            self.found.setdefault(place, {})[t] = values[self.row if len(values) > 1 else 0].astype(float)

    def whole(self, quarters: int) -> dict[str, Array]:
        """Everything kept, name → (quarter + 1, n)."""
        return {name: _stacked(parts, quarters) for name, parts in self.found.items()}


def _arrays(name: str, value: object) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Every array with one row a path, or one for all, and its place in nested dataclasses and properties."""
    if isinstance(value, np.ndarray):
        if value.ndim == 2 and len(value) in (1, BLOCK):
            yield name, value
    elif is_dataclass(value):
        derived = (key for key, found in vars(type(value)).items() if isinstance(found, property))
        for part in (*(f.name for f in fields(value)), *derived):
            yield from _arrays(f"{name}.{part}" if name else part, getattr(value, part))


def _stacked(parts: Mapping[int, Array], quarters: int) -> Array:
    """(quarter + 1, n) of rows that grow as entities come to life; NaN where there is none."""
    out = np.full((quarters, max(map(len, parts.values()))), np.nan)
    for t, values in parts.items():
        out[t, : len(values)] = values
    return out
