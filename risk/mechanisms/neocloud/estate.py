"""Estates: who gets what when a HoldCo fails.

A failed HoldCo leaves its unrestricted cash and its stakes in facilities. Loans on facilities are served
from their own collateral: ring-fenced, they bring no claim to the estate unless the HoldCo guarantees them,
and only what a facility is worth beyond its debt reaches it. A forced buyer pays part of that. After the cost
of the proceeding the estate pays in order of seniority, pro rata within a class: the revolver (first lien);
then notes, damages of landlords whose leases are rejected, customers who paid for hours not served, and
lenders of guaranteed facilities that failed; then converts; shareholders last.

===========  ============  ====  ========================================================================
symbol       shape         unit  meaning
===========  ============  ====  ========================================================================
residual     (path, firm)  USD   what facilities are worth beyond their debt, at least 0 each
cash         (path, firm)  USD   unrestricted cash at the default, negative where bills were left unpaid
value        (path, firm)  USD   the estate before costs
claims       (path, firm)  USD   by creditor
===========  ============  ====  ========================================================================

Notes
-----
value = max((1 - discount) residual + cash, 0); cost = c value; a class with claims K gets
min(what is left, K). value = cost + sum of recoveries + equity, on every path.
References: US Bankruptcy Code 502(b)(6) for damages of rejected leases; the order of converts is judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, entry


@dataclass(frozen=True)
class Params:
    """Register entries of estates."""

    cost: float = entry("neoclouds.estate_cost")  # share of the estate
    discount: float = entry("neoclouds.estate_discount")  # of stakes in facilities in a forced sale
    lease_share: float = entry("neoclouds.lease_share")  # of operating cost
    lease_damages: float = entry("neoclouds.lease_damages")  # years of rent


@dataclass(frozen=True)
class Claims:
    """USD by creditor, (path, firm): what each is owed, gets or loses."""

    revolver: Array
    notes: Array
    leases: Array
    customers: Array
    guarantees: Array  # what lenders of guaranteed facilities lost
    converts: Array

    @property
    def debt(self) -> Array:
        """Claims of lenders: revolver, notes and converts."""
        return self.revolver + self.notes + self.converts


@dataclass(frozen=True)
class Settlement:
    """Where the value of an estate went, (path, firm) USD."""

    cost: Array
    recovered: Claims
    equity: Array  # left for shareholders


def worth(params: Params, residual: Array, cash: Array) -> Array:
    """Value of an estate before costs: stakes in facilities in a forced sale, and cash, USD, (path, firm)."""
    return np.maximum((1.0 - params.discount) * residual + cash, 0.0)


def lease_claim(params: Params, operating_cost: Array) -> Array:
    """Damages of rejected leases, USD.

    Parameters
    ----------
    operating_cost : (path, firm) USD a year, rents of sites in.
    """
    return params.lease_damages * params.lease_share * operating_cost


def by_seniority(value: Array, classes: Sequence[Sequence[Array]]) -> tuple[list[list[Array]], Array]:
    """Pay classes of claims in order, pro rata within a class; what each gets, and what is left, USD."""
    paid = []
    for claims in classes:
        owed = sum(claims, start=np.zeros_like(value))
        share = np.minimum(value, owed) / np.where(owed > 0.0, owed, 1.0)
        paid.append([share * claim for claim in claims])
        value = np.maximum(value - owed, 0.0)
    return paid, value


def settle(params: Params, value: Array, claims: Claims) -> Settlement:
    """Share out an estate.

    Parameters
    ----------
    value : (path, firm) USD, the estate before costs; see `worth`.
    claims : what creditors are owed; zero where nobody failed.
    """
    cost = params.cost * value
    unsecured = (claims.notes, claims.leases, claims.customers, claims.guarantees)
    classes = ((claims.revolver,), unsecured, (claims.converts,))
    ((revolver,), (notes, leases, customers, guarantees), (converts,)), equity = by_seniority(
        value - cost, classes
    )
    return Settlement(cost, Claims(revolver, notes, leases, customers, guarantees, converts), equity)
