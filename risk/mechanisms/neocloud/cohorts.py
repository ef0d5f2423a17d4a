"""New cohorts: each year's neocloud capex becomes facilities at that date's price, spread and tenor.

Per firm and payer class: compute is bought at today's hardware price, let at today's term price, and
borrowed against as far as cost and contracted cash allow. What debt and prepayment do not cover, and part
of the non-compute cost, the HoldCo pays from spare cash, then with five-year notes and new equity. A
defaulted HoldCo originates nothing, nor does a shut market.

Notes
-----
debt = min(a cost, PV(CFADS) / target DSCR), merchant quarters at a haircut of R_0 e^{-g t};
term price F(tau) = R_0 (1 - e^{-g tau}) / (g tau).
References: judgement throughout (nobody publishes these terms for years to come); the rule that splits the
equity need is the largest lever on propositions B5-B7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.mechanisms.neocloud.book import COHORT_PAYERS
from risk.parameters import Array, entry
from risk.processes.contract_rent import level_rent

HOURS_A_QUARTER = 2190.0


@dataclass(frozen=True)
class Params:
    """Register entries of new cohorts."""

    firm_share: Array = entry("neoclouds.firm.cohort_share")  # (1, firm)
    cash_at_base: Array = entry("neoclouds.firm.cash")
    payer_shares: Array = entry("neoclouds.cohort_payer_shares")  # (3,) ig, lab, other
    contract_quarters: Array = entry("neoclouds.cohort_contract_quarters")  # (3,)
    debt_quarters: Array = entry("neoclouds.cohort_debt_quarters")  # (3,)
    margins: Array = entry("neoclouds.cohort_margins")  # (3,) over SOFR
    margin_beta: float = entry("neoclouds.cohort_margin_beta")
    prepaid: Array = entry("neoclouds.cohort_prepaid")  # (3,)
    sofr: float = entry("credit.sofr")
    neutral_spread: float = entry("capex.neutral_spread")
    advance_rate: float = entry("neoclouds.advance_rate")
    target_dscr: float = entry("neoclouds.target_dscr")
    merchant_haircut: float = entry("neoclouds.merchant_haircut")
    compute_share: float = entry("capex.compute_share")
    holdco_non_compute: float = entry("neoclouds.holdco_non_compute")
    note_share: float = entry("neoclouds.note_share")
    cash_kept: float = entry("neoclouds.cash_kept")
    contract_availability: float = entry("neoclouds.contract_availability")
    opex_multiple: float = entry("neoclouds.cohort_opex_multiple")
    opex: Array = entry("gpu.generation.opex")
    shut_availability: float = entry("credit.shut_availability")
    normal_utilization: float = entry("gpu.normal_utilization")
    utilization_premium: float = entry("neoclouds.utilization_premium")


@dataclass(frozen=True)
class Origination:
    """New facilities of one date, (path, firm × payer class) in firm-major order, and HoldCo flows (path, firm)."""

    gpus: Array
    debt: Array
    coupon: Array
    price: Array  # USD/h
    contracted: Array  # GPUs
    prepaid_share: Array
    prepayment: Array  # USD received
    notes: Array  # (path, firm) USD
    equity: Array  # (path, firm) USD
    cash_used: Array  # (path, firm) USD


def _present_value(
    params: Params, k: int, price: Array, rent: Array, decline: Array, opex: float, rate: Array
) -> tuple[Array, Array]:
    """PV of one GPU's CFADS over the loan, and of its contract bills, USD, (path, 1); k is the payer class."""
    value = np.zeros_like(price)
    bills = np.zeros_like(price)
    use = params.normal_utilization + params.utilization_premium
    for q in range(1, int(params.debt_quarters[k]) + 1):
        contracted = q <= params.contract_quarters[k]
        if contracted:
            gross = params.contract_availability * price * (1.0 - params.prepaid[k])
            bills = bills + HOURS_A_QUARTER * params.contract_availability * price
        else:
            gross = params.merchant_haircut * use * rent * np.exp(-decline * q / 4.0)
        value = value + HOURS_A_QUARTER * (gross - opex) / (1.0 + rate / 4.0) ** q
    return np.maximum(value, 0.0), bills


def originate(
    params: Params,
    capex: Array,
    gpu_cost: Array,
    rent: Array,
    decline: Array,
    generation: int,
    spread: Array,
    availability: Array,
    holdco_cash: Array,
    holdco_defaulted: Array,
) -> Origination:
    """Facilities for the neocloud capex since the last cohort.

    Parameters
    ----------
    capex : (path, 1) USD of neocloud AI capex since the last cohort, all firms.
    gpu_cost, rent, decline : (path, 1) USD per GPU; one-year contract rent USD/h; expected decline a year.
    spread, availability : (path, 1) credit market.
    holdco_cash, holdco_defaulted : (path, firm).
    """
    willing = ~holdco_defaulted & (availability >= params.shut_availability)
    firm_capex = capex * params.firm_share * willing
    compute = params.compute_share * firm_capex
    opex = float(params.opex[0, generation]) * params.opex_multiple
    columns = [_facility(params, k, compute, gpu_cost, rent, decline, opex, spread) for k in range(len(COHORT_PAYERS))]
    gpus, debt, coupon, price, prepayment = (np.stack([c[i] for c in columns], axis=2) for i in range(5))

    need = np.maximum(compute - debt.sum(axis=2) - prepayment.sum(axis=2), 0.0)
    need = need + params.holdco_non_compute * (firm_capex - compute)
    spare = np.maximum(holdco_cash - params.cash_kept * params.cash_at_base, 0.0)
    cash_used = np.minimum(need, spare)
    notes = params.note_share * (need - cash_used)
    flat = (gpus.shape[0], -1)
    return Origination(
        gpus=gpus.reshape(flat),
        debt=debt.reshape(flat),
        coupon=coupon.reshape(flat),
        price=price.reshape(flat),
        contracted=gpus.reshape(flat),
        prepaid_share=np.tile(params.prepaid, gpus.shape[1])[None, :],
        prepayment=prepayment.reshape(flat),
        notes=notes,
        equity=need - cash_used - notes,
        cash_used=cash_used,
    )


def _facility(
    params: Params, k: int, compute: Array, gpu_cost: Array, rent: Array, decline: Array, opex: float, spread: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """GPUs, debt, coupon, price and prepayment of one payer class, (path, firm) each."""
    margin = params.margins[k] + params.margin_beta * (spread - params.neutral_spread)
    rate = params.sofr + np.maximum(margin, 0.0)
    price = level_rent(rent, decline, params.contract_quarters[k] / 4.0)
    value, bills = _present_value(params, k, price, rent, decline, opex, rate)
    cost = compute * params.payer_shares[k]
    gpus = cost / gpu_cost
    debt = np.minimum(params.advance_rate * cost, gpus * value / params.target_dscr)
    prepayment = params.prepaid[k] * gpus * bills
    shape = np.zeros_like(cost)
    return gpus, debt, rate + shape, price + shape, prepayment

