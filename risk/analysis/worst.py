"""The worst paths of a run: what makes them likely, what is true in them, and which they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import attribution, statistics
from risk.analysis.attribution import Driver
from risk.analysis.joint import worst_paths
from risk.analysis.metrics import HEADLINE, values
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES, Claim, Verdict, verdict
from risk.errors import UsageError
from risk.paths import OUTCOMES
from risk.runs import Run

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 20
"""Paths that a tail needs before anything is said of it."""


@dataclass(frozen=True)
class Lift:
    """One proposition in the worst paths and everywhere.

    Attributes
    ----------
    tail, everywhere : its probability among the worst paths and among all.
    lift : the first over the second; None where it never happens.
    """

    id: str
    label: str
    tail: Estimate
    everywhere: Estimate
    lift: Estimate | None


@dataclass(frozen=True)
class WorstPath:
    """One path: its id, its headline loss in USD bn, its outcome class, and the propositions that hold."""

    path: int
    loss: float
    outcome: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Worst:
    """The worst `share` of a run's paths by headline loss; losses in USD bn.

    Attributes
    ----------
    paths : how many there are.
    threshold, shortfall : the loss from which a path belongs to them, and their mean loss.
    drivers : uncertain assumptions, the largest swing of the mean loss of the worst paths first.
    lifts : propositions, the largest lift first.
    worst : the worst paths of all, the worst first.
    """

    share: float
    paths: int
    threshold: Estimate
    shortfall: Estimate
    drivers: tuple[Driver, ...]
    lifts: tuple[Lift, ...]
    worst: tuple[WorstPath, ...]


def worst(run: Run, share: float, most: int = 10) -> Worst:
    """Describe the worst `share` of paths, and name the `most` worst.

    Raises
    ------
    UsageError : fewer than 20 paths are that bad.
    """
    if not 0.0 < share < 1.0 or share * run.paths < FEWEST:
        least = FEWEST / run.paths
        raise UsageError(
            f"the worst {share:.3g} of {run.paths:,} paths is fewer than {FEWEST} of them",
            f"give a share between {100.0 * least:.2g}% and 100%, or simulate more paths",
        )
    loss = values(run, next(v for v in OUTCOMES if v.name == HEADLINE))
    said = verdict(run)
    tail = attribution.worst(loss, share)
    return Worst(
        share=share,
        paths=int(tail.sum()),
        threshold=statistics.var(loss, 1.0 - share),
        shortfall=statistics.expected_shortfall(loss, 1.0 - share),
        drivers=attribution.drivers(attribution.ranked(run), loss, 1.0 - share),
        lifts=_lifts(run, tail, said),
        worst=_paths(run, loss, said, most),
    )


def lift(flags: Flags, tail: Flags) -> Estimate | None:
    """How much more often something happens on the paths of `tail` than on all; None where it never does.

    Notes
    -----
    ``p_t / (a p_t + (1 − a) p_r)`` with a the share of the tail, p_t and p_r the probabilities in and outside
    it, which are independent: the error is the delta method's. That the tail itself is estimated is left out.
    """
    n, bad = len(flags), int(tail.sum())
    inside, outside = float(flags[tail].mean()), float(flags[~tail].mean()) if bad < n else 0.0
    a = bad / n
    everywhere = a * inside + (1.0 - a) * outside
    if everywhere == 0.0:
        return None
    by_inside = (1.0 - a) * outside / everywhere**2
    by_outside = -(1.0 - a) * inside / everywhere**2
    variance = by_inside**2 * inside * (1.0 - inside) / bad
    if bad < n:
        variance += by_outside**2 * outside * (1.0 - outside) / (n - bad)
    return Estimate(inside / everywhere, math.sqrt(variance), n)


def _known(said: Verdict) -> list[Claim]:
    return [claim for claim in said.claims if claim.probability is not None]


def _lifts(run: Run, tail: Flags, said: Verdict) -> tuple[Lift, ...]:
    names = dict(CLASSES[:3]) | {c.id: c.label for c in _known(said)}
    columns = run.outcomes(list(names))
    found = []
    for name, label in names.items():
        flags = columns[name] > 0.0
        both = statistics.probability(flags[tail]), statistics.probability(flags)
        found.append(Lift(name, label, *both, lift(flags, tail)))
    return tuple(sorted(found, key=lambda each: -(each.lift.value if each.lift else 0.0)))


def _paths(run: Run, loss: Array, said: Verdict, most: int) -> tuple[WorstPath, ...]:
    ids = [claim.id for claim in _known(said)]
    columns = run.outcomes([*ids, *(name for name, _ in CLASSES[:3])])
    return tuple(
        WorstPath(
            path=i,
            loss=float(loss[i]),
            outcome=next((label for name, label in CLASSES[:3] if columns[name][i] > 0.0), ""),
            claims=tuple(name for name in ids if columns[name][i] > 0.0),
        )
        for i in worst_paths(loss, most)
    )
