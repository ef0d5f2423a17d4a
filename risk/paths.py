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
    Variable("utilization", "fraction", "Utilization (billed / energized hours)"),
    Variable("fleet", "H100e M", "Energized AI fleet, H100 equivalents"),
    Variable("undeployed", "H100e M", "Delivered compute waiting for power"),
    Variable("power_bound", "fraction", "Power cap binding (1 = binding)"),
    Variable("lab_coverage", "fraction", "AI labs' means over compute commitments"),
    Variable("hy_spread", "bp", "High-yield spread (OAS)"),
    Variable("credit_availability", "fraction", "Private-credit availability"),
    Variable("neocloud_debt", "USD bn", "Neocloud facility and HoldCo debt outstanding"),
    Variable("neocloud_liquidity", "USD bn", "Neocloud cash and undrawn revolver"),
    Variable("headline_loss", "USD bn", "Cumulative first-round credit loss, headline line"),
)
"""Quarterly path series (index 0 = base date); at most 24 by the storage contract."""

FACILITY_SERIES: tuple[Variable, ...] = (
    Variable("dscr", "multiple", "Debt service coverage ratio"),
    Variable("contracted_coverage", "multiple", "Contracted net cash / remaining debt service"),
    Variable("maturity_gap", "year", "Life of the debt left less life of the contracts left"),
    Variable("stage", "1", "Stage of distress (0 sound … 7 maturity default)"),
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
    "funding->supply",
    "rent->demand",
    "rent->hardware",
)
"""Every feedback between mechanisms; off = its input is the base median path.

`funding->supply` leaves unbuilt what operators could not finance; by the last two volume and the price of new
hardware answer to rents.
"""

PATHWAYS: tuple[str, ...] = ("losses->pensions", "spread->banks", "wall->clo", "losses->nbfi")
"""Couplings of the cascade to holders: pension calls, bank securities, the CLO bid at the maturity wall, bank
lines to private-credit vehicles."""

EVENT_VARIABLES: Mapping[str, str] = {
    "demand": "log",
    "lab_funding": "sd",
    "credit_stress": "fraction",
    "hardware_cost": "log",
    "power": "log",
    "hy_spread": "bp",
    "macro": "sd",
    "rent": "log",
}
"""What a scenario may force for some quarters, and the unit of the forced size.

demand: added to log AI demand; lab_funding: added to the lab funding state; credit_stress: 1 forces the
stress regime; hardware_cost: added to log hardware cost; power: added to the log power cap; hy_spread:
added to the high-yield spread; macro: added to every quarter's innovation of the macro factor, up is stress;
rent: log of every rent over that of the base date, whatever the market does; 0 forces nothing.
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
    identities : accounting identity → largest relative error on any path and quarter; empty where nobody
        looked.
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
