"""What a block remembers of its quarters: path series, sums over paths by entity, and the identities.

Nothing here feeds back into the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.engine.inputs import INSTRUMENTS, Layout
from risk.engine.quarter import Flows
from risk.engine.world import Fixed, Parameters, World
from risk.mechanisms.capex import funding
from risk.mechanisms.gpu_repricing import generations
from risk.mechanisms.revenue_gap import demand

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

LAYERS = ("applications", "serving", "models", "tools", "cloud", "memory_interconnect", "chips", "power_construction")


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
        """Append one quarter of a path quantity, (path, 1) or (path,)."""
        self.history.setdefault(name, []).append(np.array(values).reshape(len(values), -1)[: self.rows, 0])

    def total(self, key: str, t: int, values: Array) -> None:
        """Add one quarter's sum and sum of squares over kept paths, by entity."""
        kept = values[: self.rows]
        if key not in self.sums:
            self.sums[key] = np.zeros((self.quarters + 1, kept.shape[1]))
            self.squares[key] = np.zeros((self.quarters + 1, kept.shape[1]))
        self.sums[key][t] = kept.sum(axis=0)
        self.squares[key][t] = np.einsum("ij,ij->j", kept, kept)

    def check(self, name: str, left: Array, right: Array, scale: Array | float) -> None:
        """Note the largest relative error of an identity left = right."""
        error = float(np.max(np.abs(left - right) / np.maximum(np.abs(scale), 1.0)))
        self.identities[name] = max(self.identities.get(name, 0.0), error)

    def path(self, name: str) -> Array:
        """A kept quantity as (quarter + 1, path)."""
        return np.stack(self.history[name])


def entities(assumptions: Assumptions, layout: Layout) -> dict[str, tuple[str, ...]]:
    """Entity names of every key of sums and facility series."""
    book, tables = layout.book, assumptions.tables
    out: dict[str, tuple[str, ...]] = {}
    for key in FUNDING:
        out[f"funding.{key}"] = tables["capex.firm"].names
    for key in ("fleet", "contract_rent", "spot_rent", "collateral"):
        out[f"gpu.{key}"] = tables["gpu.generation"].names
    out["revenue.segment"] = tables["revenue.segment"].names
    out["demand"] = ("from_revenue", "lab_external", "lab_recycled", "internal")
    out["required"] = ("vintage", "vintage_energized", "cahn", "cahn_all", "capital_charge", "fleet_opex")
    out["value_added"] = LAYERS
    out["inflow"] = ("customers", "outside_lab_funding", "internal_budgets", "investment")
    for key in ("exposure", "default_rate", "defaulted", "loss"):
        out[f"credit.{key}"] = tables["credit.segment"].names
    out["losses.instrument"] = INSTRUMENTS
    out["losses.holder"] = tables["credit.holder"].names
    for key in ("defaulted", "secured_debt", "notes", "liquidity"):
        out[f"holdco.{key}"] = book.firms
    for key in ("defaulted", "debt", "cfads", "service", "loss"):
        out[f"facility.{key}"] = book.names
    base = tuple(book.names[i] for i in book.base_columns)
    out["dscr"] = out["contracted_coverage"] = base
    out["power"] = ("energized_gw", "cost_per_h100e")
    return out


FUNDING = (
    "planned", "capex", "lease_additions", "spv_additions", "lab_equity", "maturities", "payout", "spv_support",
    "cash_build", "cfo", "cash_drawn", "bonds", "private_credit", "equity", "cut",
)  # fmt: skip


def base_date(r: Record, p: Parameters, layout: Layout, world: World, fixed: Fixed) -> None:
    """Index 0: the state at the base date; flows stand at the last quarter before it."""
    zero = np.zeros_like(fixed.revenue)
    share = p.demand.compute_share
    per_unit = fixed.throughput ** (1.0 + p.rents.launch_obsolescence)
    contract = np.exp(world.rents.contract) * per_unit
    spot = np.exp(world.rents.spot) * per_unit
    values = {
        "capex": fixed.capex, "lease_additions": zero, "cfo": zero + p.funding.cfo.sum(),
        "adjusted_debt": zero + p.funding.debt.sum(), "ai_capex": zero + p.required.history[-1], "digestion": zero,
        "revenue": fixed.revenue, "internal_use": world.demand.internal, "lab_funding": zero + p.demand.lab_funding,
        "required_revenue": zero * np.nan, "h100_contract": contract[:, 1:2], "h100_spot": spot[:, 1:2],
        "b200_contract": contract[:, 3:4], "h100_clearing": contract[:, 1:2],
        "utilization": zero + p.rents.normal_utilization, "fleet": world.fleet.energized.sum(axis=1, keepdims=True),
        "undeployed": world.fleet.undeployed.sum(axis=1, keepdims=True), "power_bound": zero,
        "lab_coverage": demand.lab_coverage(p.demand, 0, fixed.revenue, p.demand.lab_funding) + zero,
        "hy_spread": world.market.spread, "credit_availability": zero + 1.0,
        "neocloud_debt": world.facility.debt.sum(axis=1, keepdims=True) + world.holdco.notes.sum(axis=1, keepdims=True),
        "neocloud_liquidity": (world.holdco.cash + p.holdco.revolver).sum(axis=1, keepdims=True), "headline_loss": zero,
        # kept for outcomes only
        "compute_share": share + zero, "compute_demand": world.seen.demand, "lab_recycled": world.seen.recycled,
        "required_cahn": zero, "required_energized": zero, "net_raised": zero, "quarter_loss": zero,
        "generic_default_rate": zero, "generic_loss": zero, "generic_defaulted": zero,
        "ai_capex_before": zero + p.required.history[-2:].sum(),
        "exposed_at_base": world.facility.debt.sum(axis=1, keepdims=True) + world.holdco.notes.sum(axis=1, keepdims=True)
        + world.segments.exposure[:, :2].sum(axis=1, keepdims=True),
    }  # fmt: skip
    for name, value in values.items():
        r.keep(name, value)
    r.total("gpu.fleet", 0, world.fleet.energized)
    r.total("gpu.contract_rent", 0, contract)
    r.total("gpu.spot_rent", 0, spot)
    r.total("revenue.segment", 0, world.adoption.ceiling * world.adoption.adopted)
    r.total("facility.debt", 0, world.facility.debt)
    r.total("holdco.notes", 0, world.holdco.notes)
    r.total("credit.exposure", 0, world.segments.exposure)
    cleared = rents_at_base(p, world, fixed, share)
    r.check("market clears at the base date", cleared, contract[:, 1:2], contract[:, 1:2])
    index = p.generations.index
    r.check("rents equal observed indices", np.where(index > 0, contract, index), index, index)
    width = len(layout.book.base_columns)
    for variable in ("dscr", "contracted_coverage"):
        r.facility.setdefault(variable, []).append(np.full((r.rows, width), np.nan))


def rents_at_base(p: Parameters, world: World, fixed: Fixed, share: Array) -> Array:
    """H100 rent that clears the base-date market: R_g = X E_g^{1+w} / (u · hours · sum E^{1+w} K)."""
    power = 1.0 + p.rents.launch_obsolescence
    bids = share * fixed.revenue + p.demand.lab_funding + world.demand.internal
    units = world.fleet.energized / fixed.throughput
    supply = (fixed.throughput**power * units).sum(axis=1, keepdims=True)
    own = fixed.throughput[:, generations.H100 : generations.H100 + 1] ** power
    return bids * own / (p.rents.normal_utilization * 8760.0 * supply)


def quarter(r: Record, p: Parameters, layout: Layout, before: World, world: World, f: Flows, t: int) -> None:
    """Record quarter t."""
    _series(r, p, world, f, t)
    _totals(r, p, layout, world, f, t)
    _facilities(r, layout, world, f)
    _identities(r, before, world, f)


def _sum(x: Array) -> Array:
    return x.sum(axis=1, keepdims=True)


def _series(r: Record, p: Parameters, world: World, f: Flows, t: int) -> None:
    funded, company = f.funding, world.holdco
    headline = _sum(f.instrument_losses[:, :4])
    before = r.history["headline_loss"][-1]
    values = {
        "capex": _sum(funded.capex), "lease_additions": _sum(funded.lease_additions + funded.spv_additions),
        "cfo": _sum(funded.cfo),
        "adjusted_debt": _sum(world.funding.bonds + world.funding.leases + world.funding.spv),
        "ai_capex": f.ai_capex, "digestion": world.plan.digestion, "revenue": _sum(f.adoption.revenue),
        "internal_use": f.demand.internal, "lab_funding": f.demand.lab_external + f.demand.lab_recycled,
        "required_revenue": f.required.vintage, "h100_contract": f.rents.contract[:, 1:2], "h100_spot": f.rents.spot[:, 1:2],
        "b200_contract": f.rents.contract[:, 3:4], "h100_clearing": f.rents.clearing[:, 1:2],
        "utilization": f.rents.utilization, "fleet": _sum(world.fleet.energized), "undeployed": _sum(world.fleet.undeployed),
        "power_bound": f.fleet.power_bound, "lab_coverage": f.demand.coverage, "hy_spread": f.spread,
        "credit_availability": f.market.availability, "neocloud_debt": _sum(world.facility.debt) + _sum(company.notes),
        "neocloud_liquidity": _sum(np.where(company.defaulted, 0.0, company.cash + p.holdco.revolver - company.revolver)),
        "headline_loss": before[:, None] + headline[: r.rows],
        "compute_share": demand.compute_share(p.demand, t), "compute_demand": f.demand.total,
        "lab_recycled": f.demand.lab_recycled, "required_cahn": f.required.cahn,
        "required_energized": f.required.vintage_energized, "net_raised": _sum(funded.net_debt_change + funded.equity),
        "quarter_loss": _sum(f.instrument_losses), "generic_default_rate": f.segments.default_rate[:, 2:3],
        "generic_loss": f.segments.loss[:, 2:3], "generic_defaulted": f.segments.defaulted[:, 2:3],
    }  # fmt: skip
    for name, value in values.items():
        r.keep(name, value)


def _totals(r: Record, p: Parameters, layout: Layout, world: World, f: Flows, t: int) -> None:
    for key in FUNDING:
        r.total(f"funding.{key}", t, getattr(f.funding, key))
    r.total("gpu.fleet", t, world.fleet.energized)
    r.total("gpu.contract_rent", t, f.rents.contract)
    r.total("gpu.spot_rent", t, f.rents.spot)
    r.total("gpu.collateral", t, f.neoclouds.collateral)
    r.total("revenue.segment", t, f.adoption.revenue)
    d, q = f.demand, f.required
    r.total("demand", t, np.concatenate([d.from_revenue, d.lab_external, d.lab_recycled, d.internal], axis=1))
    lenses = [q.vintage, q.vintage_energized, q.cahn, q.cahn_all, q.capital_charge, q.fleet_opex]
    r.total("required", t, np.concatenate(np.broadcast_arrays(*lenses), axis=1))
    inflow, layers = value_added(p, f)
    r.total("inflow", t, inflow)
    r.total("value_added", t, layers)
    r.check("value added = inflow", _sum(layers), _sum(inflow), _sum(inflow))
    r.total("credit.exposure", t, world.segments.exposure)
    r.total("credit.default_rate", t, f.segments.default_rate)
    r.total("credit.defaulted", t, f.segments.defaulted)
    r.total("credit.loss", t, f.segments.loss)
    r.total("losses.instrument", t, f.instrument_losses)
    r.total("losses.holder", t, f.cascade.losses)
    company = world.holdco
    r.total("holdco.defaulted", t, company.defaulted.astype(np.float64))
    r.total("holdco.secured_debt", t, layout.book.by_firm(world.facility.debt))
    r.total("holdco.notes", t, company.notes)
    r.total("holdco.liquidity", t, np.where(company.defaulted, 0.0, company.cash + p.holdco.revolver - company.revolver))
    loans = f.neoclouds.facility
    r.total("facility.defaulted", t, world.facility.defaulted.astype(np.float64))
    r.total("facility.debt", t, world.facility.debt)
    r.total("facility.cfads", t, loans.cfads)
    r.total("facility.service", t, loans.service)
    r.total("facility.loss", t, loans.loss)
    r.total("power", t, np.concatenate([f.fleet.power_energized, f.fleet.cost], axis=1))


def value_added(p: Parameters, f: Flows) -> tuple[Array, Array]:
    """Final demand and value added by layer, USD a year, (path, 4) and (path, 8).

    Investment is final demand, as in national accounts, so chips are a share of capex and never added to it.
    Recycled lab funding leaves the suppliers who provide it and is not an inflow.
    """
    d, rent = f.demand, f.rents
    revenue = _sum(f.adoption.revenue)
    kept = revenue - d.from_revenue
    investment = 4.0 * f.compute_spending / p.glue.compute_share
    compute = 4.0 * f.compute_spending
    inflow = np.concatenate([revenue, d.lab_external, d.internal, investment], axis=1)
    big_five, memory = p.funding.suppliers_big_five, p.glue.memory_interconnect_share
    apps, serving, models, tools = p.glue.layer_shares
    layers = np.concatenate([
        kept * apps, kept * serving, kept * models + rent.unserved, kept * tools,
        rent.paid - f.required.fleet_opex - big_five * d.lab_recycled,
        compute * memory, compute * (1.0 - memory) - (1.0 - big_five) * d.lab_recycled,
        investment - compute + f.required.fleet_opex,
    ], axis=1)  # fmt: skip
    return inflow, layers


def _facilities(r: Record, layout: Layout, world: World, f: Flows) -> None:
    columns = layout.book.base_columns
    payers, loans = world.contracts, world.facility
    dscr = np.where(loans.defaulted, np.nan, f.neoclouds.facility.dscr)
    r.facility["dscr"].append(dscr[: r.rows, columns])
    price = payers.kept * payers.price_factor
    hours = 2190.0 * 0.96
    due = np.maximum(loans.debt[:, columns], 1.0)
    cash = np.broadcast_to(price * payers.remaining, loans.debt.shape)[:, columns] * hours
    coverage = np.where(loans.debt[:, columns] > 1.0, cash / due, np.nan)
    r.facility["contracted_coverage"].append(coverage[: r.rows])


def _identities(r: Record, before: World, world: World, f: Flows) -> None:
    funded = f.funding
    r.check("funding: sources = uses", funding.sources(funded), funding.uses(funded), funding.uses(funded))
    change = world.funding.cash - before.funding.cash
    r.check("funding: cash roll-forward", change, funded.cash_build - funded.cash_drawn, funding.uses(funded))
    debt = before.funding.bonds + funded.bonds + funded.private_credit - funded.maturities
    r.check("funding: debt roll-forward", world.funding.bonds, debt, debt)
    stock = _sum(world.fleet.energized + world.fleet.undeployed) + sum(_sum(x) for x in world.fleet.pipeline)
    opening = _sum(before.fleet.energized + before.fleet.undeployed) + sum(_sum(x) for x in before.fleet.pipeline)
    r.check("fleet: stock = purchases - retired", stock - opening, f.fleet.purchased - _sum(f.fleet.retired), stock)
    loans = f.neoclouds.facility
    closing = before.facility.debt + f.neoclouds.originated - loans.principal - loans.balloon_paid - loans.written_off
    r.check("facilities: debt roll-forward", world.facility.debt, closing, before.facility.debt + f.neoclouds.originated)
    r.check("facilities: loss + recovery = claim", loans.loss + loans.recovered, loans.written_off, loans.written_off)
    company = f.neoclouds.holdco
    notes = before.holdco.notes + f.neoclouds.notes_issued - company.notes_repaid
    survivors = ~world.holdco.defaulted
    r.check("HoldCos: note roll-forward", survivors * world.holdco.notes, survivors * notes, notes)
    booked = _sum(f.cascade.losses)
    r.check("losses by holder = losses by instrument", booked, _sum(f.instrument_losses), booked)
    asked = f.demand.total
    r.check("demand = dollars paid + buyers' margin", f.rents.paid + f.rents.unserved, asked, asked)
