"""What outcomes need of the register beside their thresholds: the quarters before the run, costs, bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.parameters import entry

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Background:
    """Register entries that the catalogue of path quantities reads."""

    seasoning_quarters: float = entry("propositions.seasoning_quarters")
    opex: Array = entry("gpu.generation.opex")  # (1, generation) USD per unit-hour
    surcharge: Array = entry("gpu.generation.surcharge")  # (1, quarter + 1, generation) USD/h, on top of it
    numeraire: int = entry("gpu.generation.numeraire")  # column
    merchant_opex_multiple: float = entry("neoclouds.cohort_opex_multiple")
    load: float = entry("gpu.load")  # mean over peak power
    normal_utilization: float = entry("gpu.normal_utilization")
    narrow_spread: float = entry("credit.narrow_spread")
    wide_spread: float = entry("credit.wide_spread")
    capex_before: Array = entry("capex.recent_capex")  # (quarter,) USD before the last quarter, oldest first
    ai_capex_before: Array = entry("revenue.ai_capex_history")  # (quarter,) USD up to the last quarter
