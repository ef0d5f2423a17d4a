"""What it is worth to know an uncertain input before one chooses among actions.

==========  =======  ==================================================================================
symbol      unit     meaning
==========  =======  ==================================================================================
Yₐ          money    payoff of action a on a path; doing nothing pays nothing
a*          –        the action with the highest mean, chosen without knowing more
EVPI        money    E[maxₐ Yₐ] − maxₐ E[Yₐ]: all is known, what happens too
EVPPI(x)    money    E[maxₐ E[Yₐ | x]] − maxₐ E[Yₐ]: the input x is known, and nothing else
==========  =======  ==================================================================================

``E[Yₐ | x]`` is regressed on the stored paths, so that no run is needed (Strong, Oakley and Brennan, 2014,
*Medical Decision Making* 34(3)): on a cubic spline in the input's place among the paths, for several inputs
on a sum of curves in each. The curves choose, and do not value: on each fifth of the paths the action is
chosen by what the other four fifths say, and pays what it pays there. The mean of ``Y(chosen) − Y(a*)`` is
then what one gains who acts by these curves, without bias. Its error is that of a mean, times 1.5: other
paths would choose by other curves, and parts that learn of one another do not err by themselves (Nadeau and
Bengio, 2003, *Machine Learning* 52: ``1/k + n₂/n₁`` in place of ``1/k``, k parts, of n₂ paths each against
n₁ that it learns of). It is a lower bound of the EVPPI, reached where the curves have the right form; an
input that tells nothing is worth nothing or, where noise chooses, slightly less. The largest of fitted means,
as is often printed, is biased upward by as much as a small value is.

Many inputs are looked at, some of which would be found by chance: what counts as found is controlled for
false discoveries at 5% (Benjamini and Hochberg, 1995, *JRSS B* 57(1)).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.actions import Actions
from risk.analysis.attribution import Ranks, ranks
from risk.analysis.estimate import Estimate
from risk.analysis.shares import spline
from risk.analysis.triggers import payoffs
from risk.errors import UsageError
from risk.runs import Run

Array = NDArray[np.float64]

NOTHING = "nothing"
"""The action of doing nothing."""

FOLDS = 5
"""Parts of the paths, each of which acts by what the others say."""

LEARNT = math.sqrt(1.0 + FOLDS / (FOLDS - 1.0))
"""Times the error of a mean, for what is learnt hangs on the paths too; see the module."""

FEWEST, MOST = 1_024, 20_000
"""Paths under which nothing is regressed, and those of a run that are looked at, its first."""

RIDGE = 1e-9
"""Added to mean squares of curves, so that components of one vector, which add up to one, can be solved."""

DEGREE = 2
"""Of the curves of each input where several are regressed together."""

FALSE = 0.05
"""Share of false ones among what is found, at most, on average."""


@dataclass(frozen=True)
class Worth:
    """What it is worth to know an input, or several.

    Attributes
    ----------
    value : in the unit of payoffs; may come out below zero by noise, what it is worth is not.
    changes : share of paths on which another action is chosen than a*; its error is that of these curves as
        they were learnt.
    found : whether it is worth more than nothing, with false discoveries controlled.
    """

    name: str
    value: Estimate
    changes: Estimate
    found: bool = False


@dataclass(frozen=True)
class Information:
    """What information is worth to a choice.

    Attributes
    ----------
    means : action → mean payoff, doing nothing first.
    best : a*; `ahead` by how much it is ahead of the second.
    perfect : EVPI; `inputs` what all uncertain inputs together are worth.
    groups : what groups of inputs are worth, the dearest first; `single` likewise of each input.
    """

    means: Mapping[str, Estimate]
    best: str
    ahead: Estimate
    perfect: Estimate
    inputs: Worth
    groups: tuple[Worth, ...]
    single: tuple[Worth, ...]


def voi(run: Run, actions: Actions) -> Information:
    """What it is worth to know each uncertain input of a run, and all of each owner, before one acts.

    Raises
    ------
    UsageError : there are too few paths, or a payoff has no value on some path.
    """
    paid = payoffs(run, actions)[:, :MOST]
    drawn = {name: values[:MOST] for name, values in run.parameters().items()}
    owners: dict[str, list[str]] = {}
    for name in drawn:
        owners.setdefault(run.register.entries[name.partition("[")[0]].owner, []).append(name)
    ids = [action.id for action in actions.actions]
    return information(dict(zip(ids, paid, strict=True)), drawn, owners)


def information(
    paid: Mapping[str, Array],
    inputs: Mapping[str, Array],
    groups: Mapping[str, Sequence[str]],
) -> Information:
    """Value what may be known before one acts.

    Parameters
    ----------
    paid : action → (path,) beside doing nothing, in one unit.
    inputs : name → (path,) draws; groups : name → inputs in it.

    Raises
    ------
    UsageError : there are too few paths.
    """
    n = len(next(iter(paid.values())))
    if n < FEWEST:
        raise UsageError(f"{n:,} paths are too few to value information", f"simulate {FEWEST:,} or more")
    names = (NOTHING, *paid)
    pay = np.vstack([np.zeros(n), *paid.values()])
    means = {name: statistics.mean(own) for name, own in zip(names, pay, strict=True)}
    order = sorted(range(len(names)), key=lambda a: -means[names[a]].value)
    places = {name: ranks(values) for name, values in inputs.items()}
    smooth, plain = spline(n), _polynomials(n)
    single = [_worth(name, smooth, [place], pay) for name, place in places.items()]
    together = [_worth(name, plain, [places[id] for id in ids], pay) for name, ids in groups.items()]
    every = _worth("all inputs", plain, [*places.values()], pay)
    return Information(
        means,
        names[order[0]],
        statistics.mean(pay[order[0]] - pay[order[1]]),
        statistics.mean(pay.max(axis=0) - pay[order[0]]),
        _ranked([every])[0],
        _ranked(together),
        _ranked(single),
    )


def _polynomials(n: int) -> Array:
    """Legendre polynomials in the place among n paths, (place, degree), without the constant."""
    u = (2.0 * np.arange(n) + 1.0) / n - 1.0
    return np.asarray(np.polynomial.legendre.legvander(u, DEGREE)[:, 1:])


def _worth(name: str, curves: Array, places: Sequence[Ranks], paid: Array) -> Worth:
    """What it is worth to know inputs by (place, curve) curves in their (path,) places."""
    n = paid.shape[1]
    folds = [slice(fold, None, FOLDS) for fold in range(FOLDS)]
    # Products of BLAS: only which action is largest hangs on them, never a number that is printed.
    parts = [_basis(curves, [place[fold] for place in places]) for fold in folds]
    squares = [part.T @ part for part in parts]
    crossed = [part.T @ paid[:, fold].T for part, fold in zip(parts, folds, strict=True)]
    square, cross = np.sum(squares, axis=0), np.sum(crossed, axis=0)
    total = paid.sum(axis=1)
    gain, other = np.empty(n), np.empty(n)
    for fold, part, own, mine in zip(folds, parts, squares, crossed, strict=True):
        best = int(np.argmax(total - paid[:, fold].sum(axis=1)))
        left = square - own
        left[np.diag_indices_from(left)] += RIDGE * n
        curve = np.linalg.solve(left, cross - mine)
        chosen = np.argmax(part @ curve, axis=1)
        here = paid[:, fold]
        gain[fold] = np.take_along_axis(here, chosen[None], axis=0)[0] - here[best]
        other[fold] = chosen != best
    value = statistics.mean(gain)
    told = Estimate(value.value, LEARNT * value.standard_error, n)
    return Worth(name, told, statistics.probability(other))


def _basis(curves: Array, places: Sequence[Ranks]) -> Array:
    """A constant and the curves of every input, (path, 1 + curve · input)."""
    return np.column_stack([np.ones(len(places[0])), *(curves[place] for place in places)])


def _ranked(found: Sequence[Worth]) -> tuple[Worth, ...]:
    """The dearest first, and which of them are found."""
    from scipy.special import ndtr
    from scipy.stats import false_discovery_control

    if not found:
        return ()
    chance = [_chance(each.value, ndtr) for each in found]
    real = false_discovery_control(chance) <= FALSE
    marked = [
        Worth(each.name, each.value, each.changes, bool(flag)) for each, flag in zip(found, real, strict=True)
    ]
    return tuple(sorted(marked, key=lambda each: (-each.value.value, each.name)))


def _chance(found: Estimate, ndtr: object) -> float:
    """Probability that noise alone is worth so much."""
    if not (math.isfinite(found.standard_error) and found.standard_error > 0.0):
        return 1.0
    return float(ndtr(-found.value / found.standard_error))  # type: ignore[operator]
