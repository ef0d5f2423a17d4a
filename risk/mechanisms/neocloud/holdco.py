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

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.parameters import Array, entry

DT = 0.25


@dataclass(frozen=True)
class Params:
    """Register entries of HoldCos; (path, 1) where drawn, (1, firm) for table columns."""

    cash: Array = entry("neoclouds.firm.cash")
    revolver: Array = entry("neoclouds.firm.revolver")
    overhead: Array = entry("neoclouds.firm.overhead")  # USD a quarter
    growth_equity: Array = entry("neoclouds.firm.growth_equity")  # USD a quarter
    growth_equity_quarters: float = entry("neoclouds.growth_equity_quarters")
    coupon: float = entry("neoclouds.note_coupon")
    revolver_rate: float = entry("neoclouds.revolver_rate")
    equity_window: Array = entry("neoclouds.equity_window")  # share of notes a year
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
class Flows:
    """What happened in the quarter, (path, firm) USD unless said."""

    interest: Array
    overhead: Array
    equity: Array
    supported: Array
    distributions: Array
    notes_due: Array
    notes_refinanced: Array
    notes_repaid: Array
    notes_sound: Array  # repaid from cash, or replaced at an issue spread under the bar
    default: NDArray[np.bool_]
    written_off: Array
    loss: Array
    accelerated: Array  # notes not yet due that a default brings down


def init(params: Params, bullets: Array, paths: int, last: int) -> State:
    """HoldCos at the base date.

    Parameters
    ----------
    bullets : (quarter + 1, firm) USD of base-date notes due by quarter.
    last : last quarter any note may fall due.
    """
    zero = np.zeros((paths, 1))
    due = [row[None, :] + zero for row in bullets] + [np.zeros_like(params.cash) + zero] * (last + 1 - len(bullets))
    return State(
        cash=params.cash + zero,
        revolver=zero + np.zeros_like(params.cash),
        notes=bullets.sum(axis=0)[None, :] + zero,
        coupon=params.coupon + zero + np.zeros_like(params.cash),
        due=tuple(due),
        defaulted=np.zeros((paths, params.cash.shape[1]), dtype=bool),
    )


def available(params: Params, state: State) -> Array:
    """USD a HoldCo could pay this quarter to cure its facilities, (path, firm)."""
    undrawn = params.revolver - state.revolver
    return np.where(state.defaulted, 0.0, np.maximum(state.cash + undrawn - params.overhead, 0.0))


def step(
    params: Params,
    state: State,
    t: int,
    distributions: Array,
    supported: Array,
    ebitda: Array,
    secured: Array,
    fleet_ratio: Array,
    spread: Array,
    availability: Array,
    issue_spread: Array,
    issue_rate: Array,
) -> tuple[State, Flows]:
    """One quarter of every HoldCo.

    Parameters
    ----------
    distributions, supported, ebitda, secured : (path, firm) USD this quarter; EBITDA a year; secured debt.
    fleet_ratio : (path, firm) GPUs financed over the base date's; overhead scales with it.
    spread, availability, issue_spread, issue_rate : (path, 1) credit market.
    """
    alive = ~state.defaulted
    market_open = (spread <= params.shut_spread) & (availability >= params.shut_availability)
    overhead = alive * params.overhead * (1.0 + params.overhead_growth * np.maximum(fleet_ratio - 1.0, 0.0))
    interest = alive * DT * (state.coupon * state.notes + params.revolver_rate * state.revolver)
    growth = alive * market_open * params.growth_equity * (t <= params.growth_equity_quarters)
    due = alive * np.minimum(state.due[t], state.notes)

    leverage = (secured + state.notes + state.revolver) / np.maximum(ebitda, 1.0)
    refinanced = np.where(market_open & (leverage <= params.leverage_limit) & (ebitda > 0), due, 0.0)
    cash = state.cash + distributions - supported - overhead - interest + growth - (due - refinanced)

    drawn = np.clip(-cash, -state.revolver, params.revolver - state.revolver)
    cash = cash + drawn
    window = np.where(spread <= params.equity_window_spread, params.equity_window * state.notes * DT, 0.0)
    rescue = np.clip(-cash, 0.0, window)
    cash = cash + rescue
    default = alive & (cash < -1.0)

    revolver = state.revolver + drawn
    claim = np.where(default, state.notes + revolver, 0.0)
    repaid = np.where(default, 0.0, due - refinanced)
    sound = repaid + np.where(issue_spread <= params.sound_issue_spread, refinanced, 0.0)
    sound = np.where(default, 0.0, sound)
    notes = state.notes - repaid
    new_coupon = state.coupon + np.where(notes > 0, refinanced / np.maximum(notes, 1.0), 0.0) * (issue_rate - state.coupon)
    dead = state.defaulted | default
    later = sum(state.due[t + 1 :], start=np.zeros_like(due))
    after = State(
        cash=np.where(dead, 0.0, cash),
        revolver=np.where(dead, 0.0, revolver),
        notes=np.where(dead, 0.0, notes),
        coupon=new_coupon,
        due=_reschedule(state.due, t, round(params.note_quarters), np.where(default, 0.0, refinanced)),
        defaulted=dead,
    )
    flows = Flows(
        interest=interest,
        overhead=overhead,
        equity=growth + rescue,
        supported=supported,
        distributions=distributions,
        notes_due=due,
        notes_refinanced=np.where(default, 0.0, refinanced),
        notes_repaid=repaid,
        notes_sound=sound,
        default=default,
        written_off=claim,
        loss=params.loss_given_default * claim,
        accelerated=np.where(default, later, 0.0),
    )
    return after, flows


def _reschedule(due: tuple[Array, ...], t: int, quarters: int, refinanced: Array) -> tuple[Array, ...]:
    """Notes refinanced in quarter t fall due `quarters` later."""
    return issue(due, t + quarters, refinanced)


def issue(due: tuple[Array, ...], quarter: int, amount: Array) -> tuple[Array, ...]:
    """Add notes due in `quarter` to the maturity calendar."""
    changed = list(due)
    changed[quarter] = changed[quarter] + amount
    return tuple(changed)
