"""A case replayed: every outcome judged, the second reading, the placebo, what moves the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.cases import Described
from risk.assumptions.cases.expected import produced
from risk.calibrate import scores
from risk.calibrate.cases import judge, naive
from risk.calibrate.cases.forced import Path
from risk.calibrate.cases.judge import Judged
from risk.calibrate.cases.placebo import Placebo
from risk.calibrate.cases.sensitivity import Chosen, chosen
from risk.runs import Run

Array = NDArray[np.float64]

WANTED = 0.7
"""Share of outcomes that should lie inside their 90% interval; what cannot be produced lies outside."""


@dataclass(frozen=True)
class Against:
    """The forecast against one naive one, over the outcomes of which both say something.

    Attributes
    ----------
    crps, interval, width : geometric mean of the ratios of scores, and of widths; below one is better.
    """

    name: str
    outcomes: int
    crps: float
    interval: float
    width: float


@dataclass(frozen=True)
class Reading:
    """The outcomes with a path of the record forced."""

    path: Path
    run: str
    judged: tuple[Judged, ...]


@dataclass(frozen=True)
class Replay:
    """A case and what the model made of it.

    Attributes
    ----------
    run, paths, seed : of the first reading.
    effective : number of independent outcomes that say as much as those judged.
    """

    described: Described
    run: str
    paths: int
    seed: int
    judged: tuple[Judged, ...]
    readings: tuple[Reading, ...]
    placebo: Placebo
    chosen: tuple[Chosen, ...]
    effective: float

    @property
    def known(self) -> tuple[Judged, ...]:
        """Outcomes of which the model says something."""
        return tuple(each for each in self.judged if each.known)

    @property
    def inside(self) -> int:
        """Outcomes inside their 90% interval."""
        return sum(each.inside for each in self.judged)

    @property
    def share(self) -> float:
        """Share of all outcomes that are."""
        return self.inside / len(self.judged) if self.judged else 0.0

    @property
    def far(self) -> tuple[Judged, ...]:
        """Headlines beyond 99.5%, or that cannot be produced."""
        return tuple(each for each in self.judged if each.headline and each.far)

    @cached_property
    def against(self) -> tuple[Against, ...]:
        """The forecast against each naive one."""
        return tuple(found for name in naive.NAMES if (found := against(self.known, name)) is not None)

    @property
    def sharp(self) -> bool:
        """Whether it scores better than every naive forecast, and is no wider."""
        return bool(self.against) and all(each.crps < 1.0 and each.width <= 1.0 for each in self.against)

    @property
    def light(self) -> scores.Light:
        """Green where enough lie inside, no headline is far and it is sharp; red where two of these fail."""
        failed = [self.share < WANTED, bool(self.far), not self.sharp].count(True)
        return "green" if not failed else "amber" if failed == 1 else "red"


def against(judged: Sequence[Judged], name: str) -> Against | None:
    """Compare forecasts with one naive one; None where it says nothing of any."""
    ratios = []
    for each in judged:
        for rival in each.rivals:
            if rival.name == name and min(rival.crps, each.crps) > 0.0 and rival.width > 0.0:
                found = (
                    each.crps / rival.crps,
                    each.interval / rival.interval,
                    max(each.width, 1e-12) / rival.width,
                )
                ratios.append(found)
    if not ratios:
        return None
    crps, interval, width = np.exp(np.log(np.array(ratios)).mean(axis=0)).tolist()
    return Against(name, len(ratios), crps, interval, width)


def judged(described: Described, outcomes: Mapping[str, Array], seed: int) -> tuple[Judged, ...]:
    """Judge every outcome of a case, in the order of its file."""
    case = described.case
    return tuple(judge.judge(outcome, outcomes, case.calendar, seed) for outcome, _ in case.outcomes)


def effective(described: Described, outcomes: Mapping[str, Array]) -> float:
    """Number of independent outcomes that say as much as those that can be produced."""
    samples = []
    for outcome, _ in described.case.outcomes:
        if produced(outcome):
            found = judge.sample(outcome, outcomes, described.case.calendar)
            x = np.where(found.met, found.values, np.nan)
            if found.met.any() and np.nanstd(x) > 0.0:
                samples.append(np.where(found.met, x, np.nanmedian(x)))
    return scores.effective(np.abs(scores.correlations(samples)))  # either sign binds two intervals


def replayed(described: Described, run: Run, forced: Mapping[Path, Run], placebo: Placebo) -> Replay:
    """Judge the run of a case, and its runs with a path of the record forced."""
    seed, outcomes = run.manifest.seed, run.outcomes()
    readings = (
        Reading(path, other.id, judged(described, other.outcomes(), seed)) for path, other in forced.items()
    )
    return Replay(
        described,
        run.id,
        run.paths,
        seed,
        judged(described, outcomes, seed),
        tuple(readings),
        placebo,
        chosen(described, outcomes, run.parameters(), seed),
        effective(described, outcomes),
    )
