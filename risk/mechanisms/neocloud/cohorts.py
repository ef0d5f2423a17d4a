"""New cohorts: neocloud capex becomes facilities at its quarter's price, spread and tenor.

Per firm and payer class: compute is bought at today's hardware price, let at today's term price, and
borrowed against as far as cost and contracted cash allow. What debt and prepayment do not cover, and part
of the non-compute cost, the HoldCo pays from spare cash, then with notes, converts and new equity. A cohort
is built as far as the HoldCo with it in keeps its leverage within a limit and its shareholders pay their
part. A defaulted HoldCo originates nothing, nor does a shut market; nothing is added to a loan in distress,
and no fleet is built whose contract does not cover its cost.

Fleets without a contract may have a vendor's finance arm as lender, below the market's margin. To a rated
firm that is a saving; an unrated firm has no other lender, and without a vendor such a fleet is not built.

Notes
-----
margin = max(margin of the payer + added cost + beta (spread - neutral) - vendor's discount, 0) over SOFR;
debt = min(a cost, PV(CFADS) / target DSCR), merchant quarters at a haircut of R_0 e^{-g t};
need = compute + b non-compute - debt - prepayment; term price F(tau) = R_0 (1 - e^{-g tau}) / (g tau);
share built: the largest s in [0, 1] with (debt + s debt added) <= limit (EBITDA + s EBITDA added) and
(1 - paper's share) (s need - spare cash) <= room of shareholders.
References: judgement throughout (nobody publishes these terms for years to come); the rule that splits the
equity need is the largest lever among them on B5-B7. Vendors' discount and binary access: thesis page,
"GPU-cloud / neocloud financing". Converts beside notes: CoreWeave, year to 2026-06-30.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from risk.parameters import Array, Drawn, entry
from risk.processes import Index, outer, put
from risk.processes.contract_rent import level_rent
from risk.units import HOURS_A_QUARTER

QUARTERS_A_YEAR = 4.0


@dataclass(frozen=True)
class Params:
    """Register entries of new cohorts."""

    firm_share: Array = entry("neoclouds.firm.cohort_share")  # (1, firm)
    rated: Array = entry("neoclouds.firm.rated")  # (1, firm) 0/1
    cash_at_base: Array = entry("neoclouds.firm.cash")
    payer_shares: Drawn = entry("neoclouds.cohort_payer_shares")  # (path, class)
    contract_quarters: Array = entry("neoclouds.cohort_contract_quarters")  # (class,)
    debt_quarters: Array = entry("neoclouds.cohort_debt_quarters")  # (class,)
    margins: Array = entry("neoclouds.cohort_margins")  # (class,) over SOFR
    vendor_financed: Array = entry("neoclouds.payer.cohort_vendor_financed")  # (class,) 0/1
    added_cost: float = entry("neoclouds.added_debt_cost")  # 1/y on every margin
    margin_beta: float = entry("neoclouds.cohort_margin_beta")
    prepaid: Array = entry("neoclouds.cohort_prepaid")  # (class,)
    vendor_access: float = entry("neoclouds.vendor_access")  # chance a year, by firm
    vendor_discount: float = entry("neoclouds.vendor_discount")
    neutral_spread: float = entry("capex.neutral_spread")
    advance_rate: float = entry("neoclouds.advance_rate")
    target_dscr: float = entry("neoclouds.target_dscr")
    merchant_haircut: float = entry("neoclouds.merchant_haircut")
    compute_share: float = entry("capex.compute_share")
    holdco_non_compute: Drawn = entry("neoclouds.holdco_non_compute")
    paper_share: Drawn = entry("neoclouds.note_share")  # of the need after cash
    convert_share: float = entry("neoclouds.convert_share")  # of paper
    cash_kept: float = entry("neoclouds.cash_kept")
    contract_availability: float = entry("neoclouds.contract_availability")
    opex_multiple: float = entry("neoclouds.cohort_opex_multiple")
    opex: Array = entry("gpu.generation.opex")
    leverage_limit: Drawn = entry("neoclouds.issuance_leverage")  # debt / EBITDA
    shut_availability: float = entry("credit.shut_availability")
    normal_utilization: float = entry("gpu.normal_utilization")
    utilization_premium: float = entry("neoclouds.utilization_premium")


@dataclass(frozen=True)
class Conditions:
    """What a cohort meets at its date, (path, 1) unless said."""

    capex: Array  # USD of neocloud AI capex since the last cohort, all firms
    device_cost: Array  # USD per GPU
    rent: Array  # USD/h, one-year contract
    decline: Array  # 1/y, expected
    spread: Array  # high-yield spread
    availability: Array
    sofr: Array  # 1/y
    holdco_cash: Array  # (path, firm) USD
    holdco_defaulted: NDArray[np.bool_]  # (path, firm)
    holdco_debt: Array  # (path, firm) USD owed by the HoldCo and its facilities
    holdco_ebitda: Array  # (path, firm) USD a year, overhead off
    equity_room: Array  # (path, firm) USD shareholders would put in
    fundable: Array  # (path, firm, class) 1 where the loan that a cohort joins is sound, else 0
    vendor: NDArray[np.bool_]  # (path, firm) a vendor's finance arm lends this year


@dataclass(frozen=True)
class Origination:
    """New facilities of one date, (path, firm, payer class), and HoldCo flows, (path, firm)."""

    devices: Array
    debt: Array  # USD
    coupon: Array  # 1/y, all in at signing
    margin: Array  # 1/y over SOFR
    vendor: Array  # 1 where a vendor lends, else 0
    price: Array  # USD/h still to be paid, prepayment off
    prepayment: Array  # USD received
    planned: Array  # (path, firm) USD of capex
    financed: Array  # (path, firm) USD of it that is built
    cost: Array  # (path, firm) USD that debt, prepayment and the HoldCo pay
    cash_used: Array  # (path, firm) USD, negative where prepayments leave some
    notes: Array  # (path, firm) USD
    converts: Array  # (path, firm) USD
    equity: Array  # (path, firm) USD


def vendor_lends(params: Params, uniform: Array) -> NDArray[np.bool_]:
    """Whether a vendor's finance arm lends to a firm this year, from a uniform draw, (path, firm)."""
    return uniform < params.vendor_access


def originate(params: Params, generation: int, c: Conditions) -> Origination:
    """Facilities for the neocloud capex since the last cohort, on chips of one generation."""
    willing = ~c.holdco_defaulted & (c.availability >= params.shut_availability)
    planned = outer(c.capex, params.firm_share)
    kinds = range(params.payer_shares.shape[1])
    lent = _classes([_lent(params, k, c) for k in kinds])
    shares = lent * c.fundable * willing[:, :, None] * params.payer_shares[:, None, :]
    compute = params.compute_share * planned[:, :, None] * shares
    loans = [_facility(params, k, generation, compute[:, :, k], c) for k in kinds]
    devices, debt, margin, vendor, price, prepayment = map(_classes, zip(*loans, strict=True))

    pays = debt > 0.0  # nobody builds what earns its lender nothing
    devices, prepayment = pays * devices, pays * prepayment
    whole = planned * by_firm(pays * shares)
    non_compute = (1.0 - params.compute_share) * whole
    cost, secured = by_firm(pays * compute) + params.holdco_non_compute * non_compute, by_firm(debt)
    need = cost - secured - by_firm(prepayment)  # negative: customers pay more than the rest
    spare = np.maximum(c.holdco_cash - params.cash_kept * params.cash_at_base, 0.0)
    owed = secured + params.paper_share * np.maximum(need - spare, 0.0)
    built = share_built(params, c, owed, _ebitda(params, generation, devices, price))
    built = np.minimum(built, share_backed(params, c, need, spare))
    cash_used = np.minimum(built * need, spare)
    paper = params.paper_share * (built * need - cash_used)
    return Origination(
        devices=built[:, :, None] * devices,
        debt=built[:, :, None] * debt,
        coupon=c.sofr[:, :, None] + margin,
        margin=margin,
        vendor=vendor * (built[:, :, None] > 0.0),
        price=price,
        prepayment=built[:, :, None] * prepayment,
        planned=planned,
        financed=built * whole,
        cost=built * cost,
        cash_used=cash_used,
        notes=(1.0 - params.convert_share) * paper,
        converts=params.convert_share * paper,
        equity=built * need - cash_used - paper,
    )


def nothing(cash: Array) -> Origination:
    """What a quarter without a cohort originates, of the shape of HoldCos' cash, (path, firm)."""
    firms, classes = np.zeros_like(cash), np.zeros((*cash.shape, 1))
    by_class = {"devices", "debt", "coupon", "margin", "vendor", "price", "prepayment"}
    return Origination(**{f.name: classes if f.name in by_class else firms for f in fields(Origination)})


def of_firms(params: Params, firms: Index) -> Params:
    """Parameters of some firms only."""
    columns = {name: getattr(params, name)[:, firms] for name in ("firm_share", "rated", "cash_at_base")}
    return replace(params, **columns)


def among(some: Origination, firms: Index, count: int) -> Origination:
    """What some firms originate among all of them, zero elsewhere."""

    def spread(terms: Array) -> Array:
        shape = (count, *terms.shape[2:], len(terms))
        none = np.zeros_like(terms, shape=shape, order="C")
        return put(np.moveaxis(none, -1, 0), firms, terms)

    return Origination(**{f.name: spread(getattr(some, f.name)) for f in fields(Origination)})


def _classes(terms: Iterable[Array]) -> Array:
    """Terms of every payer class, (path, firm) each, as (path, firm, class)."""
    return np.moveaxis(np.stack([x.T for x in terms], axis=1), -1, 0)


def by_firm(terms: Array) -> Array:
    """Sum over payer classes, (path, firm), class by class."""
    return reduce(np.add, np.moveaxis(terms, 2, 0))


def share_built(params: Params, c: Conditions, owed: Array, ebitda: Array) -> Array:
    """Share of a cohort that is built: as much as keeps debt over EBITDA within the limit, (path, firm).

    Noteholders lend against the company with its cohort in. Without this test notes would fund whatever
    secured lenders refuse.

    Parameters
    ----------
    owed, ebitda : (path, firm) USD of debt, and USD a year, that the whole cohort would add.
    """
    room = params.leverage_limit * c.holdco_ebitda - c.holdco_debt
    short = owed - params.leverage_limit * ebitda  # what the cohort takes of the room; negative: it adds
    share = np.clip(np.maximum(room, 0.0) / np.maximum(short, 1.0), 0.0, 1.0)
    return np.where(short > 0.0, share, np.where(room >= short, 1.0, 0.0))


def share_backed(params: Params, c: Conditions, need: Array, spare: Array) -> Array:
    """Share of a cohort for which shareholders put in what paper and spare cash leave, (path, firm)."""
    part = 1.0 - params.paper_share
    whole, room = part * need, part * spare + c.equity_room
    return np.where(whole > room, room / np.maximum(whole, 1.0), 1.0)


def _ebitda(params: Params, generation: int, devices: Array, price: Array) -> Array:
    """What a cohort's contracts earn after operating cost, USD a year, (path, firm), prepayments included."""
    opex = float(params.opex[0, generation]) * params.opex_multiple
    gross = params.contract_availability * price / (1.0 - params.prepaid)
    return QUARTERS_A_YEAR * HOURS_A_QUARTER * by_firm(devices * (gross - opex))


def _lent(params: Params, k: int, c: Conditions) -> Array:
    """1 where a fleet of payer class k finds a lender of some kind, else 0, (path, firm)."""
    found = c.vendor | (params.rated > 0.0) | (not params.vendor_financed[k])
    return found.astype(np.float64)


def _facility(
    params: Params, k: int, generation: int, cost: Array, c: Conditions
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """GPUs, debt, margin, vendor flag, price and prepayment of payer class k, (path, firm) each.

    Parameters
    ----------
    cost : (path, firm) USD of compute.
    """
    vendor = (c.vendor if params.vendor_financed[k] else np.zeros_like(c.sofr)).astype(np.float64)
    third_party = (
        params.margins[k] + params.added_cost + params.margin_beta * (c.spread - params.neutral_spread)
    )
    margin: Array = np.maximum(third_party - params.vendor_discount * vendor, 0.0)
    price = level_rent(c.rent, c.decline, params.contract_quarters[k] / QUARTERS_A_YEAR)
    value, bills = present_value(params, k, generation, price, c.sofr + margin, c)
    devices: Array = cost / c.device_cost
    debt: Array = np.minimum(params.advance_rate * cost, devices * value / params.target_dscr)
    prepayment: Array = params.prepaid[k] * devices * bills
    firms = np.zeros_like(cost)
    to_pay = price * (1.0 - params.prepaid[k]) + firms
    return devices, debt, margin + firms, vendor * (debt > 0.0), to_pay, prepayment


def present_value(
    params: Params, k: int, generation: int, price: Array, rate: Array, c: Conditions
) -> tuple[Array, Array]:
    """PV of one GPU's CFADS over the loan of payer class k, and its contract bills, USD.

    Parameters
    ----------
    price, rate : (path, 1) or (path, firm); the value has the shape of `rate`, bills that of `price`.
    """
    opex = float(params.opex[0, generation]) * params.opex_multiple
    use = params.normal_utilization + params.utilization_premium
    life, contract = params.debt_quarters[k], params.contract_quarters[k]
    let = min(contract, life)
    now = 1.0 / (1.0 + rate / QUARTERS_A_YEAR)
    later = now * np.exp(-c.decline / QUARTERS_A_YEAR)  # of a rent that falls
    billed = params.contract_availability * price
    income = billed * (1.0 - params.prepaid[k]) * _sum_of_powers(now, let)
    merchant = params.merchant_haircut * use * c.rent * later**let * _sum_of_powers(later, life - let)
    spent = opex * _sum_of_powers(now, life)
    value = HOURS_A_QUARTER * (income + merchant - spent)
    return np.maximum(value, 0.0), HOURS_A_QUARTER * let * billed


def _sum_of_powers(x: Array, n: float) -> Array:
    """Sum of x, x² … xⁿ, for x under one."""
    return np.asanyarray(x * (1.0 - x**n) / (1.0 - x))
