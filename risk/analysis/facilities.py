"""Neocloud facilities at the base date: what contracts pay, what the debt costs, when each ends.

Everything here follows from the register, without simulation: every loan keeps to the schedule of its row,
draws what is committed on time, and pays its coupon, which for a floating loan is that at the base date's
SOFR. Data-center leases and loans with a balloon are stated twice, interest-only and fully amortizing: their
scheduled service hides what falls due at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions, tables
from risk.engine.base_book import base_rows
from risk.mechanisms.neocloud import book
from risk.processes.annuity import level_payment
from risk.units import HOURS_A_QUARTER, SCALE

Array = NDArray[np.float64]

BILLION = SCALE["USD bn"]

AS_IN_TABLE = (
    *("name", "firm", "generation", "kind", "payer", "lender", "instrument", "stylised"),
    *("price", "rate", "amortization", "draw_quarters"),
)
"""Columns of the table that a facility has as they stand."""

LEASE_YEARS = "neoclouds.lease_years"
"""Entry with the length of a site's lease; where the register lacks it, no lease life is stated."""


@dataclass(frozen=True)
class Facility:
    """One facility at the base date; money in USD, time in years, rates a quarter.

    Attributes
    ----------
    kind : "device" or "site"; `payer` : class of who owes the contract.
    lender : of record; `instrument` : what the debt is written as.
    rate : "fixed" or "floating"; `amortization` : "level", "equal" or "sculpted".
    undrawn : commitment the lender still has to fund; `draw_quarters` : over how many quarters.
    contract_life : average life of the contracts left; `contract_end` : the last of them.
    contracted_share : of the life of the debt, unit by unit, the share under contract.
    debt_life : weighted average life of the principal left; `debt_end` : final maturity.
    asset_life : what the collateral has left to earn, its age taken off; `lease_life` : of the site, None
        if not stated.
    cash : contract bills less operating cost, a quarter, all units let; `bills` : before operating cost.
    scheduled : principal and interest of the first quarter, before any draw.
    contracted : contract cash still to come after each quarter 0, 1, … until the debt is repaid, operating
        cost off, if every contract runs as written and none is renewed.
    service : scheduled principal and interest still to come after each quarter, the balloon in, on what is
        drawn by then.
    balance : principal outstanding after each quarter.
    repaid, bullet : scheduled principal of each quarter, and the balloon where it falls due.
    """

    name: str
    firm: str
    generation: str
    kind: str
    payer: str
    lender: str
    instrument: str
    stylised: bool
    devices: float
    price: float
    opex: float
    debt: float
    coupon: float
    rate: str
    amortization: str
    undrawn: float
    draw_quarters: int
    balloon: float
    contract_life: float
    contract_end: float
    contracted_share: float
    debt_life: float
    debt_end: float
    asset_life: float
    lease_life: float | None
    bills: float
    cash: float
    scheduled: float
    interest_only: float
    amortizing: float
    contracted: Array
    service: Array
    balance: Array
    repaid: Array
    bullet: Array

    @property
    def duration_gap(self) -> float:
        """Years by which the debt outlasts the contracts, on average lives."""
        return self.debt_life - self.contract_life

    @property
    def plain(self) -> bool:
        """Whether the loan amortizes in full against GPUs, so that one coverage ratio says it all."""
        return self.kind == "device" and self.balloon == 0.0


def facilities(register: Assumptions, quarters: int) -> tuple[Facility, ...]:
    """Every facility of the base book, in the order of its table; arrays are (quarters + 1,)."""
    devices = register.tables["neoclouds.facility"].numbers("gpus").tolist()
    rows = zip(register.rows(tables.Facility), base_rows(register), devices, strict=True)
    return tuple(_facility(register, *row, quarters) for row in rows)


def _facility(
    register: Assumptions, row: tables.Facility, loan: book.Row, devices: float, quarters: int
) -> Facility:
    principal, rate, life = row.debt * BILLION, loan.coupon / 4.0, loan.due
    opex = _of_generation(register, row.generation, "opex") * row.opex_multiple
    available = register.number("neoclouds.contract_availability")
    paid = available * row.price * (1.0 - row.prepaid_share)  # a prepayment is taken off the bills
    left = _quarters_left(row.contract_first, row.contract_last, life, quarters)
    hours = devices * HOURS_A_QUARTER
    debt = _schedule(loan, principal, row.undrawn * BILLION, quarters)
    return Facility(
        **{name: getattr(row, name) for name in AS_IN_TABLE},
        devices=devices,
        opex=opex,
        debt=principal,
        coupon=loan.coupon,
        undrawn=row.undrawn * BILLION,
        balloon=loan.balloon,
        contract_life=(row.contract_first + row.contract_last) / 8.0,
        contract_end=row.contract_last / 4.0,
        contracted_share=float(left[0] / life),
        debt_life=debt.life,
        debt_end=life / 4.0,
        asset_life=_asset_life(register, row),
        lease_life=register.number(LEASE_YEARS) if LEASE_YEARS in register.entries else None,
        bills=hours * paid,
        cash=hours * (paid - opex),
        scheduled=principal * (debt.first + rate),
        interest_only=principal * rate,
        amortizing=float(level_payment(principal, rate, life)),
        contracted=left * hours * (paid - opex),
        service=debt.service,
        balance=debt.balance,
        repaid=debt.repaid,
        bullet=debt.bullet,
    )


@dataclass(frozen=True)
class _Schedule:
    """What a loan owes if everybody keeps to it; arrays as in `Facility`."""

    first: float  # share of the debt repaid in the first quarter
    life: float  # years until the average dollar of principal is due
    service: Array
    balance: Array
    repaid: Array
    bullet: Array


def _schedule(loan: book.Row, debt: float, undrawn: float, quarters: int) -> _Schedule:
    """The schedule of a loan; what is drawn joins the schedule of what is there."""
    end, draws = loan.due, loan.draw_quarters
    span = np.arange(max(quarters, end) + 1)
    shares, ahead = book.amortization(loan, len(span) - 1), book.balances_ahead(loan, len(span) - 1)
    standing = np.where(span < end, 1.0 - np.cumsum(shares), 0.0)
    drawn = np.where((span > 0) & (span <= draws), undrawn / max(draws, 1), 0.0)
    before = np.concatenate([[1.0], standing[:-1]])
    original = debt + np.cumsum(np.divide(drawn, before, out=np.zeros_like(before), where=before > 0.0))
    due = shares + loan.balloon * (span == end)
    kept = slice(0, quarters + 1)
    return _Schedule(
        first=float(shares[1]),
        life=float((span * due).sum() / 4.0),
        service=(original * (standing + loan.coupon / 4.0 * ahead))[kept],
        balance=(original * standing)[kept],
        repaid=(original * shares)[kept],
        bullet=(original * loan.balloon * (span == end))[kept],
    )


def _quarters_left(first: int, last: int, life: int, quarters: int) -> Array:
    """Quarters of contract left per unit after each quarter, until the debt is repaid, (quarters + 1,).

    Contracts end evenly between `first` and `last`.
    """
    ends = np.minimum(np.arange(first, last + 1), life)
    left: Array = np.maximum(ends[None, :] - np.arange(quarters + 1)[:, None], 0).mean(axis=1)
    return left


def _of_generation(register: Assumptions, generation: str, column: str) -> float:
    generations = register.tables["gpu.generation"]
    return float(generations.numbers(column)[generations.names.index(generation)])


def _asset_life(register: Assumptions, row: tables.Facility) -> float:
    """Years of rent a buyer of the collateral pays for: of GPUs, or what is left of a site's lease."""
    if row.kind == "device":
        ran = _of_generation(register, row.generation, "age")
        return max(register.number("gpu.collateral_life") - ran, 0.0)
    return register.number("neoclouds.site_refinancing_quarters") / 4.0
