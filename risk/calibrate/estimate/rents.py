"""Rents of the numeraire: momentum of contracts, their reversion to spot, noise of spot, index error.

Contracts are quoted by month at best: quarterly means of the middle of the quartiles. Spot is daily but
short. What months of it can tell is noise, not reversion over quarters: for that the prior stays.

=======================  ================================================================================
number                   how
=======================  ================================================================================
drift_smoothing          AR(1) of quarterly changes of the log contract rent: momentum
initial_drift            forecast of the next change from the last
contract_reversion       changes of the contract on the gap to on-demand rents, errors robust
term_premium             log contract over spot of the same months
spot_volatility          level of the daily log spot: unobserved components, a random walk beside an AR(1)
index_error              log readings of months by source, month and source taken out
=======================  ================================================================================

References: Harvey (1989); statsmodels `UnobservedComponents`, `ARIMA`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tsa.arima.model import ARIMA

from risk.calibrate.estimate.core import Array, Finding, Module, delta, mean
from risk.calibrate.estimate.series import Column, Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

DAYS = 365.0
NUMERAIRE = "H100"
SOURCES = 3
"""Readings of a month that tell what one of them is off."""

START = "2024Q1"
"""First quarter of contracts; half-years before it are too coarse."""


def _rent(name: str, blank: bool = True) -> Column:
    return Column(name, unit="USD per GPU-hour", low=0.05, high=100, blank=blank)


CONTRACT = Series(
    "gpu_h100_contract_1y.csv",
    "One-year contract rents of the H100, quartiles",
    (
        Column("period_start", "month"),
        _rent("contract1y_p25", blank=False),
        _rent("contract1y_p75", blank=False),
        _rent("on_demand_low"),
        _rent("on_demand_high"),
    ),
    "SemiAnalysis GPU pricing: quartiles of one-year contracts, range on demand; ask before passing on",
)
SPOT = Series(
    "gpu_ornn_daily.csv",
    "Spot rents of the H100 and the B200, daily",
    (
        Column("date", "day"),
        _rent("ornn_h100"),
        _rent("ornn_b200"),
    ),
    "Ornn compute price index, daily, H100 and B200; Ornn forbids passing it on",
)
RATECARD = Series(
    "gpu_ratecard_monthly.csv",
    "List rents of cloud providers, median, monthly",
    (
        Column("month", "month"),
        *map(_rent, ("H100", "H200", "B200", "A100_80")),
    ),
    "GitHub henryzhangpku/gpu-price-index, series/backfill_ratecards.csv: medians over providers by month",
    unbroken=True,
)
AVERAGES = Series(
    "gpu_getdeploying.csv",
    "Rents on demand, averages over providers",
    (
        Column("first", "month"),
        Column("last", "month"),
        Column("gpu", "text"),
        _rent("usd_per_gpu_hour", blank=False),
    ),
    "GetDeploying (CC BY 4.0)",
    key=("first", "gpu"),
    ships=True,
)


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Everything that contracts, spot and lists tell."""
    months, days = data[CONTRACT.file].rows, data[SPOT.file].rows
    contract, gap = contracts(months)
    spot = log_spot(days, "ornn_h100")
    readings = _readings(months, days, data[RATECARD.file].rows, data[AVERAGES.file].rows)
    return (
        *momentum(np.diff(contract)),
        reversion(contract, gap),
        _premium(months, spot),
        *noise(np.asarray(spot, dtype=np.float64)),
        index_error(readings),
    )


def contracts(months: pd.DataFrame) -> tuple[Array, Array]:
    """Log contract rent by quarter, and log on-demand over contract (NaN where unknown), (quarter,) each."""
    quarter = pd.PeriodIndex(months["period_start"], freq="M").asfreq("Q")
    middle = 0.5 * (months["contract1y_p25"] + months["contract1y_p75"])
    asked = 0.5 * (months["on_demand_low"] + months["on_demand_high"])
    frame = pd.DataFrame({"contract": np.log(middle), "gap": np.log(asked / middle)})
    found = frame.groupby(quarter).mean()
    found = found[found.index >= pd.Period(START, "Q")]
    return found["contract"].to_numpy(np.float64), found["gap"].to_numpy(np.float64)


def log_spot(days: pd.DataFrame, column: str) -> pd.Series[float]:
    """Log spot rent by day, gaps as NaN."""
    index = pd.PeriodIndex(days["date"], freq="D")
    found = pd.Series(np.log(days[column].to_numpy(np.float64)), index=index)
    return found.reindex(pd.period_range(index.min(), index.max(), freq="D"))


def momentum(changes: Array) -> list[Finding]:
    """How far a change of the contract rent carries into the next, and the next one's forecast.

    Parameters
    ----------
    changes : (quarter,) log changes.
    """
    fit = ARIMA(changes, order=(1, 0, 0), trend="c").fit()
    at, error = np.asarray(fit.params), np.asarray(fit.bse)
    n, last = len(changes), ", ".join(f"{x:+.3f}" for x in changes[-3:])
    mean_change, sd = float(at[0]), float(changes.std(ddof=1))
    forecast = fit.get_forecast(1)
    value = float(np.asarray(forecast.predicted_mean)[0])
    known = math.sqrt(_known(fit, changes))
    told = f"mean change {mean_change:+.3f} a quarter, sd {sd:.3f}; the last three {last}"
    method = "AR(1) of quarterly log changes of the contract"
    return [
        Finding("gpu.drift_smoothing", float(at[1]), float(error[1]), n, method, told),
        Finding("gpu.initial_drift", value, known, n, method, f"forecast of the next quarter; {told}"),
    ]


def _known(fit: object, changes: Array) -> float:
    """Variance of the forecast's mean: what is not known of its parameters, without the next innovation."""
    last = float(changes[-1])
    covariance = np.asarray(fit.cov_params())  # type: ignore[attr-defined]
    at = np.asarray(fit.params)  # type: ignore[attr-defined]
    _, error = delta(lambda a: float(a[0] + a[1] * (last - a[0])), at, covariance)
    return error**2


def reversion(contract: Array, gap: Array) -> Finding:
    """Share of the gap to on-demand rents that the contract closes in a quarter."""
    known = np.isfinite(gap[:-1])
    change, before = np.diff(contract)[known], gap[:-1][known]
    fit = sm.OLS(change, sm.add_constant(before)).fit(cov_type="HAC", cov_kwds={"maxlags": 1})
    n = len(change)
    told = f"R² {fit.rsquared:.2f}; quarters with on-demand rents only; the premium is the constant"
    method = "change of the contract on the gap to on-demand, errors robust"
    return Finding("gpu.contract_reversion", float(fit.params[1]), float(fit.bse[1]), n, method, told)


def _premium(months: pd.DataFrame, spot: pd.Series[float]) -> Finding:
    """Log contract over spot of the same months."""
    monthly = np.exp(spot).groupby(spot.index.asfreq("M")).mean()  # type: ignore[attr-defined]
    index = pd.PeriodIndex(months["period_start"], freq="M")
    middle = pd.Series(0.5 * (months["contract1y_p25"] + months["contract1y_p75"]).to_numpy(), index=index)
    both = np.log(middle / monthly.reindex(middle.index)).dropna().to_numpy(np.float64)
    value, error = mean(both)
    told = "months " + ", ".join(f"{x:+.3f}" for x in both)
    return Finding("gpu.term_premium", value, error, len(both), "log contract over spot, by month", told)


def noise(spot: Array) -> list[Finding]:
    """Volatility a year of the level of spot, apart from noise of days.

    Parameters
    ----------
    spot : (day,) logs, NaN where nothing was read.
    """
    model = sm.tsa.UnobservedComponents(spot, "local level", autoregressive=1)
    fit = model.fit(disp=False, maxiter=500)
    names = list(model.param_names)
    at, covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    level, short, phi = (names.index(name) for name in ("sigma2.level", "sigma2.ar", "ar.L1"))
    value, error = delta(lambda a: math.sqrt(max(a[level], 1e-12) * DAYS), at, covariance)
    daily = np.diff(spot)
    daily = daily[np.isfinite(daily)]
    sd = float(daily.std(ddof=1))
    jumps = int((np.abs(daily) > 3.0 * sd).sum())
    lasting = -math.log(2.0) / math.log(min(max(abs(float(at[phi])), 1e-6), 1 - 1e-9))
    wobble = math.sqrt(max(float(at[short]), 0.0) / max(1.0 - float(at[phi]) ** 2, 1e-9))
    told = (
        f"days sd {sd:.3f}, {jumps} beyond three of them; beside the level noise of sd {wobble:.3f} "
        f"with a half-life of {lasting:.1f} days"
    )
    n, method = int(np.isfinite(spot).sum()), "random walk beside an AR(1), daily"
    return [Finding("gpu.spot_volatility", value, error, n, method, told)]


def _readings(
    months: pd.DataFrame, days: pd.DataFrame, cards: pd.DataFrame, averages: pd.DataFrame
) -> pd.DataFrame:
    """Log rents of the numeraire by month and source, NaN where a source has none."""
    index = pd.PeriodIndex(months["period_start"], freq="M")
    middle = 0.5 * (months["contract1y_p25"] + months["contract1y_p75"])
    spot = log_spot(days, "ornn_h100")
    own = averages[averages["gpu"] == NUMERAIRE]
    single = own[own["first"] == own["last"]]  # averages of many months belong to none
    found = {
        "contract": pd.Series(np.log(middle.to_numpy()), index=index),
        "spot": spot.groupby(spot.index.asfreq("M")).mean(),  # type: ignore[attr-defined]
        "list": pd.Series(
            np.log(cards[NUMERAIRE].to_numpy(np.float64)), index=pd.PeriodIndex(cards["month"], freq="M")
        ),
        "average": pd.Series(
            np.log(single["usd_per_gpu_hour"].to_numpy()), index=pd.PeriodIndex(single["first"], freq="M")
        ),
    }
    frame = pd.concat(found, axis=1).sort_index()
    return frame[frame.index >= pd.Period(START, "Q").asfreq("M", how="start")]


def index_error(readings: pd.DataFrame) -> Finding:
    """Standard deviation of one reading, what its month and its source have in common taken out.

    Parameters
    ----------
    readings : logs, one row a month, one column a source; NaN where a source has none. Months of fewer than
        three sources tell of trends apart, not of errors, and are left out.
    """
    several = readings[readings.notna().sum(axis=1) >= SOURCES]
    long = several.reset_index(names="month").melt("month", var_name="source", value_name="y").dropna()
    design = pd.get_dummies(long[["month", "source"]].astype(str), drop_first=True).astype(float)
    fit = sm.OLS(long["y"].to_numpy(), sm.add_constant(design.to_numpy())).fit()
    sd, freedom = math.sqrt(float(fit.scale)), int(fit.df_resid)
    basis = several.sub(several.mean(axis=1), axis=0).mean()
    told = f"{len(several)} months; sources lie apart by " + ", ".join(
        f"{name} {value:+.2f}" for name, value in basis.items()
    )
    method = "readings by month and source, two-way effects"
    return Finding("gpu.index_error:sd", sd, sd / math.sqrt(2.0 * freedom), len(long), method, told)


MODULE = Module("rents", "Rents of the H100", (CONTRACT, SPOT, RATECARD, AVERAGES), find)
