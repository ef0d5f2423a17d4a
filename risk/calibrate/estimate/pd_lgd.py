"""Loss given default and the default rate of its year, by class of debt.

Means of a year's recoveries against the year's default rate: a beta regression (its precision is the noise of
a pool's mean) and, as the second opinion, a fractional logit with errors robust to autocorrelation. Slope and
level of the line are read at the register's reference rate.

==========  ======================================================================
symbol      meaning
==========  ======================================================================
LGD(Y)      1 / (1 + e^{−a − b Y}), Y the year's default rate
slope       b LGD (1 − LGD) at the reference rate
precision   φ: variance of a year's mean = LGD (1 − LGD) / (1 + φ)
==========  ======================================================================

References: Ferrari & Cribari-Neto (2004), statsmodels `BetaModel`; Papke & Wooldridge (1996) for the
fractional logit; Altman et al. (2005).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.othermod.betareg import BetaModel

from risk.calibrate.estimate.core import Array, Finding, Module, delta
from risk.calibrate.estimate.series import Column, Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

LAGS = 3
"""Years of autocorrelation that the errors of the fractional logit allow for."""

LOANS = "loan_sr_secured"
CLASSES = {
    LOANS: "senior secured loans",
    "bond_sr_secured": "senior secured bonds",
    "bond_sr_unsecured": "senior unsecured bonds",
    "bond_sr_sub": "senior subordinated bonds",
}
"""Classes by column, the register's own first."""

POOL = "b_loans"
"""Segment whose loans the class of loans is."""

RECOVERIES = Series(
    "recovery_by_year_seniority.csv",
    "Recoveries by year and seniority",
    (
        Column("year", "year"),
        *(Column(name, unit="% of par", low=0, high=100, blank=True) for name in CLASSES),
        Column("moodys_sg_default_rate_pct", unit="% a year", low=0, high=100, blank=True),
    ),
    "Moody's Corporate Default and Recovery Rates 1920-2008, annual recoveries by seniority and "
    "speculative-grade default rates; the agency forbids passing the table on",
    unbroken=True,
)

EQUIPMENT = Series(
    "recovery_equipment_assetbacked.csv",
    "Recoveries of loans on equipment and other collateral",
    (
        Column("class", "text"),
        Column("period", "text"),
        Column("recovery_pct", unit="% of par, or of the price asked", low=0, high=120),
        Column("n", unit="cases", low=1, high=1e7, blank=True),
        Column("state", "text"),
        Column("grade", "text"),
        Column("source", "text"),
    ),
    "Global Credit Data, Moody's, listings of sales: figures as published",
    key=("class", "period"),
    ships=True,
)


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Level, slope and noise of loans; slopes of bonds beside them."""
    frame = data[RECOVERIES.file].rows
    reference = register.number("credit.lgd_reference")
    shift = float(register.tables["credit.segment"].row(POOL).lgd_shift)  # type: ignore[attr-defined]
    found: list[Finding] = []
    for column, words in CLASSES.items():
        rate, lgd = pairs(frame, column)
        found += by_beta(rate, lgd, reference, shift, words, own=column == LOANS)
        if column == LOANS and EQUIPMENT.file in data:
            found[1] = replace(
                found[1], diagnostics=found[1].diagnostics + _elsewhere(data[EQUIPMENT.file].rows)
            )
        found.append(by_logit(rate, lgd, reference, words))
    return found


def _elsewhere(frame: pd.DataFrame) -> str:
    """Losses through the cycle of loans on other collateral, in words."""
    cycle = frame[frame["state"] == "cycle"]
    told = (f"{row['class']} {1.0 - row['recovery_pct'] / 100.0:.2f}" for _, row in cycle.iterrows())
    return "; elsewhere " + ", ".join(told)


def pairs(frame: pd.DataFrame, column: str) -> tuple[Array, Array]:
    """Default rate and loss given default of the years that have both, fractions, (year,) each."""
    both = frame[["moodys_sg_default_rate_pct", column]].dropna().to_numpy(np.float64) / 100.0
    return both[:, 0], 1.0 - both[:, 1]


def by_beta(rate: Array, lgd: Array, reference: float, shift: float, words: str, own: bool) -> list[Finding]:
    """Beta regression of one class.

    Parameters
    ----------
    rate, lgd : (year,) fractions.
    reference : default rate at which level and slope are read.
    shift : what the register adds to its level for this class.
    own : the class is the register's; of others only the slope is told.
    """
    fit = BetaModel(lgd, sm.add_constant(rate - reference)).fit(disp=False)
    at, covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    level, level_error = delta(lambda a: _logistic(a[0]), at, covariance)
    slope, slope_error = delta(lambda a: a[1] * _logistic(a[0]) * (1.0 - _logistic(a[0])), at, covariance)
    noise, noise_error = delta(lambda a: math.exp(a[2]), at, covariance)
    n, method = len(lgd), "beta regression on the year's default rate"
    told = f"{words}; pseudo R² {float(fit.prsquared):.2f}; LGD {level:.3f} at {reference:.1%}"
    found = [Finding("credit.lgd_slope", slope, slope_error, n, method, told, second=not own)]
    if own:
        lent = f"{words}: {level:.3f} at {reference:.1%}, less the shift of {POOL}, {shift:+g}"
        found += [
            Finding("credit.lgd_generic", level - shift, level_error, n, method, lent),
            Finding("credit.lgd_concentration", noise, noise_error, n, method, f"{words}; of a year's mean"),
        ]
    return found


def by_logit(rate: Array, lgd: Array, reference: float, words: str) -> Finding:
    """Slope by a fractional logit, errors robust to autocorrelation."""
    model = sm.GLM(lgd, sm.add_constant(rate - reference), family=sm.families.Binomial())
    fit = model.fit(cov_type="HAC", cov_kwds={"maxlags": LAGS})
    slope, error = delta(
        lambda a: a[1] * _logistic(a[0]) * (1.0 - _logistic(a[0])),
        np.asarray(fit.params),
        np.asarray(fit.cov_params()),
    )
    method = f"fractional logit, errors robust over {LAGS} years"
    return Finding("credit.lgd_slope", slope, error, len(lgd), method, words, second=True)


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


MODULE = Module("pd_lgd", "Loss given default and the default rate", (RECOVERIES,), find, (EQUIPMENT,))
