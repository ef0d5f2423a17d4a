"""New cohorts: each year's neocloud capex becomes facilities at that date's price, spread and tenor.

Per firm and payer class: compute is bought at today's hardware price, let at today's term price, and
borrowed against as far as cost and contracted cash allow. What debt and prepayment do not cover, and part
of the non-compute cost, the HoldCo pays from spare cash, then with five-year notes and new equity. A
defaulted HoldCo originates nothing, nor does a shut market.

Notes
-----
debt = min(a cost, PV(CFADS) / target DSCR), merchant quarters at a haircut of R_0 e^{-g t};
need = compute + b non-compute - debt - prepayment; term price F(tau) = R_0 (1 - e^{-g tau}) / (g tau).
References: judgement throughout (nobody publishes these terms for years to come); the rule that splits the
equity need is the largest lever on propositions B5-B7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud.book import COHORT_PAYERS
from risk.parameters import Array, entry
from risk.processes.contract_rent import level_rent

HOURS_A_QUARTER = 2190.0
QUARTERS_A_YEAR = 4.0


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
class Conditions:
    """What a cohort meets at its date, (path, 1) unless said."""

    capex: Array  # USD of neocloud AI capex since the last cohort, all firms
    gpu_cost: Array  # USD per GPU
    rent: Array  # USD/h, one-year contract
    decline: Array  # 1/y, expected
    spread: Array  # high-yield spread
    availability: Array
    holdco_cash: Array  # (path, firm) USD
    holdco_defaulted: NDArray[np.bool_]  # (path, firm)


@dataclass(frozen=True)
class Origination:
    """New facilities of one date, (path, firm, payer class), and HoldCo flows, (path, firm)."""

    gpus: Array
    debt: Array  # USD
    coupon: Array  # 1/y
    price: Array  # USD/h still to be paid, prepayment off
    prepayment: Array  # USD received
    cost: Array  # (path, firm) USD that debt, prepayment and the HoldCo pay
    cash_used: Array  # (path, firm) USD
    notes: Array  # (path, firm) USD
    equity: Array  # (path, firm) USD


def originate(params: Params, generation: int, c: Conditions) -> Origination:
    """Facilities for the neocloud capex since the last cohort, on chips of one generation."""
    willing = ~c.holdco_defaulted & (c.availability >= params.shut_availability)
    capex = c.capex * params.firm_share * willing
    compute = params.compute_share * capex
    loans = [_facility(params, k, generation, compute, c) for k in range(len(COHORT_PAYERS))]
    gpus, debt, coupon, price, prepayment = (np.stack(terms, axis=2) for terms in zip(*loans, strict=True))

    cost = compute + params.holdco_non_compute * (capex - compute)
    need = np.maximum(cost - debt.sum(axis=2) - prepayment.sum(axis=2), 0.0)
    spare = np.maximum(c.holdco_cash - params.cash_kept * params.cash_at_base, 0.0)
    cash_used = np.minimum(need, spare)
    notes = params.note_share * (need - cash_used)
    return Origination(
        gpus=gpus,
        debt=debt,
        coupon=coupon,
        price=price,
        prepayment=prepayment,
        cost=cost,
        cash_used=cash_used,
        notes=notes,
        equity=need - cash_used - notes,
    )


def _facility(
    params: Params, k: int, generation: int, compute: Array, c: Conditions
) -> tuple[Array, Array, Array, Array, Array]:
    """GPUs, debt, coupon, price and prepayment of payer class k, (path, firm) each."""
    margin = params.margins[k] + params.margin_beta * (c.spread - params.neutral_spread)
    rate = params.sofr + np.maximum(margin, 0.0)
    price = level_rent(c.rent, c.decline, params.contract_quarters[k] / QUARTERS_A_YEAR)
    value, bills = present_value(params, k, generation, price, rate, c)
    cost = compute * params.payer_shares[k]
    gpus = cost / c.gpu_cost
    debt = np.minimum(params.advance_rate * cost, gpus * value / params.target_dscr)
    prepayment = params.prepaid[k] * gpus * bills
    firms = np.zeros_like(cost)
    return gpus, debt, rate + firms, price * (1.0 - params.prepaid[k]) + firms, prepayment


def present_value(
    params: Params, k: int, generation: int, price: Array, rate: Array, c: Conditions
) -> tuple[Array, Array]:
    """PV of one GPU's CFADS over the loan of payer class k, and its contract bills, USD, (path, 1)."""
    value, bills = np.zeros_like(price), np.zeros_like(price)
    opex = float(params.opex[0, generation]) * params.opex_multiple
    use = params.normal_utilization + params.utilization_premium
    for q in range(1, int(params.debt_quarters[k]) + 1):
        if q <= params.contract_quarters[k]:
            gross = params.contract_availability * price * (1.0 - params.prepaid[k])
            bills = bills + HOURS_A_QUARTER * params.contract_availability * price
        else:
            gross = params.merchant_haircut * use * c.rent * np.exp(-c.decline * q / QUARTERS_A_YEAR)
        value = value + HOURS_A_QUARTER * (gross - opex) / (1.0 + rate / QUARTERS_A_YEAR) ** q
    return np.maximum(value, 0.0), bills
