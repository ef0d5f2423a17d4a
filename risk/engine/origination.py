"""A new cohort of facilities joins the sector: terms of the day, contracts signed, notes sold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.engine.layout import Layout
from risk.engine.world import Fixed, Parameters
from risk.mechanisms.gpu_repricing import collateral
from risk.mechanisms.neocloud import cohorts, contracts, facility, holdco

Array = NDArray[np.float64]


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
    uniform: Array,
) -> tuple[Sector, cohorts.Origination]:
    """Originate the cohort of quarter t and add it to contracts, facilities and HoldCos.

    Parameters
    ----------
    capex : (path, 1) USD of neocloud AI capex since the last cohort.
    ebitda : (path, firm) USD a year, overhead off.
    uniform : (path, firm), whether a vendor lends.
    """
    g, holdcos = layout.cohorts[t], sector.holdco
    owed = layout.opening[t].by_firm(sector.facility.debt) + holdcos.notes + holdcos.revolver
    conditions = cohorts.Conditions(
        capex=capex,
        device_cost=market.cost * fixed.throughput[:, g : g + 1],
        rent=market.contract[:, g : g + 1],
        decline=market.decline,
        spread=credit.spread,
        availability=credit.availability,
        holdco_cash=holdcos.cash,
        holdco_defaulted=holdcos.defaulted,
        holdco_debt=owed,
        holdco_ebitda=ebitda,
        vendor=cohorts.vendor_lends(p.cohorts, uniform),
        sofr=credit.sofr,
    )
    new = cohorts.originate(p.cohorts, g, conditions)
    return _added(p, layout, t, sector, new, credit), new


def _added(
    p: Parameters, layout: Layout, t: int, sector: Sector, new: cohorts.Origination, credit: Credit
) -> Sector:
    """The sector with the cohort's facilities, contracts and notes."""

    def columns(values: Array) -> Array:  # (path, firm, payer class) as the book lists them
        return values[:, layout.cohort_firms].reshape(len(values), -1)

    devices, debt = columns(new.devices), columns(new.debt)
    loans = facility.init(
        devices=devices,
        debt=debt,
        coupon=columns(new.margin),
        undrawn=np.zeros_like(debt),
        vendor=columns(new.vendor),
        floating=np.zeros(debt.shape[1]),  # the margin is given
        sofr=0.0,
    )
    payers = _sign(p, t, sector.contracts, devices, columns(new.price), columns(new.prepayment))
    rate = credit.sofr + note_spread(p, credit.spread)
    holdcos = holdco.sell_notes(p.holdco, sector.holdco, t, new.notes, rate)
    return Sector(
        payers,
        _side_by_side(sector.facility, loans),
        replace(holdcos, cash=holdcos.cash - new.cash_used),
    )


def _side_by_side(old: facility.State, new: facility.State) -> facility.State:
    """Older facilities and those of a cohort."""
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in facility.State.__dataclass_fields__}
    return facility.State(**{name: np.concatenate(pair, axis=1) for name, pair in pairs.items()})


def _sign(
    p: Parameters, t: int, payers: contracts.State, devices: Array, price: Array, prepaid: Array
) -> contracts.State:
    """Contracts of a new cohort, which lets all its GPUs, by payer class and so by expiry."""
    older = payers.kept.shape[1]
    payers = contracts.open_for(payers, prepaid)
    tenors = np.tile(p.cohorts.contract_quarters, devices.shape[1] // len(p.cohorts.contract_quarters))
    for tenor in np.unique(tenors):
        quantity = np.where(tenors == tenor, devices, 0.0)
        none = np.zeros((len(devices), older))
        signed = (np.concatenate([none, quantity], axis=1), np.concatenate([none, quantity * price], axis=1))
        payers = contracts.add(payers, t + int(tenor), signed)
    return payers
