"""Neocloud facilities at the base date: what contracts pay, what the debt costs, when each ends.

Everything here follows from the register, without simulation. Data-centre leases and loans with a balloon are
stated twice, interest-only and fully amortizing, because their scheduled service hides what falls due at the
end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import register
from risk.analysis.register import Register
from risk.processes.annuity import level_pay_balance, level_payment
from risk.units import SCALE

Array = NDArray[np.float64]

HOURS = 2190.0  # a quarter
LEASE_YEARS = "neoclouds.lease_years"
"""Entry with the length of a site's lease; where the register lacks it, no lease life is stated."""


@dataclass(frozen=True)
class Facility:
    """One facility at the base date; money in USD, time in years, rates a quarter.

    Attributes
    ----------
    kind : "gpu" or "data_center"; `payer` : class of who owes the contract.
    contract_life : average life of the contracts left; `contract_end` : the last of them.
    debt_life : weighted average life of the principal left; `debt_end` : final maturity.
    asset_life : what the collateral has left to earn; `lease_life` : of the site, None if not stated.
    cash : contract bills less operating cost, a quarter, all units let.
    contracted : contract cash still to come after each quarter 0, 1, … until the debt is repaid, operating
        cost off, if every contract runs as written and none is renewed.
    service : scheduled principal and interest still to come after each quarter, the balloon in.
    balance : principal outstanding after each quarter.
    """

    name: str
    firm: str
    generation: str
    kind: str
    payer: str
    lender: str
    stylised: bool
    gpus: float
    price: float
    opex: float
    debt: float
    coupon: float
    balloon: float
    contract_life: float
    contract_end: float
    debt_life: float
    debt_end: float
    asset_life: float
    lease_life: float | None
    cash: float
    scheduled: float
    interest_only: float
    amortizing: float
    contracted: Array
    service: Array
    balance: Array
    principal: Array

    @property
    def duration_gap(self) -> float:
        """Years by which the debt outlasts the contracts, on average lives."""
        return self.debt_life - self.contract_life

    @property
    def plain(self) -> bool:
        """Whether the loan amortizes in full against GPUs, so that one coverage ratio says it all."""
        return self.kind == "gpu" and self.balloon == 0.0


def facilities(assumptions: Register, quarters: int) -> tuple[Facility, ...]:
    """Every facility of the base book, in the order of its table; arrays are (quarters + 1,)."""
    return tuple(
        _facility(assumptions, row, quarters) for row in register.rows(assumptions, "neoclouds.facility")
    )


def _facility(assumptions: Register, row: dict[str, object], quarters: int) -> Facility:
    x = _numbers(assumptions, row)
    rate, life = x["coupon"] / 4.0, round(x["debt_quarters"])
    balloon = x["balloon"] * x["debt"]
    balance = _balance(x["debt"], rate, life, balloon, quarters)
    principal = -np.diff(balance, prepend=balance[0])
    opex = _operating_cost(assumptions, str(row["generation"])) * x["opex_multiple"]
    available = register.number(assumptions, "neoclouds.contract_availability")
    paid = available * x["price"] * (1.0 - x["prepaid_share"])  # a prepayment is taken off the bills
    left = _unit_quarters_left(x["contract_first"], x["contract_last"], life, quarters) * x["gpus"] * HOURS
    return Facility(
        name=str(row["name"]),
        firm=str(row["firm"]),
        generation=str(row["generation"]),
        kind=str(row["kind"]),
        payer=str(row["payer"]),
        lender=str(row["lender"]),
        stylised=bool(row["stylised"]),
        gpus=x["gpus"],
        price=x["price"],
        opex=opex,
        debt=x["debt"],
        coupon=x["coupon"],
        balloon=x["balloon"],
        contract_life=(x["contract_first"] + x["contract_last"]) / 8.0,
        contract_end=x["contract_last"] / 4.0,
        debt_life=_average_life(x["debt"], rate, life, balloon),
        debt_end=life / 4.0,
        asset_life=_asset_life(assumptions, str(row["kind"])),
        lease_life=register.number(assumptions, LEASE_YEARS)
        if register.has(assumptions, LEASE_YEARS)
        else None,
        cash=HOURS * x["gpus"] * (paid - opex),
        scheduled=float(level_payment(x["debt"], rate, life, balloon)),
        interest_only=rate * x["debt"],
        amortizing=float(level_payment(x["debt"], rate, life)),
        contracted=left * (paid - opex),
        service=_service_left(x["debt"], rate, life, balloon, quarters),
        balance=balance,
        principal=principal,
    )


def _numbers(assumptions: Register, row: dict[str, object]) -> dict[str, float]:
    """Numeric columns of a row in base units."""
    units = assumptions["tables"]["neoclouds.facility"]["units"]
    return {name: float(row[name]) * SCALE[unit] for name, unit in units.items()}  # type: ignore[arg-type]


def _balance(debt: float, rate: float, life: int, balloon: float, quarters: int) -> Array:
    """Principal outstanding after each quarter; the balloon is gone at maturity, (quarters + 1,)."""
    elapsed = np.arange(quarters + 1, dtype=np.float64)
    balance = level_pay_balance(debt, rate, life, np.minimum(elapsed, life), balloon)
    return np.where(elapsed < life, balance, 0.0)


def _service_left(debt: float, rate: float, life: int, balloon: float, quarters: int) -> Array:
    """Principal and interest still to come after each quarter, (quarters + 1,)."""
    left = np.maximum(life - np.arange(quarters + 1), 0)
    return np.where(left > 0, left * float(level_payment(debt, rate, life, balloon)) + balloon, 0.0)


def _average_life(debt: float, rate: float, life: int, balloon: float) -> float:
    """Years until the average dollar of principal is due."""
    elapsed = np.arange(life + 1, dtype=np.float64)
    repaid = -np.diff(level_pay_balance(debt, rate, life, elapsed, balloon))
    repaid[-1] += balloon
    return float((np.arange(1, life + 1) * repaid).sum() / debt / 4.0)


def _unit_quarters_left(first: float, last: float, life: int, quarters: int) -> Array:
    """Quarters of contract left per unit after each quarter, until the debt is repaid, (quarters + 1,).

    Contracts end evenly between `first` and `last`.
    """
    ends = np.minimum(np.arange(round(first), round(last) + 1), life)
    left: Array = np.maximum(ends[None, :] - np.arange(quarters + 1)[:, None], 0).mean(axis=1)
    return left


def _operating_cost(assumptions: Register, generation: str) -> float:
    names = register.words(assumptions, "gpu.generation")
    return float(register.column(assumptions, "gpu.generation", "opex")[names.index(generation)])


def _asset_life(assumptions: Register, kind: str) -> float:
    """Years of rent a buyer of the collateral pays for: of GPUs, or what is left of a site's lease."""
    if kind == "gpu":
        return register.number(assumptions, "gpu.collateral_life")
    return register.number(assumptions, "neoclouds.site_refinancing_quarters") / 4.0
