"""The state of every mechanism of one block, its parameters, and how both are set up at the base date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from risk.axes import ordinal
from risk.engine.inputs import Glue
from risk.engine.layout import Layout
from risk.mechanisms import cascade
from risk.mechanisms.capex import funding, plan
from risk.mechanisms.gpu_repricing import collateral, fleet, generations, rents
from risk.mechanisms.neocloud import cohorts, contracts, estate, facility, holdco
from risk.mechanisms.neocloud.book import SITE, VENDOR
from risk.mechanisms.private_credit import market, segments
from risk.mechanisms.revenue_gap import adoption, demand, required
from risk.parameters import build
from risk.paths import EVENT_VARIABLES
from risk.processes import across, beside, blank, columns_of, outer, repeated
from risk.shocks.draw import Shocks
from risk.units import HOURS_A_YEAR

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

LEAST_YIELD = 0.01
"""Yield a year of new hardware at the base date that changes are measured against where it earns nothing."""


@dataclass(frozen=True)
class Parameters:
    """`Params` of every mechanism, filled from one block's draws."""

    glue: Glue
    generations: generations.Params
    fleet: fleet.Params
    rents: rents.Params
    collateral: collateral.Params
    adoption: adoption.Params
    demand: demand.Params
    required: required.Params
    plan: plan.Params
    funding: funding.Params
    contracts: contracts.Params
    facility: facility.Params
    holdco: holdco.Params
    estate: estate.Params
    cohorts: cohorts.Params
    market: market.Params
    segments: segments.Params
    cascade: cascade.Params


READERS: Mapping[str, type[Any]] = get_type_hints(Parameters)
"""Every class that reads register entries; an entry nobody reads is dead (a test says so)."""


def parameters(inputs: Mapping[str, Any], paths: int) -> Parameters:
    """Fill every mechanism's `Params`."""
    return Parameters(**{name: build(kind, inputs, paths) for name, kind in READERS.items()})


@dataclass(frozen=True)
class Seen:
    """What last quarter's flows leave for this one: all feedback with a lag of one quarter, (path, …)."""

    rents: Array  # (path, generation) USD per GPU-hour paid
    surprise: Array
    dearness: Array  # log clearing rent over its path expected at the base date
    yields: Array  # net yield of the newest unit at the trend price, over that of the base date
    jump: Array
    revenue: Array
    suppliers: Array
    anchor_shortfall: Array  # USD a year
    recycled: Array  # USD a year
    availability: Array
    spv_support: Array  # (path, firm) USD
    impact: Array  # spread owed to losses
    squeeze: Array  # share of private-credit availability lost to pulled lines
    freeze: Array  # share of the CLO bid that is gone
    spread: Array  # high-yield spread
    fire_sale: Array  # log discount of spot
    overhang: Array  # repossessed over a year, over the merchant market
    demand: Array  # USD a year
    plan_growth: Array  # log a quarter
    operator_capex: Array  # USD since the last cohort
    funded: Array  # share of it that was financed, of the last cohort


@dataclass(frozen=True)
class World:
    """States at the start of a quarter, and what was seen in the last one."""

    fleet: fleet.State
    rents: rents.State
    adoption: adoption.State
    demand: demand.State
    required: required.State
    plan: plan.State
    funding: funding.State
    contracts: contracts.State
    facility: facility.State
    holdco: holdco.State
    market: market.State
    segments: segments.State
    cascade: cascade.State
    seen: Seen


@dataclass(frozen=True)
class Fixed:
    """What stays the same through a block: throughput, base-date levels."""

    throughput: Array
    revenue: Array  # (path, 1) USD a year at the base date
    capex: Array  # (path, 1) USD a quarter
    free_cash_flow: Array  # (path, 1) USD a quarter
    newest_rent: Array  # (path, 1) USD/h of the newest generation at the base date
    rental_yield: Array  # (path, 1) 1/y, of the newest generation at the base date
    fleet_by_firm: Array  # (1, firm) GPUs


def initial(p: Parameters, layout: Layout, shocks: Shocks, paths: int) -> tuple[World, Fixed]:
    """State of the world at the base date; internal use is solved so that the GPU market clears.

    The first quarter's plan is made before it: its error is drawn beside that of the quarters.
    """
    throughput = generations.throughput(p.generations)
    supply = fleet.init(p.fleet, throughput)
    sold = adoption.init(p.adoption)
    revenue = across(adoption.revenue(sold))
    priced = rents.priced_supply(p.rents, throughput, supply.energized)
    outside = demand.outside(p.demand, revenue)
    market_rents = rents.init(p.rents, throughput)
    spot, contract = rents.quotes(p.rents, market_rents, throughput)
    clearing = np.maximum(rents.clearing_demand(p.rents, market_rents.clearing, priced), outside)
    market_rents = rents.tightened(p.rents, market_rents, outside, priced)
    borrowed, pools = _base_facilities(layout, p, paths), segments.init(p.segments, paths)
    companies = holdco.init(p.holdco, layout.bullets, layout.converts, paths, layout.last)
    capex = np.full((paths, 1), p.plan.last_quarter.sum())
    world = World(
        fleet=supply,
        rents=market_rents,
        adoption=sold,
        demand=demand.init(p.demand, clearing, revenue),
        required=required.init(p.required),
        plan=plan.init(
            p.plan, paths, shocks.idiosyncratic["first"][0], shocks.idiosyncratic["first_firm"][0]
        ),
        funding=funding.init(p.funding, paths),
        contracts=contracts.init(layout.contracts, layout.expiry, layout.base["prepaid"], paths),
        facility=borrowed,
        holdco=companies,
        market=market.init(p.market, paths),
        segments=pools,
        cascade=cascade.init(p.cascade, exposures(layout, borrowed, companies, pools)),
        seen=_seen(p, contract, revenue, clearing),
    )
    fixed = Fixed(
        throughput=throughput,
        revenue=revenue,
        capex=capex,
        free_cash_flow=p.funding.cfo.sum() * np.exp(p.funding.nowcast_error) - capex,
        newest_rent=generations.only(contract, p.generations.newest),
        rental_yield=_base_yield(p, throughput, supply, rents.blend(p.rents, contract, spot)),
        fleet_by_firm=_reference_fleet(layout.base_book.by_firm(borrowed.devices)[:1], p.holdco.overhead),
    )
    return world, fixed


def rental_yield(
    p: Parameters,
    throughput: Array,
    since_launch: Array,
    rent: Array,
    utilization: Array | float,
    cost: Array,
) -> Array:
    """Net rent a year of the newest launched generation over its all-in cost, (path, 1)."""
    newest = (since_launch >= 0).sum(axis=1, keepdims=True) - 1
    opex = outer(1.0 - p.required.site_share, p.required.opex)  # the site is in the all-in cost
    net = (rent * utilization - opex) * HOURS_A_YEAR / throughput
    all_in = cost / p.plan.system_share
    return np.asanyarray(np.take_along_axis(net, newest, axis=1) / all_in)


def _base_yield(p: Parameters, throughput: Array, supply: fleet.State, rent: Array) -> Array:
    """The same at the base date, at least what no register would have."""
    newest = generations.only(throughput, p.generations.newest)
    cost = fleet.hardware_cost(p.fleet, supply.clock, 0, 0.0, newest)
    earned = rental_yield(p, throughput, supply.since_launch, rent, p.rents.normal_utilization, cost)
    return np.maximum(earned, LEAST_YIELD)


def _base_facilities(layout: Layout, p: Parameters, paths: int) -> facility.State:
    """Facilities at the base date."""
    rows = (repeated(layout.base[name], paths) for name in ("gpus", "debt", "coupon", "undrawn"))
    devices, debt, coupon, undrawn = rows
    coupon = coupon + p.cohorts.added_cost
    debt = debt * np.exp(p.glue.nowcast_error)
    book = layout.base_book
    vendor = repeated(np.equal(book.instrument, VENDOR) * 1.0, paths)
    return facility.init(devices, debt, coupon, undrawn, vendor, book.floating, p.glue.sofr)


def exposures(layout: Layout, loans: facility.State, companies: holdco.State, pools: segments.State) -> Array:
    """What is owed on each instrument at the start of a quarter, USD, (path, instrument)."""
    columns = (
        *secured(layout, loans, loans.debt),
        *map(across, (companies.revolver, companies.notes, companies.converts)),
    )
    return beside((*columns, pools.exposure))


def secured(layout: Layout, loans: facility.State, amounts: Array) -> tuple[Array, Array, Array]:
    """Sums of (path, facility) amounts over term loans, vendors' loans and loans on sites, (path, 1) each.

    No sum is what is left of the others: rounding would make some losses smaller than nothing.
    """
    site = np.equal(layout.book.instrument[: amounts.shape[1]], SITE)
    fleets = np.flatnonzero(~site)
    lent, vendor = columns_of(amounts, fleets), columns_of(loans.vendor, fleets)
    return (
        across(lent * (1.0 - vendor)),
        across(lent * vendor),
        across(columns_of(amounts, np.flatnonzero(site))),
    )


def _seen(p: Parameters, contract: Array, revenue: Array, demanded: Array) -> Seen:
    """What is taken to have been seen in the last quarter before the run: nothing out of the ordinary."""
    zero = np.zeros_like(revenue)
    return Seen(
        rents=contract,
        surprise=zero,
        dearness=zero,
        yields=zero + 1.0,
        jump=zero,
        revenue=revenue,
        suppliers=zero + 1.0,
        anchor_shortfall=zero,
        recycled=p.demand.recycled_share * p.demand.anchor_funding + zero,
        availability=zero + 1.0,
        spv_support=blank(zero, p.plan.guidance.shape[1]),
        impact=zero,
        squeeze=zero,
        freeze=zero,
        spread=zero + p.market.start_spread,
        fire_sale=zero,
        overhang=zero,
        demand=demanded,
        plan_growth=zero + p.plan.guidance_growth,
        operator_capex=zero,
        funded=zero + 1.0,
    )


def _reference_fleet(devices: Array, overhead: Array) -> Array:
    """GPUs that a HoldCo's base-date overhead runs, (1, firm).

    A firm without a base-date fleet gets the one that the others' overhead per GPU implies.
    """
    running = devices > 0
    per_device = overhead[running].sum() / devices[running].sum()
    implied = np.where(overhead > 0.0, overhead / per_device, 1.0)  # no overhead, whatever the fleet
    return np.where(running, devices, implied)


def forced(assumptions: Assumptions, uniforms: Mapping[str, Array], paths: int) -> Mapping[str, list[Array]]:
    """What the scenario's events force, variable → quarter → (path, 1); zero where nothing is forced."""
    labels = assumptions.calendar.labels
    base = ordinal(labels[0])
    out = {name: [np.zeros((paths, 1))] * len(labels) for name in EVENT_VARIABLES}
    for i, event in enumerate(assumptions.events):
        happens = uniforms["event"][0, :, i : i + 1] < event.probability
        first, last = ordinal(event.start) - base, ordinal(event.end) - base
        for t in range(max(first, 0), min(last, len(labels) - 1) + 1):
            out[event.variable][t] = out[event.variable][t] + happens * event.scaled
    return out
