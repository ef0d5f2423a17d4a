"""Accounting identities of a quarter, each re-added from stocks and flows by code that moves neither.

An identity returns its two sides and the scale against which a difference counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.engine.context import Flows
from risk.engine.world import Fixed, Parameters, World
from risk.mechanisms.capex import funding
from risk.mechanisms.gpu_repricing import fleet, generations, rents
from risk.mechanisms.neocloud import cohorts
from risk.mechanisms.revenue_gap import demand
from risk.processes import across, beside
from risk.units import HOURS_A_YEAR

Array = NDArray[np.float64]

CREDITORS = ("revolver", "notes", "leases", "customers", "guarantees", "converts")


class Identity(NamedTuple):
    """Two sides that must be equal."""

    name: str
    left: Array
    right: Array
    scale: Array

    @property
    def error(self) -> float:
        """Largest difference on any path, relative to the scale (absolute under one unit of it)."""
        difference = np.abs(self.left - self.right)
        return float((difference / np.maximum(np.abs(self.scale), 1.0)).max(initial=0.0))


def at_base(p: Parameters, world: World, fixed: Fixed) -> Iterator[Identity]:
    """T1: the market clears at the base date as tight as it stands, and rents are the observed indices."""
    _, contract = rents.quotes(p.rents, world.rents, fixed.throughput)
    rent = generations.only(contract, p.generations.numeraire)
    outside = demand.compute_share(p.demand, 0) * fixed.revenue + p.demand.anchor_funding
    tight = np.maximum(rent * np.exp(p.rents.base_tightness), _clearing_rent(p, world, fixed, outside))
    bids = outside + world.demand.internal
    yield Identity("market clears at the base date", _clearing_rent(p, world, fixed, bids), tight, rent)
    index = p.generations.index * np.exp(p.rents.index_error) + np.zeros_like(contract)
    rented = np.where(index > 0, contract, index)
    yield Identity("rents equal observed indices", rented, index, index)


def _clearing_rent(p: Parameters, world: World, fixed: Fixed, bids: Array) -> Array:
    """Rent of the numeraire h at which dollars a year clear the base-date market, (path, 1).

    X E_h^{1+w} / (u hours sum_g E_g^{1+w} K_g)
    """
    power = 1.0 + p.rents.launch_obsolescence
    units = world.fleet.energized / fixed.throughput
    own = generations.only(fixed.throughput, p.generations.numeraire) ** power
    hours = p.rents.normal_utilization * HOURS_A_YEAR
    return bids * own / (hours * across(fixed.throughput**power * units))


def of_quarter(before: World, after: World, f: Flows, chain: Chain) -> Iterator[Identity]:
    """Every identity of a quarter."""
    yield from _markets(before, after, f, chain)
    yield from _funding(before, after, f.funding)
    yield from _facilities(before, after, f)
    yield from _holdcos(before, after, f)
    yield from _capex(f)
    yield from _estates(f)
    yield from _credit(before, after, f)


def _markets(before: World, after: World, f: Flows, chain: Chain) -> Iterator[Identity]:
    inflow = across(chain.inflow)
    yield Identity("value added = inflow", across(chain.layers), inflow, inflow)
    bids = f.demand.total
    yield Identity("demand = money paid + buyers' margin", f.rents.paid + f.rents.unserved, bids, bids)
    opening, closing = _compute(before.fleet), _compute(after.fleet)
    change = f.fleet.purchased - across(f.fleet.retired)
    yield Identity("fleet: stock = purchases - retired", closing - opening, change, closing)


def _compute(state: fleet.State) -> Array:
    """H100e bought and not retired, (path, 1)."""
    return across(state.energized) + across(state.undeployed) + sum(across(x) for x in state.pipeline)


class Chain(NamedTuple):
    """The value chain in a quarter, USD a year."""

    inflow: Array  # (path, 4) final demand
    layers: Array  # (path, 8) value added


def value_added(p: Parameters, f: Flows) -> Chain:
    """Final demand and value added by layer.

    Investment is final demand, as in national accounts, so chips are a share of capex and never added to it.
    Recycled lab funding leaves the suppliers who provide it and is not an inflow.
    """
    d, rent = f.demand, f.rents
    revenue = across(f.adoption.revenue)
    kept = revenue - d.from_revenue
    compute = 4.0 * f.spending.compute
    investment = compute / p.glue.compute_share
    inflow = [revenue, d.anchor_external, d.internal, investment]
    inside, memory = p.funding.suppliers_inside, p.glue.memory_interconnect_share
    applications, serving, models, tools = p.glue.layer_shares
    opex = f.required.fleet_opex
    layers = [
        kept * applications,
        kept * serving,
        kept * models + rent.unserved,
        kept * tools,
        rent.paid - opex - inside * d.anchor_recycled,
        compute * memory,
        compute * (1.0 - memory) - (1.0 - inside) * d.anchor_recycled,
        investment - compute + opex,
    ]
    return Chain(beside(inflow), beside(layers))


def _funding(before: World, after: World, f: funding.Flows) -> Iterator[Identity]:
    uses = funding.uses(f)
    yield Identity("funding: sources = uses", funding.sources(f), uses, uses)
    change = after.funding.cash - before.funding.cash
    yield Identity("funding: cash roll-forward", change, f.cash_build - f.cash_drawn, uses)
    bonds = before.funding.bonds + f.bonds + f.private_credit - f.maturities
    yield Identity("funding: debt roll-forward", after.funding.bonds, bonds, bonds)
    vehicles = before.funding.spv + f.spv_additions - f.spv_principal
    yield Identity("funding: vehicle roll-forward", after.funding.spv, vehicles, vehicles)
    raised = f.bonds + f.private_credit - f.maturities + f.lease_additions - f.lease_principal
    raised = raised + f.spv_additions - f.spv_principal - f.cash_build + f.cash_drawn
    yield Identity("funding: change of net debt", f.net_debt_change, raised, after.funding.bonds)
    signed = before.funding.leases + before.funding.uncommenced - f.lease_principal
    open_leases = after.funding.leases + after.funding.uncommenced
    yield Identity("funding: lease roll-forward", open_leases, signed, signed)


def _facilities(before: World, after: World, f: Flows) -> Iterator[Identity]:
    opening, closing, paid = before.facility, after.facility, f.operators.facility
    older = opening.debt.shape[1]  # a cohort of this quarter stands behind them
    added = paid.drawn + paid.capitalized
    lent = f.operators.lent
    added = added + lent[:, :older]
    debt = opening.debt + added - paid.principal - paid.swept - paid.balloon_paid - paid.written_off
    yield Identity("facilities: debt roll-forward", closing.debt[:, :older], debt, opening.debt + added)
    new, signed = across(lent), across(cohorts.by_firm(f.operators.new.debt))
    yield Identity("facilities: new debt = originated", new, signed, signed)
    alive = ~closing.defaulted[:, :older]
    inflow = opening.cash + paid.cfads + paid.supported
    outflow = paid.principal + paid.interest + paid.swept + paid.balloon_paid + paid.distributed
    moved = opening.cash + np.abs(paid.cfads) + paid.supported + outflow
    left = alive * (inflow - outflow)
    yield Identity("facilities: cash roll-forward", closing.cash[:, :older], left, moved)
    recovered = paid.loss + paid.recovered
    yield Identity("facilities: loss + recovery = claim", recovered, paid.written_off, paid.written_off)


def _holdcos(before: World, after: World, f: Flows) -> Iterator[Identity]:
    opening, closing, h = before.holdco, after.holdco, f.operators.holdco
    alive = ~closing.defaulted
    new = f.operators.new
    paper = alive * (opening.paper + new.notes + new.converts - h.notes_repaid - h.settled)
    ever = opening.paper + new.notes + new.converts
    yield Identity("HoldCos: note roll-forward", closing.paper, paper, ever)
    converts = alive * (opening.converts + new.converts - h.converts_due)
    yield Identity("HoldCos: convert roll-forward", closing.converts, converts, ever)
    most = np.minimum(h.settled, h.converts_due)
    yield Identity("HoldCos: shares settle converts alone", most, h.settled, h.converts_due)
    revolver = alive * (opening.revolver + h.drawn - h.revolver_repaid)
    yield Identity("HoldCos: revolver roll-forward", closing.revolver, revolver, opening.revolver)
    inflow = opening.cash + h.distributions + h.equity + h.drawn
    repaid = h.notes_repaid + h.revolver_repaid
    outflow = (
        h.supported + h.guaranteed - h.claims.guarantees + h.overhead + h.interest + repaid + new.cash_used
    )
    moved = opening.cash + h.distributions + h.equity + outflow
    yield Identity("HoldCos: cash roll-forward", closing.cash, alive * (inflow - outflow), moved)


def _capex(f: Flows) -> Iterator[Identity]:
    new = f.operators.new
    sources = cohorts.by_firm(new.debt) + cohorts.by_firm(new.prepayment)
    sources = sources + new.cash_used + new.notes + new.converts + new.equity
    yield Identity("operator capex: sources = uses", sources, new.cost, new.cost)
    most = np.minimum(new.financed, new.planned)
    yield Identity("operator capex: financed within plan", most, new.financed, new.planned)
    room = f.operators.holdco.equity_room
    yield Identity(
        "operator capex: equity within its room", np.minimum(new.equity, room), new.equity, new.cost
    )


def _estates(f: Flows) -> Iterator[Identity]:
    h = f.operators.holdco
    owed = h.written_off + h.claims.leases + h.claims.customers + h.claims.guarantees
    lost = h.loss + h.lease_loss + h.customer_loss + h.claims.guarantees - h.recovered.guarantees
    paid = sum((getattr(h.recovered, name) for name in CREDITORS), np.zeros_like(owed))
    yield Identity("HoldCo estates: loss + recovery = claim", lost + paid, owed, owed)


def _credit(before: World, after: World, f: Flows) -> Iterator[Identity]:
    opening, s = before.segments.exposure, f.segments
    exposure = opening + s.originated + s.in_kind_accrued - s.defaulted - s.repaid
    yield Identity("segments: exposure roll-forward", after.segments.exposure, exposure, exposure)
    lost = across(f.instrument_losses)
    yield Identity("losses by holder = losses by instrument", across(f.cascade.losses), lost, lost)
    borne = lost + f.cascade.bankruptcy_cost
    yield Identity("losses at ultimate owners = losses + cost", across(f.cascade.ultimate), borne, borne)
