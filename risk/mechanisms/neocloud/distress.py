"""The stages of distress: what coverage lets a facility do with its cash, and who helps when it is short.

Under the lock-up ratio nothing leaves the ring-fence. Under the sweep, cash above a reserve prepays the
loan, last payments first. Under the event ratio the borrower is in an event of default, draws stop, and
the company may lift coverage back to the ratio with fresh equity while shareholders fund it. A breach in a
second quarter that is neither cured nor tolerated by a lender who would amend is called: a default while
there is cash. A shortfall of cash the company meets if it can meet those of all its facilities. While every
test is passed and no balloon is near, the stock of cash above the reserve leaves.

Notes
-----
DSCR = CFADS / (scheduled principal + interest);  cure = (event - DSCR)+ · service
distributed = share · (cash after service - reserve · service)+ where DSCR > lock-up
sweep = share · (cash after service - reserve · service)+ where DSCR < sweep
called where DSCR < event, as in the quarter before, not cured, and amend <= u < amend + a (1 - amend), or
u < a amend after an amendment: u the draw that decides whether the lender amends, a the share that acts.
References: judgement on ratios; the order follows published term-loan and project-finance covenants.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud.book import Book
from risk.mechanisms.neocloud.loan import EVENT, LOCK_UP, NO_SERVICE, SWEEP, Conditions, State, Terms
from risk.parameters import Array, Drawn, entry
from risk.processes import Flags, columns_of, put


@dataclass(frozen=True)
class Params:
    """Register entries of distress."""

    lock_up: float = entry("neoclouds.lock_up")
    sweep: float = entry("neoclouds.sweep")
    event: float = entry("neoclouds.event")
    distribution: Drawn = entry("neoclouds.distribution")
    balloon_lock_up: float = entry("neoclouds.balloon_lock_up")  # quarters
    cash_sweep: float = entry("neoclouds.cash_sweep")
    debt_reserve: float = entry("neoclouds.debt_reserve")  # quarters of service
    cure_limit: float = entry("neoclouds.cure_limit")  # over the life of a loan
    amend_probability: Drawn = entry("neoclouds.amend_probability")
    amend_quarters: float = entry("neoclouds.amend_quarters")
    acceleration: float = entry("neoclouds.acceleration")  # share of lenders who do not amend that call


@dataclass(frozen=True)
class Waterfall:
    """How the cash of a quarter was used, before amendments and balloons, (path, facility)."""

    dscr: Array  # NaN where nothing is due
    distributed: Array
    supported: Array
    cured: Array
    swept: Array
    cash: Array  # left; all there is where the service is not met
    unmet: Flags  # the service is missed, or the loan called
    called: Flags
    stage: NDArray[np.int8]  # stage of distress, as far as coverage alone goes


def waterfall(
    params: Params,
    terms: Terms,
    state: State,
    book: Book,
    t: int,
    cfads: Array,
    principal: Array,
    interest: Array,
    c: Conditions,
) -> Waterfall:
    """Distribute cash, call on the HoldCo, sweep, find who cannot pay or is called; (path, facility) each."""
    # Products with a flag stand for np.where: they cost a fifth of it.
    service = principal + interest
    dscr = np.where(service > NO_SERVICE, cfads / np.maximum(service, NO_SERVICE), np.nan)
    held = state.cash + cfads
    ring_fenced = state.debt > NO_SERVICE  # debt repaid: nothing is ring-fenced any more
    lock_up, sweep, event = tests(params, terms)
    spare = np.maximum(held - (1.0 + params.debt_reserve) * service, 0.0)
    maturing = balloon_near(params, state, book, t)
    passed = (dscr > lock_up) & (c.realization >= terms.realization) & ~maturing
    surplus = passed * params.distribution * spare
    distributed = ring_fenced * surplus + ~ring_fenced * np.maximum(held, 0.0)
    balance = ring_fenced * (held - service - surplus)

    locked = (dscr < lock_up) | (c.realization < terms.realization)
    sweeping, breach = dscr < sweep, dscr < event
    curable = breach & c.window & (state.cures < params.cure_limit)
    missing = service - cfads + (event - 1.0) * service  # to the covenant
    supported, cured, unmet = _support(terms, book, curable, balance, missing, c)
    again = breach & (state.stage == EVENT) & (cured == 0.0)
    called = ring_fenced & ~unmet & _callable(terms, state, again) & calls(params, state, c)
    supported, distributed, unmet = supported * ~called, distributed * ~called, unmet | called
    balance = np.maximum(unmet * held + ~unmet * (balance + supported), 0.0)
    spare = np.maximum(balance - params.debt_reserve * service, 0.0)
    swept = np.minimum(params.cash_sweep * spare, state.debt - principal) * (sweeping & ~unmet)
    stages = (flag * np.int8(code) for flag, code in ((locked, LOCK_UP), (sweeping, SWEEP), (breach, EVENT)))
    return Waterfall(
        dscr=dscr,
        distributed=distributed,
        supported=supported,
        cured=cured,
        swept=swept,
        cash=balance - swept,
        unmet=unmet,
        called=called,
        stage=reduce(np.maximum, stages),
    )


def tests(params: Params, terms: Terms) -> tuple[Array, Array, Array]:
    """Lock-up, sweep and event ratio of every facility, (1, facility): its own or the register's."""
    pairs = ((terms.lock_up, params.lock_up), (terms.sweep, params.sweep), (terms.event, params.event))
    lock_up, sweep, event = (np.where(own > 0.0, own, general) for own, general in pairs)
    return lock_up, sweep, event


def balloon_near(params: Params, state: State, book: Book, t: int) -> Flags:
    """Whose balloon falls due within the lock-up ahead of it, or was extended and is still to be met."""
    first = (book.balloon > 0.0) & (book.due >= t) & (book.due < t + params.balloon_lock_up)
    return first | (state.pushed & (t <= book.due + params.amend_quarters))


def _callable(terms: Terms, state: State, again: Flags) -> Flags:
    """Loans that a lender may call: in an event of default again, or another's default crosses into them."""
    crossed = again
    for column, other in terms.crosses:
        called = crossed[:, column] | state.defaulted[:, other]
        crossed = put(crossed, np.array([column]), called[:, None])
    return crossed & ~state.defaulted


def calls(params: Params, state: State, c: Conditions) -> Flags:
    """Whose lender would call a loan: one who does not amend, or has done so once, if it acts at all.

    The draw that says who amends says who acts, of either kind the share `acceleration`.
    """
    amends, acts = params.amend_probability, params.acceleration
    again = state.extended & (c.amend < acts * amends)
    return np.asanyarray(again | ((c.amend >= amends) & (c.amend < amends + acts * (1.0 - amends))))


def _support(
    terms: Terms, book: Book, curable: Flags, balance: Array, missing: Array, c: Conditions
) -> tuple[Array, Array, Flags]:
    """What HoldCos inject, what of it cures covenants, and whose service is not met.

    A HoldCo meets all shortfalls and cures all covenants of its facilities, or all shortfalls, or those of
    loans that it guarantees, or nothing.

    Parameters
    ----------
    curable : (path, facility) the covenant is broken and may be cured.
    balance, missing : (path, facility) USD left after service; USD that would cure the covenant.
    """
    short = np.maximum(-balance, 0.0)
    if not (curable | (short > 0.0)).any():
        return short, short, curable
    wanted = np.maximum(short, missing * curable)
    liquid = c.support * c.backed
    both = columns_of(book.by_firm(wanted) <= liquid, book.firm)
    owed = np.flatnonzero(terms.guarantee)
    helped = both | columns_of(book.by_firm(short) <= liquid, book.firm)
    met = book.by_firm(columns_of(short, owed), owed) <= liquid
    helped = put(helped, owed, columns_of(helped, owed) | columns_of(met, book.firm[owed]))
    supported = wanted * both + short * (helped & ~both)
    return supported, wanted * (both & curable), (short > 0.0) & ~helped
