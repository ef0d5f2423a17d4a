"""Default factor: asset correlation, its persistence, and default probabilities from annual default rates.

A large pool's default rate of a year is Φ[(c + √ρ Y) / √(1 − ρ)], Vasicek's. Its probit is then a linear
function of the factor Y; with Y an AR(1) it is a Gaussian AR(1), whose exact likelihood statsmodels has.
Moments of the probits, taken as independent, are told beside it. A panel of ratings on one factor tells how
long lasts what they share.

=======  ======================================================================
symbol   meaning
=======  ======================================================================
x        probit of the year's default rate, mean m, variance V, autocorrelation f
ρ        V / (1 + V)
p        Φ(m √(1 − ρ)), the mean default rate
=======  ======================================================================

The year is a mean of quarters: a quarterly AR(1) of persistence q has years correlated by
(q + 2q² + 3q³ + 4q⁴ + 3q⁵ + 2q⁶ + q⁷) / (4 + 6q + 4q² + 2q³), which is inverted. Counts are large (hundreds
of issuers and more), so that sampling adds little; a year without a default is left out of the probits.

References: Vasicek (2002); Kendall (1954) for the bias of an autocorrelation, (1 + 3f)/n, which is taken out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.statespace.dynamic_factor import DynamicFactor

from risk.calibrate.estimate.core import Array, Finding, Module, delta, mean
from risk.calibrate.estimate.credit_cycle import BOUNDS, REGIMES, SPREAD
from risk.calibrate.estimate.series import Column, Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

POOL, MIX = "sp_B_pct", "sp_us_sg_pct"
OTHERS = {
    "sp_global_sg_pct": "speculative grade, world",
    "moodys_sg_issuer_weighted_pct": "speculative grade from 1970",
    "altman_hy_par_pct": "high yield by par",
}
RATINGS = ("sp_BB_pct", POOL, "sp_CCC_pct")


def _rate(name: str) -> Column:
    return Column(name, unit="% of issuers or par a year", low=0, high=100, blank=True)


RATES = Series(
    "default_rates_annual.csv",
    "Annual default rates",
    (Column("year", "year"), *map(_rate, (POOL, MIX, *OTHERS, *RATINGS[::2]))),
    "S&P annual default study, tables 1, 3, 5; Moody's annual study, annual issuer-weighted rates; "
    "Altman's default rates by par; the agencies forbid passing tables on",
    unbroken=True,
)


def probits(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    """Probits of a column's rates by year; NaN where none is known or none defaulted."""
    rate = frame[column].to_numpy(np.float64) / 100.0
    with np.errstate(invalid="ignore"):
        seen = np.where((rate > 0.0) & (rate < 1.0), rate, np.nan)
    found = pd.Series(norm.ppf(seen), index=frame["year"].astype(int))
    return found.loc[found.first_valid_index() : found.last_valid_index()]


def yearly(quarterly: float) -> float:
    """Autocorrelation of years of a quarterly AR(1)."""
    q = quarterly
    together = q + 2 * q**2 + 3 * q**3 + 4 * q**4 + 3 * q**5 + 2 * q**6 + q**7
    return together / (4 + 6 * q + 4 * q**2 + 2 * q**3)


def persistence(annual: float) -> float:
    """Persistence a quarter of an AR(1) whose years have this autocorrelation."""
    bounded = min(max(annual, 1e-6), yearly(0.999))
    return float(brentq(lambda q: yearly(q) - bounded, 1e-7, 0.999))


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Correlation, persistence, probability; by regime where the spread is known too."""
    frame = data[RATES.file].rows
    pool = probits(frame, POOL)
    found = [*vasicek(pool, "B-rated issuers", register, pool=True), *_mix(frame, register)]
    for column, words in OTHERS.items():
        found += vasicek(probits(frame, column), words, register)
    found.append(_panel(frame))
    spread = data.get(SPREAD.file)
    return (*found, *_by_regime(probits(frame, MIX), spread.rows)) if spread else tuple(found)


def _mix(frame: pd.DataFrame, register: Assumptions) -> list[Finding]:
    """Persistence is the mix's; of its correlation only a second opinion is wanted."""
    return vasicek(probits(frame, MIX), "speculative grade, US", register, lasting=True)


def vasicek(
    x: pd.Series[float], words: str, register: Assumptions, pool: bool = False, lasting: bool = False
) -> list[Finding]:
    """Correlation of a series of probits, and its persistence and default probability where wanted.

    Parameters
    ----------
    pool : the series stands for the register's pools; else its correlation is a second opinion.
    lasting : the persistence of the series is the register's.
    """
    values = x.to_numpy(np.float64)
    n = int(np.isfinite(values).sum())
    fit = ARIMA(values, order=(1, 0, 0), trend="c").fit()
    at, covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    f = float(at[1])
    rho, error = delta(_rho, at, covariance)
    moments = float(np.nanvar(values, ddof=1))
    bias = (1.0 + 3.0 * f) / n
    told = (
        f"{words}; by moments {moments / (1 + moments):.3f}; autocorrelation of years {f:.2f} "
        f"± {math.sqrt(covariance[1, 1]):.2f}, {n * (1 - f) / (1 + f):.0f} independent years"
    )
    method = "maximum likelihood, Vasicek with an AR(1) factor"
    found = [Finding("credit.correlation_generic", rho, error, n, method, told, second=not pool)]
    if pool:
        found.append(_probability(at, covariance, n, register))
    q, slope = persistence(f + bias), math.sqrt(covariance[1, 1])
    low, high = persistence(f + bias - slope), persistence(f + bias + slope)
    told = f"{words}; years {f:.2f}, bias of {bias:.2f} taken out"
    method = "AR(1) of annual probits, to a quarter"
    found.append(
        Finding("credit.factor_persistence", q, 0.5 * (high - low), n, method, told, second=not lasting)
    )
    return found


def _rho(at: Array) -> float:
    variance = at[2] / (1.0 - at[1] ** 2)
    return float(variance / (1.0 + variance))


def _probability(at: Array, covariance: Array, n: int, register: Assumptions) -> Finding:
    """Default probability before migration and what falls due, which the register adds."""
    more = register.number("credit.expected_more")
    p, error = delta(lambda a: float(norm.cdf(a[0] * math.sqrt(1.0 - _rho(a)))), at, covariance)
    told = f"B-rated issuers default at {p:.4f} ± {error:.4f} a year; over credit.expected_more, {more:g}"
    method = "maximum likelihood, Vasicek with an AR(1) factor"
    return Finding("credit.pd_b_loans", p / more, error / more, n, method, told)


def _panel(frame: pd.DataFrame) -> Finding:
    """Autocorrelation of the factor that the ratings share, from a dynamic factor model."""
    x = np.stack([probits(frame, name).reindex(frame["year"].astype(int)).to_numpy() for name in RATINGS], 1)
    x = x[np.isfinite(x).any(axis=1)]
    standard = (x - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0)
    fit = DynamicFactor(standard, k_factors=1, factor_order=1).fit(disp=False, maxiter=500)
    parameters = dict(zip(fit.model.param_names, np.asarray(fit.params), strict=True))
    f = float(np.asarray(fit.params)[-1])
    slope = float(np.asarray(fit.bse)[-1])
    own = [1.0 - float(value) for name, value in parameters.items() if name.startswith("sigma2")]
    told = "BB, B, CCC; shared variance " + ", ".join(f"{min(max(share, 0.0), 1.0):.2f}" for share in own)
    q = persistence(f + (1.0 + 3.0 * f) / len(x))
    low, high = persistence(f - slope), persistence(f + slope)
    method = "dynamic factor of three ratings' probits, to a quarter"
    return Finding("credit.factor_persistence", q, 0.5 * (high - low), len(x), method, told, second=True)


def _by_regime(x: pd.Series[float], months: pd.DataFrame) -> list[Finding]:
    """Mean of the standardized factor in years of each regime, by the year's mean spread."""
    year = months["month"].str[:4].astype(int)
    spread = months.groupby(year)["mean_bp"].mean()[months.groupby(year)["mean_bp"].count() == 12]
    both = pd.concat({"x": x, "spread": spread}, axis=1).dropna()
    together = float(np.corrcoef(both["x"], np.log(both["spread"]))[0, 1])
    factor = ((both["x"] - both["x"].mean()) / both["x"].std(ddof=1)).to_numpy(np.float64)
    regime, found = np.digitize(both["spread"], BOUNDS), []
    for i, name in enumerate(REGIMES):
        inside = factor[regime == i]
        if len(inside) < 2:
            continue
        value, error = mean(inside)
        told = f"{len(inside)} years; probits and log spread correlate by {together:.2f}"
        method = "mean of standardized probits by the year's mean spread"
        found.append(Finding(f"credit.factor_means[{name}]", value, error, len(inside), method, told))
    return found


MODULE = Module("default_factor", "What defaults have in common", (RATES,), find, (SPREAD,))
