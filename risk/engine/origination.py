"""A new cohort of facilities joins the sector: terms of the day, contracts signed, notes sold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.engine.layout import Layout
from risk.engine.world import Fixed, Parameters
from risk.mechanisms.gpu_repricing import collateral
from risk.mechanisms.neocloud import cohorts, contracts, facility, holdco
from risk.processes import Index, beside, blank, columns_of, raised

Array = NDArray[np.float64]

NONE_KEPT = 1e-9  # a divisor where all contracts are gone, and nothing is signed


@dataclass(frozen=True)
class Credit:
    """Credit conditions of the quarter, (path, 1)."""

    spread: Array
    availability: Array
    factor: Array
    sofr: Array


@dataclass(frozen=True)
class AssetMarket:
    """What neoclouds and their lenders see of the GPU market, as far as the switches let it through."""

    spot: Array  # (path, generation) USD/h
    contract: Array  # (path, generation) USD/h
    utilization: Array  # (path, 1)
    decline: Array  # (path, 1) 1/y, expected at signing
    cost: Array  # (path, 1) USD per merchant H100e
    overhang: Array  # (path, 1) repossessed over a year, over the merchant market
    distress: Array  # (path, 1) of the market for assets, 0 calm to 1 bust
    discount: Array  # (path, 1) of forced sales of units
    release_lag: Array  # (path, 1) quarters until a vacant unit is let again
    buyers: collateral.Conditions  # what buyers of used units look at
    collateral: Array  # (path, generation) USD per GPU that works, as old as the oldest followed


@dataclass(frozen=True)
class Sector:
    """State of the sector: contracts, facilities, HoldCos."""

    contracts: contracts.State
    facility: facility.State
    holdco: holdco.State


def note_spread(p: Parameters, spread: Array) -> Array:
    """Issue spread of HoldCo notes over SOFR, (path, 1)."""
    return p.glue.note_spread_base + p.glue.note_spread_beta * spread


def cohort(
    p: Parameters,
    layout: Layout,
    t: int,
    sector: Sector,
    capex: Array,
    market: AssetMarket,
    fixed: Fixed,
    credit: Credit,
    ebitda: Array,
    room: Array,
    uniform: Array,
) -> tuple[Sector, cohorts.Origination]:
    """Originate the cohort of quarter t and add it to contracts, facilities and HoldCos.

    Parameters
    ----------
    capex : (path, 1) USD of neocloud AI capex since the last cohort.
    ebitda : (path, firm) USD a year, overhead off.
    room : (path, firm) USD shareholders would put in.
    uniform : (path, firm), whether a vendor lends this year.
    """
    g, holdcos, where = layout.cohorts[t], sector.holdco, joined(layout, t)
    owed = layout.opening[t].by_firm(sector.facility.debt) + holdcos.paper + holdcos.revolver
    sector = _open(sector, where)
    firms = layout.cohort_firms
    conditions = cohorts.Conditions(
        capex=capex,
        device_cost=market.cost * fixed.throughput[:, g : g + 1],
        rent=market.contract[:, g : g + 1],
        decline=market.decline,
        spread=credit.spread,
        availability=credit.availability,
        holdco_cash=columns_of(holdcos.cash, firms),
        holdco_defaulted=columns_of(holdcos.defaulted, firms),
        holdco_debt=columns_of(owed, firms),
        holdco_ebitda=columns_of(ebitda, firms),
        equity_room=columns_of(room, firms),
        fundable=_fundable(sector, where, len(firms)),
        vendor=cohorts.vendor_lends(p.cohorts, columns_of(uniform, firms)),
        sofr=credit.sofr,
    )
    asked = cohorts.originate(cohorts.of_firms(p.cohorts, firms), g, conditions)
    new = cohorts.among(asked, firms, len(layout.book.firms))
    return _added(p, t, sector, asked, new, credit, where), new


def joined(layout: Layout, t: int) -> Index:
    """Columns of the loans that the cohort of quarter t joins."""
    return np.flatnonzero(layout.book.origination == layout.opened[t])


def _open(sector: Sector, where: Index) -> Sector:
    """The sector with empty loans in place of a year's that are not there yet."""
    missing = int(where[-1]) + 1 - sector.facility.debt.shape[1]
    if not missing:
        return sector
    zero = blank(sector.holdco.cash, missing)
    loans = facility.init(zero, zero, zero, zero, zero, np.zeros(missing), 0.0)
    return replace(
        sector,
        contracts=contracts.open_for(sector.contracts, zero),
        facility=_side_by_side(sector.facility, loans),
    )


def _side_by_side(old: facility.State, new: facility.State) -> facility.State:
    """Older facilities and those of a cohort."""
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in facility.State.__dataclass_fields__}
    return facility.State(**{name: beside(pair) for name, pair in pairs.items()})


def _fundable(sector: Sector, where: Index, firms: int) -> Array:
    """1 where a lender adds to a loan, (path, firm with cohorts, payer class).

    It stands above the sweep, was never amended, and its customer has not left.
    """
    loans = sector.facility
    sound = (
        ~columns_of(loans.defaulted, where)
        & ~columns_of(loans.extended, where)
        & (columns_of(loans.stage, where) < facility.SWEEP)
    )
    sound = sound & (columns_of(sector.contracts.kept, where) > 0.0)
    return sound.reshape(len(sound), firms, -1).astype(np.float64)


def _added(
    p: Parameters,
    t: int,
    sector: Sector,
    asked: cohorts.Origination,
    new: cohorts.Origination,
    credit: Credit,
    where: Index,
) -> Sector:
    """The sector with the cohort's debt, contracts and paper.

    Parameters
    ----------
    asked : of the firms with cohorts, in the order of the book; `new`, the same among all firms.
    """
    terms = (asked.devices, asked.debt, asked.margin, asked.vendor, asked.price, asked.prepayment)
    devices, debt, margin, vendor, price, prepaid = (x.reshape(len(x), -1) for x in terms)
    loans = _drawn(sector.facility, where, devices, debt, margin, vendor)
    payers = _sign(p, t, sector.contracts, where, devices, price, prepaid)
    rate = credit.sofr + note_spread(p, credit.spread)
    holdcos = holdco.sell(p.holdco, sector.holdco, t, new.notes, new.converts, rate)
    return Sector(payers, loans, replace(holdcos, cash=holdcos.cash - new.cash_used))


def _drawn(
    loans: facility.State, where: Index, devices: Array, debt: Array, margin: Array, vendor: Array
) -> facility.State:
    """Loans with what a cohort draws; nothing of them is repaid as scheduled yet, and margins average."""
    owed = columns_of(loans.debt, where) + debt
    share = debt / np.maximum(owed, 1.0)
    return replace(
        loans,
        devices=raised(loans.devices, where, devices),
        original=raised(loans.original, where, debt),
        debt=raised(loans.debt, where, debt),
        margin=raised(loans.margin, where, share * (margin - columns_of(loans.margin, where))),
        vendor=raised(loans.vendor, where, np.maximum(vendor - columns_of(loans.vendor, where), 0.0)),
    )


def _sign(
    p: Parameters, t: int, payers: contracts.State, where: Index, devices: Array, price: Array, prepaid: Array
) -> contracts.State:
    """Contracts of a new cohort, which lets all its GPUs, by payer class and so by expiry.

    Neither the haircuts nor the endings of older contracts apply to them.
    """
    kept = np.maximum(columns_of(payers.kept, where), NONE_KEPT)
    quantity, value = devices / kept, devices * price / (kept * columns_of(payers.price_factor, where))
    payers = replace(payers, prepaid=raised(payers.prepaid, where, prepaid / kept))
    tenors = np.tile(p.cohorts.contract_quarters, devices.shape[1] // len(p.cohorts.contract_quarters))
    return contracts.add(payers, where, quantity, value, (t + tenors).astype(np.intp))
