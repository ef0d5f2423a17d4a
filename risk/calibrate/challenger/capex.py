"""Capex of the builders by its own past alone: an autoregression of quarterly growth of the five together.

Growth has seasons (the fourth quarter is high, the first low), without which the residuals are correlated a
year apart and what lasts reads as nothing. Coefficients are drawn from their normal law, noise from the
residuals' normal; paths start from the last quarters on record and go on to the end of a run. What is asked
is what proposition B2 asks: whether the sum of four quarters at some quarter's end lies at or below a share
of its running maximum.

References: Hamilton (1994), chapter 8; Ljung and Box (1978), *Biometrika* 65; statsmodels `AutoReg`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.ar_model import AutoReg

from risk.analysis import statistics
from risk.analysis.estimate import Estimate
from risk.calibrate.estimate.capex import CAPEX, FIRMS, NEWEST, quarters
from risk.errors import UsageError
from risk.processes import Array
from risk.shocks.stream import generator

if TYPE_CHECKING:
    import pandas as pd

    from risk.calibrate.estimate.series import Data

YEAR = 4
FEWEST = 16
"""Quarters on record below which five coefficients are not estimated."""

PATHS = 20_000
SETS, EACH = 200, 2_000
"""Draws of the coefficients between which the probability ranges, and paths of each, which share noise."""

STATIONARY = 0.99
"""Most persistence that is drawn, either way."""

STREAM = "challenger:capex"

SEASONS = np.vstack([np.eye(YEAR - 1), -np.ones(YEAR - 1)])
"""Contrasts: seasons add up to nothing, so that the drift is the mean growth's."""


@dataclass(frozen=True)
class Autoregression:
    """Growth g of log capex a quarter: g = drift + persistence · g₋₁ + season + noise.

    Attributes
    ----------
    coefficients : drift, persistence and three seasons, the first that of the record's first growth; the
        fourth is less their sum. `covariance` of all five.
    noise : standard deviation of what is not explained.
    log_capex : (quarter,) the record.
    whiteness : p of Ljung and Box that four lags of the residuals are uncorrelated.
    first, last : quarters of the record.
    """

    coefficients: Array
    covariance: Array
    noise: float
    log_capex: Array
    whiteness: float
    first: str
    last: str

    @property
    def without_drift(self) -> Autoregression:
        """The same with a drift of zero, known: capex goes nowhere by itself."""
        keep = np.arange(len(self.coefficients)) > 0
        return replace(
            self, coefficients=self.coefficients * keep, covariance=self.covariance * np.outer(keep, keep)
        )


def fit(data: Mapping[str, Data]) -> Autoregression:
    """Estimate it on the series that ship.

    Raises
    ------
    UsageError : too few quarters, or one is missing among them.
    """
    total = _total(data)
    names = [str(quarter) for quarter in total.index]
    if len(total) < FEWEST or total.isna().any():
        raise UsageError(
            f"{CAPEX.file} and {NEWEST.file} have {total.notna().sum()} whole quarters of all five firms",
            f"an autoregression wants {FEWEST} in a row",
        )
    return fitted(np.log(total.to_numpy(dtype=np.float64)), names[0], names[-1])


def _total(data: Mapping[str, Data]) -> pd.Series[float]:
    """Cash capex of the five together, USD bn by quarter, from the first whole quarter to the last."""
    spent = quarters(data[CAPEX.file].rows, data[NEWEST.file].rows, "capex_bn")
    total = spent.sum(axis=1, min_count=len(FIRMS)).resample("Q").first()
    return total.loc[total.first_valid_index() : total.last_valid_index()]


def fitted(log_capex: Array, first: str = "", last: str = "") -> Autoregression:
    """Estimate it on a record, (quarter,) log."""
    growth = np.diff(log_capex)
    found = AutoReg(growth, lags=1, exog=_seasons(len(growth))).fit()
    noise = float(np.sqrt(found.sigma2 * found.nobs / found.df_resid))
    white = float(acorr_ljungbox(found.resid, lags=[YEAR], model_df=1)["lb_pvalue"].iloc[0])
    covariance = np.asarray(found.cov_params()) * found.nobs / found.df_resid
    return Autoregression(np.asarray(found.params), covariance, noise, log_capex, white, first, last)


def _seasons(count: int, first: int = 0) -> Array:
    """Contrasts of quarters in a row, (quarter, season)."""
    return np.asarray(SEASONS[(first + np.arange(count)) % YEAR])


def falls(
    model: Autoregression, quarters_ahead: int, share: float, seed: int, paths: int = PATHS
) -> Estimate:
    """Probability that four quarters' capex falls to a share of its peak within so many quarters."""
    stream = generator(seed, STREAM, 0)
    drawn = stream.multivariate_normal(model.coefficients, model.covariance, paths, check_valid="ignore")
    noise = model.noise * stream.standard_normal((quarters_ahead, paths))
    return statistics.probability(_fallen(model, drawn, noise, share))


def band(model: Autoregression, quarters_ahead: int, share: float, seed: int) -> Array:
    """The same probability for each of `SETS` draws of the coefficients, (set,); all share their noise."""
    stream = generator(seed, STREAM, 1)
    sets = stream.multivariate_normal(model.coefficients, model.covariance, SETS, check_valid="ignore")
    noise = model.noise * stream.standard_normal((quarters_ahead, EACH))
    return np.array([_fallen(model, drawn[None], noise, share).mean() for drawn in sets])


def _fallen(model: Autoregression, drawn: Array, noise: Array, share: float) -> Array:
    """Whether capex falls so far, (path,).

    Parameters
    ----------
    drawn : coefficients, (path, coefficient) or one set for all.
    noise : (quarter, path).
    """
    ahead, paths = noise.shape
    drift, persistence = drawn[:, 0], np.clip(drawn[:, 1], -STATIONARY, STATIONARY)
    season = _seasons(ahead, len(model.log_capex) - 1) @ drawn[:, 2:].T
    growth, level = np.full(paths, np.diff(model.log_capex)[-1]), np.full(paths, model.log_capex[-1])
    record = [np.full(paths, value) for value in model.log_capex[-2 * YEAR :]]
    for shock, seasonal in zip(noise, season, strict=True):
        growth = drift + persistence * growth + seasonal + shock
        level = level + growth
        record.append(level)
    sums = np.lib.stride_tricks.sliding_window_view(np.exp(np.stack(record)), YEAR, axis=0).sum(axis=-1)
    peak = np.maximum.accumulate(sums, axis=0)
    return np.asarray((sums <= share * peak)[-ahead:].any(axis=0))
