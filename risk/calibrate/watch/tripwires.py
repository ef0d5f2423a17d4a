"""Tripwires on the paths of a run: what each would be read as, where it is crossed, what that tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from risk.analysis.watch import Told, crossing, told
from risk.analysis.weighted import Weights
from risk.axes import label, quarter_of
from risk.calibrate.hindcast import forecast
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.calibrate.watch.declared import Item, Threshold
from risk.paths import SERIES
from risk.runs import Run
from risk.units import SCALE

Array = NDArray[np.float64]
Side = Literal["low", "high"]
SIDES: tuple[Side, ...] = ("low", "high")

LABELS = {variable.name: variable.label for variable in SERIES}


@dataclass(frozen=True)
class Newest:
    """The reading that describes the latest day, as it stands in the register."""

    label: str
    unit: str
    value: float
    date: str
    published: str


@dataclass(frozen=True)
class Event:
    """What tripwires warn of: (path,) whether it comes, and in which quarter; None where it has no date."""

    label: str
    flags: NDArray[np.bool_]
    dated: Array | None


@dataclass(frozen=True)
class Tripwire:
    """One threshold of an item, on the paths of a run.

    Attributes
    ----------
    id : item, quarter and side; `words`, `section` and `note` are the item's.
    label : of what is read, or of the series where nothing is.
    level : crossed from above at the side "low", from below at "high"; in `unit`.
    since, by : quarters in which it may be crossed, both included.
    base : mean of the series at the base date; NaN where it has no value there.
    judged : whether readings judge it.
    """

    id: str
    item: str
    words: str
    section: str
    note: str
    label: str
    unit: str
    side: Side
    level: float
    since: str
    by: str
    registered: str
    newest: Newest | None
    base: float
    judged: bool
    told: Told

    @property
    def above(self) -> bool:
        """Whether it is crossed from below."""
        return self.side == "high"


def newest(metric: Metric | None) -> Newest | None:
    """The last reading of a metric; None where there is none."""
    if metric is None or not metric.readings:
        return None
    last = metric.readings[-1]
    return Newest(metric.label, metric.unit, last.value, last.date, last.published.isoformat())


def passed(reading: Reading, side: Side, level: float) -> bool:
    """Whether a reading is past a threshold."""
    return reading.value > level if side == "high" else reading.value < level


def since(run: Run, threshold: Threshold) -> int:
    """First quarter in which a threshold may be crossed: of its registration, and after the base date."""
    return max(1, run.calendar.offset(label(quarter_of(threshold.registered))))


def ahead(run: Run, threshold: Threshold) -> bool:
    """Whether its quarters lie inside a run."""
    return since(run, threshold) <= run.calendar.offset(threshold.by) <= run.calendar.quarters


@dataclass(frozen=True)
class Crossing:
    """Where a threshold is crossed on the paths of a run.

    Attributes
    ----------
    base : mean of the series at the base date.
    quarters : (path,) of the first crossing; NaN where it never comes.
    """

    item: Item
    threshold: Threshold
    side: Side
    base: float
    quarters: Array

    @property
    def level(self) -> float:
        """What is crossed."""
        return self.threshold.high if self.side == "high" else self.threshold.low

    @property
    def id(self) -> str:
        """Item, quarter and side."""
        return f"{self.item.id}.{self.threshold.by}.{self.side}"


def crossings(run: Run, items: Sequence[Item]) -> Iterator[Crossing]:
    """Every threshold that lies ahead, both ways."""
    for item in items:
        rows = [row for row in item.thresholds if ahead(run, row)]
        values = read(run, item) if rows else np.empty((0, 0))
        for row in rows:
            first, last = since(run, row), run.calendar.offset(row.by)
            for side, level in zip(SIDES, (row.low, row.high), strict=True):
                found = crossing(values[first : last + 1], level, side == "high") + (first - 1.0)
                yield Crossing(item, row, side, float(values[0].mean()), found)


def tripwire(run: Run, of: Crossing, event: Event, weights: Weights) -> Tripwire:
    """What a crossing tells of an event."""
    item, row = of.item, of.threshold
    return Tripwire(
        id=of.id,
        item=item.id,
        words=item.words,
        section=item.section,
        note=item.note,
        label=item.metric.label if item.metric else LABELS[item.quantity],
        unit=item.unit,
        side=of.side,
        level=of.level,
        since=run.calendar.labels[since(run, row)],
        by=row.by,
        registered=row.registered.isoformat(),
        newest=newest(item.metric or item.beside),
        base=of.base,
        judged=item.metric is not None,
        told=told(of.quarters, event.flags, event.dated, weights),
    )


def read(run: Run, item: Item) -> Array:
    """What an item would be read as, (quarter + 1, path) in its unit; the base date is as the run has it."""
    if item.metric is None:
        return run.series(item.quantity).astype(np.float64) / SCALE[item.unit]
    values = forecast.path_values(run, item.metric)
    assert values is not None, "items are tied to metrics that have a series"
    for t in range(1, len(values)):
        if item.metric.error > 0.0:
            noise = forecast.noise(f"{item.metric.id} {run.calendar.labels[t]}", values.shape[1])
            values[t] *= np.exp(item.metric.error * noise)
    return values
