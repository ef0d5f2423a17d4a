"""Values of one quarter kept path by path: series for reports, and what only outcomes need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.engine import neoclouds
from risk.engine.context import Flows, of_pools
from risk.engine.layout import Pools
from risk.engine.world import Fixed, Parameters, World
from risk.mechanisms.gpu_repricing import fleet
from risk.mechanisms.gpu_repricing.generations import only
from risk.mechanisms.neocloud import cohorts, holdco
from risk.mechanisms.revenue_gap import demand
from risk.processes import across

Array = NDArray[np.float64]


def base_series(
    p: Parameters, world: World, fixed: Fixed, spot: Array, contract: Array
) -> dict[str, Array | float]:
    """Values at the base date of the series kept for reports."""
    numeraire, newest = p.generations.numeraire, p.generations.newest
    return {
        "capex": fixed.capex,
        "lease_additions": 0.0,
        "cfo": p.funding.cfo.sum(),
        "adjusted_debt": p.funding.debt.sum(),
        "ai_capex": p.required.history[-1],
        "digestion": 0.0,
        "revenue": fixed.revenue,
        "internal_use": world.demand.internal,
        "lab_funding": p.demand.anchor_funding,
        "required_revenue": np.nan,
        "h100_contract": only(contract, numeraire),
        "h100_spot": only(spot, numeraire),
        "b200_contract": only(contract, newest),
        "h100_clearing": np.exp(world.rents.clearing),
        "utilization": p.rents.normal_utilization,
        "fleet": across(world.fleet.energized),
        "undeployed": across(world.fleet.undeployed),
        "power_bound": 0.0,
        "lab_coverage": demand.anchor_coverage(p.demand, 0, fixed.revenue, p.demand.anchor_funding),
        "hy_spread": world.market.spread,
        "credit_availability": world.seen.availability,
        "neocloud_debt": operator_debt(world),
        "neocloud_liquidity": across(liquidity(world.holdco)),
        "headline_loss": 0.0,
    }


def base_memo(p: Parameters, world: World, fixed: Fixed, pools: Pools) -> dict[str, Array | float]:
    """Values at the base date of what is kept for outcomes only."""
    exposed = operator_debt(world) + across(of_pools(world.segments.exposure, pools.headline))
    return {
        "compute_share": p.demand.compute_share,
        "compute_demand": world.seen.demand,
        "lab_recycled": world.seen.recycled,
        "cash": p.funding.cash.sum(),
        "power_drawn": across(world.fleet.power),
        "power_waiting": fleet.awaited(p.fleet, world.fleet, fixed.throughput),
        "power_queue": fleet.queued(p.fleet, world.fleet, 0),
        "exposed_at_base": exposed,
    }


def series(p: Parameters, world: World, f: Flows) -> dict[str, Array]:
    """Series kept for reports."""
    numeraire, newest = p.generations.numeraire, p.generations.newest
    debt = world.funding.bonds + world.funding.leases + world.funding.spv
    return {
        "capex": f.spending.cash_capex,
        "lease_additions": f.spending.leased,
        "cfo": across(f.funding.cfo),
        "adjusted_debt": across(debt),
        "ai_capex": f.spending.ai + f.spending.leased,
        "digestion": world.plan.digestion,
        "revenue": across(f.adoption.revenue),
        "internal_use": f.demand.internal,
        "lab_funding": f.demand.anchor_external + f.demand.anchor_recycled,
        "required_revenue": f.required.vintage,
        "h100_contract": only(f.rents.contract, numeraire),
        "h100_spot": only(f.rents.spot, numeraire),
        "b200_contract": only(f.rents.contract, newest),
        "h100_clearing": only(f.rents.clearing, numeraire),
        "utilization": f.rents.utilization,
        "fleet": across(world.fleet.energized),
        "undeployed": across(world.fleet.undeployed),
        "power_bound": f.fleet.power_bound,
        "lab_coverage": f.demand.coverage,
        "hy_spread": f.spread,
        "credit_availability": f.market.availability,
        "neocloud_debt": operator_debt(world),
        "neocloud_liquidity": across(liquidity(world.holdco)),
    }


def memo(p: Parameters, world: World, f: Flows, t: int) -> dict[str, Array]:
    """What is kept for outcomes only."""
    return {
        "compute_share": demand.compute_share(p.demand, t),
        "compute_demand": f.demand.total,
        "lab_recycled": f.demand.anchor_recycled,
        "required_cahn": f.required.cahn,
        "required_cahn_all": f.required.cahn_all,
        "required_energized": f.required.vintage_energized,
        "net_raised": across(f.funding.net_debt_change + f.funding.equity),
        "cash": across(world.funding.cash),
        "payout": across(f.funding.payout),
        "power_drawn": across(world.fleet.power),
        "power_waiting": f.fleet.power_waiting,
        "power_queue": fleet.queued(p.fleet, world.fleet, t),
        "power_unclaimed": f.fleet.power_unclaimed,
        "idle_impairment": f.fleet.impaired,
        "quarter_loss": across(f.instrument_losses),
        "second_round": across(f.cascade.mark_to_market),
        **_operator_capex(f.operators),
    }


def _operator_capex(f: neoclouds.Flows) -> dict[str, Array]:
    """What operators planned, what was financed, where their money came from, USD, (path, 1)."""
    new, h, loans = f.new, f.holdco, f.facility
    repaid = across(loans.principal + loans.swept + loans.balloon_paid) + across(
        h.notes_repaid + h.revolver_repaid
    )
    earned = across(loans.cfads - loans.interest) - across(h.overhead + h.interest)
    lent = across(f.lent) + across(loans.drawn) + across(new.notes + new.converts + h.drawn)
    borrowed, earned = lent - repaid, earned + across(cohorts.by_firm(new.prepayment))
    equity = across(h.equity + new.equity)
    return {
        "neocloud_planned": across(new.planned),
        "neocloud_financed": across(new.financed),
        "neocloud_borrowed": borrowed,
        "neocloud_earned": earned,
        "neocloud_equity": equity,
        "neocloud_sources": borrowed + earned + equity,
    }


def operator_debt(world: World) -> Array:
    """Facility and HoldCo debt outstanding, USD, (path, 1)."""
    return across(world.facility.debt) + across(world.holdco.paper)


def liquidity(state: holdco.State) -> Array:
    """Cash and undrawn revolver of HoldCos not in default, USD, (path, firm)."""
    return np.where(state.defaulted, 0.0, state.cash + state.limit - state.revolver)
