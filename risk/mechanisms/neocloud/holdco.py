"""HoldCos: the companies behind the facilities, with paper that falls due and a revolver.

A HoldCo collects what its facilities distribute and growth equity while the window is open, pays its
overhead and the interest on paper and revolver, cures facility shortfalls it can afford, and meets what
falls due: notes and converts (see `paper`) and the revolver. Converts are settled in shares while equity is
worth enough. Lenders replace the rest by notes, and renew the revolver at its size, in an open market if
leverage allows; else they are repaid from cash, the revolver, what sound facilities hold above their
reserve, and equity. A revolver once refused stays closed. When all means are spent the HoldCo is in
default: it pays its lenders nothing that quarter, its estate is shared out (see `estate`), its facilities
stand alone under whoever bought them, it originates nothing.

References: CoreWeave 10-Q debt note (2025-06-30); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud import estate, paper
from risk.mechanisms.neocloud.company import Conditions, Due, Flows, State
from risk.parameters import Array, entry
from risk.processes import outer

DT = 0.25
QUARTERS_A_YEAR = 4.0
__all__ = [
    "Conditions", "Due", "Flows", "Params", "State", "available", "falling_due", "init", "may_fail",
    "overhead", "sell", "step",
]  # fmt: skip

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


def init(params: Params, bullets: Array, converts: Array, paths: int, last: int) -> State:
    """HoldCos at the base date.

    Parameters
    ----------
    bullets, converts : (quarter + 1, firm) USD of base-date notes and converts by quarter due.
    last : last quarter any paper may fall due.
    """
    zero = np.zeros((params.cash.shape[1], paths)).T

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
        defaulted=zero > 0.0,
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
    due = c.guaranteed + interest(params, state, c.sofr) + state.maturing(t)
    return np.asanyarray(~state.defaulted & (means < c.overhead + due + state.limit))


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
    """Where missing cash comes from, in this order: revolver (negative where repaid), facilities, equity."""
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
        guarantees=default * c.guaranteed,
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
    growing = is_open & (t <= params.growth_equity_quarters)
    growth = np.minimum(outer(growing, params.growth_equity), room)
    owed = interest(params, state, c.sofr)  # none once dead
    d = falling_due(params, state, t, c, is_open, equity)

    earned = state.cash + c.distributions + growth - c.supported - spending
    cash = earned - owed - c.guaranteed - d.leaving
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
        guaranteed=alive * c.guaranteed,
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
