"""Neoclouds in a quarter: payers, facilities, HoldCos, renewals, new cohorts, in that order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.engine.couplings import Links
from risk.engine.layout import Layout
from risk.engine.world import Fixed, Parameters, World
from risk.mechanisms.gpu_repricing import collateral, fleet, rents
from risk.mechanisms.gpu_repricing.generations import B200
from risk.mechanisms.neocloud import cohorts, contracts, facility, holdco
from risk.mechanisms.neocloud.book import COHORT_PAYERS, Book

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Credit:
    """Credit conditions of the quarter, (path, 1)."""

    spread: Array
    availability: Array
    factor: Array


@dataclass(frozen=True)
class GpuMarket:
    """What neoclouds and their lenders see of the GPU market, as far as the switches let it through."""

    spot: Array  # (path, generation) USD/h
    contract: Array  # (path, generation) USD/h
    utilization: Array  # (path, 1)
    decline: Array  # (path, 1) 1/y, expected at signing
    collateral: Array  # (path, generation) USD per GPU
    cost: Array  # (path, 1) USD per merchant H100e


@dataclass(frozen=True)
class Sector:
    """State of the sector: contracts, facilities, HoldCos."""

    contracts: contracts.State
    facility: facility.State
    holdco: holdco.State


@dataclass(frozen=True)
class Flows:
    """What happened to neoclouds this quarter."""

    facility: facility.Flows
    holdco: holdco.Flows
    originated: Array  # (path, firm) USD of new secured debt
    notes_issued: Array  # (path, firm) USD
    cash_invested: Array  # (path, firm) USD of HoldCo cash put into new facilities
    collateral: Array  # (path, generation) USD per GPU


def gpu_market(
    p: Parameters, links: Links, t: int, state: rents.State, rent: rents.Flows, hardware: fleet.Flows
) -> GpuMarket:
    """Read the GPU market of quarter t through the couplings that neoclouds hang on."""
    decline = rents.expected_decline(p.rents, state)
    value = collateral.value(
        p.collateral,
        links("rent->collateral", t, rent.spot, "spot"),
        links("rent->collateral", t, rent.utilization, "utilization"),
        links("rent->collateral", t, decline, "decline"),
    )
    return GpuMarket(
        spot=links("rent->renewals", t, rent.spot, "spot"),
        contract=links("rent->renewals", t, rent.contract, "contract"),
        utilization=links("rent->renewals", t, rent.utilization, "utilization"),
        decline=links("rent->renewals", t, decline, "decline"),
        collateral=value,
        cost=links("capex->supply", t, hardware.cost, "hardware cost"),
    )


def step(
    p: Parameters,
    layout: Layout,
    world: World,
    t: int,
    market: GpuMarket,
    fixed: Fixed,
    credit: Credit,
    shortfall: Array,
    capex: Array,
    uniforms: dict[str, Array],
) -> tuple[Sector, Flows]:
    """One quarter of the neocloud sector.

    Parameters
    ----------
    shortfall : (path, 1) share of commitments the labs cannot fund.
    capex : (path, 1) USD of neocloud AI capex since the last cohort, this quarter in.
    uniforms : events of the payers, (path, 1) or (path, facility).
    """
    book = layout.opening[t]
    tenant_gone = world.holdco.defaulted[:, layout.tenant : layout.tenant + 1]
    seen = contracts.Payers(market.spot[:, book.generation], shortfall, credit.factor, tenant_gone)
    payers, billing = contracts.step(p.contracts, world.contracts, book, seen, uniforms)

    spending = holdco.overhead(p.holdco, book.by_firm(world.facility.gpus) / fixed.fleet_by_firm)
    support = holdco.available(p.holdco, world.holdco, spending)
    conditions = _conditions(p, book, market, credit, billing, support)
    loans, paid = facility.step(p.facility, layout.terms_at(t), world.facility, book, t, conditions)
    holdcos, company = _holdcos(p, book, world, t, loans, paid, spending, credit)

    payers = contracts.roll(p.contracts, payers, t, market.contract[:, book.generation])
    sector = Sector(payers, loans, holdcos)
    if t not in layout.cohorts:
        none = np.zeros_like(holdcos.cash)
        return sector, Flows(paid, company, none, none, none, market.collateral)
    new = _originate(p, layout, t, holdcos, capex, market, fixed, credit)
    after = _add_cohort(p, layout, t, sector, new, credit)
    return after, Flows(paid, company, new.debt.sum(axis=2), new.notes, new.cash_used, market.collateral)


def _conditions(
    p: Parameters, book: Book, market: GpuMarket, credit: Credit, billing: contracts.Flows, support: Array
) -> facility.Conditions:
    """What facilities read this quarter."""
    return facility.Conditions(
        contracted=billing.contracted,
        billed_rate=billing.billed_rate,
        spot=market.spot[:, book.generation],
        b200_contract=market.contract[:, B200 : B200 + 1],
        utilization=market.utilization,
        collateral=market.collateral,
        spread=credit.spread,
        availability=credit.availability,
        issue_rate=balloon_rate(p, credit.spread),
        support=support,
    )


def balloon_rate(p: Parameters, spread: Array) -> Array:
    """Simple rate at which a balloon is refinanced, (path, 1)."""
    return p.glue.sofr + p.glue.balloon_margin + p.glue.margin_beta * (spread - p.glue.neutral_spread)


def note_spread(p: Parameters, spread: Array) -> Array:
    """Issue spread of HoldCo notes over SOFR, (path, 1)."""
    return p.glue.note_spread_base + p.glue.note_spread_beta * spread


def _holdcos(
    p: Parameters,
    book: Book,
    world: World,
    t: int,
    loans: facility.State,
    paid: facility.Flows,
    spending: Array,
    credit: Credit,
) -> tuple[holdco.State, holdco.Flows]:
    """HoldCos after their facilities have paid."""
    issue = note_spread(p, credit.spread)
    conditions = holdco.Conditions(
        distributions=book.by_firm(paid.distributed),
        supported=book.by_firm(paid.supported),
        ebitda=4.0 * book.by_firm(paid.cfads),
        secured=book.by_firm(loans.debt),
        overhead=spending,
        spread=credit.spread,
        availability=credit.availability,
        issue_spread=issue,
        issue_rate=p.glue.sofr + issue,
    )
    return holdco.step(p.holdco, world.holdco, t, conditions)


def _originate(
    p: Parameters,
    layout: Layout,
    t: int,
    holdcos: holdco.State,
    capex: Array,
    market: GpuMarket,
    fixed: Fixed,
    credit: Credit,
) -> cohorts.Origination:
    """Terms of the cohort of quarter t."""
    g = layout.cohorts[t]
    conditions = cohorts.Conditions(
        capex=capex,
        gpu_cost=market.cost * fixed.throughput[:, g : g + 1],
        rent=market.contract[:, g : g + 1],
        decline=market.decline,
        spread=credit.spread,
        availability=credit.availability,
        holdco_cash=holdcos.cash,
        holdco_defaulted=holdcos.defaulted,
    )
    return cohorts.originate(p.cohorts, g, conditions)


def _add_cohort(
    p: Parameters, layout: Layout, t: int, sector: Sector, new: cohorts.Origination, credit: Credit
) -> Sector:
    """Add the cohort of quarter t to contracts, facilities and HoldCos."""
    loans, holdcos = sector.facility, sector.holdco

    def columns(values: Array) -> Array:  # (path, firm, payer class) as the book lists them
        return values[:, layout.cohort_firms].reshape(len(values), -1)

    gpus, debt, price = columns(new.gpus), columns(new.debt), columns(new.price)
    zero = np.zeros_like(debt)
    loans = facility.State(
        gpus=np.concatenate([loans.gpus, gpus], axis=1),
        original=np.concatenate([loans.original, debt], axis=1),
        debt=np.concatenate([loans.debt, debt], axis=1),
        cash=np.concatenate([loans.cash, zero], axis=1),
        coupon=np.concatenate([loans.coupon, columns(new.coupon)], axis=1),
        refinanced=np.concatenate([loans.refinanced, zero], axis=1),
        defaulted=np.concatenate([loans.defaulted, zero > 0], axis=1),
    )
    payers = _sign(p, t, sector.contracts, gpus, price)
    rate = p.glue.sofr + note_spread(p, credit.spread)
    holdcos = holdco.sell_notes(p.holdco, holdcos, t, new.notes, rate)
    return Sector(payers, loans, replace(holdcos, cash=holdcos.cash - new.cash_used))


def _sign(p: Parameters, t: int, payers: contracts.State, gpus: Array, price: Array) -> contracts.State:
    """Contracts of a new cohort, which lets all its GPUs, by payer class and so by expiry."""
    older = payers.kept.shape[1]
    payers = contracts.open_for(payers, gpus.shape[1])
    tenors = np.tile(p.cohorts.contract_quarters, gpus.shape[1] // len(COHORT_PAYERS))
    for tenor in np.unique(tenors):
        quantity = np.where(tenors == tenor, gpus, 0.0)
        none = np.zeros((len(gpus), older))
        signed = (np.concatenate([none, quantity], axis=1), np.concatenate([none, quantity * price], axis=1))
        payers = contracts.add(payers, t + int(tenor), signed)
    return payers
