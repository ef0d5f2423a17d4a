"""HoldCos: the companies behind the facilities, with notes that fall due in bullets and a revolver.

A HoldCo collects what its facilities distribute and growth equity while the window is open, pays its
overhead and the interest on notes and revolver, cures facility shortfalls it can afford, and meets what
falls due. Lenders replace notes, and renew the revolver at its size, in an open market if leverage allows;
else they are repaid from cash, revolver and equity. A revolver once refused stays closed. When all means
are spent the HoldCo is in default: it pays its lenders nothing that quarter, its estate is shared out (see
`estate`), its facilities stand alone under whoever bought them, it originates nothing.

===========  ==============  ======  ===================================================================
symbol       shape           unit    meaning
===========  ==============  ======  ===================================================================
cash         (path, firm)    USD     unrestricted cash
revolver     (path, firm)    USD     drawn
limit        (path, firm)    USD     committed revolver
notes        (path, firm)    USD     notes and converts outstanding
coupon       (path, firm)    1/y     average rate of the notes
due          by quarter      USD     notes that fall due, (path, firm) each
defaulted    (path, firm)    bool    absorbing
===========  ==============  ======  ===================================================================

References: CoreWeave 10-Q debt note (2025-06-30); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud import estate
from risk.parameters import Array, Drawn, entry

DT = 0.25
QUARTERS_A_YEAR = 4.0
SHORT = 1.0  # USD; less than this missing is rounding


@dataclass(frozen=True)
class Params:
    """Register entries of HoldCos; (1, firm) for table columns."""

    cash: Array = entry("neoclouds.firm.cash")
    revolver: Array = entry("neoclouds.firm.revolver")
    revolver_quarters: Array = entry("neoclouds.firm.revolver_quarters")
    overhead: Array = entry("neoclouds.firm.overhead")  # USD a quarter
    growth_equity: Array = entry("neoclouds.firm.growth_equity")  # USD a quarter
    growth_equity_quarters: float = entry("neoclouds.growth_equity_quarters")
    coupon: float = entry("neoclouds.note_coupon")
    revolver_rate: float = entry("neoclouds.revolver_rate")  # at the base date; floats with SOFR
    sofr: float = entry("credit.sofr")  # at the base date
    equity_window: Drawn = entry("neoclouds.equity_window")  # share of notes a year
    equity_window_spread: float = entry("neoclouds.equity_window_spread")
    leverage_limit: float = entry("neoclouds.leverage_limit")  # debt / EBITDA
    note_quarters: float = entry("neoclouds.note_quarters")
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
    coupon: Array
    due: tuple[Array, ...]
    defaulted: NDArray[np.bool_]


@dataclass(frozen=True)
class Conditions:
    """What HoldCos read of their facilities, (path, firm), and of the credit market, (path, 1).

    Attributes
    ----------
    residual : USD that live facilities are worth beyond their debt, at least 0 each, and surplus of failed.
    converts : (1, firm) USD of the notes that are base-date converts, due in quarter t or later.
    """

    distributions: Array  # USD this quarter
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
    operating_cost: Array  # USD a year, of the firm's facilities
    customers: Array  # USD of unearned prepayments
    converts: Array


@dataclass(frozen=True)
class Due:
    """Lenders' money that falls due in a quarter, and what they leave in, (path, firm) USD."""

    notes: Array
    notes_replaced: Array
    revolver: Array
    revolver_renewed: Array
    limit: Array  # of the revolver from now on

    @property
    def leaving(self) -> Array:
        """What must be repaid."""
        return self.notes - self.notes_replaced + self.revolver - self.revolver_renewed


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, firm) USD unless said."""

    distributions: Array
    supported: Array
    guaranteed: Array  # paid to lenders of failed facilities, or claimed of the estate
    overhead: Array
    interest: Array
    equity: Array
    drawn: Array  # revolver, negative where repaid; what a maturity takes back is not in it
    notes_due: Array
    notes_repaid: Array
    notes_sound: Array  # repaid without rescue equity, or replaced at an issue spread under the bar
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
        """Loss of noteholders, converts not in."""
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


def init(params: Params, bullets: Array, paths: int, last: int) -> State:
    """HoldCos at the base date.

    Parameters
    ----------
    bullets : (quarter + 1, firm) USD of base-date notes due by quarter.
    last : last quarter any note may fall due.
    """
    zero = np.zeros((paths, params.cash.shape[1]))
    due = [row[None, :] + zero for row in bullets] + [zero] * (last + 1 - len(bullets))
    return State(
        cash=params.cash + zero,
        revolver=zero,
        limit=params.revolver + zero,
        notes=bullets.sum(axis=0)[None, :] + zero,
        coupon=params.coupon + zero,
        due=tuple(due),
        defaulted=np.zeros(zero.shape, dtype=bool),
    )


def overhead(params: Params, fleet_ratio: Array) -> Array:
    """Overhead of a quarter, USD; it grows in part with GPUs over the base date's, (path, firm)."""
    return params.overhead * (1.0 + params.overhead_growth * np.maximum(fleet_ratio - 1.0, 0.0))


def available(params: Params, state: State, spending: Array) -> Array:
    """USD a HoldCo could pay this quarter to cure its facilities after its overhead, (path, firm)."""
    undrawn = state.limit - state.revolver
    return np.where(state.defaulted, 0.0, np.maximum(state.cash + undrawn - spending, 0.0))


def may_fail(params: Params, state: State, t: int, c: Conditions) -> NDArray[np.bool_]:
    """Where a HoldCo could fail this quarter even if lenders left nothing in, (path, firm).

    Nobody needs to value the estate of another.
    """
    interest = DT * (state.coupon * state.notes + (params.revolver_rate + c.sofr) * state.revolver)
    means = state.cash + state.limit - state.revolver + c.distributions - c.supported
    owed = c.overhead + c.guaranteed + interest + np.minimum(state.due[t], state.notes) + state.limit
    return np.asarray(~state.defaulted & (means < owed))


def falling_due(params: Params, state: State, t: int, c: Conditions, is_open: NDArray[np.bool_]) -> Due:
    """What falls due: lenders leave all of it in where the market is open and leverage allows, else none.

    A renewed revolver matures again after the tenor of a note.
    """
    ebitda = c.ebitda - QUARTERS_A_YEAR * c.overhead
    leverage = (c.secured + state.notes + state.revolver) / np.maximum(ebitda, 1.0)
    lend = is_open & (leverage <= params.leverage_limit) & (ebitda > 0.0)
    notes: Array = np.minimum(state.due[t], state.notes)  # none once dead
    since = t - params.revolver_quarters
    matures = (since >= 0.0) & (since % params.note_quarters == 0.0)
    revolver = matures * state.revolver
    return Due(notes, lend * notes, revolver, lend * revolver, (~matures | lend) * state.limit)


def _rescue(params: Params, state: State, c: Conditions, d: Due, cash: Array) -> tuple[Array, Array]:
    """Revolver drawn (negative where repaid), and what shareholders would give once it is full, USD."""
    left = state.revolver - d.revolver + d.revolver_renewed
    drawn = np.clip(-cash, -left, d.limit - left)
    is_open = c.spread <= params.equity_window_spread
    window = is_open * (params.equity_window * state.notes * DT)
    return drawn, np.clip(-cash - drawn, 0.0, window)


def failed(
    e: estate.Params, default: NDArray[np.bool_], notes: Array, revolver: Array, cash: Array, c: Conditions
) -> tuple[estate.Claims, estate.Settlement]:
    """Claims on the HoldCos in default and what their estates pay, zero elsewhere, (path, firm).

    Parameters
    ----------
    notes, revolver, cash : what each HoldCo owes and has now.
    """
    converts: Array = np.minimum(c.converts, notes)
    claims = estate.Claims(
        revolver=default * revolver,
        notes=default * (notes - converts),
        leases=default * estate.lease_claim(e, c.operating_cost),
        customers=default * c.customers,
        guarantees=default * c.guaranteed,
        converts=default * converts,
    )
    return claims, estate.settle(e, default * estate.worth(e, c.residual, cash), claims)


def step(
    params: Params, estate_params: estate.Params, state: State, t: int, c: Conditions
) -> tuple[State, Flows]:
    """One quarter of every HoldCo."""
    alive = ~state.defaulted
    is_open = (c.spread <= params.shut_spread) & (c.availability >= params.shut_availability)
    spending = alive * c.overhead
    growth = (alive & is_open & (t <= params.growth_equity_quarters)) * params.growth_equity
    revolver_rate = params.revolver_rate + c.sofr - params.sofr
    interest = DT * (state.coupon * state.notes + revolver_rate * state.revolver)  # none once dead
    d = falling_due(params, state, t, c, is_open)

    earned = state.cash + c.distributions + growth - c.supported - spending
    cash = earned - interest - c.guaranteed - d.leaving
    drawn, rescue = _rescue(params, state, c, d, cash)
    default = alive & (cash + drawn + rescue < -SHORT)
    revolver = state.revolver + drawn
    claims, settled = failed(estate_params, default, state.notes, revolver, earned + drawn, c)

    # who defaults pays its lenders nothing this quarter, and shareholders who cannot save it give nothing
    paying = alive & ~default
    rescue = paying * rescue
    replaced, renewed = paying * d.notes_replaced, paying * d.revolver_renewed
    repaid, revolver_repaid = paying * d.notes - replaced, paying * d.revolver - renewed
    notes = paying * (state.notes - repaid)
    sound = c.issue_spread <= params.sound_issue_spread
    after = State(
        cash=paying * (cash + drawn + rescue),
        revolver=paying * (revolver - revolver_repaid),
        limit=paying * d.limit,
        notes=notes,
        coupon=state.coupon + replaced / np.maximum(notes, 1.0) * (c.issue_rate - state.coupon),
        due=issue(state.due, t + round(params.note_quarters), replaced),
        defaulted=~paying,
    )
    flows = Flows(
        distributions=c.distributions,
        supported=c.supported,
        guaranteed=alive * c.guaranteed,
        overhead=spending,
        interest=paying * interest,
        equity=growth + rescue,
        drawn=drawn,
        notes_due=d.notes,
        notes_repaid=repaid,
        notes_sound=np.maximum(repaid - rescue, 0.0) + sound * replaced,
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


def issue(due: tuple[Array, ...], quarter: int, amount: Array) -> tuple[Array, ...]:
    """Add notes due in `quarter` to the maturity calendar."""
    changed = list(due)
    changed[quarter] = changed[quarter] + amount
    return tuple(changed)


def sell_notes(params: Params, state: State, t: int, amount: Array, rate: Array) -> State:
    """Issue new notes in quarter t; the average coupon moves toward their rate.

    Parameters
    ----------
    amount : (path, firm) USD; `rate` : (path, 1) simple rate a year.
    """
    total = state.notes + amount
    share = np.where(total > 0, amount / np.maximum(total, 1.0), 0.0)
    return replace(
        state,
        notes=total,
        coupon=state.coupon + share * (rate - state.coupon),
        due=issue(state.due, t + round(params.note_quarters), amount),
    )
