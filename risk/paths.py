"""What is remembered of a run: the names, units and containers of simulated paths.

Arrays are held in base units (USD, hour, year, fraction). A `Variable` carries the unit in which
reports show it; `risk.units.SCALE` converts. Nothing here computes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]

FACILITY_BLOCKS = 20
"""Facility series are kept for the first 20 random blocks (20,480 paths) only."""


@dataclass(frozen=True)
class Variable:
    """One recorded quantity: its name in code, the unit reports show, and its label."""

    name: str
    unit: str
    label: str


SERIES: tuple[Variable, ...] = (
    Variable("capex", "USD bn/q", "Big-Five cash capex"),
    Variable("lease_additions", "USD bn/q", "Big-Five lease and SPV additions"),
    Variable("cfo", "USD bn/q", "Big-Five cash flow from operations"),
    Variable("adjusted_debt", "USD bn", "Big-Five adjusted debt (bonds, loans, commenced leases, SPVs)"),
    Variable("ai_capex", "USD bn/q", "World AI capex, leases and SPVs in"),
    Variable("digestion", "fraction", "Capex digestion regime (1 = in digestion)"),
    Variable("revenue", "USD bn/y", "End-customer AI revenue"),
    Variable("internal_use", "USD bn/y", "Hyperscalers' internal use of compute"),
    Variable("lab_funding", "USD bn/y", "Lab spending funded from outside revenue"),
    Variable("required_revenue", "USD bn/y", "Required revenue, vintage lens, cash basis"),
    Variable("h100_contract", "USD/h", "H100 one-year contract rent"),
    Variable("h100_spot", "USD/h", "H100 spot rent"),
    Variable("b200_contract", "USD/h", "B200 one-year contract rent"),
    Variable("h100_clearing", "USD/h", "H100 market-clearing rent"),
    Variable("utilization", "fraction", "Utilization (billed / energized GPU-hours)"),
    Variable("fleet", "H100e M", "Energized AI fleet, H100 equivalents"),
    Variable("undeployed", "H100e M", "Delivered compute waiting for power"),
    Variable("power_bound", "fraction", "Power cap binding (1 = binding)"),
    Variable("lab_coverage", "fraction", "AI labs' means over compute commitments"),
    Variable("hy_spread", "bp", "High-yield spread (OAS)"),
    Variable("credit_availability", "fraction", "Private-credit availability"),
    Variable("neocloud_debt", "USD bn", "Neocloud facility and HoldCo debt outstanding"),
    Variable("neocloud_liquidity", "USD bn", "Neocloud cash and undrawn revolver"),
    Variable("headline_loss", "USD bn", "Cumulative first-round credit loss, AI-exposed"),
)
"""Quarterly path series (index 0 = base date); at most 24 by the storage contract."""

OUTCOMES: tuple[Variable, ...] = (
    Variable("headline_loss", "USD bn", "Headline credit loss to 2032Q4 (AI-exposed, first round)"),
    Variable("loss_without_software", "USD bn", "Headline loss without software borrowers"),
    Variable("neocloud_loss", "USD bn", "Loss on neocloud facilities and HoldCo paper"),
    Variable("headline_loss_2030", "USD bn", "Headline credit loss to 2030Q4"),
    Variable("second_round", "USD bn", "Second-round marks to 2032Q4 (never added)"),
    Variable("second_round_share", "fraction", "Second-round marks over losses, worst year"),
    Variable("paper_loss_share", "fraction", "GPU-backed and HoldCo paper: loss over par by 2030Q4"),
    Variable("exposed_recovery", "fraction", "Recovery on AI-exposed private credit by 2030Q4"),
    Variable("credit_worst_year", "USD bn", "Worst year's first-round credit loss, all segments"),
    Variable("capex_2026", "USD bn", "Big-Five cash capex 2026"),
    Variable("capex_2027", "USD bn", "Big-Five cash capex 2027"),
    Variable("capex_2028", "USD bn", "Big-Five cash capex 2028"),
    Variable("capex_2030", "USD bn", "Big-Five cash capex 2030"),
    Variable("ai_capex_2026_2030", "USD bn", "World AI capex 2026-30, leases and SPVs in"),
    Variable("deployed_2026_2030", "USD bn", "Big-Five capital deployed 2026-30"),
    Variable("debt_funded_peak", "fraction", "Peak debt-funded share of the build, four quarters"),
    Variable("cash_coverage_2027", "fraction", "Cash flow over the build 2027"),
    Variable("cash_coverage_2030", "fraction", "Cash flow over the build 2030"),
    Variable("debt_2030", "USD bn", "Big-Five adjusted debt at end-2030"),
    Variable("power_bound_share", "fraction", "Share of quarters in which power binds"),
    Variable("revenue_2026", "USD bn/y", "End-customer AI revenue 2026"),
    Variable("revenue_2028", "USD bn/y", "End-customer AI revenue 2028"),
    Variable("revenue_2030", "USD bn/y", "End-customer AI revenue 2030"),
    Variable("required_2030", "USD bn/y", "Required revenue 2030, vintage lens"),
    Variable("gap_2030", "USD bn/y", "Revenue gap 2030, internal use in"),
    Variable("gap_external_2030", "USD bn/y", "Revenue gap 2030, external customers only"),
    Variable("coverage_2028", "fraction", "Coverage of required revenue 2028, internal use in"),
    Variable("coverage_2030", "fraction", "Coverage of required revenue 2030, internal use in"),
    Variable("coverage_external_2030", "fraction", "Coverage of required revenue 2030, external only"),
    Variable("internal_share_2030", "fraction", "Internal use in compute demand, end-2030"),
    Variable("circular_share_2028", "fraction", "Recycled lab funding in compute demand, end-2028"),
    Variable("h100_2026", "USD/h", "H100 one-year contract rent, end-2026"),
    Variable("h100_spot_2026", "USD/h", "H100 spot rent, end-2026"),
    Variable("h100_2028", "USD/h", "H100 one-year contract rent, end-2028"),
    Variable("h100_2030", "USD/h", "H100 one-year contract rent, end-2030"),
    Variable("rent_drift", "1/y", "H100 contract rent drift 2026-30, log a year"),
    Variable("utilization_low", "fraction", "Lowest quarterly utilization"),
    Variable("defaulted_compute_2030", "fraction", "Seasoned neocloud compute in default by 2030Q4"),
    Variable("defaulted_compute_2032", "fraction", "Seasoned neocloud compute in default by 2032Q4"),
    Variable("distressed_compute_2030", "fraction", "Seasoned compute in default or amended by 2030Q4"),
    Variable("wall_default_2028", "USD bn", "B loans in default at their maturity by 2028Q4"),
    Variable("bullet_failure_share", "fraction", "Share of the debt wall to 2031Q4 that fails"),
    Variable("spread_peak", "bp", "Peak high-yield spread"),
    Variable("spread_mean", "bp", "Mean high-yield spread"),
    Variable("generic_default_rate", "fraction", "Generic direct lending: default rate a year"),
    Variable("generic_recovery", "fraction", "Generic direct lending: recovery"),
)
"""Per-path scalars that reports show as distributions; flags and timings stand beside them in a block."""

FACILITY_SERIES: tuple[Variable, ...] = (
    Variable("dscr", "multiple", "Debt service coverage ratio"),
    Variable("contracted_coverage", "multiple", "Contracted net cash / remaining debt service"),
    Variable("maturity_gap", "year", "Life of the debt left less life of the contracts left"),
    Variable("stage", "1", "Rung of the distress ladder (0 sound … 7 maturity default)"),
)
"""Series per facility of the book at the base date."""

FIRM_SERIES: tuple[Variable, ...] = (
    Variable("firm_coverage", "multiple", "Contracted net cash / remaining debt service, base facilities"),
    Variable("refinancing_need", "USD bn", "Notes, balloons and revolver due within four quarters"),
    Variable("runway", "quarter", "Liquidity over the quarter's burn, maturities aside"),
)
"""Series per neocloud HoldCo."""

COUPLINGS: tuple[str, ...] = (
    "capex->supply",
    "supply->rent",
    "rent->renewals",
    "rent->collateral",
    "labs->payers",
    "suppliers->labs",
    "losses->spread",
    "spread->capex",
    "fire-sale->rent",
    "losses->pensions",
    "spread->banks",
    "wall->clo",
    "losses->nbfi",
)
"""Every feedback between mechanisms; off = its input is the base median path.

The last four are the pathways of the cascade to holders: pension calls, bank securities, the CLO bid at the
maturity wall, bank lines to private-credit vehicles.
"""

EVENT_VARIABLES: Mapping[str, str] = {
    "demand": "log",
    "lab_funding": "sd",
    "credit_stress": "fraction",
    "hardware_cost": "log",
    "power": "log",
    "hy_spread": "bp",
}
"""What a scenario may force for some quarters, and the unit of the forced size.

demand: added to log AI demand; lab_funding: added to the lab funding state; credit_stress: 1 forces the
stress regime; hardware_cost: added to log hardware cost; power: added to the log power cap; hy_spread:
added to the high-yield spread.
"""


@dataclass(frozen=True)
class Block:
    """One random block of paths, as the engine returns it.

    Attributes
    ----------
    index : number of the random block; path id = index × 1024 + row.
    paths : rows kept (the last block of a run is drawn in full and cut).
    parameters : id → (path,) parameter draw, base units.
    outcomes : name → (path,) scalar; flags are 0 or 1, a quarter of occurrence is NaN where it never came.
    series : name → (quarter + 1, path) float32.
    facility : name → (quarter + 1, path, facility) float32; empty beyond `FACILITY_BLOCKS`.
    firm : name → (quarter + 1, path, HoldCo) float32; empty beyond `FACILITY_BLOCKS`.
    sums, squares : key → (quarter + 1, entity) sum over kept paths of x and of x².
    identities : accounting identity → largest relative error on any path and quarter.
    """

    index: int
    paths: int
    parameters: Mapping[str, Floats]
    outcomes: Mapping[str, Floats]
    series: Mapping[str, Singles]
    facility: Mapping[str, Singles]
    sums: Mapping[str, Floats]
    squares: Mapping[str, Floats]
    identities: Mapping[str, float]
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    firm: Mapping[str, Singles] = field(default_factory=dict)
