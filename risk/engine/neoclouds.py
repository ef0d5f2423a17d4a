"""Neoclouds in a quarter: payers, facilities, HoldCos, renewals, new cohorts, in that order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.engine.couplings import Links
from risk.engine.inputs import Layout
from risk.engine.world import Fixed, Parameters, World
from risk.mechanisms.gpu_repricing import collateral, fleet, rents
from risk.mechanisms.neocloud import cohorts, contracts, facility, holdco
from risk.mechanisms.neocloud.book import put

Array = NDArray[np.float64]
B200 = 3


@dataclass(frozen=True)
class Credit:
    """Credit conditions of the quarter, (path, 1)."""

    spread: Array
    availability: Array
    factor: Array


@dataclass(frozen=True)
class Flows:
    """What happened to neoclouds this quarter."""

    payers: contracts.Flows
    facility: facility.Flows
    holdco: holdco.Flows
    originated: Array  # (path, facility) USD of new secured debt
    notes_issued: Array  # (path, firm) USD
    collateral: Array  # (path, generation) USD per GPU


def step(
    p: Parameters,
    layout: Layout,
    world: World,
    t: int,
    links: Links,
    rent: rents.Flows,
    hardware: fleet.Flows,
    fixed: Fixed,
    credit: Credit,
    shortfall: Array,
    capex: Array,
    uniforms: dict[str, Array],
) -> tuple[contracts.State, facility.State, holdco.State, Flows]:
    """One quarter of the neocloud sector.

    Parameters
    ----------
    shortfall : (path, 1) share of commitments the labs cannot fund.
    capex : (path, 1) USD of neocloud AI capex since the last cohort, this quarter in.
    uniforms : events of the payers, (path, 1) or (path, facility).
    """
    book = layout.book
    spot = links("rent->renewals", t, rent.spot, "spot")
    contract = links("rent->renewals", t, rent.contract, "contract")
    backing = links("rent->collateral", t, rent.spot)
    decline = rents.expected_decline(p.rents, world.rents)
    value = collateral.value(p.collateral, backing, rent.utilization, decline)

    tenant_gone = world.holdco.defaulted[:, layout.tenant : layout.tenant + 1]
    payers, billing = contracts.step(
        p.contracts, world.contracts, book, spot[:, book.generation], shortfall, credit.factor, tenant_gone, uniforms
    )
    market = facility.Market(
        spot=spot[:, book.generation],
        b200_contract=contract[:, B200 : B200 + 1],
        utilization=rent.utilization,
        collateral=value,
        spread=credit.spread,
        availability=credit.availability,
        issue_rate=balloon_rate(p, credit.spread),
    )
    support = holdco.available(p.holdco, world.holdco)
    loans, paid = facility.step(
        p.facility, layout.terms, world.facility, book, t, market, billing.contracted, billing.billed_rate, support
    )
    holdcos, company = _holdcos(p, layout, world, t, loans, paid, fixed, credit)
    payers = contracts.roll(p.contracts, payers, t, contract[:, book.generation])
    originated = np.zeros_like(loans.debt)
    notes = np.zeros_like(holdcos.cash)
    if t in layout.cohorts:
        payers, loans, holdcos, originated, notes = _originate(
            p, layout, t, payers, loans, holdcos, capex, hardware, contract, decline, fixed, credit
        )
    return payers, loans, holdcos, Flows(billing, paid, company, originated, notes, value)


def balloon_rate(p: Parameters, spread: Array) -> Array:
    """Simple rate at which a balloon is refinanced, (path, 1)."""
    return p.glue.sofr + p.glue.balloon_margin + p.glue.margin_beta * (spread - p.glue.neutral_spread)


def note_spread(p: Parameters, spread: Array) -> Array:
    """Issue spread of HoldCo notes over SOFR, (path, 1)."""
    return p.glue.note_spread_base + p.glue.note_spread_beta * spread


def _holdcos(
    p: Parameters, layout: Layout, world: World, t: int, loans: facility.State, paid: facility.Flows, fixed: Fixed, credit: Credit
) -> tuple[holdco.State, holdco.Flows]:
    """HoldCos after their facilities have paid."""
    book = layout.book
    issue = note_spread(p, credit.spread)
    return holdco.step(
        p.holdco,
        world.holdco,
        t,
        distributions=book.by_firm(paid.distributed),
        supported=book.by_firm(paid.supported),
        ebitda=4.0 * (book.by_firm(paid.cfads) - p.holdco.overhead),
        secured=book.by_firm(loans.debt),
        fleet_ratio=book.by_firm(loans.gpus) / fixed.fleet_by_firm,
        spread=credit.spread,
        availability=credit.availability,
        issue_spread=issue,
        issue_rate=p.glue.sofr + issue,
    )


def _originate(
    p: Parameters,
    layout: Layout,
    t: int,
    payers: contracts.State,
    loans: facility.State,
    holdcos: holdco.State,
    capex: Array,
    hardware: fleet.Flows,
    contract: Array,
    decline: Array,
    fixed: Fixed,
    credit: Credit,
) -> tuple[contracts.State, facility.State, holdco.State, Array, Array]:
    """Add the cohort of quarter t to contracts, facilities and HoldCos."""
    g = layout.cohorts[t]
    new = cohorts.originate(
        p.cohorts,
        capex,
        gpu_cost=hardware.cost * fixed.throughput[:, g : g + 1],
        rent=contract[:, g : g + 1],
        decline=decline,
        generation=g,
        spread=credit.spread,
        availability=credit.availability,
        holdco_cash=holdcos.cash,
        holdco_defaulted=holdcos.defaulted,
    )
    columns = layout.book.cohort(t)
    pick = _cohort_columns(layout, new.gpus.shape[1])

    def place(array: Array, values: Array) -> Array:
        return put(array, columns, np.broadcast_to(values[:, pick], (len(array), len(columns))))

    loans = replace(
        loans,
        gpus=place(loans.gpus, new.gpus),
        original=place(loans.original, new.debt),
        debt=place(loans.debt, new.debt),
        coupon=place(loans.coupon, new.coupon),
        prepaid=place(loans.prepaid, new.prepaid_share),
    )
    payers = _sign(p, layout, t, payers, place(np.zeros_like(loans.debt), new.contracted), place(np.zeros_like(loans.debt), new.price))
    holdcos = replace(
        holdcos,
        cash=holdcos.cash - new.cash_used,
        notes=holdcos.notes + new.notes,
        coupon=_blend(holdcos, new.notes, p.glue.sofr + note_spread(p, credit.spread)),
        due=holdco.issue(holdcos.due, t + round(p.holdco.note_quarters), new.notes),
    )
    originated = place(np.zeros_like(loans.debt), new.debt)
    return payers, loans, holdcos, originated, new.notes


def _sign(p: Parameters, layout: Layout, t: int, payers: contracts.State, gpus: Array, price: Array) -> contracts.State:
    """Contracts of a new cohort, by payer class and so by expiry."""
    columns = layout.book.cohort(t)
    payers = contracts.open_for(payers, columns)
    for k, payer in enumerate(cohorts.COHORT_PAYERS):
        mine = np.isin(np.arange(layout.book.facilities), columns) & (layout.book.payer == payer)
        quantity = np.where(mine, gpus, 0.0)
        expiry = t + int(p.cohorts.contract_quarters[k])
        payers = contracts.add(payers, expiry, t, (quantity, quantity * price))
    return payers


def _cohort_columns(layout: Layout, width: int) -> NDArray[np.intp]:
    """Positions of cohort firms × payer classes among all firms × payer classes."""
    classes = len(cohorts.COHORT_PAYERS)
    return np.concatenate([np.arange(f * classes, (f + 1) * classes) for f in layout.cohort_firms])[: width]


def _blend(holdcos: holdco.State, notes: Array, rate: Array) -> Array:
    """Average coupon after new notes, (path, firm)."""
    total = holdcos.notes + notes
    share = np.where(total > 0, notes / np.maximum(total, 1.0), 0.0)
    return holdcos.coupon + share * (rate - holdcos.coupon)
