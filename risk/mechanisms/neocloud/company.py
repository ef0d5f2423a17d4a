"""What a HoldCo is, what it reads, and what happens to it in a quarter.

===========  ==============  ======  ===================================================================
symbol       shape           unit    meaning
===========  ==============  ======  ===================================================================
cash         (path, firm)    USD     unrestricted cash
revolver     (path, firm)    USD     drawn
limit        (path, firm)    USD     committed revolver
notes        (path, firm)    USD     outstanding
converts     (path, firm)    USD     outstanding
coupon       (path, firm)    1/y     average rate of the notes
due          by quarter      USD     notes that fall due, (path, firm) each
convert_due  by quarter      USD     converts that fall due, (path, firm) each
defaulted    (path, firm)    bool    absorbing
===========  ==============  ======  ===================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud import estate
from risk.parameters import Array


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    cash: Array
    revolver: Array
    limit: Array
    notes: Array
    converts: Array
    coupon: Array
    due: tuple[Array, ...]
    convert_due: tuple[Array, ...]
    defaulted: NDArray[np.bool_]

    @property
    def paper(self) -> Array:
        """Notes and converts outstanding, USD, (path, firm)."""
        return self.notes + self.converts

    def maturing(self, t: int) -> Array:
        """Notes and converts due in quarter t, USD, (path, firm); none of a HoldCo in default."""
        owed = np.minimum(self.due[t], self.notes), np.minimum(self.convert_due[t], self.converts)
        return owed[0] + owed[1]


@dataclass(frozen=True)
class Conditions:
    """What HoldCos read of their facilities, (path, firm), and of the credit market, (path, 1).

    Attributes
    ----------
    upstream : USD that sound facilities hold above their reserve and could pass on.
    residual : USD that live facilities are worth beyond their debt, at least 0 each.
    going : USD a year, EBITDA of live facilities after overhead.
    net_secured : USD owed by live facilities less the cash they hold.
    distress : (path, 1) of the asset market, 0 calm to 1 bust.
    """

    distributions: Array  # USD this quarter
    upstream: Array
    supported: Array  # USD this quarter, shortfalls of facilities cured
    guaranteed: Array  # USD this quarter, what lenders of failed facilities may ask of the company
    ebitda: Array  # USD a year, before overhead
    secured: Array  # USD owed by facilities
    overhead: Array  # USD this quarter
    spread: Array  # high-yield spread
    availability: Array
    issue_spread: Array  # of new notes, over SOFR
    issue_rate: Array  # 1/y simple
    sofr: Array  # 1/y
    residual: Array
    going: Array
    net_secured: Array
    distress: Array
    operating_cost: Array  # USD a year, of the firm's facilities
    customers: Array  # USD of unearned prepayments


@dataclass(frozen=True)
class Due:
    """Lenders' money that falls due in a quarter, and what they leave in, (path, firm) USD."""

    notes: Array
    converts: Array
    settled: Array  # converts, in shares
    replaced: Array  # notes and converts, by notes
    revolver: Array
    revolver_renewed: Array
    limit: Array  # of the revolver from now on

    @property
    def repaid(self) -> Array:
        """Notes and converts that must be repaid."""
        return self.notes + self.converts - self.settled - self.replaced

    @property
    def leaving(self) -> Array:
        """What must be repaid, the revolver in."""
        return self.repaid + self.revolver - self.revolver_renewed


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, firm) USD unless said."""

    distributions: Array  # what was upstreamed in
    upstreamed: Array  # by sound facilities, for want of other cash
    supported: Array
    guaranteed: Array  # paid to lenders of failed facilities, or claimed of the estate
    overhead: Array
    interest: Array
    equity: Array
    equity_value: Array
    equity_room: Array  # what shareholders would still put in
    drawn: Array  # revolver, negative where repaid; what a maturity takes back is not in it
    notes_due: Array  # converts in
    converts_due: Array
    notes_repaid: Array  # converts in
    settled: Array  # converts, in shares
    notes_sound: Array  # repaid without rescue equity, in shares, or replaced at a spread under the threshold
    revolver_due: Array  # drawn at its maturity
    revolver_renewed: Array
    revolver_repaid: Array  # at its maturity
    revolver_sound: Array  # as for notes
    default: NDArray[np.bool_]
    revolver_called: Array  # drawn revolver not yet due that a default brings down
    estate_cash: Array  # what a default leaves of cash, negative where bills are unpaid
    estate_cost: Array
    estate_equity: Array  # left for shareholders
    claims: estate.Claims
    recovered: estate.Claims

    @property
    def written_off(self) -> Array:
        """Revolver, notes and converts in default."""
        return self.claims.debt

    @property
    def revolver_loss(self) -> Array:
        """Loss of the revolver's banks."""
        return self.claims.revolver - self.recovered.revolver

    @property
    def notes_loss(self) -> Array:
        """Loss of noteholders."""
        return self.claims.notes - self.recovered.notes

    @property
    def converts_loss(self) -> Array:
        """Loss of holders of converts."""
        return self.claims.converts - self.recovered.converts

    @property
    def guarantee_share(self) -> Array:
        """Share of what was owed on guarantees that was paid, by the company or its estate."""
        lost = self.claims.guarantees - self.recovered.guarantees
        return (self.guaranteed - lost) / np.where(self.guaranteed > 0.0, self.guaranteed, 1.0)

    @property
    def lease_loss(self) -> Array:
        """Damages of landlords that are not paid."""
        return self.claims.leases - self.recovered.leases

    @property
    def customer_loss(self) -> Array:
        """Unearned prepayments that are not returned."""
        return self.claims.customers - self.recovered.customers

    @property
    def loss(self) -> Array:
        """Loss of lenders: revolver, notes and converts."""
        return self.revolver_loss + self.notes_loss + self.converts_loss
