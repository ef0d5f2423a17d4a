"""What the headlines do if a source is wrong: its numbers as wide as is plausible, on the same draws.

==========  ==================================================================================================
symbol      meaning
==========  ==================================================================================================
base        a headline of the register as it is
change      what it does when every number of a source that can be moved lies anywhere in its plausible range,
            each place alike likely, and whatever the register says of it is forgotten
weight      the largest change of any headline over twice its standard error in a run of 20,000 paths
==========  ==================================================================================================

A change mixes two things: numbers are no longer known, and the middle of what is plausible is not what the
source says. Both are what one has without it. Where a source has several registers, alike likely, each is of
the same paths, and a headline is that of all of them together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.bridge import Outcomes, measured
from risk.analysis.contrasts import NOISE, Statistic, beyond_noise
from risk.analysis.estimate import Estimate
from risk.analysis.screening import HEADLINES, REFERENCE

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Wide:
    """A source and what of it is as wide as is plausible.

    Attributes
    ----------
    entries : that are; `held` entries and tables that are not → why.
    """

    source: str
    title: str
    entries: tuple[str, ...]
    held: Mapping[str, str]


@dataclass(frozen=True)
class Came:
    """What came of a source that is wrong.

    Attributes
    ----------
    outcomes : of each of its registers, all of the same paths; none where the model does not run.
    reached : share of the way to the ends of ranges that was gone; `refused` why not all of it.
    """

    wide: Wide
    outcomes: tuple[Outcomes, ...]
    reached: float
    refused: str = ""


@dataclass(frozen=True)
class Dropped:
    """What comes of a register without a source.

    Attributes
    ----------
    changes : by headline; empty where the model does not run.
    weight, peak : see the module, and of which headline; zero where nothing moves beyond noise.
    reached, refused : as of `Came`.
    """

    wide: Wide
    changes: Mapping[str, Estimate]
    weight: float
    peak: str
    reached: float
    refused: str


@dataclass(frozen=True)
class Sources:
    """Sources of a run, the weightiest first.

    Attributes
    ----------
    paths : of each source, over all of its registers.
    idle : sources without a number that can be moved, none of which was dropped.
    """

    paths: int
    base: Mapping[str, Estimate]
    dropped: tuple[Dropped, ...]
    idle: tuple[Wide, ...]


def sources(base: Outcomes, found: Sequence[Came], idle: Sequence[Wide]) -> Sources:
    """Compare runs without a source with the run as it is.

    Parameters
    ----------
    base : name → (path,); those of a source are of its first paths.
    """
    n = len(next(iter(base.values())))
    at = {name: each.estimate for name, each in measured(base, HEADLINES).items()}
    scale = math.sqrt(n / REFERENCE)
    noise = {name: NOISE * each.standard_error * scale for name, each in at.items()}
    rows = sorted((_dropped(base, each, noise) for each in found), key=lambda r: (-r.weight, r.wide.source))
    return Sources(n, at, tuple(rows), tuple(idle))


def _dropped(base: Outcomes, found: Came, noise: Mapping[str, float]) -> Dropped:
    changes = _changes(base, found.outcomes) if found.outcomes else {}
    clear = {
        name: abs(change.value) / noise[name]
        for name, change in changes.items()
        if beyond_noise(change.value, change.standard_error) and noise[name] > 0.0
    }
    peak = max(clear, key=lambda name: clear[name], default="")
    return Dropped(found.wide, changes, clear.get(peak, 0.0), peak, found.reached, found.refused)


def _changes(base: Outcomes, registers: Sequence[Outcomes]) -> dict[str, Estimate]:
    """Headlines of all registers together less those of the run as it is, on the same paths."""
    n = len(next(iter(registers[0].values())))
    before = measured({name: values[:n] for name, values in base.items()}, HEADLINES)
    pooled = {name: np.concatenate([each[name] for each in registers]) for name in registers[0]}
    after = measured(pooled, HEADLINES)
    return {name: _change(before[name], after[name], n) for name in before}


def _change(before: Statistic, after: Statistic, n: int) -> Estimate:
    """A path's part in the pooled headline is the mean of its parts in each register."""
    moved = after.influence.reshape(-1, n).mean(axis=0) - before.influence
    return Estimate(after.estimate.value - before.estimate.value, statistics.mean(moved).standard_error, n)
