"""Direct lending: one loss, several counts of default.

What a lender loses in a year is default probability times loss given default, whichever way a default is
counted. The index's net realized loss is the one number that does not depend on a definition: its mean over
the record, periods weighted by their length, fixes the product. The register's loss given default then gives
the probability that goes with it; every published count gives the loss given default that goes with *it*.

==========  ==============================================================================
symbol      meaning
==========  ==============================================================================
l           mean net loss a year, share of assets
PD          l / (LGD × expected_more), the register's own definition of both
LGD_j       l / count_j: what a definition's defaults lose
==========  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import statsmodels.api as sm

from risk.axes import ordinal
from risk.calibrate.estimate.core import Array, Finding, Module
from risk.calibrate.estimate.series import Column, Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

LOSS, PAYMENT = "loss", "payment"
LAGS = 2
"""Periods of autocorrelation that the error of the mean loss allows for: losses come in runs."""

POOL = "direct_lending"
"""Segment whose default probability and loss given default the index measures."""

LOSSES = Series(
    "private_credit_losses.csv",
    "Losses and default counts of private credit",
    (
        Column("series", "text"),
        Column("kind", "text"),
        Column("first", "quarter"),
        Column("last", "quarter"),
        Column("value_pct", unit="% a year", low=-20, high=50),
        Column("grade", "text"),
        Column("source", "text"),
    ),
    "Cliffwater, Fitch, Proskauer, LCD: figures as published in press and reports",
    key=("series", "first", "last"),
    ships=True,
)


def find(data: Mapping[str, Data], register: Assumptions) -> Sequence[Finding]:
    """Default probability of the register's definition, and the loss given default of each count."""
    frame = data[LOSSES.file].rows
    value, years = _of(frame, LOSS)
    loss, error = mean_loss(value, years)
    shift = float(register.tables["credit.segment"].row(POOL).lgd_shift)  # type: ignore[attr-defined]
    lgd = register.number("credit.lgd_generic") + shift
    more = register.number("credit.expected_more")
    gross = mean_loss(np.maximum(value, 0.0), years)[0]
    told = (
        f"loses {loss:.2%} ± {error:.2%} a year, {gross:.2%} without years of net gain; "
        f"LGD {lgd:.2f} × credit.expected_more {more:g}; counts: {_counts(frame, loss)}"
    )
    n = round(float(years.sum()))
    method = "mean loss over loss given default, periods by length"
    found = [Finding("credit.pd_direct_lending", loss / lgd / more, error / lgd / more, n, method, told)]
    paid, length = _of(frame, PAYMENT)
    if len(paid):
        count, off = mean_loss(paid, length)
        implied = loss / count - shift
        relative = float(np.hypot(error / loss, off / count)) if len(paid) > 1 else error / loss
        told = (
            f"payment defaults of syndicated loans {count:.2%} a year: LGD {loss / count:.2f}, less the shift"
        )
        method = "mean loss over payment defaults"
        found.append(
            Finding("credit.lgd_generic", implied, loss / count * relative, n, method, told, second=True)
        )
    return found


def mean_loss(value: Array, years: Array) -> tuple[float, float]:
    """Mean of periods weighted by their length, and its error robust to autocorrelation.

    Parameters
    ----------
    value : (period,) share a year.
    years : (period,) length.
    """
    model = sm.WLS(value, np.ones(len(value)), weights=years)
    fit = model.fit(cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": True})
    return float(fit.params[0]), float(fit.bse[0])


def _of(frame: pd.DataFrame, kind: str) -> tuple[Array, Array]:
    """Values of a kind, fractions a year, and the length of their periods in years."""
    rows = frame[frame["kind"] == kind]
    quarters = [
        ordinal(last) - ordinal(first) + 1 for first, last in zip(rows["first"], rows["last"], strict=True)
    ]
    return rows["value_pct"].to_numpy(np.float64) / 100.0, np.array(quarters) / 4.0


def _counts(frame: pd.DataFrame, loss: float) -> str:
    """Loss given default that goes with the mean of each series of counts."""
    counted = frame[~frame["kind"].isin([LOSS, "credit loss"])]
    means = counted.groupby("series")["value_pct"].mean() / 100.0
    return ", ".join(f"{name} {count:.1%} × {loss / count:.2f}" for name, count in means.items())


MODULE = Module("private_credit", "One loss, several counts of default", (LOSSES,), find)
