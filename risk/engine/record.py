"""What a block remembers of its quarters: path series, sums over paths by entity, and the identities.

Nothing here feeds back into the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.engine.context import Flows, total
from risk.engine.identities import Identity, at_base, of_quarter, value_added
from risk.engine.inputs import INSTRUMENTS
from risk.engine.ladder import contracted_coverage
from risk.engine.layout import Layout
from risk.engine.world import Fixed, Parameters, World
from risk.mechanisms.gpu_repricing import rents
from risk.mechanisms.gpu_repricing.generations import B200, H100
from risk.mechanisms.neocloud import holdco
from risk.mechanisms.private_credit.segments import DIRECT_LENDING, SOFTWARE
from risk.mechanisms.revenue_gap import demand

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

HEADLINE = INSTRUMENTS.index("software") + 1
"""Instruments of the headline loss: neocloud facilities and HoldCos, SPV and data-center loans, software."""

FUNDING = (
    "planned", "capex", "lease_additions", "spv_additions", "lab_equity", "maturities", "payout",
    "spv_support", "cash_build", "cfo", "cash_drawn", "bonds", "private_credit", "equity", "cut",
)  # fmt: skip
DEMAND = ("from_revenue", "lab_external", "lab_recycled", "internal")
REQUIRED = ("vintage", "vintage_energized", "cahn", "cahn_all", "capital_charge", "fleet_opex")
INFLOW = ("customers", "outside_lab_funding", "internal_budgets", "investment")
LAYERS = (
    "applications", "serving", "models", "tools", "cloud", "memory_interconnect", "chips",
    "power_construction",
)  # fmt: skip
POWER = ("energized_gw", "cost_per_h100e", "power_per_h100e")
CREDIT = ("default_rate", "defaulted", "loss")
LOANS = ("cfads", "service", "loss")


@dataclass
class Record:
    """Collects one block; `rows` paths are kept."""

    rows: int
    quarters: int
    history: dict[str, list[Array]] = field(default_factory=dict)
    facility: dict[str, list[Array]] = field(default_factory=dict)
    sums: dict[str, Array] = field(default_factory=dict)
    squares: dict[str, Array] = field(default_factory=dict)
    identities: dict[str, float] = field(default_factory=dict)

    def keep(self, name: str, values: Array) -> None:
        """Append one quarter of a path quantity, (path, 1)."""
        self.history.setdefault(name, []).append(np.array(values[: self.rows, 0]))

    def keep_facilities(self, name: str, values: Array) -> None:
        """Append one quarter of a quantity of base-date facilities, (path, facility)."""
        self.facility.setdefault(name, []).append(np.array(values[: self.rows]))

    def open(self, key: str, entities: int) -> None:
        """Make room for the sums of a quantity; needed where not all entities exist from the start."""
        self.sums[key] = np.zeros((self.quarters + 1, entities))
        self.squares[key] = np.zeros((self.quarters + 1, entities))

    def total(self, key: str, t: int, values: Array) -> None:
        """Add one quarter's sum and sum of squares over kept paths, by entity."""
        kept = values[: self.rows]
        width = kept.shape[1]
        if key not in self.sums:
            self.open(key, width)
        self.sums[key][t, :width] = np.einsum("ij->j", kept)
        self.squares[key][t, :width] = np.einsum("ij,ij->j", kept, kept)

    def check(self, found: Iterable[Identity]) -> None:
        """Note the largest relative error of each identity."""
        for identity in found:
            worst = self.identities.get(identity.name, 0.0)
            self.identities[identity.name] = max(worst, identity.error)

    def path(self, name: str) -> Array:
        """A kept quantity as (quarter + 1, path)."""
        return np.stack(self.history[name])


def entities(assumptions: Assumptions, layout: Layout) -> dict[str, tuple[str, ...]]:
    """Entity names of every key of sums and facility series."""
    book, tables = layout.book, assumptions.tables
    base = layout.base_book.names
    names: dict[str, tuple[str, ...]] = {
        "revenue.segment": tables["revenue.segment"].names,
        "demand": DEMAND,
        "required": REQUIRED,
        "value_added": LAYERS,
        "inflow": INFLOW,
        "losses.instrument": INSTRUMENTS,
        "losses.holder": tables["credit.holder"].names,
        "power": POWER,
        "dscr": base,
        "contracted_coverage": base,
    }
    groups = {
        "funding": (FUNDING, tables["capex.firm"].names),
        "gpu": (("fleet", "contract_rent", "spot_rent", "collateral"), tables["gpu.generation"].names),
        "credit": (("exposure", *CREDIT), tables["credit.segment"].names),
        "holdco": (("defaulted", "secured_debt", "notes", "liquidity"), book.firms),
        "facility": (("defaulted", "debt", *LOANS), book.names),
    }
    return names | {f"{group}.{key}": who for group, (keys, who) in groups.items() for key in keys}


def base_date(r: Record, p: Parameters, layout: Layout, world: World, fixed: Fixed) -> None:
    """Index 0: the state at the base date; flows stand at the last quarter before it."""
    spot, contract = rents.quotes(p.rents, world.rents, fixed.throughput)
    zero = np.zeros_like(fixed.revenue)
    for name, value in (_base_series(p, world, fixed, spot, contract) | _base_memo(p, world)).items():
        r.keep(name, zero + value)
    for key in ("defaulted", "debt", *LOANS):
        r.open(f"facility.{key}", layout.book.facilities)
    r.total("gpu.fleet", 0, world.fleet.energized)
    r.total("gpu.contract_rent", 0, contract)
    r.total("gpu.spot_rent", 0, spot)
    r.total("revenue.segment", 0, world.adoption.ceiling * world.adoption.adopted)
    _stocks(r, p, layout, world, 0)
    r.check(at_base(p, world, fixed))
    covered = contracted_coverage(p.facility, layout, world.contracts, world.facility, 0)
    r.keep_facilities("dscr", np.full_like(covered, np.nan))
    r.keep_facilities("contracted_coverage", covered)


def _base_series(
    p: Parameters, world: World, fixed: Fixed, spot: Array, contract: Array
) -> dict[str, Array | float]:
    """Values at the base date of the series kept for reports."""
    return {
        "capex": fixed.capex,
        "lease_additions": 0.0,
        "cfo": p.funding.cfo.sum(),
        "adjusted_debt": p.funding.debt.sum(),
        "ai_capex": p.required.history[-1],
        "digestion": 0.0,
        "revenue": fixed.revenue,
        "internal_use": world.demand.internal,
        "lab_funding": p.demand.lab_funding,
        "required_revenue": np.nan,
        "h100_contract": contract[:, H100 : H100 + 1],
        "h100_spot": spot[:, H100 : H100 + 1],
        "b200_contract": contract[:, B200 : B200 + 1],
        "h100_clearing": contract[:, H100 : H100 + 1],
        "utilization": p.rents.normal_utilization,
        "fleet": total(world.fleet.energized),
        "undeployed": total(world.fleet.undeployed),
        "power_bound": 0.0,
        "lab_coverage": demand.lab_coverage(p.demand, 0, fixed.revenue, p.demand.lab_funding),
        "hy_spread": world.market.spread,
        "credit_availability": world.seen.availability,
        "neocloud_debt": _neocloud_debt(world),
        "neocloud_liquidity": total(_liquidity(p, world.holdco)),
        "headline_loss": 0.0,
    }


def _base_memo(p: Parameters, world: World) -> dict[str, Array | float]:
    """Values at the base date of what is kept for outcomes only."""
    flows = ("required_cahn", "required_cahn_all", "required_energized", "net_raised", "quarter_loss")
    generic = ("generic_default_rate", "generic_loss", "generic_defaulted")
    exposed = _neocloud_debt(world) + total(world.segments.exposure[:, : SOFTWARE + 1])
    return dict.fromkeys((*flows, *generic), 0.0) | {
        "compute_share": p.demand.compute_share,
        "compute_demand": world.seen.demand,
        "lab_recycled": world.seen.recycled,
        "ai_capex_before": p.required.history[-2:].sum(),
        "exposed_at_base": exposed,
    }


def quarter(r: Record, p: Parameters, layout: Layout, before: World, world: World, f: Flows, t: int) -> None:
    """Record quarter t."""
    for name, value in (_series(p, world, f) | _memo(p, f, t)).items():
        r.keep(name, value)
    headline = total(f.instrument_losses[:, :HEADLINE])[: r.rows, 0]
    r.history["headline_loss"].append(r.history["headline_loss"][-1] + headline)
    _stocks(r, p, layout, world, t)
    _flows(r, p, world, f, t)
    r.keep_facilities("dscr", _dscr(layout, world, f))
    r.keep_facilities(
        "contracted_coverage", contracted_coverage(p.facility, layout, world.contracts, world.facility, t)
    )
    r.check(of_quarter(p, before, world, f))


def _series(p: Parameters, world: World, f: Flows) -> dict[str, Array]:
    """Series kept for reports."""
    debt = world.funding.bonds + world.funding.leases + world.funding.spv
    return {
        "capex": f.spending.cash_capex,
        "lease_additions": f.spending.leased,
        "cfo": total(f.funding.cfo),
        "adjusted_debt": total(debt),
        "ai_capex": f.spending.ai + f.spending.leased,
        "digestion": world.plan.digestion,
        "revenue": total(f.adoption.revenue),
        "internal_use": f.demand.internal,
        "lab_funding": f.demand.lab_external + f.demand.lab_recycled,
        "required_revenue": f.required.vintage,
        "h100_contract": f.rents.contract[:, H100 : H100 + 1],
        "h100_spot": f.rents.spot[:, H100 : H100 + 1],
        "b200_contract": f.rents.contract[:, B200 : B200 + 1],
        "h100_clearing": f.rents.clearing[:, H100 : H100 + 1],
        "utilization": f.rents.utilization,
        "fleet": total(world.fleet.energized),
        "undeployed": total(world.fleet.undeployed),
        "power_bound": f.fleet.power_bound,
        "lab_coverage": f.demand.coverage,
        "hy_spread": f.spread,
        "credit_availability": f.market.availability,
        "neocloud_debt": _neocloud_debt(world),
        "neocloud_liquidity": total(_liquidity(p, world.holdco)),
    }


def _memo(p: Parameters, f: Flows, t: int) -> dict[str, Array]:
    """What is kept for outcomes only."""
    generic = slice(DIRECT_LENDING, DIRECT_LENDING + 1)
    return {
        "compute_share": demand.compute_share(p.demand, t),
        "compute_demand": f.demand.total,
        "lab_recycled": f.demand.lab_recycled,
        "required_cahn": f.required.cahn,
        "required_cahn_all": f.required.cahn_all,
        "required_energized": f.required.vintage_energized,
        "net_raised": total(f.funding.net_debt_change + f.funding.equity),
        "quarter_loss": total(f.instrument_losses),
        "generic_default_rate": f.segments.default_rate[:, generic],
        "generic_loss": f.segments.loss[:, generic],
        "generic_defaulted": f.segments.defaulted[:, generic],
    }


def _neocloud_debt(world: World) -> Array:
    """Facility and HoldCo debt outstanding, USD, (path, 1)."""
    return total(world.facility.debt) + total(world.holdco.notes)


def _liquidity(p: Parameters, state: holdco.State) -> Array:
    """Cash and undrawn revolver of HoldCos not in default, USD, (path, firm)."""
    return np.where(state.defaulted, 0.0, state.cash + p.holdco.revolver - state.revolver)


def _stocks(r: Record, p: Parameters, layout: Layout, world: World, t: int) -> None:
    """Balances at the end of quarter t."""
    company, loans = world.holdco, world.facility
    r.total("credit.exposure", t, world.segments.exposure)
    r.total("holdco.defaulted", t, company.defaulted.astype(np.float64))
    r.total("holdco.secured_debt", t, layout.book.until(t).by_firm(loans.debt))
    r.total("holdco.notes", t, company.notes)
    r.total("holdco.liquidity", t, _liquidity(p, company))
    r.total("facility.defaulted", t, loans.defaulted.astype(np.float64))
    r.total("facility.debt", t, loans.debt)


def _flows(r: Record, p: Parameters, world: World, f: Flows, t: int) -> None:
    """Flows and prices of quarter t by entity."""
    inflow, layers = value_added(p, f)
    totals = {
        "gpu.fleet": world.fleet.energized,
        "gpu.contract_rent": f.rents.contract,
        "gpu.spot_rent": f.rents.spot,
        "gpu.collateral": f.neoclouds.collateral,
        "revenue.segment": f.adoption.revenue,
        "demand": _side_by_side(f.demand, DEMAND),
        "required": _side_by_side(f.required, REQUIRED),
        "inflow": inflow,
        "value_added": layers,
        "losses.instrument": f.instrument_losses,
        "losses.holder": f.cascade.losses,
        "power": np.concatenate([f.fleet.power_energized, f.fleet.cost, f.fleet.power_per_h100e], axis=1),
    }
    totals |= {f"funding.{key}": getattr(f.funding, key) for key in FUNDING}
    totals |= {f"credit.{key}": getattr(f.segments, key) for key in CREDIT}
    totals |= {f"facility.{key}": getattr(f.neoclouds.facility, key) for key in LOANS}
    for key, values in totals.items():
        r.total(key, t, values)


def _side_by_side(flows: object, keys: tuple[str, ...]) -> Array:
    """(path, 1) fields of some flows as columns, (path, key)."""
    return np.concatenate([getattr(flows, key) for key in keys], axis=1)


def _dscr(layout: Layout, world: World, f: Flows) -> Array:
    """DSCR of base-date facilities not in default, (path, facility)."""
    columns = slice(0, layout.base_book.facilities)
    gone = world.facility.defaulted[:, columns]
    return np.where(gone, np.nan, f.neoclouds.facility.dscr[:, columns])
