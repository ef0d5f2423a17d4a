"""Estates: who gets what when a HoldCo fails.

A failed HoldCo leaves its unrestricted cash and either its stakes in facilities, sold one by one to a forced
buyer, or a business that goes on, sold whole at a multiple of EBITDA: whichever brings more. Loans on
facilities are served from their own collateral: ring-fenced, they bring no claim to the estate unless the
HoldCo guarantees them, and only what a facility is worth beyond its debt reaches it. Discount and multiple
move from calm to bust with the distress of the asset market. After the cost of the proceeding the estate pays
in order of seniority, pro rata within a class: the revolver (first lien); then notes, converts, damages of
landlords whose leases are rejected, customers who paid for hours not served, and lenders of guaranteed
facilities that failed; shareholders last.

===========  ============  ====  ========================================================================
symbol       shape         unit  meaning
===========  ============  ====  ========================================================================
residual     (path, firm)  USD   what facilities are worth beyond their debt, at least 0 each
going        (path, firm)  USD/y EBITDA of live facilities, overhead off
net_secured  (path, firm)  USD   owed by live facilities less the cash they hold
cash         (path, firm)  USD   unrestricted cash at the default, negative where bills were left unpaid
distress     (path, 1)     1     of the asset market, 0 calm to 1 bust
value        (path, firm)  USD   the estate before costs
claims       (path, firm)  USD   by creditor
===========  ============  ====  ========================================================================

Notes
-----
x(s) = calm + s (bust - calm) for discount d and multiple m;
value = max(max((1 - d) residual, m going - net_secured) + cash, 0); cost = c value; a class with claims K
gets min(what is left, K). value = cost + sum of recoveries + equity, on every path.
References: US Bankruptcy Code 502(b)(6) for damages of rejected leases; the multiple is judgement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry


@dataclass(frozen=True)
class Params:
    """Register entries of estates."""

    cost: float = entry("neoclouds.estate_cost")  # share of the estate
    calm_discount: Drawn = entry("neoclouds.estate_discount_calm")  # of stakes in facilities, forced sale
    bust_discount: Drawn = entry("neoclouds.estate_discount_bust")
    calm_multiple: Drawn = entry("neoclouds.estate_multiple_calm")  # enterprise value over EBITDA
    bust_multiple: Drawn = entry("neoclouds.estate_multiple_bust")
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


def worth(
    params: Params, residual: Array, going: Array, net_secured: Array, cash: Array, distress: Array
) -> Array:
    """Value of an estate before costs, in parts or whole, and cash, USD, (path, firm)."""
    discount = params.calm_discount + distress * (params.bust_discount - params.calm_discount)
    multiple = params.calm_multiple + distress * (params.bust_multiple - params.calm_multiple)
    sold = np.maximum((1.0 - discount) * residual, multiple * going - net_secured)
    return np.maximum(sold + cash, 0.0)


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
    unsecured = (claims.notes, claims.leases, claims.customers, claims.guarantees, claims.converts)
    ((revolver,), shared), equity = by_seniority(value - cost, ((claims.revolver,), unsecured))
    return Settlement(cost, Claims(revolver, *shared), equity)
