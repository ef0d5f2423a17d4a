"""Capex of the builders by its own past alone: an autoregression of quarterly growth of the five together.

Coefficients are drawn from their normal law, noise from the residuals' normal; paths start from the last
quarters on record and go on to the end of a run. What is asked is what proposition B2 asks: whether the sum
of four quarters at some quarter's end lies at or below a share of its running maximum.

References: Hamilton (1994), chapter 8; statsmodels `AutoReg`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.tsa.ar_model import AutoReg

from risk.analysis import statistics
from risk.analysis.estimate import Estimate
from risk.calibrate.estimate.capex import CAPEX, FIRMS, NEWEST, quarters
from risk.calibrate.estimate.series import Data
from risk.shocks.stream import generator

Array = NDArray[np.float64]

YEAR = 4
PATHS = 20_000
STREAM = "challenger:capex"


@dataclass(frozen=True)
class Autoregression:
    """Growth g of log capex a quarter: g = drift + persistence · g₋₁ + noise.

    Attributes
    ----------
    coefficients : drift and persistence; `covariance` of both.
    noise : standard deviation of what is not explained.
    log_capex : (quarter,) the record.
    first, last : its quarters.
    """

    coefficients: Array
    covariance: Array
    noise: float
    log_capex: Array
    first: str
    last: str

    @property
    def without_drift(self) -> Autoregression:
        """The same with a drift of zero, known: capex goes nowhere by itself."""
        still = self.coefficients * (0.0, 1.0)
        return replace(self, coefficients=still, covariance=self.covariance * ((0.0, 0.0), (0.0, 1.0)))


def read(data: Mapping[str, Data]) -> Array:
    """Cash capex of the five together, log of USD bn by quarter, in order."""
    return np.log(_total(data).to_numpy(dtype=np.float64))


def _total(data: Mapping[str, Data]) -> pd.Series[float]:
    spent = quarters(data[CAPEX.file].rows, data[NEWEST.file].rows, "capex_bn")
    return spent.sum(axis=1, min_count=len(FIRMS)).dropna()


def fit(data: Mapping[str, Data]) -> Autoregression:
    """Estimate it on the series that ship."""
    total = _total(data)
    return fitted(read(data), str(total.index[0]), str(total.index[-1]))


def fitted(log_capex: Array, first: str = "", last: str = "") -> Autoregression:
    """Estimate it on a record, (quarter,) log."""
    found = AutoReg(np.diff(log_capex), lags=1).fit()
    noise = float(np.sqrt(found.sigma2 * found.nobs / found.df_resid))
    return Autoregression(
        np.asarray(found.params), np.asarray(found.cov_params()), noise, log_capex, first, last
    )


def falls(
    model: Autoregression, quarters_ahead: int, share: float, seed: int, paths: int = PATHS
) -> Estimate:
    """Probability that four quarters' capex falls to a share of its peak within so many quarters."""
    stream = generator(seed, STREAM, 0)
    drawn = stream.multivariate_normal(model.coefficients, model.covariance, paths, check_valid="ignore")
    noise = model.noise * stream.standard_normal((quarters_ahead, paths))
    growth, level = np.full(paths, np.diff(model.log_capex)[-1]), np.full(paths, model.log_capex[-1])
    record = [np.full(paths, value) for value in model.log_capex[-2 * YEAR :]]
    for shock in noise:
        growth = drawn[:, 0] + np.clip(drawn[:, 1], -0.99, 0.99) * growth + shock
        level = level + growth
        record.append(level)
    sums = np.lib.stride_tricks.sliding_window_view(np.exp(np.stack(record)), YEAR, axis=0).sum(axis=-1)
    peak = np.maximum.accumulate(sums, axis=0)
    ahead = (sums <= share * peak)[-quarters_ahead:]
    return statistics.probability(ahead.any(axis=0))
