"""Whether the errors that estimators tell are true: how often their 90% intervals hold a planted truth.

    python -m risk.calibrate.estimate.coverage [SETS] [WORKERS]

writes the page of the docs (`make evidence`): some four minutes of one core for 1,000 sets. Tests look at
fifty sets of each estimator.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import numpy as np
from scipy.stats import binom

from risk.calibrate.estimate.core import Finding
from risk.calibrate.estimate.planted import ESTIMATORS, Planted
from risk.cores import workers

SETS = 1_000
SEED = 20261122
LEVEL = 0.9
"""Of the intervals that estimators tell."""

OWN = 0.05
"""What a 90% interval of a small sample may cover too little or too much; the rest is chance."""

CHANCE = 1e-3
"""Of calling intervals wrong that are within `OWN`, on either side."""


@dataclass(frozen=True)
class Coverage:
    """What an estimator found of one number, over sets of simulated data.

    Attributes
    ----------
    truth : planted.
    sets, hits : how many, and in how many the 90% interval holds the truth.
    mean, error : of the estimates, and the standard error of that mean.
    told : standard error that is told, its median over the deviation of the estimates.
    """

    truth: float
    sets: int
    hits: int
    mean: float
    error: float
    told: float

    @property
    def share(self) -> float:
        """Of intervals that hold the truth."""
        return self.hits / self.sets

    @property
    def kept(self) -> bool:
        """Whether coverage lies within `OWN` of the level, as far as chance lets that be known."""
        low, high = bounds(self.sets)
        return low <= self.hits <= high


def bounds(sets: int) -> tuple[float, float]:
    """Hits that chance leaves of intervals whose coverage is within `OWN` of the level."""
    low, high = LEVEL - OWN, min(LEVEL + OWN, 0.999)
    return float(binom.ppf(CHANCE, sets, low)), float(binom.ppf(1.0 - CHANCE, sets, high))


def covered(planted: Planted, sets: int) -> Mapping[str, Coverage]:
    """What an estimator finds over so many sets of data, by number; set k has a seed of its own."""
    found: dict[str, list[Finding]] = {name: [] for name in planted.truths}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that did not converge the diagnostics tell
        for k in range(sets):
            findings = planted.find(np.random.default_rng([SEED, k]))
            for name, (entry, _) in planted.truths.items():
                found[name].append(next(f for f in findings if f.entry == entry))
    return {name: _coverage(found[name], truth) for name, (_, truth) in planted.truths.items()}


def _coverage(found: list[Finding], truth: float) -> Coverage:
    values = np.array([f.estimate for f in found])
    deviation = float(values.std(ddof=1))
    return Coverage(
        truth=truth,
        sets=len(found),
        hits=sum(f.limits[0] <= truth <= f.limits[1] for f in found),
        mean=float(values.mean()),
        error=deviation / float(np.sqrt(len(found))),
        told=float(np.median([f.error for f in found])) / deviation,
    )


def of_all(sets: int, workers: int) -> Mapping[str, Coverage]:
    """The same of every estimator."""
    with ProcessPoolExecutor(workers) as pool:
        parts = pool.map(partial(covered, sets=sets), ESTIMATORS)
        return {name: each for part in parts for name, each in part.items()}


HEAD = (
    "| number | truth | mean of estimates | told SE / true | 90% intervals that hold the truth | |",
    "|---|---:|---:|---:|---:|---|",
)
ABOUT = (
    "Every estimator of `bubblerisk estimate` that tells a normal error is given data simulated with a known "
    "truth. Its 90% interval should hold that truth nine times in ten. Intervals of samples this small may "
    "cover five points more or less; what lies beyond that and beyond chance (one in a thousand) is marked. "
    "`told SE / true`: the median of the standard errors that are told over the deviation of the estimates, "
    "above 1 where the error is told too wide. A record that is shorter than the simulated one, or of "
    "another law, has errors that are less sure than these: the page measures the method, not the data."
)


def page(found: Mapping[str, Coverage], seconds: float, workers: int) -> str:
    """The page of the docs."""
    machine = (
        f"{platform.system()} {platform.machine()}, {workers} of {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, numpy {version('numpy')}, statsmodels {version('statsmodels')}"
    )
    sets = max(each.sets for each in found.values())
    made = f"{sets:,} sets each, {dt.date.today()}, {seconds:.0f} s on {machine}."
    return "\n".join(
        (
            "# Do the estimates' errors hold?",
            "",
            ABOUT,
            "",
            f"{made} `make evidence` writes this page.",
            "",
            *HEAD,
            *_rows(found),
        )
    )


def _rows(found: Mapping[str, Coverage]) -> Iterator[str]:
    for name, each in found.items():
        margin = 1.96 * float(np.sqrt(each.share * (1.0 - each.share) / each.sets))
        mean = f"{each.mean:.3g} ± {1.96 * each.error:.1g}"
        share = f"{each.share:.1%} ± {margin:.1%}"
        cells = (name, f"{each.truth:.3g}", mean, f"{each.told:.2f}", share, "" if each.kept else "outside")
        yield f"| {' | '.join(cells)} |"


def main(sets: int = SETS, jobs: int | None = None) -> None:
    """Measure all, and write the page to standard output."""
    start = time.monotonic()
    found = of_all(sets, workers(jobs))
    print(page(found, time.monotonic() - start, workers(jobs)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
