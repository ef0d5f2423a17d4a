"""Bars of the propositions, and the windows of time and the small tools that their tests share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.axes import Calendar
from risk.parameters import entry

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Bars:
    """Bars of the propositions and what their tests need of the register."""

    gap_years: Array = entry("propositions.gap_years")
    capex_fall: float = entry("propositions.capex_fall")
    debt_funded: float = entry("propositions.debt_funded")
    rent_fall: float = entry("propositions.rent_fall")
    rent_fall_alternative: float = entry("propositions.rent_fall_alternative")
    facility_default: float = entry("propositions.facility_default")
    facility_default_early: float = entry("propositions.facility_default_early")
    seasoning_quarters: float = entry("propositions.seasoning_quarters")
    bullet_failure: float = entry("propositions.bullet_failure")
    cascade_loss: float = entry("propositions.cascade_loss")
    cascade_share: float = entry("propositions.cascade_share")
    paper_loss: float = entry("propositions.paper_loss")
    private_credit_loss: float = entry("propositions.private_credit_loss")
    low_recovery: float = entry("propositions.low_recovery")
    low_recovery_defaults: float = entry("propositions.low_recovery_defaults")
    revenue_bar: float = entry("propositions.revenue_bar")
    cash_coverage: float = entry("propositions.cash_coverage")
    rent_holds: float = entry("propositions.rent_holds")
    rent_holds_alternative: float = entry("propositions.rent_holds_alternative")
    bust_companions: float = entry("propositions.bust_companions")
    opex: Array = entry("gpu.generation.opex")  # (1, generation) USD per GPU-hour
    numeraire: int = entry("gpu.generation.numeraire")  # column
    neocloud_opex_multiple: float = entry("neoclouds.cohort_opex_multiple")
    capex_before: Array = entry("capex.recent_capex")  # (3,) Big-Five capex of the quarters before the last


def first(flags: Flags) -> Array:
    """Index of the first True along quarters, NaN where there is none; flags (quarter, path)."""
    return np.where(flags.any(axis=0), flags.argmax(axis=0), np.nan)


def rolling_year(flows: Array) -> Array:
    """Sum over the four quarters to each quarter, from the fourth on, (quarter - 3, path)."""
    return flows[3:] + flows[2:-1] + flows[1:-2] + flows[:-3]


@dataclass(frozen=True)
class Window:
    """Quarter indices that the tests use."""

    calendar: Calendar

    def at(self, label: str) -> int:
        """Index of a quarter."""
        return self.calendar.index(label)

    def year(self, year: int) -> slice:
        """Quarters of a calendar year."""
        start = self.calendar.index(f"{year}Q1")
        return slice(start, start + 4)
