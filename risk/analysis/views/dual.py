"""The dual of entropy pooling, solved so that threads and processor change no bit.

=======  =====  ====================================================================
symbol   unit   meaning
=======  =====  ====================================================================
f, b     sd     rows of mean 0 and deviation 1, (view, path); what their means shall be
λ        1/sd   multipliers: ``q ∝ exp(λ'f)``; at most zero where b is a ceiling
=======  =====  ====================================================================

Notes
-----
Minimise ``log mean exp(λ'f) − λ'b``, which is convex: its slope is the mean of f under q less b, its
curvature the covariance of f under q. Newton's steps are halved until they descend; ceilings come and go as
in Lawson and Hanson (1974), *Solving Least Squares Problems*, chapter 23. Sums are NumPy's in fixed order and
systems are solved by elimination here, since products and solutions of BLAS and LAPACK depend in their last
bits on threads and processor (decision 20).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

REACHED = 1e-11
"""Largest distance of a mean to its bound, in deviations, at which Newton's method ends."""

ROUNDING = 1e-14
"""By how much the dual may seem to rise at its end, nats."""

STEPS, HALVINGS, ROUNDS = 100, 50, 200
"""Of Newton's method, of each of its steps, and of ceilings that come and go."""

PIVOT = 1e-12
"""Share of the largest curvature below which a direction counts as flat: views that say the same."""


def dot(one: Array, other: Array) -> float:
    """Sum of products, in fixed order."""
    return float((one * other).sum())


def products(rows: Array, others: Array) -> Array:
    """Sums of products of every row with every other."""
    return np.array([[dot(row, other) for other in others] for row in rows]).reshape(len(rows), len(others))


def solved(matrix: Array, right: Array) -> Array:
    """Solve a symmetric system, positive semi-definite; what it leaves open is zero."""
    a, b = matrix.copy(), right.copy()
    flat = PIVOT * max(float(np.abs(np.diagonal(a)).max(initial=0.0)), PIVOT)
    size, chosen = len(b), []
    for _ in range(size):
        rest = [i for i in range(size) if i not in chosen]
        pivot = max(rest, key=lambda i: a[i, i])
        if a[pivot, pivot] <= flat:
            break
        chosen.append(pivot)
        for i in range(size):
            if i != pivot:
                factor = a[i, pivot] / a[pivot, pivot]
                a[i] -= factor * a[pivot]
                b[i] -= factor * b[pivot]
    found = np.zeros(size)
    for i in chosen:
        found[i] = b[i] / a[i, i]
    return found


def tilted(rows: Array, push: Array) -> tuple[Array, float]:
    """Weights ``∝ exp(λ'f)``, (path,), and ``log mean exp(λ'f)``."""
    power = (push[:, None] * rows).sum(axis=0)
    top = float(power.max(initial=0.0))
    weights = np.exp(power - top)
    total = float(weights.sum())
    return weights / total, top + float(np.log(total / len(weights)))


def newton(rows: Array, bounds: Array, start: Array) -> Array | None:
    """Multipliers under which every row has its mean; None where none are found."""
    push = start
    weights, level = tilted(rows, push)
    for _ in range(STEPS):
        means = (weights * rows).sum(axis=1)
        slope = means - bounds
        if np.abs(slope).max(initial=0.0) <= REACHED:
            return push
        apart = rows - means[:, None]
        step = -solved(products(weights * apart, apart), slope)
        here, fall = level - dot(push, bounds) + ROUNDING, 1e-4 * dot(slope, step)
        for halving in range(HALVINGS):
            moved = push + 0.5**halving * step
            weights, level = tilted(rows, moved)
            if level - dot(moved, bounds) <= here + 0.5**halving * fall:
                break
        else:
            return None
        push = moved
    return None


def multipliers(rows: Array, bounds: Array, ceilings: Sequence[bool]) -> Array | None:
    """Multipliers under which rows have their means, those of ceilings at most; None where none are found.

    Parameters
    ----------
    rows : (view, path); `bounds`, `ceilings` : (view,).
    """
    push = np.zeros(len(rows))
    active = [k for k, ceiling in enumerate(ceilings) if not ceiling]
    for _ in range(ROUNDS):
        found = newton(rows[active], bounds[active], push[active])
        if found is None:
            return None
        wrong = [i for i, k in enumerate(active) if ceilings[k] and found[i] > 0.0]
        if wrong:  # go as far as signs allow, and let go of what stands at zero
            held = push[active]
            share = min(held[i] / (held[i] - found[i]) for i in wrong)
            push[active] = held + share * (found - held)
            out = {active[i] for i in wrong if push[active[i]] >= -PIVOT}
            push[[*out]] = 0.0
            active = [k for k in active if k not in out]
            continue
        push[active] = found
        means = (tilted(rows, push)[0] * rows).sum(axis=1)
        above = [k for k, ceiling in enumerate(ceilings) if ceiling and k not in active]
        worst = max(above, key=lambda k: means[k] - bounds[k], default=None)
        if worst is None or means[worst] - bounds[worst] <= REACHED:
            return push
        active.append(worst)
    return None
