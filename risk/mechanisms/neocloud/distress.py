"""The stages of distress: what coverage lets a facility do with its cash, and who helps when it is short.

Under the lock-up ratio nothing leaves the ring-fence. Under the sweep, cash above a reserve prepays the
loan, last payments first. Under the event ratio the borrower is in an event of default, draws stop, and
the company may lift coverage back to the ratio with fresh equity while shareholders fund it. A shortfall of
cash the company meets if it can meet those of all its facilities.

Notes
-----
DSCR = CFADS / (scheduled principal + interest);  cure = (event - DSCR)+ · service
sweep = share · (cash after service - reserve · service)+ where DSCR < sweep
References: judgement on ratios; the order follows published term-loan and project-finance covenants.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from risk.mechanisms.neocloud.book import Book
from risk.mechanisms.neocloud.loan import EVENT, LOCK_UP, NO_SERVICE, SWEEP, Conditions, Flags, State
from risk.parameters import Array, Drawn, entry


@dataclass(frozen=True)
class Params:
    """Register entries of distress."""

    lock_up: float = entry("neoclouds.lock_up")
    sweep: float = entry("neoclouds.sweep")
    event: float = entry("neoclouds.event")
    distribution: Drawn = entry("neoclouds.distribution")
    cash_sweep: float = entry("neoclouds.cash_sweep")
    debt_reserve: float = entry("neoclouds.debt_reserve")  # quarters of service
    cure_limit: float = entry("neoclouds.cure_limit")  # over the life of a loan


@dataclass(frozen=True)
class Waterfall:
    """How the cash of a quarter was used, before amendments and balloons, (path, facility)."""

    dscr: Array  # NaN where nothing is due
    distributed: Array
    supported: Array
    cured: Array
    swept: Array
    cash: Array  # left; all there is where the service is not met
    unmet: Flags
    stage: NDArray[np.int8]  # stage of distress, as far as coverage alone goes


def waterfall(
    params: Params, state: State, book: Book, cfads: Array, principal: Array, interest: Array, c: Conditions
) -> Waterfall:
    """Distribute surplus, call on the HoldCo, sweep cash, find who cannot pay; (path, facility) each."""
    # Products with a flag stand for np.where: they cost a fifth of it.
    service = principal + interest
    dscr = np.where(service > NO_SERVICE, cfads / np.maximum(service, NO_SERVICE), np.nan)
    held = state.cash + cfads
    ring_fenced = state.debt > NO_SERVICE  # debt repaid: nothing is ring-fenced any more
    surplus = (dscr > params.lock_up) * params.distribution * np.maximum(cfads - service, 0.0)
    distributed = ring_fenced * surplus + ~ring_fenced * np.maximum(held, 0.0)
    balance = ring_fenced * (held - service - surplus)

    locked, sweeping, breach = (dscr < x for x in (params.lock_up, params.sweep, params.event))
    curable = breach & c.window & (state.cures < params.cure_limit)
    missing = service - cfads + (params.event - 1.0) * service  # to the covenant
    supported, cured, unmet = _support(book, curable, balance, missing, c)
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
        stage=reduce(np.maximum, stages),
    )


def _support(
    book: Book, curable: Flags, balance: Array, missing: Array, c: Conditions
) -> tuple[Array, Array, Flags]:
    """What HoldCos inject, what of it cures covenants, and whose service is not met.

    A HoldCo meets all shortfalls and cures all covenants of its facilities, or all shortfalls, or nothing.

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
    both = (book.by_firm(wanted) <= liquid)[:, book.firm]
    helped = both | (book.by_firm(short) <= liquid)[:, book.firm]
    supported = wanted * both + short * (helped & ~both)
    return supported, wanted * (both & curable), (short > 0.0) & ~helped
