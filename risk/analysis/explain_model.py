"""What each of many inputs tells of a result that the others do not: one regression on all of them at once.

The first-order share of an input counts what any input that goes with it does. Here the result is fitted by
curves of every input and by products of inputs, and an input is credited with what the fit loses without any
of its terms: its total effect, as far as curves and products tell. An input that matters only together with
another is found by their product; one that does nothing but follows one that does loses nothing.

=======  ===================================================================================================
symbol   meaning
=======  ===================================================================================================
Φ, G     terms, (path, term); Φᵀ Φ
e, V     residuals; covariance of the coefficients b, robust to unequal variances (HC3)
I, M     terms of an input; inverse of the part of G⁻¹ that they have
total    (b_I′ M b_I − tr(M V_I)) / Σ y²: what the fit loses without them, less what chance alone would lose,
         over the share of n that the other terms leave free
p        of b_I′ V_I⁻¹ b_I as χ² with as many degrees of freedom as terms
=======  ===================================================================================================

Notes
-----
Products enter one round after the other, the clearest first, each held against what all terms before it leave
over, and only where the chance that any pair of inputs without a product would seem so clear is under one in
a hundred. False discovery over all inputs is controlled at 5% (Benjamini and Hochberg, 1995, *JRSS B* 57).
MacKinnon and White (1985, *Journal of Econometrics* 29) for HC3; Mara and Tarantola (2012, *Reliability
Engineering and System Safety* 107) for totals of inputs that depend on one another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import shares, statistics
from risk.analysis.attribution import ranks
from risk.analysis.explain_curves import Places, middle_ranks, plain, polynomials
from risk.analysis.statistics import Estimate

Array = NDArray[np.float64]

PATHS = 16_384
"""Paths that the regression looks at, at most: it knows a total of a thousandth by them."""

TERMS, PATHS_A_TERM = 600, 12
"""Most terms, and fewest paths for each."""

FEW_INPUTS = 12
"""Inputs up to which each has a spline and products of four curves; of more only the strongest have one."""

STRONG = 20
"""Inputs with a spline of their own where there are many."""

DISCOVERY, SPURIOUS = 0.05, 0.01
"""Share of false discoveries among those that are called found; chance of a product that is none."""

PLAIN = 2
"""Curves of each input by which a product is looked for."""

RIDGE = 1e-9
"""By which a diagonal is larger, as a share of it."""

ROUNDS = 6
"""Rounds in which products enter."""


DIGITS = 6
"""Of a share: far more than its error supports."""


@dataclass(frozen=True)
class Beyond:
    """What an input tells beyond all others.

    Attributes
    ----------
    total : share of the variance that is lost without it, its products in; NaN where paths are too few.
    q : share of false discoveries if all inputs this clear are called found; NaN likewise.
    partners : inputs with which it acts in products.
    """

    total: Estimate
    q: float
    partners: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether it is told from chance."""
        return self.q <= DISCOVERY


@dataclass(frozen=True)
class Fit:
    """What all inputs tell of a result together, and each beyond the others.

    Attributes
    ----------
    whole : share of the variance that curves of all inputs and their products explain.
    groups : what is lost without any input of a group.
    """

    single: Mapping[str, Beyond]
    groups: Mapping[str, Beyond]
    whole: Estimate


def beyond(
    inputs: Mapping[str, Array], values: Array, groups: Mapping[str, Sequence[str]] | None = None
) -> Fit:
    """What each input tells beyond all others.

    Parameters
    ----------
    inputs : (path,) values by name.
    values : (path,) the result.
    groups : names of inputs that are looked at together, by the name of the group.
    """
    n = min(len(values), PATHS)
    y = values[:n] - values[:n].mean()
    most = min(TERMS, n // PATHS_A_TERM)
    names, together = list(inputs), groups or {}
    if not names or len(names) > most or not (y * y).sum() > 0.0:
        nothing = Estimate(math.nan, math.nan, n)
        untold = Beyond(nothing, math.nan)
        return Fit(dict.fromkeys(names, untold), dict.fromkeys(together, untold), nothing)
    places = {name: middle_ranks(x[:n]) for name, x in inputs.items()}
    model = _Model(y, names, *_terms(places, y, most))
    model.add_products(_curves(places, n), most)
    model.judge()
    single = model.told({name: {i} for i, name in enumerate(names)})
    of = {name: {names.index(member) for member in members} for name, members in together.items()}
    return Fit(single, model.told(of, tested=False) if of else {}, model.whole())


def _terms(places: Mapping[str, Places], y: Array, most: int) -> tuple[Array, list[tuple[int, ...]]]:
    """Curves of every input, (path, term), and which input each is of."""
    n, names = len(y), list(places)
    degree = max(d for d in (3, 2, 1) if d == 1 or d * len(names) <= 0.6 * most)
    curves = dict.fromkeys(names, degree)
    alone = {name: _alone(place, y) for name, place in places.items()}
    for name in sorted(names, key=lambda key: -alone[key])[: max(STRONG, FEW_INPUTS)]:
        more = shares.curves(n) - degree
        if sum(curves.values()) + more <= most and (alone[name] > 0.0 or len(names) <= FEW_INPUTS):
            curves[name] = degree + more
    parts: list[Array] = []
    of: list[tuple[int, ...]] = []
    for i, name in enumerate(names):
        levels = np.count_nonzero(np.bincount(places[name]))
        table = shares.spline(n) if curves[name] > degree else polynomials(n, degree)
        part = table[places[name]][:, : max(levels - 1, 0)] * math.sqrt(n)
        parts.append(part)
        of += [(i,)] * part.shape[1]
    return np.concatenate(parts, axis=1), of


def _alone(place: Places, y: Array) -> float:
    """First-order share, zero where it is noise; ranks of equal values stand as they do among the paths."""
    share, influence = shares.first_order(ranks(place.astype(np.float64)), y)
    error = shares.estimate(share, influence).standard_error
    return share if share > 3.0 * error else 0.0


def _curves(places: Mapping[str, Places], n: int) -> Array:
    """What products are made of, (path, input, curve), each with variance 1, the plainest first."""
    table = plain(n)[:, : 6 if len(places) <= FEW_INPUTS // 2 else 4] * math.sqrt(n)
    return table[np.stack(list(places.values()), axis=1)]


class _Model:
    """The regression: its terms, which inputs each is of, and what it leaves over."""

    def __init__(self, y: Array, names: Sequence[str], terms: Array, of: list[tuple[int, ...]]) -> None:
        self.y, self.names, self.of = y, names, of
        self.terms = terms - terms.mean(axis=0)
        self.gram = self.terms.T @ self.terms
        self._fit()

    def _fit(self) -> None:
        self.b = np.linalg.solve(_firm(self.gram), self.terms.T @ self.y)
        self.rest = self.y - self.terms @ self.b

    def _add(self, block: Array) -> None:
        centered = block - block.mean(axis=0)
        across = self.terms.T @ centered
        self.gram = np.block([[self.gram, across], [across.T, centered.T @ centered]])
        self.terms = np.concatenate([self.terms, centered], axis=1)

    def add_products(self, curves: Array, most: int) -> None:
        """Add products of inputs, a few a round, as long as any is clear by its two plainest curves."""
        n, k, _ = curves.shape
        flat = np.ascontiguousarray(
            curves[:, :, :PLAIN].reshape(n, -1), dtype=np.float32
        )  # a score needs no more
        rest, squares = self.rest.astype(np.float32) / np.float32(self.y.std()), flat * flat
        spread = np.sqrt((squares * (rest**2)[:, None]).T @ squares)
        tried = np.tri(k, dtype=bool)
        for _ in range(ROUNDS):
            rest = self.rest.astype(np.float32) / np.float32(self.y.std())
            score = ((flat * rest[:, None]).T @ flat / spread).astype(np.float64) ** 2
            clear = _clearest(score.reshape(k, PLAIN, k, PLAIN).sum(axis=(1, 3)), PLAIN**2, tried)
            if not clear:
                return
            for i, j in clear:
                tried[i, j] = True
                room = math.isqrt(max(most - self.terms.shape[1], 0))
                block = curves[:, i, :room, None] * curves[:, j, None, :room]
                self._add(block.reshape(n, -1))
                self.of += [(i, j)] * (self.terms.shape[1] - len(self.of))
            self._fit()

    def judge(self) -> None:
        """Find the covariance of the coefficients, and residuals without the pull of their own path."""
        self.inverse = np.linalg.inv(_firm(self.gram))
        projected = self.terms @ self.inverse
        leverage = np.einsum("nk,nk->n", projected, self.terms) + 1.0 / len(self.y)
        free = np.maximum(1.0 - leverage, 0.1)
        scaled = projected * (self.rest / free)[:, None]
        self.robust, self.own = scaled.T @ scaled, self.rest / np.sqrt(free)
        self.left = float((self.own**2).sum() / (self.y**2).sum())

    def whole(self) -> Estimate:
        """Share of the variance that all terms explain."""
        n, square = len(self.y), float((self.y**2).sum())
        rest, left = self.own**2, self.left
        influence = (left * self.y**2 - rest) * n / square
        error = shares.sharpened(statistics.mean(influence).standard_error, len(self.b), left, n)
        return _rounded(1.0 - left, error, n)

    def told(self, wanted: Mapping[str, set[int]], tested: bool = True) -> dict[str, Beyond]:
        """What inputs tell beyond the others, by name of those that are left out together."""
        from scipy.special import chdtrc
        from scipy.stats import false_discovery_control

        n, square = len(self.y), float((self.y**2).sum())
        mine = [[k for k, parts in enumerate(self.of) if own & {*parts}] for own in wanted.values()]
        without, lost, p = np.zeros((len(self.b), len(mine))), np.zeros(len(mine)), np.ones(len(mine))
        for i, terms in enumerate(mine):
            b, covariance = self.b[terms], self.robust[np.ix_(terms, terms)]
            m = np.linalg.inv(self.inverse[np.ix_(terms, terms)])
            without[:, i] = self.inverse[:, terms] @ (m @ b)
            # The other terms fit some of what these tell by chance: a share of it as large as theirs of n.
            m = m * (n / (n - 1.0 - len(self.b) + len(terms)))
            lost[i] = (b @ m @ b - float(np.sum(m * covariance))) / square
            if terms and tested:
                p[i] = chdtrc(float(len(terms)), float(b @ np.linalg.solve(_firm(covariance), b)))
        # What a path adds to the loss: its residual without the input, less that with it.
        moved = (self.rest[:, None] + self.terms @ without) ** 2 - (self.rest**2)[:, None]
        influence = (moved - lost * (self.y**2)[:, None]) * n / square
        errors = shares.sharpened(_errors(influence), [len(terms) for terms in mine], self.left, n)
        q = false_discovery_control(p) if tested else np.full(len(p), math.nan)
        return {
            name: Beyond(_rounded(lost[i], errors[i], n), round(float(q[i]), DIGITS), self._partners(own))
            for i, (name, own) in enumerate(wanted.items())
        }

    def _partners(self, own: set[int]) -> tuple[str, ...]:
        pairs = dict.fromkeys(parts for parts in self.of if len(parts) > 1 and own & {*parts})
        return tuple(dict.fromkeys(self.names[j] for parts in pairs for j in parts if j not in own))


def _rounded(value: float, error: float, n: int) -> Estimate:
    """A share in digits that no order of summation moves, nor the kernel of a library."""
    return Estimate(round(float(value), DIGITS), round(float(error), DIGITS), n)


def _firm(square: Array) -> Array:
    """A matrix that can be inverted where terms repeat one another: its diagonal is a hair larger."""
    return square + np.diag(np.maximum(np.diag(square), 1e-12) * RIDGE)


def _clearest(statistic: Array, freedom: int, tried: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Pairs of inputs whose product is clear, the clearest first, no input twice."""
    from scipy.special import chdtrc

    p = np.where(tried, 1.0, chdtrc(float(freedom), statistic))
    limit = SPURIOUS / max(len(p) * (len(p) - 1) / 2, 1)
    order = np.argsort(p, axis=None)
    found: list[tuple[int, int]] = []
    for place in order[: int((p < limit).sum())]:
        i, j = (int(x) for x in np.unravel_index(place, p.shape))
        if not any({i, j} & set(pair) for pair in found):
            found.append((i, j))
    return found


def _errors(influence: Array) -> Array:
    """Standard error of the mean of each column of (path, column), as `statistics.mean` has it."""
    n = len(influence)
    away = influence - influence.mean(axis=0)
    variance = (away**2).sum(axis=0) / (n - 1)
    fourth = (away * away) ** 2
    kurtosis = np.divide(fourth.mean(axis=0), variance**2, out=np.ones(len(variance)), where=variance > 0.0)
    freedom = np.minimum(2.0 * n / np.maximum(kurtosis - 1.0, 1e-9), n - 1.0)
    wider: Array = np.array([statistics.widened(float(x)) for x in freedom])
    return np.asarray(np.sqrt(variance / n) * wider)
