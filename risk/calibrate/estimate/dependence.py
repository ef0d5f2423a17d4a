"""Dependence: how shocks of credit and of the build move together, and how heavy their joint tail is.

Quarterly residuals of what is recorded: credit by banks' standards, financial conditions and delinquencies
over 34 years; the build by the capex and cash flow of five firms over seven. A t copula on ranks, its
correlations from Kendall's tau and degrees of freedom by maximum likelihood, on the long record; the
correlation of credit with the build on the short one, shrunk towards none. Of other pairs there is no record.

References: Demarta & McNeil (2005); Schäfer & Strimmer (2005) for the shrinkage.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import kendalltau, rankdata, t
from statsmodels.tools.numdiff import approx_hess
from statsmodels.tsa.ar_model import AutoReg

from risk.calibrate.estimate import capex
from risk.calibrate.estimate.core import Array, Finding, Module
from risk.calibrate.estimate.series import Column, Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

LAGS = 2
FREEDOM = (2.1, 60.0)
"""Degrees of freedom that are searched."""

QUARTERLY = Series(
    "fed_quarterly.csv",
    "Banks' standards, delinquencies, SOFR",
    (
        Column("quarter", "quarter"),
        Column("sloos_pct", unit="net % of banks tightening", low=-100, high=100, blank=True),
        Column("delinquency_pct", unit="% of business loans", low=0, high=100, blank=True),
        Column("sofr_pct", unit="%", low=-5, high=30, blank=True),
    ),
    "FRED series DRTSCILM, DRBLACBS, SOFR",
    ships=True,
    unbroken=True,
)
MONTHLY = Series(
    "fed_monthly.csv",
    "Federal funds rate, Treasury yield, financial conditions, recessions",
    (
        Column("month", "month"),
        Column("fedfunds_pct", unit="%", low=-5, high=30),
        Column("dgs10_pct", unit="%", low=-5, high=30, blank=True),
        Column("anfci", unit="sd, up is tight", low=-10, high=20, blank=True),
        Column("usrec", unit="0 or 1", low=0, high=1, blank=True),
    ),
    "FRED series FEDFUNDS, DGS10, ANFCI, USREC",
    ships=True,
    unbroken=True,
)


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Degrees of freedom on the long record, credit with the build on the short one."""
    long = macro(data[QUARTERLY.file].rows, data[MONTHLY.file].rows)
    credit = residuals(long)
    newest = data[capex.NEWEST.file].rows
    spent = capex.quarters(data[capex.CAPEX.file].rows, newest, "capex_bn")
    earned = capex.quarters(data[capex.CFO.file].rows, newest, "cfo_bn")
    build = pd.DataFrame({"capex": _growth(spent), "cash flow": _growth(earned)})
    short = residuals(pd.concat([long["standards"], build], axis=1))
    return (freedom(credit.to_numpy(np.float64), tuple(credit.columns)), _pair(short))


def macro(quarterly: pd.DataFrame, monthly: pd.DataFrame) -> pd.DataFrame:
    """Standards, conditions and delinquencies by quarter."""
    index = pd.PeriodIndex(quarterly["quarter"], freq="Q")
    month = pd.PeriodIndex(monthly["month"], freq="M").asfreq("Q")
    return pd.DataFrame(
        {
            "standards": pd.Series(quarterly["sloos_pct"].to_numpy(), index=index),
            "conditions": monthly.groupby(month)["anfci"].mean(),
            "delinquencies": pd.Series(quarterly["delinquency_pct"].to_numpy(), index=index),
        }
    )


def _growth(frame: pd.DataFrame) -> pd.Series[float]:
    """Log change over a year of the firms' sum: seasons cancel."""
    total = frame.sum(axis=1, min_count=4)
    return pd.Series(np.log(total), index=total.index).diff(capex.YEAR)


def residuals(frame: pd.DataFrame) -> pd.DataFrame:
    """What each series does beyond its own last two quarters, in the quarters that all have."""
    found = {}
    for name, column in frame.items():
        known = column.dropna()
        fit = AutoReg(known.to_numpy(np.float64), lags=LAGS, trend="c").fit()
        found[str(name)] = pd.Series(np.asarray(fit.resid), index=known.index[LAGS:])
    return pd.concat(found, axis=1).dropna()


def rank_correlation(x: Array) -> Array:
    """Correlation of an elliptical copula from Kendall's tau, (series, series), made positive definite."""
    k = x.shape[1]
    found = np.eye(k)
    for i in range(k):
        for j in range(i):
            found[i, j] = found[j, i] = math.sin(
                0.5 * math.pi * float(kendalltau(x[:, i], x[:, j]).statistic)
            )
    values, vectors = np.linalg.eigh(found)
    fixed = vectors @ np.diag(np.maximum(values, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(fixed))
    return np.asarray(fixed / scale[:, None] / scale[None, :])


def freedom(x: Array, names: Sequence[str] = ()) -> Finding:
    """Degrees of freedom of a t copula.

    Parameters
    ----------
    x : residuals, (quarter, series).
    """
    n = len(x)
    ranks = np.apply_along_axis(rankdata, 0, x) / (n + 1.0)
    correlation = rank_correlation(x)

    def loss(log_freedom: float) -> float:
        return -_likelihood(ranks, correlation, math.exp(log_freedom))

    best = minimize_scalar(loss, bounds=(math.log(FREEDOM[0]), math.log(FREEDOM[1])), method="bounded")
    at, curvature = (
        float(best.x),
        float(np.asarray(approx_hess(np.array([best.x]), lambda a: loss(float(a[0]))))[0, 0]),
    )
    spread = 1.0 / math.sqrt(curvature) if curvature > 0.0 else math.inf
    value = math.exp(at)
    interval = (math.exp(at - 1.645 * spread), min(math.exp(at + 1.645 * spread), 1e6))
    normal = -_likelihood(ranks, correlation, 1e6)
    told = f"{', '.join(names)}; log likelihood {normal + -best.fun:.1f} above the normal copula's"
    method = "t copula on ranks, maximum likelihood"
    return Finding("dependence.degrees_of_freedom", value, value * spread, n, method, told, interval)


def _likelihood(ranks: Array, correlation: Array, nu: float) -> float:
    """Log likelihood of a t copula."""
    k = ranks.shape[1]
    z = t.ppf(ranks, nu)
    square = np.einsum("ni,ij,nj->n", z, np.linalg.inv(correlation), z)
    joint = (
        gammaln(0.5 * (nu + k)) - gammaln(0.5 * nu) - 0.5 * k * math.log(nu * math.pi)
        - 0.5 * np.linalg.slogdet(correlation)[1] - 0.5 * (nu + k) * np.log1p(square / nu)
    )  # fmt: skip
    return float((joint - t.logpdf(z, nu).sum(axis=1)).sum())


def shrunk(x: Array) -> tuple[Array, float]:
    """Correlations shrunk towards none, and by how much: Σ Var(r) / Σ r² off the diagonal, at most one."""
    raw = rank_correlation(x)
    off = raw[np.tril_indices(len(raw), -1)]
    noise = float(np.sum((1.0 - off**2) ** 2)) / (len(x) - 1)
    by = min(1.0, noise / max(float(np.sum(off**2)), 1e-12))
    return np.asarray(raw * (1.0 - by) + by * np.eye(len(raw))), by


def _pair(short: pd.DataFrame) -> Finding:
    """Correlation of credit with the build: the mean of capex and cash flow."""
    x = short.to_numpy(np.float64)
    found, by = shrunk(x)
    raw = rank_correlation(x)
    n = len(x)
    value = float(found[0, 1:].mean())
    error = (1.0 - value**2) / math.sqrt(n - 3.0)
    told = (
        f"standards with capex {raw[0, 1]:+.2f}, with cash flow {raw[0, 2]:+.2f}; shrunk by {by:.2f}; "
        "capex and cash flow stand in for demand"
    )
    method = "Kendall's tau of quarterly residuals, shrunk"
    return Finding("dependence.correlation[M,Z]", value, error, n, method, told)


MODULE = Module(
    "dependence", "How shocks move together", (QUARTERLY, MONTHLY, capex.CAPEX, capex.CFO, capex.NEWEST), find
)
