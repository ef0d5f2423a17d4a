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
21(10)): ``q ∝ exp(Σ λ_k f_k)``, with λ from the dual (`risk.analysis.views.dual`). A mean at the very end of
what paths show, P = 0 or P = 1 above all, leaves only the paths at that end: they are taken before.

Notes
-----
Multipliers are found on the same paths, so that a mean under q has the influence of a calibration estimator,
``n q (g − E g − β'(f − b))`` with β the regression of g on the binding rows under q: what a view fixes has
no error, and what hangs together with it has less (Deville and Särndal, 1992, *JASA* 87(418)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from risk.analysis.views.dual import dot, multipliers, products, solved, tilted
from risk.analysis.views.moments import Array, Flags, Moment, Starved, Unreachable
from risk.analysis.views.possible import contradiction

MET = 1e-7
"""Standard deviations of a row within which a view counts as binding."""

EDGE = 1e-12
"""Share of a row's range within which a mean lies at its end."""


@dataclass(frozen=True)
class Pool:
    """Weights of paths, (path,), that add up to one; `binding`: rows of binding views less their bounds."""

    weights: Array
    binding: Array

    @classmethod
    def of(cls, weights: Array, rows: Sequence[Array]) -> Pool:
        """Weights ``∝ exp(Σ λ f)``, the nearest to equal ones under which rows, (path,), have their means."""
        apart = [(row - dot(weights, row)) / float(row.std()) for row in rows]
        return cls(weights, np.array(apart).reshape(len(apart), len(weights)))

    @cached_property
    def _squares(self) -> Array:
        """Products of binding rows under the weights."""
        return products(self.binding * self.weights, self.binding)

    def influence(self, values: Array) -> Array:
        """How each path moves the mean of (path,) values under the weights: its mean is zero."""
        q, apart = self.weights, values - dot(self.weights, values)
        if len(self.binding):
            joint = products(self.binding * q, apart[None])[:, 0]
            slopes = solved(self._squares, joint)
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
        return max(1.0 - sum(share for share, _ in self.parts), 0.0)

    @cached_property
    def weights(self) -> Array:
        """Weights of paths, (path,), that add up to one."""
        found = np.full(self.paths, self.rest / self.paths)
        for share, pool in self.parts:
            found += share * pool.weights
        return found

    def influence(self, values: Array) -> Array:
        """How each path moves the mean of (path,) values; a standard error is that of its mean."""
        found = self.rest * (values - values.mean())
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
    if len(moments) > 1 and (refused := contradiction(moments)):  # else the dual would have no end
        raise refused
    kept = _certain(moments, paths)
    weights = np.zeros(paths)
    weights[kept] = _weights(moments, kept)
    return Pool.of(weights, [m.values for m in moments if _binds(m, weights, kept)])


def _within(place: int, moment: Moment) -> None:
    low, high = float(moment.values.min()), float(moment.values.max())
    room = EDGE * (high - low)
    if (moment.relation != "<=" and moment.bound > high + room) or (
        moment.relation != ">=" and moment.bound < low - room
    ):
        raise Unreachable((place,), low, high)


def _certain(moments: Sequence[Moment], paths: int) -> Flags:
    """Paths that remain where a bound is an end of what paths show; every cut may make others so."""
    kept, before = np.ones(paths, dtype=bool), paths + 1
    while 0 < kept.sum() < before:
        before = int(kept.sum())
        for moment in moments:
            kept &= _allowed(moment, kept)
    return kept


def _allowed(moment: Moment, kept: Flags) -> Flags:
    """Paths that a moment leaves of those that are kept."""
    values = moment.values[kept]
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    room = EDGE * (high - low) if high > low else 0.0
    allowed = np.ones(len(kept), dtype=bool)
    if moment.relation != "<=" and moment.bound >= high - room:
        allowed &= moment.values >= high - room
    if moment.relation != ">=" and moment.bound <= low + room:
        allowed &= moment.values <= low + room
    return allowed


def _weights(moments: Sequence[Moment], kept: Flags) -> Array:
    """Weights of the paths that are kept; Starved where they are not found."""
    rows, bounds, ceilings = [], [], []
    for moment in moments:
        values = moment.values[kept]
        mean, deviation = float(values.mean()), float(values.std())
        if deviation <= EDGE * max(abs(mean), abs(moment.bound)):  # the same on all that are kept: it holds
            continue
        sign = -1.0 if moment.relation == ">=" else 1.0
        rows.append(sign * (values - mean) / deviation)
        bounds.append(sign * (moment.bound - mean) / deviation)
        ceilings.append(moment.relation != "=")
    if not kept.any():
        raise Starved
    table = np.array(rows).reshape(len(rows), int(kept.sum()))
    push = multipliers(table, np.array(bounds), ceilings)
    if push is None:
        raise Starved
    return tilted(table, push)[0]


def _binds(moment: Moment, weights: Array, kept: Flags) -> bool:
    """Whether a view holds with nothing to spare, on paths that differ."""
    deviation = float(moment.values[kept].std())
    away = dot(weights, moment.values) - moment.bound
    return deviation > 0.0 and abs(away) <= MET * deviation
