"""The worst paths of a run: what makes them likely, what is true in them, and which they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import attribution, ranking, statistics
from risk.analysis.attribution import Driver
from risk.analysis.joint import Lift, lift
from risk.analysis.metrics import HEADLINE, values
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES, Verdict, verdict
from risk.errors import UsageError
from risk.runs import Run

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 20
"""Paths that a tail needs before anything is said of it."""


@dataclass(frozen=True)
class Told:
    """An outcome class or proposition, and how often it comes true among the worst paths."""

    id: str
    label: str
    found: Lift


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
    lifts: tuple[Told, ...]
    worst: tuple[WorstPath, ...]


def worst(run: Run, share: float, most: int = 10) -> Worst:
    """Describe the worst `share` of paths, and name the `most` worst.

    Raises
    ------
    UsageError : fewer than 20 paths are that bad.
    """
    if not 0.0 < share < 1.0 or share * run.paths < FEWEST:
        least = 100.0 * FEWEST / run.paths
        more = f"simulate {math.ceil(FEWEST / share):,} paths or more" if share > 0.0 else ""
        smaller = f"give a share between {least:.2g}% and 100%" if least < 100.0 else ""
        raise UsageError(
            f"the worst {share:.3g} of {run.paths:,} paths is fewer than {FEWEST} of them",
            ", or ".join(filter(None, (smaller, more))),
        )
    loss = values(run, run.variable(HEADLINE))
    said = verdict(run)
    tail = ranking.worst(loss, share)
    return Worst(
        share=share,
        paths=int(tail.sum()),
        threshold=statistics.var(loss, 1.0 - share),
        shortfall=statistics.expected_shortfall(loss, 1.0 - share),
        drivers=attribution.drivers(attribution.ranked(run), loss, 1.0 - share),
        lifts=_lifts(run, tail, ranking.edge(loss, share), said),
        worst=_paths(run, loss, said, most),
    )


def _lifts(run: Run, tail: Flags, edge: Flags, said: Verdict) -> tuple[Told, ...]:
    names = dict(CLASSES[:3]) | {c.id: c.label for c in said.known}
    columns = run.outcomes(list(names))
    found = [Told(name, label, lift(columns[name], tail, edge)) for name, label in names.items()]
    return tuple(sorted(found, key=lambda each: -np.nan_to_num(each.found.lift.value)))


def _paths(run: Run, loss: Array, said: Verdict, most: int) -> tuple[WorstPath, ...]:
    ids = [claim.id for claim in said.known]
    columns = run.outcomes([*ids, *(name for name, _ in CLASSES[:3])])
    return tuple(
        WorstPath(
            path=i,
            loss=float(loss[i]),
            outcome=next((label for name, label in CLASSES[:3] if columns[name][i] > 0.0), ""),
            claims=tuple(name for name in ids if columns[name][i] > 0.0),
        )
        for i in ranking.worst_first(loss)[:most].tolist()
    )
