"""Credit cycle: regimes of the high-yield spread, how fast it reverts to them, and how noisy it is.

Regimes are read off quarterly means at 400 and 600 bp, the bounds of the register, and their transitions
counted. Given that chain and the regimes' means, reversion and noise are those of maximum likelihood over
the regimes as they may have been: ln s' = ln s + k (ln mean of the new regime − ln s) + σ ε. A Markov
regression without reversion, whose regimes and means are free, is the second opinion.

Five spells of stress are all there is: the errors of entry and stay are wide, and are told.

References: Hamilton (1989); statsmodels `MarkovRegression`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from statsmodels.tools.numdiff import approx_hess
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

from risk.calibrate.estimate.core import Array, Finding, Module, delta
from risk.calibrate.estimate.series import Column, Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

REGIMES = ("calm", "tight", "stress")
BOUNDS = (400.0, 600.0)
"""Quarterly means, bp, between which the market is tight."""

UNSEEN = 0.2
"""Transitions that are counted where none was seen: a fifth of one."""

SHOCK = math.sqrt(0.5 * (1.25**2 + 0.8**2))
"""Standard deviation of a shock that widens more than it narrows, per unit of volatility."""

SPREAD = Series(
    "hy_oas_monthly.csv",
    "High-yield option-adjusted spread",
    (
        Column("month", "month"),
        Column("mean_bp", unit="bp, mean of the month's days", low=50, high=5000),
    ),
    "FRED series BAMLH0A0HYM2 (ICE BofA US High Yield), daily, averaged by month; ICE forbids passing it on",
    unbroken=True,
)


def quarterly(months: pd.DataFrame) -> Array:
    """Quarterly means of the spread, bp, (quarter,)."""
    quarter = pd.PeriodIndex(months["month"], freq="M").asfreq("Q")
    return months.groupby(quarter)["mean_bp"].mean().to_numpy(np.float64)


def counts(spread: Array) -> Array:
    """Transitions between regimes, (from, to)."""
    regime = np.digitize(spread, BOUNDS)
    found = np.zeros((len(REGIMES), len(REGIMES)))
    np.add.at(found, (regime[:-1], regime[1:]), 1.0)
    return found


def chain(found: Array) -> Array:
    """Transition probabilities, (from, to), none of them zero."""
    seen = np.where(found > 0.0, found, UNSEEN)
    return np.asarray(seen / seen.sum(axis=1, keepdims=True))


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Means, chain, reversion and noise."""
    spread = quarterly(data[SPREAD.file].rows)
    moves = counts(spread)
    return (
        *_means(spread),
        *_transitions(spread, moves),
        *reverting(spread, chain(moves)),
        *_switching(spread),
    )


def _means(spread: Array) -> list[Finding]:
    """Mean of each regime; quarters of a spell move together, so that spells count, not quarters."""
    regime, found = np.digitize(spread, BOUNDS), []
    for i, name in enumerate(REGIMES):
        inside = spread[regime == i]
        spells = max(1, int(np.sum((regime == i) & (np.r_[-1, regime[:-1]] != i))))
        error = float(inside.std(ddof=1)) / math.sqrt(spells)
        told = f"{len(inside)} quarters in {spells} spells; the error counts spells"
        method = "mean of quarters in the regime"
        found.append(Finding(f"credit.{name}_spread", float(inside.mean()), error, spells, method, told))
    return found


def _transitions(spread: Array, moves: Array) -> list[Finding]:
    """Counted shares with the error and the 90% interval of a Beta posterior on Jeffreys' prior."""
    from scipy.stats import beta

    found, means = [], chain(moves)
    for i, before in enumerate(REGIMES):
        n = int(moves[i].sum())
        for j, after in enumerate(REGIMES):
            law = beta(moves[i, j] + 0.5, n - moves[i, j] + 0.5)
            interval = (float(law.ppf(0.05)), float(law.ppf(0.95)))
            seen = f"{int(moves[i, j])} of {n} quarters" + ("; never seen" if moves[i, j] == 0 else "")
            address, error = f"credit.transition[{before},{after}]", float(law.std())
            found.append(
                Finding(address, float(means[i, j]), error, n, "counts at 400 and 600 bp", seen, interval)
            )
    return found


def reverting(spread: Array, transition: Array, means: Array | None = None) -> list[Finding]:
    """Reversion and noise by maximum likelihood over the regimes as they may have been.

    Parameters
    ----------
    spread : (quarter,) bp.
    transition : (from, to), held.
    means : (regime,) bp that the spread reverts to; those of the quarters in each by default.
    """
    regime, y = np.digitize(spread, BOUNDS), np.log(spread)
    level = np.log([spread[regime == i].mean() for i in range(3)] if means is None else means)
    model = MarkovRegression(y[1:], 3, trend="c", exog=y[:-1], switching_exog=False)

    def parameters(at: Array) -> Array:
        k = 1.0 / (1.0 + math.exp(-at[0]))
        last = np.array([1.0 - k, math.exp(2.0 * at[1])])
        return np.concatenate([transition[:, 0], transition[:, 1], k * level, last])

    def loss(at: Array) -> float:
        return -float(model.loglike(parameters(at)))

    best = minimize(
        loss, np.array([-1.0, -2.0]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8}
    )
    covariance = np.linalg.pinv(np.asarray(approx_hess(best.x, loss)))
    k, k_error = delta(lambda at: 1.0 / (1.0 + math.exp(-at[0])), best.x, covariance)
    v, v_error = delta(lambda at: math.exp(at[1]) / SHOCK, best.x, covariance)
    method = "maximum likelihood over hidden regimes, chain held at the counts"
    told = f"log likelihood {-best.fun:.1f}; log spread"
    n = len(y) - 1
    return [
        Finding("credit.spread_reversion", k, k_error, n, method, told),
        Finding("credit.spread_volatility", v, v_error, n, method, told),
    ]


def _switching(spread: Array) -> list[Finding]:
    """Means of three regimes that a Markov regression finds by itself: the second opinion."""
    y, regime = np.log(spread), np.digitize(spread, BOUNDS)
    model, held = MarkovRegression(y, 3, trend="c"), chain(counts(spread))
    level = [y[regime == i].mean() for i in range(3)]
    start = np.r_[held[:, 0], held[:, 1], level, np.var(y - np.array(level)[regime])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence is told among the diagnostics
        fit = model.fit(start_params=start, em_iter=0, disp=False, maxiter=500)
    stay = ", ".join(f"{name} {q:.1f}" for name, q in zip(REGIMES, fit.expected_durations, strict=True))
    ended = "converged" if fit.mle_retvals["converged"] else "NOT converged"
    told = f"quarters of stay: {stay}; log likelihood {fit.llf:.1f}; {ended}"
    found = []
    for i, name in enumerate(REGIMES):
        value, error = math.exp(fit.params[6 + i]), math.exp(fit.params[6 + i]) * fit.bse[6 + i]
        method = "Markov regression of the log spread, three regimes"
        found.append(Finding(f"credit.{name}_spread", value, error, len(y), method, told, second=True))
    return found


MODULE = Module("credit_cycle", "Regimes of the high-yield spread", (SPREAD,), find)
