"""Tripwires that are decided, scored: what a run said of them, and what came.

A tripwire is decided by the first quarter between registration and its date whose reading is past the
threshold, or by the reading of its date with none before. A quarter has one reading, the last of those that
describe a day in it, once it is over: paths have one value a quarter. Scores of a probability p of what came
or did not: Brier ``(p − o)²``, logarithmic ``−ln p`` of what came (Gneiting and Raftery, 2007). Without
knowing anything, p = ½ scores .25 and .69.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from risk.axes import ordinal, quarter_end
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.calibrate.watch.tripwires import Tripwire, passed

IGNORANT = (0.25, log(2.0))
"""Brier and logarithmic score of one half."""


@dataclass(frozen=True)
class Decided:
    """A tripwire that is decided.

    Attributes
    ----------
    crossed : whether it was crossed; `value` and `date` are those of the reading that decides it.
    probability : of the crossing, as the run had it; never nearer to 0 or 1 than half a path.
    """

    tripwire: Tripwire
    crossed: bool
    value: float
    date: str
    probability: float

    @property
    def brier(self) -> float:
        """Squared error of the probability."""
        return (self.probability - self.crossed) ** 2

    @property
    def logarithm(self) -> float:
        """Logarithmic score, nats."""
        return -log(self.probability if self.crossed else 1.0 - self.probability)


def decided(
    tripwires: Iterable[Tripwire], metrics: Mapping[str, Metric | None], paths: int
) -> Iterator[Decided]:
    """Those that readings decide.

    Parameters
    ----------
    metrics : item → whose readings judge it.
    paths : of the run that gave the probabilities.
    """
    for tripwire in tripwires:
        metric = metrics.get(tripwire.item)
        last = _decides(tripwire, metric.readings) if metric else None
        if last is not None:
            p = min(max(tripwire.told.crossed.value, 0.5 / paths), 1.0 - 0.5 / paths)
            crossed = passed(last, tripwire.side, tripwire.level)
            yield Decided(tripwire, crossed, last.value, last.date, p)


def _decides(tripwire: Tripwire, readings: Sequence[Reading]) -> Reading | None:
    """The reading that decides a tripwire; None while it is open."""
    first, last = ordinal(tripwire.since), ordinal(tripwire.by)
    by_quarter = {ordinal(reading.quarter): reading for reading in readings}  # the last of each
    newest = max(by_quarter, default=0)
    over = [
        reading
        for quarter, reading in sorted(by_quarter.items())
        if first <= quarter <= last and (quarter < newest or _whole(reading))
    ]
    for reading in over:
        if passed(reading, tripwire.side, tripwire.level):
            return reading
    done = bool(over) and (newest > last or ordinal(over[-1].quarter) == last)
    return over[-1] if done else None


def _whole(reading: Reading) -> bool:
    """Whether it describes its quarter, or the last day of it: paths have one value a quarter."""
    ends = quarter_end(ordinal(reading.quarter)).isoformat()
    return reading.date in (reading.quarter, ends)
