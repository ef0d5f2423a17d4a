"""The smallest sets of inputs whose means, moved within their priors, take an event past a bar.

Weights ``q ∝ exp(Σ λ_j x_j)`` move the means of the inputs of a set and of nothing else.

=======  ========  ==========================================================================
symbol   unit      meaning
=======  ========  ==========================================================================
x_j      sd        an input, path by path, brought to mean 0 and deviation 1
λ_j      1/sd      how far its mean is pushed
m_j      sd        its mean under the weights; between the 5% and 95% quantiles of x_j
Σ        sd²       covariance of the inputs under the weights
D        nats      relative entropy, ``λ'm − log mean exp(λ'x)``
=======  ========  ==========================================================================

Notes
-----
Of every set D is minimised under ``P ≥ bar`` (or ≤) and the ranges of means, by SLSQP with exact derivatives:
``∂P/∂λ = Cov(A, x)``, ``∂D/∂λ = Σ λ``, ``∂m/∂λ = Σ``, all under the weights. Sets are made of the inputs
with which the event hangs together most, on the first paths; what is found is found again on all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import combinations

import numpy as np

from risk.analysis.views.dual import products, tilted
from risk.analysis.views.moments import Array

RANGE = (0.05, 0.95)
"""Quantiles of an input between which its mean may be believed to lie."""

LARGEST = 3
"""Inputs of the largest sets that are looked for."""

CANDIDATES = 6
"""Inputs of which sets are made."""

SEARCHED = 8_192
"""Paths on which sets are looked for."""

WORTH = 0.05
"""Share of the cost that one input more must save, or the larger set is not told."""

DIGITS = 7
"""Decimals of a push: SLSQP stands on LAPACK, whose last bits depend on the processor; these do not."""

CLOSE = 1e-4
"""Distance to the bar, a probability, or to the end of a range, in deviations, that counts as none."""

ROUNDING = 1e-12
"""Share of its size by which what is the same on every path may seem to vary."""

STEPS, DOUBLINGS = 60, 40
"""Of the search for a push, and of its bracket."""


@dataclass(frozen=True)
class Event:
    """What shall pass a bar.

    Attributes
    ----------
    flags : (path,) 1 where it comes, else 0.
    above : whether its probability shall be at least `bar`; else at most.
    """

    flags: Array
    bar: float
    above: bool

    def beyond(self, probability: float) -> float:
        """How far a probability lies beyond the bar."""
        return probability - self.bar if self.above else self.bar - probability

    def first(self, paths: int) -> Event:
        """The same on the first paths."""
        return Event(self.flags[:paths], self.bar, self.above)


@dataclass(frozen=True)
class Tilt:
    """Inputs of a set, and the weights that move their means at the least cost.

    Attributes
    ----------
    cost : relative entropy, nats.
    """

    names: tuple[str, ...]
    weights: Array
    cost: float


def smallest(event: Event, inputs: Mapping[str, Array], largest: int = LARGEST) -> tuple[Tilt, ...]:
    """For each size the set that takes the event past the bar at the least cost, where any does for less.

    Parameters
    ----------
    inputs : (path,) draws each, finite.
    """
    start = event.first(SEARCHED)
    few = {name: values[:SEARCHED] for name, values in inputs.items()}
    part = {name: _Input.of(values) for name, values in few.items() if varies(values)}
    near = {name: abs(float((each.values * start.flags).mean())) for name, each in part.items()}
    best = nlargest(CANDIDATES, near, key=near.__getitem__)
    ends = {name: _end(start, part[name]) for name in best}
    found: list[Tilt] = []
    for size in range(1, largest + 1):
        tried = (_least(start, part, names, ends) for names in combinations(best, size))
        passed = [tilt for tilt in tried if tilt is not None]
        names = min(passed, key=lambda tilt: tilt.cost).names if passed else ()
        whole = _least(event, {n: _Input.of(inputs[n]) for n in names}, names, ends) if names else None
        if whole is not None and (not found or whole.cost < (1.0 - WORTH) * found[-1].cost):
            found.append(whole)
    return tuple(found)


def varies(values: Array) -> bool:
    """Whether (path,) values differ by more than rounding."""
    return bool(values.std() > ROUNDING * np.abs(values).max())


@dataclass(frozen=True)
class _Input:
    """An input of mean 0 and deviation 1, and between what its mean may lie."""

    values: Array
    low: float
    high: float

    @classmethod
    def of(cls, values: Array) -> _Input:
        scaled = (values - values.mean()) / values.std()
        low, high = np.quantile(scaled, RANGE)
        return cls(scaled, float(low), float(high))


def _probability(event: Event, rows: Array, push: Sequence[float] | Array) -> float:
    return float((tilted(rows, np.asarray(push))[0] * event.flags).sum())


def _end(event: Event, one: _Input) -> float:
    """The push at which the input's mean lies at that end of its range which helps."""
    from scipy.optimize import brentq

    helps = event.beyond(_probability(event, one.values[None], [0.1]))
    end = one.high if helps > event.beyond(float(event.flags.mean())) else one.low

    def away(push: float) -> float:
        return float((tilted(one.values[None], np.array([push]))[0] * one.values).sum()) - end

    far = 1.0 if end > 0.0 else -1.0
    for _ in range(DOUBLINGS):
        if away(far) * end >= 0.0:
            return float(brentq(away, 0.0, far, xtol=1e-6))
        far *= 2.0
    return 0.0


@dataclass(frozen=True)
class _Problem:
    """The least entropy for one set of inputs, rows (input, path)."""

    event: Event
    rows: Array
    low: Array
    high: Array

    def entropy(self, push: Array) -> float:
        """D."""
        weights, level = tilted(self.rows, push)
        return float((weights * (push[:, None] * self.rows).sum(axis=0)).sum()) - level

    def slope(self, push: Array) -> Array:
        """Of D."""
        return np.asarray((self._spread(push)[0] * push).sum(axis=1))

    def slack(self, push: Array) -> Array:
        """What must not be below zero: how far P lies beyond the bar, and means inside their ranges."""
        weights = tilted(self.rows, push)[0]
        means = (weights * self.rows).sum(axis=1)
        share = float((weights * self.event.flags).sum())
        return np.concatenate([[self.event.beyond(share)], means - self.low, self.high - means])

    def slack_slopes(self, push: Array) -> Array:
        """Of the slack, a row each."""
        spread, joint = self._spread(push)
        return np.vstack([joint if self.event.above else -joint, spread, -spread])

    def _spread(self, push: Array) -> tuple[Array, Array]:
        """Covariance of the inputs under the weights, and theirs with the event."""
        weights = tilted(self.rows, push)[0]
        apart = self.rows - (weights * self.rows).sum(axis=1, keepdims=True)
        weighed = weights * apart
        return products(weighed, apart), (weighed * self.event.flags).sum(axis=1)


def _least(
    event: Event, inputs: Mapping[str, _Input], names: Sequence[str], ends: Mapping[str, float]
) -> Tilt | None:
    """The weights of least entropy for a set; None where it does not pass the bar within its ranges."""
    from scipy.optimize import minimize

    chosen = [inputs[name] for name in names]
    rows = np.array([each.values for each in chosen])
    furthest = np.array([ends[name] for name in names])
    if event.beyond(_probability(event, rows, furthest)) < -CLOSE:
        return None
    problem = _Problem(event, rows, np.array([c.low for c in chosen]), np.array([c.high for c in chosen]))
    found = minimize(  # type: ignore[call-overload]
        problem.entropy,
        0.5 * furthest,
        jac=problem.slope,
        constraints=[{"type": "ineq", "fun": problem.slack, "jac": problem.slack_slopes}],
        method="SLSQP",
        options={"maxiter": STEPS, "ftol": 1e-9},
    )
    push = np.round(found.x, DIGITS)
    if not np.isfinite(push).all() or (problem.slack(push) < -CLOSE).any():
        return None
    return Tilt(tuple(names), tilted(rows, push)[0], problem.entropy(push))
