"""Where facilities of the base date stand, counted in one pass over what is recorded of them.

Their series are the largest of a run, and each is wanted by several tables: a few blocks at a time are read
once, and only counts are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud import facility
from risk.runs import Run
from risk.runs.remembered import once

Counts = NDArray[np.int64]
Singles = NDArray[np.float32]

BLOCKS = 2
"""Random blocks at a time."""

DEPTHS: Mapping[str, int] = {
    "lock_up": facility.LOCK_UP,
    "sweep": facility.SWEEP,
    "event": facility.EVENT,
}
"""Stages of coverage: a facility further down has come past them."""


@dataclass(frozen=True)
class Standings:
    """Facilities of the base date, quarter by quarter.

    Attributes
    ----------
    paths : on which they are recorded.
    standing : what a facility is → path-facilities that are, (quarter,); each is one of these.
    past : paths on which it stands at an event of default or further down, defaults in, (quarter, facility).
    unpaid : paths on which it is not repaid yet, (quarter, facility).
    owing : paths on which it has debt left, neither repaid nor in default, (quarter, facility).
    first : one of `DEPTHS`, "default" or "cured" → quarter in which it first comes so far, −1 where it never
        does, (path, facility).
    """

    paths: int
    standing: Mapping[str, Counts]
    past: Counts
    unpaid: Counts
    owing: Counts
    first: Mapping[str, NDArray[np.int8]]


@once
def standings(run: Run) -> Standings:
    """Count all of it."""
    parts = [
        _counted(part["stage"], part["contracted_coverage"])
        for _, part in run.batches("facility", ("stage", "contracted_coverage"), BLOCKS)
    ]
    return Standings(
        sum(part.paths for part in parts),
        {name: _sum([part.standing[name] for part in parts]) for name in parts[0].standing},
        past=_sum([part.past for part in parts]),
        unpaid=_sum([part.unpaid for part in parts]),
        owing=_sum([part.owing for part in parts]),
        first={depth: np.concatenate([part.first[depth] for part in parts]) for depth in parts[0].first},
    )


def _sum(counts: Sequence[Counts]) -> Counts:
    return np.asarray(np.sum(counts, axis=0))


def _counted(stages: Singles, coverage: Singles) -> Standings:
    """Of some paths, (quarter, path, facility) stages and coverage; of a facility in default both are NaN."""
    quarters = list(zip(stages, coverage, strict=True))  # the flags of one fit a processor's cache
    standing = [_standing(*both) for both in quarters]
    repaid = [(stage == facility.SOUND) & np.isnan(covered) for stage, covered in quarters]
    depths = {**DEPTHS, "default": facility.PAYMENT_DEFAULT}
    first = {depth: _first(np.greater_equal, stages, code) for depth, code in depths.items()}
    return Standings(
        stages.shape[1],
        {name: np.array([each[name] for each in standing]) for name in standing[0]},
        past=_paths([~(stage < facility.EVENT) for stage in stages]),
        unpaid=_paths([~flags for flags in repaid]),
        owing=_paths([np.isfinite(covered) for covered in coverage]),
        first=first | {"cured": _first(np.equal, stages, facility.CURED)},
    )


def _paths(quarters: Sequence[NDArray[np.bool_]]) -> Counts:
    """Paths on which something is so, (quarter, facility), of (path, facility) flags."""
    return np.array([flags.sum(axis=0) for flags in quarters])


def _standing(stage: Singles, coverage: Singles) -> dict[str, int]:
    """Path-facilities of one quarter by where they stand, of (path, facility) stages and coverage."""
    sound, owing = stage == facility.SOUND, ~np.isnan(coverage)
    found = {
        "repaid": sound & ~owing,
        "sound": sound & owing,
        "lock_up": stage == facility.LOCK_UP,
        "sweep": stage == facility.SWEEP,
        "event": (stage >= facility.EVENT) & (stage <= facility.AMENDED),
        "default": np.isnan(stage) | (stage >= facility.PAYMENT_DEFAULT),
    }
    return {name: int(np.count_nonzero(flags)) for name, flags in found.items()}


def _first(compare: np.ufunc, stages: Singles, code: int) -> NDArray[np.int8]:
    """First quarter in which (quarter, path, facility) stages compare with a code, −1 where none does."""
    first = np.full(stages.shape[1:], -1, dtype=np.int8)
    for t in reversed(range(len(stages))):
        np.copyto(first, t, where=compare(stages[t], code))
    return first
