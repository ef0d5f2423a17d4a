"""How far down the stages of distress facilities of the base date come, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis.bands import band
from risk.analysis.ladder import FEWEST, Singles
from risk.analysis.statistics import Estimate, proportion
from risk.mechanisms.neocloud import facility
from risk.runs import Run

Array = NDArray[np.float64]

DEPTHS: Mapping[str, int] = {
    "lock_up": facility.LOCK_UP,
    "sweep": facility.SWEEP,
    "event": facility.EVENT,
}
"""Stages of coverage: a facility further down has come past them."""

ONCE = ("amended", "payment_default", "maturity_default")
"""Stages that a facility reaches at most once."""


@dataclass(frozen=True)
class Timing:
    """Median quarter in which something first comes, over the paths on which it does.

    Attributes
    ----------
    label : such as "2028Q4"; `error` : its standard error in quarters.
    """

    label: str
    error: float


@dataclass(frozen=True)
class Distress:
    """How far down a facility of the base date comes.

    Attributes
    ----------
    reached : stage → share of paths on which the facility ever stands in it; of `DEPTHS` or further down.
    event, default : when it first comes so far; None on too few paths.
    """

    name: str
    reached: Mapping[str, Estimate]
    event: Timing | None
    default: Timing | None


def distress(run: Run) -> dict[str, Distress]:
    """Every facility of the base date and its stages; what comes once is counted on all paths of the run."""
    stages = run.facility("stage")
    depths = {**DEPTHS, "default": facility.PAYMENT_DEFAULT}
    first = {depth: _first(np.greater_equal, stages, code) for depth, code in depths.items()}
    first["cured"] = _first(np.equal, stages, facility.CURED)
    found = {}
    for i, name in enumerate(run.entities["stage"]):
        reached = {depth: _ever(first[depth][:, i]) for depth in (*DEPTHS, "cured")}
        reached |= {depth: once(run, f"facility.{depth}", name) for depth in ONCE}
        event, default = (_timing(run, first[depth][:, i]) for depth in ("event", "default"))
        found[name] = Distress(name, reached, event, default)
    return found


def once(run: Run, key: str, name: str) -> Estimate:
    """Share of paths on which what happens at most once does happen."""
    column = run.entities[key].index(name)
    return proportion(round(float(run.mean(key)[0][:, column].sum()) * run.paths), run.paths)


def _first(compare: np.ufunc, stages: Singles, code: int) -> NDArray[np.int8]:
    """First quarter in which (quarter + 1, path, facility) stages compare with a code, −1 where none does."""
    first = np.full(stages.shape[1:], -1, dtype=np.int8)
    for t in reversed(range(len(stages))):
        np.copyto(first, t, where=compare(stages[t], code))
    return first


def _ever(first: NDArray[np.int8]) -> Estimate:
    return proportion(int((first >= 0).sum()), len(first))


def _timing(run: Run, first: NDArray[np.int8]) -> Timing | None:
    """Median of the first quarters, over the paths that have one."""
    quarters = first[first >= 0]
    if len(quarters) < FEWEST:
        return None
    found = band(quarters[None, :], (0.5,))
    return Timing(run.calendar.labels[int(found.quantiles[0, 0])], float(found.standard_error[0, 0]))


def shares(run: Run) -> dict[str, Array]:
    """Where facilities of the base date stand, share of path-facilities by quarter; the shares sum to one."""
    quarters = zip(run.facility("stage"), run.facility("contracted_coverage"), strict=True)
    counts = [_standing(stage, coverage) for stage, coverage in quarters]
    return {name: np.array([count[name] for count in counts]) for name in counts[0]}


def _standing(stage: Singles, coverage: Singles) -> dict[str, float]:
    """Shares of one quarter, whose flags fit a processor's cache, of (path, facility) stages and coverage."""
    sound = stage == facility.SOUND
    repaid = np.count_nonzero(sound & np.isnan(coverage))
    found = {
        "repaid": repaid,
        "sound": np.count_nonzero(sound) - repaid,
        "lock_up": np.count_nonzero(stage == facility.LOCK_UP),
        "sweep": np.count_nonzero(stage == facility.SWEEP),
        "event": np.count_nonzero((stage >= facility.EVENT) & (stage <= facility.AMENDED)),
        "default": np.count_nonzero(np.isnan(stage) | (stage >= facility.PAYMENT_DEFAULT)),
    }
    return {name: count / stage.size for name, count in found.items()}


@dataclass(frozen=True)
class PastEvent:
    """In which quarters facilities of the base date are past the test that makes an event of default.

    Attributes
    ----------
    names : of the facilities.
    share : (facility, quarter) share of paths on which one stands there or further down, defaults in.
    paths : (facility, quarter) paths on which it is not repaid yet.
    """

    names: tuple[str, ...]
    share: Array
    paths: NDArray[np.int64]


def past_event(run: Run) -> PastEvent:
    """Every facility of the base date, quarter by quarter."""
    quarters = zip(run.facility("stage"), run.facility("contracted_coverage"), strict=True)
    counts = [_past_event(stage, coverage) for stage, coverage in quarters]
    past, owing = (np.array(each).T for each in zip(*counts, strict=True))
    return PastEvent(run.entities["stage"], past / run.paths, owing)


def _past_event(stage: Singles, coverage: Singles) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Paths of one quarter on which each facility is past it, and not repaid; a default has no stage."""
    past, repaid = ~(stage < facility.EVENT), (stage == facility.SOUND) & np.isnan(coverage)
    return past.sum(axis=0), (~repaid).sum(axis=0)
