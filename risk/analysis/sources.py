"""What the headlines do if a source is wrong: its numbers as wide as is plausible, on the same draws.

==========  ==================================================================================================
symbol      meaning
==========  ==================================================================================================
base        a headline of the register as it is
change      what it does when every number of a source that can be drawn is drawn alike from anywhere in its
            plausible range, and whatever the register says of it is forgotten
weight      the largest change of any headline over twice its standard error in a run of 20,000 paths
==========  ==================================================================================================

A change mixes two things: numbers are no longer known, and the middle of what is plausible is not what the
source says. Both are what one has without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import contrasts
from risk.analysis.bridge import Outcomes, measured
from risk.analysis.contrasts import NOISE, beyond_noise
from risk.analysis.estimate import Estimate
from risk.analysis.screening import HEADLINES, REFERENCE

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Wide:
    """A source and what of it is drawn as wide as is plausible.

    Attributes
    ----------
    entries : that are; `held` entries and rows that are not → why.
    """

    source: str
    title: str
    entries: tuple[str, ...]
    held: Mapping[str, str]


@dataclass(frozen=True)
class Dropped:
    """What comes of a register without a source.

    Attributes
    ----------
    changes : by headline; empty where the model does not run, and `refused` why.
    weight, peak : see the module, and of which headline; zero where nothing moves beyond noise.
    """

    wide: Wide
    changes: Mapping[str, Estimate]
    weight: float
    peak: str
    refused: str = ""


@dataclass(frozen=True)
class Sources:
    """Sources of a run, the weightiest first.

    Attributes
    ----------
    paths : of each run; base results are of the same.
    idle : sources without a number that can be drawn, none of which was dropped.
    """

    paths: int
    base: Mapping[str, Estimate]
    dropped: tuple[Dropped, ...]
    idle: tuple[Wide, ...]


def sources(base: Outcomes, found: Sequence[tuple[Wide, Outcomes, str]], idle: Sequence[Wide]) -> Sources:
    """Compare runs without a source with the run as it is.

    Parameters
    ----------
    base : name → (path,); found : source, outcomes of the same paths without it, why there are none.
    """
    n = len(next(iter(base.values())))
    at = measured(base, HEADLINES)
    scale = math.sqrt(n / REFERENCE)
    noise = {name: NOISE * each.estimate.standard_error * scale for name, each in at.items()}
    rows = []
    for wide, outcomes, refused in found:
        moved = measured(outcomes, HEADLINES) if outcomes else {}
        changes = {name: contrasts.change(at[name], each, paired=True) for name, each in moved.items()}
        clear = {
            name: abs(change.value) / noise[name]
            for name, change in changes.items()
            if beyond_noise(change.value, change.standard_error) and noise[name] > 0.0
        }
        peak = max(clear, key=lambda name: clear[name], default="")
        rows.append(Dropped(wide, changes, clear.get(peak, 0.0), peak, refused))
    rows.sort(key=lambda row: (-row.weight, row.wide.source))
    return Sources(n, {name: each.estimate for name, each in at.items()}, tuple(rows), tuple(idle))
