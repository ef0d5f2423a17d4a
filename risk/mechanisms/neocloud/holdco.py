"""HoldCos: the companies behind the facilities, with paper that falls due and a revolver.

A HoldCo collects what its facilities distribute and growth equity while the window is open, pays its
overhead and the interest on paper and revolver, cures facility shortfalls it can afford, and meets what
falls due: notes and converts (see `paper`) and the revolver. Converts are settled in shares while equity is
worth enough. Lenders replace the rest by notes, and renew the revolver at its size, in an open market if
leverage allows; else they are repaid from cash, the revolver, what sound facilities hold above their reserve, and
equity. A revolver once refused stays closed. When all means are spent the HoldCo is in default: it pays its
lenders nothing that quarter, its estate is shared out (see `estate`), its facilities stand alone under
whoever bought them, it originates nothing.

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

References: CoreWeave 10-Q debt note (2025-06-30); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud import estate, paper
from risk.parameters import Array, entry

DT = 0.25
QUARTERS_A_YEAR = 4.0
SHORT = 1.0  # USD; less than this missing is rounding


@dataclass(frozen=True)
class Params(paper.Params):
    """Register entries of HoldCos; (1, firm) for table columns."""

    cash: Array = entry("neoclouds.firm.cash")
    revolver: Array = entry("neoclouds.firm.revolver")
    revolver_quarters: Array = entry("neoclouds.firm.revolver_quarters")
    overhead: Array = entry("neoclouds.firm.overhead")  # USD a quarter
    growth_equity: Array = entry("neoclouds.firm.growth_equity")  # USD a quarter
    growth_equity_quarters: float = entry("neoclouds.growth_equity_quarters")
    revolver_rate: float = entry("neoclouds.revolver_rate")  # at the base date; floats with SOFR
    sofr: float = entry("credit.sofr")  # at the base date
    leverage_limit: float = entry("neoclouds.leverage_limit")  # debt / EBITDA
    revolver_tenor: float = entry("neoclouds.revolver_tenor")  # quarters
    overhead_growth: float = entry("neoclouds.overhead_per_fleet")
    shut_spread: float = entry("credit.shut_spread")
    shut_availability: float = entry("credit.shut_availability")
    sound_issue_spread: float = entry("neoclouds.sound_issue_spread")


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
    residual : USD that live facilities are worth beyond their debt, at least 0 each, and surplus of failed.
    going : USD a year, EBITDA of live facilities after overhead.
    net_secured : USD owed by live facilities less the cash they hold.
    distress : (path, 1) of the asset market, 0 calm to 1 bust.
    """

    distributions: Array  # USD this quarter
    upstream: Array
    supported: Array  # USD this quarter, shortfalls of facilities cured
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
    notes_sound: Array  # repaid without rescue equity, in shares, or replaced at a spread under the bar
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


def init(params: Params, bullets: Array, converts: Array, paths: int, last: int) -> State:
    """HoldCos at the base date.

    Parameters
    ----------
    bullets, converts : (quarter + 1, firm) USD of base-date notes and converts by quarter due.
    last : last quarter any paper may fall due.
    """
    zero = np.zeros((paths, params.cash.shape[1]))

    def calendar(due: Array) -> tuple[Array, ...]:
        return tuple([row[None, :] + zero for row in due] + [zero] * (last + 1 - len(due)))

    return State(
        cash=params.cash + zero,
        revolver=zero,
        limit=params.revolver + zero,
        notes=bullets.sum(axis=0)[None, :] + zero,
        converts=converts.sum(axis=0)[None, :] + zero,
        coupon=params.coupon + zero,
        due=calendar(bullets),
        convert_due=calendar(converts),
        defaulted=np.zeros(zero.shape, dtype=bool),
    )


def overhead(params: Params, fleet_ratio: Array) -> Array:
    """Overhead of a quarter, USD; it grows in part with GPUs over the base date's, (path, firm)."""
    return params.overhead * (1.0 + params.overhead_growth * np.maximum(fleet_ratio - 1.0, 0.0))


def available(params: Params, state: State, spending: Array) -> Array:
    """USD a HoldCo could pay this quarter to cure its facilities after its overhead, (path, firm)."""
    undrawn = state.limit - state.revolver
    return np.where(state.defaulted, 0.0, np.maximum(state.cash + undrawn - spending, 0.0))


def interest(params: Params, state: State, sofr: Array) -> Array:
    """Interest of a quarter on notes, converts and revolver, USD, (path, firm)."""
    rate = params.revolver_rate + sofr - params.sofr
    coupons = state.coupon * state.notes + params.convert_coupon * state.converts
    return DT * (coupons + rate * state.revolver)


def may_fail(params: Params, state: State, t: int, c: Conditions) -> NDArray[np.bool_]:
    """Where a HoldCo could fail this quarter even if lenders left nothing in, (path, firm).

    Nobody needs to value the estate of another.
    """
    means = state.cash + state.limit - state.revolver + c.distributions + c.upstream - c.supported
    owed = c.overhead + interest(params, state, c.sofr) + state.maturing(t) + state.limit
    return np.asarray(~state.defaulted & (means < owed))


def falling_due(
    params: Params, state: State, t: int, c: Conditions, is_open: NDArray[np.bool_], equity: Array
) -> Due:
    """What falls due: lenders leave all of it in where the market is open and leverage allows, else none.

    Converts that shares settle leave with nobody's cash. A renewed revolver matures again after its tenor.
    """
    ebitda = c.ebitda - QUARTERS_A_YEAR * c.overhead
    leverage = (c.secured + state.paper + state.revolver) / np.maximum(ebitda, 1.0)
    lend = is_open & (leverage <= params.leverage_limit) & (ebitda > 0.0)
    notes: Array = np.minimum(state.due[t], state.notes)  # none once dead
    converts: Array = np.minimum(state.convert_due[t], state.converts)
    settled = paper.settled_in_shares(params, equity, converts)
    since = t - params.revolver_quarters
    matures = (since >= 0.0) & (since % params.revolver_tenor == 0.0)
    revolver = matures * state.revolver
    return Due(
        notes=notes,
        converts=converts,
        settled=settled,
        replaced=lend * (notes + converts - settled),
        revolver=revolver,
        revolver_renewed=lend * revolver,
        limit=(~matures | lend) * state.limit,
    )


def _raised(state: State, c: Conditions, d: Due, cash: Array, room: Array) -> tuple[Array, Array, Array]:
    """Where missing cash comes from, in this order: revolver (negative where repaid), facilities, equity, USD."""
    left = state.revolver - d.revolver + d.revolver_renewed
    drawn = np.clip(-cash, -left, d.limit - left)
    upstreamed = np.clip(-cash - drawn, 0.0, c.upstream)
    return drawn, upstreamed, np.clip(-cash - drawn - upstreamed, 0.0, room)


def failed(
    e: estate.Params, default: NDArray[np.bool_], state: State, revolver: Array, cash: Array, c: Conditions
) -> tuple[estate.Claims, estate.Settlement]:
    """Claims on the HoldCos in default and what their estates pay, zero elsewhere, (path, firm).

    Parameters
    ----------
    revolver, cash : what each HoldCo owes its banks and has now.
    """
    claims = estate.Claims(
        revolver=default * revolver,
        notes=default * state.notes,
        leases=default * estate.lease_claim(e, c.operating_cost),
        customers=default * c.customers,
        converts=default * state.converts,
    )
    value = estate.worth(e, c.residual, c.going, c.net_secured, cash, c.distress)
    return claims, estate.settle(e, default * value, claims)


def step(
    params: Params, estate_params: estate.Params, state: State, t: int, c: Conditions
) -> tuple[State, Flows]:
    """One quarter of every HoldCo."""
    alive = ~state.defaulted
    is_open = (c.spread <= params.shut_spread) & (c.availability >= params.shut_availability)
    spending = alive * c.overhead
    debt, ebitda = c.secured + state.paper + state.revolver, c.ebitda - QUARTERS_A_YEAR * c.overhead
    equity = alive * paper.equity_value(params, ebitda, debt, state.cash, c.spread)
    room = paper.equity_room(params, equity, c.spread)
    growth = np.minimum((is_open & (t <= params.growth_equity_quarters)) * params.growth_equity, room)
    owed = interest(params, state, c.sofr)  # none once dead
    d = falling_due(params, state, t, c, is_open, equity)

    earned = state.cash + c.distributions + growth - c.supported - spending
    cash = earned - owed - d.leaving
    drawn, upstreamed, rescue = _raised(state, c, d, cash, room - growth)
    default = alive & (cash + drawn + upstreamed + rescue < -SHORT)
    revolver = state.revolver + drawn
    claims, settled = failed(estate_params, default, state, revolver, earned + drawn, c)

    # who defaults pays its lenders nothing this quarter, and whoever cannot save it gives nothing
    paying = alive & ~default
    upstreamed, rescue = paying * upstreamed, paying * rescue
    replaced, repaid = paying * d.replaced, paying * d.repaid
    renewed = paying * d.revolver_renewed
    revolver_repaid = paying * d.revolver - renewed
    notes = paying * (state.notes - d.notes + d.replaced)
    sound = c.issue_spread <= params.sound_issue_spread
    after = State(
        cash=paying * (cash + drawn + upstreamed + rescue),
        revolver=paying * (revolver - revolver_repaid),
        limit=paying * d.limit,
        notes=notes,
        converts=paying * (state.converts - d.converts),
        coupon=state.coupon + replaced / np.maximum(notes, 1.0) * (c.issue_rate - state.coupon),
        due=paper.issue(params, state.due, t, replaced),
        convert_due=state.convert_due,
        defaulted=~paying,
    )
    flows = Flows(
        distributions=c.distributions + upstreamed,
        upstreamed=upstreamed,
        supported=c.supported,
        overhead=spending,
        interest=paying * owed,
        equity=growth + rescue,
        equity_value=equity,
        equity_room=paying * (room - growth - rescue),
        drawn=drawn,
        notes_due=d.notes + d.converts,
        converts_due=d.converts,
        notes_repaid=repaid,
        settled=paying * d.settled,
        notes_sound=np.maximum(repaid - rescue, 0.0) + paying * d.settled + sound * replaced,
        revolver_due=d.revolver,
        revolver_renewed=renewed,
        revolver_repaid=revolver_repaid,
        revolver_sound=revolver_repaid - np.clip(rescue - repaid, 0.0, revolver_repaid) + sound * renewed,
        default=default,
        revolver_called=default * (revolver - d.revolver),
        estate_cash=default * (earned + drawn),
        estate_cost=settled.cost,
        estate_equity=settled.equity,
        claims=claims,
        recovered=settled.recovered,
    )
    return after, flows


def sell(params: Params, state: State, t: int, notes: Array, converts: Array, rate: Array) -> State:
    """Issue new notes and converts in quarter t; the average coupon of notes moves toward their rate.

    Parameters
    ----------
    notes, converts : (path, firm) USD; `rate` : (path, 1) simple rate a year of the notes.
    """
    total = state.notes + notes
    return replace(
        state,
        notes=total,
        converts=state.converts + converts,
        coupon=state.coupon + notes / np.maximum(total, 1.0) * (rate - state.coupon),
        due=paper.issue(params, state.due, t, notes),
        convert_due=paper.issue(params, state.convert_due, t, converts),
    )
