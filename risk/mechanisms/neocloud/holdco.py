"""HoldCos: the companies behind the facilities, with notes that fall due in bullets.

A HoldCo collects what its facilities distribute and growth equity while the window is open, pays its
overhead and the interest on notes and revolver, cures facility shortfalls it can afford, and meets its
notes: refinanced in an open market if its leverage allows, else from cash, revolver and equity. When all
are spent it is in default: its notes lose, its facilities stand alone, it originates nothing.

===========  ==============  ======  ===================================================================
symbol       shape           unit    meaning
===========  ==============  ======  ===================================================================
cash         (path, firm)    USD     unrestricted cash
revolver     (path, firm)    USD     drawn
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

from risk.parameters import Array, Drawn, entry

DT = 0.25
QUARTERS_A_YEAR = 4.0
SHORT = 1.0  # USD; less than this missing is rounding


@dataclass(frozen=True)
class Params:
    """Register entries of HoldCos; (1, firm) for table columns."""

    cash: Array = entry("neoclouds.firm.cash")
    revolver: Array = entry("neoclouds.firm.revolver")
    overhead: Array = entry("neoclouds.firm.overhead")  # USD a quarter
    growth_equity: Array = entry("neoclouds.firm.growth_equity")  # USD a quarter
    growth_equity_quarters: float = entry("neoclouds.growth_equity_quarters")
    coupon: float = entry("neoclouds.note_coupon")
    revolver_rate: float = entry("neoclouds.revolver_rate")
    equity_window: Drawn = entry("neoclouds.equity_window")  # share of notes a year
    equity_window_spread: float = entry("neoclouds.equity_window_spread")
    leverage_limit: float = entry("neoclouds.leverage_limit")  # debt / EBITDA
    note_quarters: float = entry("neoclouds.note_quarters")
    loss_given_default: float = entry("neoclouds.note_lgd")
    overhead_growth: float = entry("neoclouds.overhead_per_fleet")
    shut_spread: float = entry("credit.shut_spread")
    shut_availability: float = entry("credit.shut_availability")
    sound_issue_spread: float = entry("neoclouds.sound_issue_spread")


@dataclass(frozen=True)
class State:
    """See the symbol table."""

    cash: Array
    revolver: Array
    notes: Array
    coupon: Array
    due: tuple[Array, ...]
    defaulted: NDArray[np.bool_]


@dataclass(frozen=True)
class Conditions:
    """What HoldCos read of their facilities, (path, firm), and of the credit market, (path, 1)."""

    distributions: Array  # USD this quarter
    supported: Array  # USD this quarter, shortfalls of facilities cured
    ebitda: Array  # USD a year, before overhead
    secured: Array  # USD owed by facilities
    overhead: Array  # USD this quarter
    spread: Array  # high-yield spread
    availability: Array
    issue_spread: Array  # of new notes, over SOFR
    issue_rate: Array  # 1/y simple


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, firm) USD unless said."""

    distributions: Array
    supported: Array
    overhead: Array
    interest: Array
    equity: Array
    drawn: Array  # revolver, negative where repaid
    notes_due: Array
    notes_repaid: Array
    notes_sound: Array  # repaid without rescue equity, or replaced at an issue spread under the bar
    default: NDArray[np.bool_]
    written_off: Array
    loss: Array
    revolver_called: Array  # drawn revolver that a default brings down


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
    undrawn = params.revolver - state.revolver
    return np.where(state.defaulted, 0.0, np.maximum(state.cash + undrawn - spending, 0.0))


def _refinanced(params: Params, state: State, c: Conditions, due: Array, is_open: NDArray[np.bool_]) -> Array:
    """Notes due that lenders replace: all of them, where the market is open and leverage allows, USD."""
    ebitda = c.ebitda - QUARTERS_A_YEAR * c.overhead
    leverage = (c.secured + state.notes + state.revolver) / np.maximum(ebitda, 1.0)
    return np.where(is_open & (leverage <= params.leverage_limit) & (ebitda > 0), due, 0.0)


def _rescue(params: Params, state: State, c: Conditions, cash: Array) -> tuple[Array, Array]:
    """Revolver drawn (negative where repaid), and equity raised once it is full, USD."""
    drawn = np.clip(-cash, -state.revolver, params.revolver - state.revolver)
    is_open = c.spread <= params.equity_window_spread
    window = np.where(is_open, params.equity_window * state.notes * DT, 0.0)
    return drawn, np.clip(-cash - drawn, 0.0, window)


def step(params: Params, state: State, t: int, c: Conditions) -> tuple[State, Flows]:
    """One quarter of every HoldCo."""
    alive = ~state.defaulted
    is_open = (c.spread <= params.shut_spread) & (c.availability >= params.shut_availability)
    spending = np.where(alive, c.overhead, 0.0)
    interest = DT * (state.coupon * state.notes + params.revolver_rate * state.revolver)  # none once dead
    growing = alive & is_open & (t <= params.growth_equity_quarters)
    growth = np.where(growing, params.growth_equity, 0.0)
    due = np.where(alive, np.minimum(state.due[t], state.notes), 0.0)
    refinanced = _refinanced(params, state, c, due, is_open)

    cash = state.cash + c.distributions - c.supported - spending - interest + growth - (due - refinanced)
    drawn, rescue = _rescue(params, state, c, cash)
    cash = cash + drawn + rescue
    revolver = state.revolver + drawn
    default = alive & (cash < -SHORT)

    refinanced = np.where(default, 0.0, refinanced)
    repaid = np.where(default, 0.0, due - refinanced)
    notes = state.notes - repaid
    replaced = np.where(notes > 0, refinanced / np.maximum(notes, 1.0), 0.0)
    dead = state.defaulted | default
    claim = np.where(default, state.notes + revolver, 0.0)
    after = State(
        cash=np.where(dead, 0.0, cash),
        revolver=np.where(dead, 0.0, revolver),
        notes=np.where(dead, 0.0, notes),
        coupon=state.coupon + replaced * (c.issue_rate - state.coupon),
        due=issue(state.due, t + round(params.note_quarters), refinanced),
        defaulted=dead,
    )
    flows = Flows(
        distributions=c.distributions,
        supported=c.supported,
        overhead=spending,
        interest=interest,
        equity=growth + rescue,
        drawn=drawn,
        notes_due=due,
        notes_repaid=repaid,
        notes_sound=np.maximum(repaid - rescue, 0.0)
        + np.where(c.issue_spread <= params.sound_issue_spread, refinanced, 0.0),
        default=default,
        written_off=claim,
        loss=params.loss_given_default * claim,
        revolver_called=np.where(default, revolver, 0.0),
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
