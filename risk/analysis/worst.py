"""The worst paths of a run: what makes them likely, what is true in them, and which they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import attribution, ranking, statistics
from risk.analysis.attribution import Driver
from risk.analysis.conditions import condition, quantity
from risk.analysis.joint import Lift, lift
from risk.analysis.metrics import HEADLINE, values
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES, Verdict, verdict
from risk.errors import UsageError
from risk.runs import Run
from risk.runs.first import first
from risk.runs.passes import Columns

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
    """One path: its id, its value of what the tail is of, its outcome class, the propositions that hold."""

    path: int
    loss: float
    outcome: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Worst:
    """The worst `share` of paths by headline loss, or by another number, in its unit.

    Attributes
    ----------
    paths : how many there are.
    threshold, shortfall : the loss from which a path belongs to them, and their mean loss.
    drivers : uncertain assumptions, the largest swing of the mean loss of the worst paths first.
    lifts : propositions, the largest lift first.
    worst : the worst paths of all, the worst first.
    outcome, label, unit : what paths are ranked by.
    when : the condition that all of them meet; empty where there is none.
    lowest : the worst are those where it is lowest.
    """

    share: float
    paths: int
    threshold: Estimate
    shortfall: Estimate
    drivers: tuple[Driver, ...]
    lifts: tuple[Told, ...]
    worst: tuple[WorstPath, ...]
    outcome: str = HEADLINE
    label: str = "headline loss"
    unit: str = "USD bn"
    when: str = ""
    lowest: bool = False


@dataclass(frozen=True)
class Ranked:
    """What paths are ranked by.

    Attributes
    ----------
    values : (path,) of the chosen paths, the larger the worse.
    chosen : (path,) their ids.
    """

    values: Array
    chosen: NDArray[np.int64]
    label: str
    unit: str
    outcome: str = HEADLINE
    when: str = ""
    lowest: bool = False

    def shown(self, found: Estimate) -> Estimate:
        """An estimate of what paths are ranked by, the right way round."""
        if not self.lowest:
            return found
        limits = None if found.limits is None else (-found.limits[1], -found.limits[0])
        return Estimate(-found.value, found.standard_error, found.n, limits, found.tail)


def ranked(run: Run, outcome: str = HEADLINE, when: str = "", lowest: bool = False) -> Ranked:
    """Every path of a run, or those that meet a condition, by a number.

    Raises
    ------
    UsageError : the number or the condition is unknown, or it is none that paths can be ranked by.
    """
    if outcome == HEADLINE and not when and not lowest:
        loss = values(run, run.variable(HEADLINE))
        return Ranked(loss, np.arange(run.paths), "headline loss", "USD bn")
    column = quantity(run, outcome)
    if column.flag:
        fix = f"ask who it comes with: bubblerisk drivers RUN --outcome {outcome}"
        raise UsageError(f"{outcome} comes on a path or does not: it has no tail", fix)
    inside = np.isfinite(column.values)
    if when:
        inside &= condition(run, when).flags
    (chosen,) = np.nonzero(inside)
    label = "headline loss" if outcome == HEADLINE else column.label
    kept = column.values[chosen] * (-1.0 if lowest else 1.0)
    return Ranked(kept, chosen, label, column.unit, outcome, when, lowest)


def worst(
    run: Run, share: float, most: int = 10, outcome: str = HEADLINE, when: str = "", lowest: bool = False
) -> Worst:
    """Describe the worst `share` of paths, and name the `most` worst.

    Parameters
    ----------
    outcome : what they are the worst by, the largest first; a quantity of `risk.analysis.columns`.
    when : a condition; only paths that meet it are looked at.
    lowest : the lowest are the worst.

    Raises
    ------
    UsageError : fewer than 20 paths are that bad; or as of `ranked`.
    """
    by = ranked(run, outcome, when, lowest)
    _refuse_few(share, len(by.values))
    said = verdict(run)
    tail = ranking.worst(by.values, share)
    drivers = _drivers(first(run), by, share)
    return Worst(
        share=share,
        paths=int(tail.sum()),
        threshold=by.shown(statistics.var(by.values, 1.0 - share)),
        shortfall=by.shown(statistics.expected_shortfall(by.values, 1.0 - share)),
        drivers=drivers,
        lifts=_lifts(run, by.chosen, tail, ranking.edge(by.values, share), said),
        worst=_paths(run, by, said, most),
        outcome=by.outcome,
        label=by.label,
        unit=by.unit,
        when=when,
        lowest=lowest,
    )


def _drivers(run: Run, by: Ranked, share: float) -> tuple[Driver, ...]:
    """What moves the tail of the chosen paths that are among those of a run."""
    among = by.chosen < run.paths
    chosen, values = by.chosen[among], by.values[among]
    places = {id: attribution.ranks(x[chosen]) for id, x in Columns(run, "parameters").items()}
    drivers = attribution.drivers(places, values, 1.0 - share)
    return tuple(_turned(driver, by) for driver in drivers) if by.lowest else drivers


def _turned(driver: Driver, by: Ranked) -> Driver:
    return Driver(driver.id, by.shown(driver.rank_correlation), by.shown(driver.low), by.shown(driver.high))


def _refuse_few(share: float, paths: int) -> None:
    if 0.0 < share < 1.0 and share * paths >= FEWEST:
        return
    least = 100.0 * FEWEST / max(paths, 1)
    more = f"simulate {math.ceil(FEWEST / share):,} paths or more" if share > 0.0 else ""
    smaller = f"give a share between {least:.2g}% and 100%" if least < 100.0 else ""
    raise UsageError(
        f"the worst {share:.3g} of {paths:,} paths is fewer than {FEWEST} of them",
        ", or ".join(filter(None, (smaller, more))),
    )


def _lifts(run: Run, chosen: NDArray[np.int64], tail: Flags, edge: Flags, said: Verdict) -> tuple[Told, ...]:
    names = dict(CLASSES[:3]) | {c.id: c.label for c in said.known}
    columns = Columns(run, "outcomes", names)
    found = [Told(name, label, lift(columns[name][chosen], tail, edge)) for name, label in names.items()]
    return tuple(sorted(found, key=lambda each: -np.nan_to_num(each.found.lift.value)))


def _paths(run: Run, by: Ranked, said: Verdict, most: int) -> tuple[WorstPath, ...]:
    ids = [claim.id for claim in said.known]
    columns = Columns(run, "outcomes", [*ids, *(name for name, _ in CLASSES[:3])])
    places = ranking.worst_first(by.values)[:most]
    true = {name: {i for i in by.chosen[places].tolist() if x[i] > 0.0} for name, x in columns.items()}
    shown = by.values * (-1.0 if by.lowest else 1.0)
    return tuple(
        WorstPath(
            path=i,
            loss=float(shown[place]),
            outcome=next((label for name, label in CLASSES[:3] if i in true[name]), ""),
            claims=tuple(name for name in ids if i in true[name]),
        )
        for place, i in zip(places.tolist(), by.chosen[places].tolist(), strict=True)
    )
