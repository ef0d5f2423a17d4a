"""Simulated data with planted parameters: no record of anybody, and what an estimator must find in it.

Tests and `risk.calibrate.estimate.coverage` hold the estimators to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from risk.assumptions import Assumptions, load
from risk.calibrate.estimate import (
    capex,
    credit_cycle,
    default_factor,
    dependence,
    generations,
    pd_lgd,
    private_credit,
    rents,
    revenue,
)
from risk.calibrate.estimate.core import Finding

Array = NDArray[np.float64]
Generator = np.random.Generator

CHAIN = np.array([[0.87, 0.12, 0.01], [0.14, 0.74, 0.12], [0.01, 0.15, 0.84]])
MEANS = np.array([330.0, 480.0, 850.0])


@cache
def register() -> Assumptions:
    """The register that ships, of which some definitions are read."""
    return load()


@dataclass(frozen=True)
class Planted:
    """An estimator and data with a truth behind them.

    Attributes
    ----------
    find : findings from a set of data, drawn by a generator.
    truths : number in words → entry of its finding, and the truth.
    """

    find: Callable[[Generator], Sequence[Finding]]
    truths: Mapping[str, tuple[str, float]]


def ar1(rng: Generator, n: int, f: float, sd: float = 1.0) -> Array:
    """Stationary AR(1) of n steps, standard deviation `sd`."""
    x = np.empty(n)
    x[0] = sd * rng.standard_normal()
    for i in range(1, n):
        x[i] = f * x[i - 1] + sd * math.sqrt(1 - f * f) * rng.standard_normal()
    return x


def spreads(rng: Generator, quarters: int, k: float, v: float) -> Array:
    """High-yield spread of three regimes, bp, by quarter."""
    regime, log_spread, out = 0, math.log(MEANS[0]), []
    for _ in range(quarters):
        regime = int(rng.choice(3, p=CHAIN[regime]))
        shock = v * credit_cycle.SHOCK * rng.standard_normal()
        log_spread += k * (math.log(MEANS[regime]) - log_spread) + shock
        out.append(math.exp(log_spread))
    return np.array(out)


def default_rates(rng: Generator, years: int, p: float, rho: float, f: float) -> pd.Series[float]:
    """Probits of annual default rates of a large pool."""
    x = (norm.ppf(p) + math.sqrt(rho) * ar1(rng, years, f)) / math.sqrt(1 - rho)
    return pd.Series(x, index=range(2000, 2000 + years))


def recoveries(rng: Generator, years: int, a: float, b: float, precision: float) -> tuple[Array, Array]:
    """Default rates and beta-distributed losses given default."""
    rate = np.clip(0.04 * np.exp(0.6 * rng.standard_normal(years)), 0.005, 0.15)
    mean = 1.0 / (1.0 + np.exp(-(a + b * (rate - 0.035))))
    return rate, rng.beta(mean * precision, (1 - mean) * precision)


def quarters(
    rng: Generator, n: int, growth: float, sd: Mapping[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Capex and cash flow of five firms: capex answers to the cash flow of the year before."""
    index = pd.period_range("2000Q1", periods=n, freq="Q")
    firms = len(capex.FIRMS)
    news = sd["cash"] * rng.standard_normal((n, firms))
    cash = np.cumsum(growth / 4 + news, axis=0)
    earned = pd.DataFrame(np.exp(cash) * 10.0, index=index, columns=list(capex.FIRMS))
    source = earned.rolling(4).sum().apply(np.log).diff(4) / 4
    spent = np.zeros((n, firms))
    for t in range(1, n):
        known = np.nan_to_num(source.iloc[t - 1].to_numpy(np.float64))
        shock = sd["common"] * rng.standard_normal() + sd["firm"] * rng.standard_normal(firms)
        spent[t] = spent[t - 1] + sd["accelerator"] * known + shock
    return pd.DataFrame(np.exp(spent), index=index, columns=list(capex.FIRMS)), earned


def cash_flow(rng: Generator, n: int, growth: float, lasting: float, passing: float) -> Array:
    """Log cash flow with a drift, noise that lasts, noise that passes, and seasons."""
    level = np.cumsum(growth / 4 + lasting * rng.standard_normal(n))
    season = np.tile([0.1, -0.05, 0.0, -0.05], n // 4 + 1)[:n]
    return np.asarray(level + passing * rng.standard_normal(n) + season)


def t_copula(rng: Generator, n: int, nu: float, rho: float) -> Array:
    """Student-t vectors of three, correlations all alike."""
    root = np.linalg.cholesky(np.full((3, 3), rho) + (1 - rho) * np.eye(3))
    z = rng.standard_normal((n, 3)) @ root.T
    return np.asarray(z * np.sqrt(nu / rng.chisquare(nu, (n, 1))))


def named(findings: Sequence[Finding], entry: str) -> Finding:
    """The first finding about an entry."""
    return next(f for f in findings if f.entry == entry)


def _spread(rng: Generator) -> Sequence[Finding]:
    return credit_cycle.reverting(spreads(rng, 200, 0.3, 0.08), CHAIN, MEANS)


def _factor(rng: Generator) -> Sequence[Finding]:
    x = default_rates(rng, 60, 0.04, 0.1, 0.4)
    return default_factor.vasicek(x, "", register(), pool=True, lasting=True)


def _lgd(rng: Generator) -> Sequence[Finding]:
    rate, lgd = recoveries(rng, 40, -0.9, 8.0, 25.0)
    return pd_lgd.by_beta(rate, lgd, 0.035, 0.0, "", own=True)


def _logit(rng: Generator) -> Sequence[Finding]:
    rate, lgd = recoveries(rng, 60, -0.9, 8.0, 25.0)
    return (pd_lgd.by_logit(rate, lgd, 0.035, ""),)


def _loss(rng: Generator) -> Sequence[Finding]:
    years = rng.choice([1.0, 2.0], size=30)
    value = 0.012 + 0.01 * rng.standard_normal(30) / np.sqrt(years)
    loss, error = private_credit.mean_loss(value, years)
    return (Finding("loss", loss, error, 30, ""),)


def _momentum(rng: Generator) -> Sequence[Finding]:
    return rents.momentum(ar1(rng, 60, 0.45, 0.13))


def _noise(rng: Generator) -> Sequence[Finding]:
    days = 250
    level = np.cumsum(0.3 / math.sqrt(rents.DAYS) * rng.standard_normal(days))
    return (replace(rents.noise(level + ar1(rng, days, 0.7, 0.04))[0], entry="spot"),)


def _reading(rng: Generator) -> Sequence[Finding]:
    month = 0.1 * rng.standard_normal((12, 1)) + np.array([0.0, 0.2, -0.1, 0.3])
    index = pd.period_range("2025-01", periods=12, freq="M")
    read = month + 0.05 * rng.standard_normal((12, 4))
    return (replace(rents.index_error(pd.DataFrame(read, index=index)), entry="index"),)


def _generation(rng: Generator) -> Sequence[Finding]:
    ratio = ar1(rng, 60, 0.6, math.hypot(0.1, 0.04) / math.sqrt(1 - 0.36))
    return (replace(generations.noise("B200", [ratio], 0.04), entry="noise"),)


def _capex(rng: Generator) -> Sequence[Finding]:
    sd = {"cash": 0.08, "common": 0.06, "firm": 0.08, "accelerator": 0.5}
    return capex.plan(*quarters(rng, 60, 0.15, sd))


def _cash(rng: Generator) -> Sequence[Finding]:
    names, at, covariance, n = capex.components(cash_flow(rng, 80, 0.15, 0.05, 0.04))
    drift, level = names.index("drift"), names.index("sigma2.level")
    return (
        Finding("drift", 4 * float(at[drift]), 4 * math.sqrt(covariance[drift, drift]), n, ""),
        Finding("level", *capex._root(at, covariance, level), n, ""),
    )


def _imitation(rng: Generator) -> Sequence[Finding]:
    years = np.linspace(0.0, 2.0, 12)
    logs = revenue.curve(years, math.log(6.5), 6.0, 0.01, 1.2) + 0.1 * rng.standard_normal(12)
    q, error, _ = revenue.imitation(years, logs, 0.01, 6.0)
    return (Finding("revenue.imitation", q, error, 12, ""),)


def _freedom(rng: Generator) -> Sequence[Finding]:
    return (replace(dependence.freedom(t_copula(rng, 300, 5.0, 0.4)), entry="freedom"),)


LEVEL = 1.0 / (1.0 + math.exp(0.9))
"""Loss given default at the reference, of a logit of −.9."""

SLOPE = 8.0 * LEVEL * (1.0 - LEVEL)

ESTIMATORS: Sequence[Planted] = (
    Planted(
        _spread,
        {
            "spread reversion": ("credit.spread_reversion", 0.3),
            "spread volatility": ("credit.spread_volatility", 0.08),
        },
    ),
    Planted(
        _factor,
        {
            "correlation": ("credit.correlation_generic", 0.1),
            "persistence": ("credit.factor_persistence", default_factor.persistence(0.4)),
        },
    ),
    Planted(
        _lgd,
        {
            "LGD slope": ("credit.lgd_slope", SLOPE),
            "LGD level": ("credit.lgd_generic", LEVEL),
            "LGD noise": ("credit.lgd_concentration", 25.0),
        },
    ),
    Planted(_logit, {"LGD slope, logit": ("credit.lgd_slope", SLOPE)}),
    Planted(_loss, {"mean loss": ("loss", 0.012)}),
    Planted(_momentum, {"momentum": ("gpu.drift_smoothing", 0.45)}),
    Planted(_noise, {"spot volatility": ("spot", 0.3)}),
    Planted(_reading, {"index error": ("index", 0.05)}),
    Planted(_generation, {"generation noise": ("noise", 0.1)}),
    Planted(
        _capex,
        {
            "accelerator": ("capex.accelerator", 0.5),
            "common noise": ("capex.common_volatility", 0.06),
            "firm noise": ("capex.firm_volatility", 0.08),
        },
    ),
    Planted(_cash, {"cash flow growth": ("drift", 0.15), "cash flow noise": ("level", 0.05)}),
    Planted(_imitation, {"imitation": ("revenue.imitation", 1.2)}),
    Planted(_freedom, {"degrees of freedom": ("freedom", 5.0)}),
)
"""Every estimator whose error is a normal one, with the truth behind its data."""
