"""Entropy pooling: the weights of paths nearest to equal ones under which views hold.

=======  ========  =========================================================================
symbol   unit      meaning
=======  ========  =========================================================================
q, n     share     weight of a path; number of paths, each weighs 1/n before
f_k      any       what view k is about, path by path; b_k: what its mean shall be
λ_k      1/f_k     what a view costs: zero where it does not bind
D(q)     nats      Σ q log(n q), relative entropy: how far the weights are from equal ones
=======  ========  =========================================================================

Minimise D(q) over q ≥ 0 with Σ q = 1 and Σ q f_k =, ≤ or ≥ b_k (Meucci, 2008, *Fully Flexible Views*, Risk
21(10)): ``q ∝ exp(−Σ λ_k f_k)``. The dual is solved by the package `entropy-pooling`, on rows that are
brought to mean 0 and deviation 1 first, and what it returns is held against the views. A mean at the very end
of what paths show, P = 0 or P = 1 above all, leaves only the paths at that end: they are taken before.

Notes
-----
Multipliers are found on the same paths, so that a mean under q has the influence of a calibration estimator,
``n q (g − E g − β'(f − b))`` with β the regression of g on the binding rows under q: what a view fixes has
no error, and what hangs together with it has less (Deville and Särndal, 1992, *JASA* 87(418)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Relation = Literal["=", "<=", ">="]

MET = 1e-4
"""Standard deviations of a row within which a view counts as met, or as binding."""

EDGE = 1e-12
"""Share of a row's range within which a mean lies at its end."""


@dataclass(frozen=True)
class Moment:
    """A view on arrays: the mean of `values`, (path,), is, is at most or is at least `bound`."""

    values: Array
    relation: Relation
    bound: float


class Unreachable(Exception):  # noqa: N818 - it is caught where the views stand
    """No weights on these paths meet the views.

    Attributes
    ----------
    which : places of the fewest views that cannot hold together; one alone lies outside the paths' range.
    low, high : between what the mean of the last of them lies where the others hold; NaN where these leave
        no path.
    """

    def __init__(self, which: Sequence[int], low: float, high: float) -> None:
        super().__init__(which, low, high)
        self.which, self.low, self.high = tuple(which), low, high


class Starved(Exception):  # noqa: N818 - likewise
    """Weights that meet the views rest on so few paths that they cannot be found."""


@dataclass(frozen=True)
class Pool:
    """Weights of paths, (path,), that add up to one; `binding`: rows of binding views less their bounds."""

    weights: Array
    binding: Array

    @cached_property
    def _squares(self) -> Array:
        """Products of binding rows under the weights."""
        return _products(self.binding * self.weights, self.binding)

    def influence(self, values: Array) -> Array:
        """How each path moves the mean of (path,) values under the weights: its mean is zero."""
        q, apart = self.weights, values - _dot(self.weights, values)
        if len(self.binding):
            joint = _products(self.binding * q, apart[None])[:, 0]
            slopes = np.linalg.lstsq(self._squares, joint, rcond=1e-10)[0]
            apart = apart - (slopes[:, None] * self.binding).sum(axis=0)
        return np.asarray(len(q) * q * apart)


@dataclass(frozen=True)
class Posterior:
    """A mixture of pools and of the paths as they were, which is what confidence below one means.

    Attributes
    ----------
    parts : shares and the pools that have them; the rest weighs all paths alike.
    """

    paths: int
    parts: tuple[tuple[float, Pool], ...] = ()

    @property
    def rest(self) -> float:
        """Share of the paths as they were."""
        return 1.0 - sum(share for share, _ in self.parts)

    @cached_property
    def weights(self) -> Array:
        """Weights of paths, (path,), that add up to one."""
        found = np.full(self.paths, max(self.rest, 0.0) / self.paths)
        for share, pool in self.parts:
            found += share * pool.weights
        return found

    def influence(self, values: Array) -> Array:
        """How each path moves the mean of (path,) values; a standard error is that of its mean."""
        found = max(self.rest, 0.0) * (values - values.mean())
        for share, pool in self.parts:
            found = found + share * pool.influence(values)
        return np.asarray(found)


def pool(moments: Sequence[Moment], paths: int) -> Pool:
    """The weights nearest to equal ones under which all moments hold.

    Raises
    ------
    Unreachable : no weights do.
    Starved : those that do lie at the edge of what the paths show.
    """
    for place, moment in enumerate(moments):
        _within(place, moment)
    if len(moments) > 1 and extreme(moments) is None:  # quicker than a dual without an end
        raise _contradiction(moments)
    kept = _certain(moments, paths)
    found = _solve([replace(m, values=m.values[kept]) for m in moments], int(kept.sum()))
    if found is None:
        raise Starved
    weights = np.zeros(paths)
    weights[kept] = found
    return Pool(weights, _binding(moments, weights, kept))


def tilted(weights: Array, rows: Sequence[Array]) -> Pool:
    """A pool of weights ``∝ exp(Σ λ f)``: the nearest to equal ones under which rows have their means.

    Parameters
    ----------
    rows : (path,) each, of which none is constant.
    """
    apart = [(row - _dot(weights, row)) / float(row.std()) for row in rows]
    return Pool(weights, np.array(apart))


def _within(place: int, moment: Moment) -> None:
    low, high = float(moment.values.min()), float(moment.values.max())
    room = EDGE * (high - low)
    if (moment.relation != "<=" and moment.bound > high + room) or (
        moment.relation != ">=" and moment.bound < low - room
    ):
        raise Unreachable((place,), low, high)


def _certain(moments: Sequence[Moment], paths: int) -> Flags:
    """Paths that remain where a bound is an end of what paths show; every cut may make others so."""
    kept = np.ones(paths, dtype=bool)
    while kept.any():
        before = int(kept.sum())
        for moment in moments:
            values = moment.values[kept]
            low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
            room = EDGE * (high - low) if high > low else 0.0
            if moment.relation != "<=" and moment.bound >= high - room:
                kept &= moment.values >= high - room
            if moment.relation != ">=" and moment.bound <= low + room:
                kept &= moment.values <= low + room
            if not kept.any():
                break
        if int(kept.sum()) == before:
            break
    return kept


def _solve(moments: Sequence[Moment], paths: int) -> Array | None:
    """Weights by the dual; None where they do not meet the views."""
    from entropy_pooling import ep

    rows = [(m, _scaled(m)) for m in moments]
    if not paths or any(np.isnan(bound) for _, (_, bound) in rows):
        return None
    live = [(m.relation, row, bound) for m, (row, bound) in rows if row is not None]
    if not live:
        return np.full(paths, 1.0 / paths)
    equal = [(row, bound) for relation, row, bound in live if relation == "="]
    most = [(row, bound) if r == "<=" else (-row, -bound) for r, row, bound in live if r != "="]
    with np.errstate(over="ignore", invalid="ignore"):
        found = ep(
            np.full((paths, 1), 1.0 / paths),
            np.vstack([np.ones(paths), *(row for row, _ in equal)]),
            np.array([[1.0], *([bound] for _, bound in equal)]),
            np.vstack([row for row, _ in most]) if most else None,
            np.array([[bound] for _, bound in most]) if most else None,
        )[:, 0]
        weights = np.asarray(found / found.sum())
    return weights if _met(weights, equal, most) else None


def _scaled(moment: Moment) -> tuple[Array | None, float]:
    """Row of mean 0 and deviation 1 with its bound; no row where it is constant, NaN where that is wrong."""
    mean, deviation = float(moment.values.mean()), float(moment.values.std())
    if deviation > EDGE * max(abs(mean), abs(moment.bound)):
        return (moment.values - mean) / deviation, (moment.bound - mean) / deviation
    short = (moment.bound - mean) * (-1.0 if moment.relation == "<=" else 1.0)
    wrong = short if moment.relation != "=" else abs(short)
    return None, float("nan") if wrong > EDGE * max(abs(mean), abs(moment.bound)) else 0.0


def _met(weights: Array, equal: Sequence[tuple[Array, float]], most: Sequence[tuple[Array, float]]) -> bool:
    return (
        bool(np.isfinite(weights).all())
        and all(abs(_dot(weights, row) - bound) <= MET for row, bound in equal)
        and all(_dot(weights, row) - bound <= MET for row, bound in most)
    )


def _binding(moments: Sequence[Moment], weights: Array, kept: Flags) -> Array:
    """Rows of views that hold with nothing to spare, less their bounds: (view, path)."""
    found = []
    for moment in moments:
        deviation = float(moment.values[kept].std())
        away = _dot(weights, moment.values) - moment.bound
        if deviation > 0.0 and abs(away) <= MET * deviation:
            found.append((moment.values - moment.bound - away) / deviation)
    return np.array(found).reshape(len(found), len(weights))


def _contradiction(moments: Sequence[Moment]) -> Unreachable:
    """The fewest moments that cannot hold together: each is left out in turn where the rest still cannot."""
    which = list(range(len(moments)))
    for place in range(len(moments)):
        fewer = [i for i in which if i != place]
        if fewer and extreme([moments[i] for i in fewer]) is None:
            which = fewer
    *others, last = which
    given, values = [moments[i] for i in others], moments[last].values
    ends = [extreme(given, sign * values) for sign in (1.0, -1.0)]
    least, most = (float("nan") if end is None else end for end in ends)
    return Unreachable(which, least, -most)


def extreme(moments: Sequence[Moment], values: Array | None = None) -> float | None:
    """Least mean of (path,) values where moments hold, 0 without values; None where they cannot hold.

    A linear program, solved by HiGHS.
    """
    from scipy.optimize import linprog

    if not moments:
        return 0.0 if values is None else float(values.min())
    paths = len(moments[0].values)
    cost = np.zeros(paths) if values is None else values
    size = float(np.abs(cost).max()) or 1.0
    equal, most = [(np.ones(paths), 1.0)], []
    for moment in moments:
        unit = float(moment.values.std()) or 1.0
        row, bound = moment.values / unit, moment.bound / unit
        if moment.relation == "=":
            equal.append((row, bound))
        else:
            most.append((row, bound) if moment.relation == "<=" else (-row, -bound))
    found = linprog(
        cost / size,
        A_ub=np.array([row for row, _ in most]) if most else None,
        b_ub=[bound for _, bound in most] if most else None,
        A_eq=np.array([row for row, _ in equal]),
        b_eq=[bound for _, bound in equal],
        method="highs",
    )
    return float(found.fun) * size if found.status == 0 and found.fun is not None else None


def _dot(one: Array, other: Array) -> float:
    # No product of BLAS: its bits depend on the number of threads.
    return float((one * other).sum())


def _products(rows: Array, others: Array) -> Array:
    return np.array([[_dot(row, other) for other in others] for row in rows])
