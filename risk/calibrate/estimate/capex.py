"""Capex and cash flow of the builders: accelerator, noise, growth, guidance and payout.

=======================  ================================================================================
number                   how
=======================  ================================================================================
accelerator              growth of a firm's capex on the growth of its own cash flow over the last four
                         quarters, the quarter as a random effect (mixed model): own cash flow stands in for
                         demand, which nobody reports by quarter
common and firm noise    random effect and residual of the same model, on changes over four quarters
cfo_growth and noise     log cash flow of the five: drift, what lasts, what passes, seasons (unobserved
                         components); of a firm the same against the five
guidance_bias            log of what was spent over first guidance, firm-years; robust to one outlier
payout                   dividends and buybacks over cash flow, firm-years
=======================  ================================================================================

References: Chenery (1952); Harvey (1989); Huber (1964); statsmodels `MixedLM`, `UnobservedComponents`, `RLM`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import statsmodels.api as sm

from risk.calibrate.estimate.core import Array, Finding, Module, delta, mean
from risk.calibrate.estimate.series import Column, Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

FIRMS = ("AMZN", "MSFT", "GOOGL", "META", "ORCL")
YEAR = 4


def _money(name: str) -> Column:
    return Column(name, unit="USD bn a quarter", low=-500, high=1000, blank=True)


CAPEX = Series(
    "capex_quarterly.csv",
    "Purchases of property and equipment by quarter",
    (Column("quarter", "quarter"), *map(_money, FIRMS)),
    "SEC EDGAR, XBRL company facts: PaymentsToAcquirePropertyPlantAndEquipment",
    ships=True,
    unbroken=True,
)
CFO = Series(
    "ocf_quarterly.csv",
    "Cash flow from operations by quarter",
    (Column("quarter", "quarter"), *map(_money, FIRMS)),
    "SEC EDGAR, XBRL company facts: NetCashProvidedByUsedInOperatingActivities",
    ships=True,
    unbroken=True,
)
NEWEST = Series(
    "hyperscaler_quarterly_2026.csv",
    "Capex and cash flow of the newest quarters",
    (
        Column("firm", "text"),
        Column("quarter", "quarter"),
        _money("capex_bn"),
        _money("cfo_bn"),
        Column("grade", "text"),
        Column("source", "text"),
    ),
    "company releases",
    key=("firm", "quarter"),
    ships=True,
)
GUIDANCE = Series(
    "guidance_history.csv",
    "Capex guidance and what was spent",
    (
        Column("firm", "text"),
        Column("year", "year"),
        Column("given", "month"),
        Column("low_bn", unit="USD bn", low=0.1, high=2000),
        Column("high_bn", unit="USD bn", low=0.1, high=2000),
        Column("realised_bn", unit="USD bn", low=0.1, high=2000, blank=True),
        Column("like_for_like", "text"),
        Column("grade", "text"),
        Column("source", "text"),
    ),
    "company releases and calls",
    key=("firm", "year", "given"),
    ships=True,
)
PAYOUTS = Series(
    "payouts_funding.csv",
    "Dividends and buybacks",
    (
        Column("firm", "text"),
        Column("first", "quarter"),
        Column("last", "quarter"),
        Column("payout_bn", unit="USD bn", low=0, high=500),
        Column("grade", "text"),
        Column("source", "text"),
    ),
    "annual reports",
    key=("firm", "first"),
    ships=True,
)


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Everything that quarters, guidance and payouts tell."""
    newest = data[NEWEST.file].rows
    spent = quarters(data[CAPEX.file].rows, newest, "capex_bn")
    earned = quarters(data[CFO.file].rows, newest, "cfo_bn")
    return (
        *plan(spent, earned),
        *cash(earned),
        guidance(data[GUIDANCE.file].rows),
        payout(data[PAYOUTS.file].rows, earned),
    )


def quarters(frame: pd.DataFrame, newest: pd.DataFrame, column: str) -> pd.DataFrame:
    """USD bn by quarter and firm, the newest quarters joined on, (quarter, firm)."""
    old = frame.set_index("quarter")[list(FIRMS)]
    new = newest.pivot(index="quarter", columns="firm", values=column).reindex(columns=FIRMS)
    found = pd.concat([old, new]).sort_index().dropna(how="all")
    found.index = pd.PeriodIndex(found.index, freq="Q")
    return found


def plan(spent: pd.DataFrame, earned: pd.DataFrame) -> list[Finding]:
    """Accelerator, and the noise that all firms share and that one has.

    Parameters
    ----------
    spent, earned : USD bn, (quarter, firm).
    """
    growth = _sums(spent).diff().shift(-1)  # of the coming quarter, over sums of four: payment dates cancel
    source = (_sums(earned).diff(YEAR) / YEAR).rolling(YEAR).mean()  # what the same four quarters answer to
    long = pd.DataFrame({"y": growth.stack(), "x": source.stack()}).dropna()
    long.index.names = ["quarter", "firm"]
    long = long.reset_index()
    design = pd.get_dummies(long["firm"], dtype=float).assign(x=long["x"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.MixedLM(long["y"], design, groups=long["quarter"].astype(str)).fit(reml=True)
    shared, own = math.sqrt(float(fit.cov_re.iloc[0, 0])), math.sqrt(float(fit.scale))
    n, groups = len(long), int(long["quarter"].nunique())
    told = (
        f"{groups} quarters, five firms, firm means apart; sums of four quarters, converged: {fit.converged}"
    )
    method = "mixed model, the quarter as random effect"
    noise = f"{method}, sums of four quarters to one"
    spread = math.sqrt(
        YEAR
    )  # sums overlap: a fourth of them is independent, and their noise is half a quarter's
    # What is seen of a quarter is what firms share and a fifth of their own variance; the error is of both.
    seen = shared**2 + own**2 / len(FIRMS)
    error = 2 * seen / shared / math.sqrt(2 * groups / YEAR) if shared > 0.0 else math.nan
    return [
        Finding("capex.accelerator", float(fit.params["x"]), spread * float(fit.bse["x"]), n, method, told),
        Finding("capex.common_volatility", 2 * shared, error, groups, noise, told),
        Finding("capex.firm_volatility", 2 * own, 2 * own / math.sqrt(2 * n / YEAR), n, noise, told),
    ]


def _sums(flow: pd.DataFrame) -> pd.DataFrame:
    """Logs of sums over four quarters."""
    return flow.where(flow > 0.0).rolling(YEAR).sum().apply(np.log)


def cash(earned: pd.DataFrame) -> list[Finding]:
    """Growth of the five firms' cash flow, what of its noise lasts and what passes, and a firm's own."""
    total = earned.sum(axis=1, min_count=len(FIRMS))
    whole = pd.Series(np.log(total), index=total.index)
    names, at, covariance, n = components(np.asarray(whole, dtype=np.float64))
    drift, lasting, passing = (names.index(k) for k in ("drift", "sigma2.level", "sigma2.irregular"))
    method = "unobserved components: drift, level, irregular, seasons"
    growth, growth_error = float(YEAR * at[drift]), YEAR * math.sqrt(max(covariance[drift, drift], 0.0))
    both = [_root(at, covariance, k) for k in (lasting, passing)]
    own = [_own(earned[name].where(earned[name] > 0.0).apply(np.log) - whole) for name in FIRMS[:4]]
    firm, firm_error = mean(np.array(own))
    told = f"{n} quarters, five firms"
    each = ", ".join(f"{name} {value:.3f}" for name, value in zip(FIRMS, own, strict=False))
    return [
        Finding("capex.cfo_growth", growth, growth_error, n, method, told),
        Finding("capex.cfo_common_volatility", *both[0], n, method, told),
        Finding("capex.cfo_transitory_volatility", *both[1], n, method, told),
        Finding("capex.cfo_firm_volatility", firm, firm_error, 4, f"{method}, firm over the five", each),
    ]


def _root(at: Array, covariance: Array, k: int) -> tuple[float, float]:
    """Standard deviation of an estimated variance, and its error."""
    return delta(lambda a: math.sqrt(max(float(a[k]), 1e-12)), at, covariance)


def components(y: Array) -> tuple[list[str], Array, Array, int]:
    """Drift, level, irregular and seasons of logs: names, estimates, their covariance, observations.

    The drift is the last smoothed slope of a deterministic trend; its variance stands on the diagonal.
    """
    model = sm.tsa.UnobservedComponents(y, "lldtrend", seasonal=YEAR, stochastic_seasonal=False)
    fit = model.fit(disp=False, maxiter=500)
    k = 1  # the trend's place among the states
    drift, variance = float(fit.smoothed_state[k, -1]), float(fit.smoothed_state_cov[k, k, -1])
    names = [*model.param_names, "drift"]
    at = np.append(np.asarray(fit.params), drift)
    covariance = np.zeros((len(at), len(at)))
    covariance[:-1, :-1] = np.nan_to_num(np.asarray(fit.cov_params()))
    covariance[-1, -1] = variance
    return names, at, covariance, int(np.isfinite(y).sum())


def _own(y: pd.Series[float]) -> float:
    """Noise of a firm's share that lasts, log a quarter."""
    names, at, _, _ = components(np.asarray(y, dtype=np.float64))
    return math.sqrt(max(float(at[names.index("sigma2.level")]), 0.0))


def guidance(frame: pd.DataFrame) -> Finding:
    """What was spent over the middle of first guidance, log."""
    known = frame[frame["realised_bn"].notna() & (frame["like_for_like"] == "yes")]
    first = known.sort_values("given").groupby(["firm", "year"]).first()
    middle = 0.5 * (first["low_bn"] + first["high_bn"])
    error = np.log(np.asarray(first["realised_bn"] / middle, dtype=np.float64))
    fit = sm.RLM(error, np.ones(len(error)), M=sm.robust.norms.HuberT()).fit()
    plain, off = mean(error)
    years = ", ".join(f"{firm} {year} {x:+.2f}" for (firm, year), x in zip(first.index, error, strict=True))
    told = f"plain mean {plain:+.2f} ± {off:.2f}; {years}"
    method = "Huber's mean of log outcome over first guidance"
    return Finding("capex.guidance_bias", float(fit.params[0]), float(fit.bse[0]), len(error), method, told)


def payout(frame: pd.DataFrame, earned: pd.DataFrame) -> Finding:
    """Payout over cash flow: the firms together by year, errors over firm-years weighted by cash flow."""
    flow = np.array(
        [
            earned.loc[pd.Period(row["first"], "Q") : pd.Period(row["last"], "Q"), row["firm"]].sum()
            for _, row in frame.iterrows()
        ]
    )
    share = frame["payout_bn"].to_numpy(np.float64) / flow
    fit = sm.WLS(share, np.ones(len(share)), weights=flow).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["firm"])[0]}
    )
    each = ", ".join(
        f"{row['firm']} {row['last'][:4]} {x:.2f}"
        for (_, row), x in zip(frame.iterrows(), share, strict=True)
    )
    method = "payout over cash flow, firm-years by size, errors by firm"
    return Finding("capex.payout", float(fit.params[0]), float(fit.bse[0]), len(share), method, each)


MODULE = Module("capex", "Capex, cash flow, guidance, payout", (CAPEX, CFO, NEWEST, GUIDANCE, PAYOUTS), find)
