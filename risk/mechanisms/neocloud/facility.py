"""Facilities: contract and spot cash against scheduled debt service, quarter by quarter, until default.

Each facility bills its contracts, rents the rest at spot, pays its operating cost and then its loan
(`loan`). Falling coverage takes it through stages of distress (`distress`): cash is trapped, then swept
into the loan, then the company may cure. A shortfall that neither trapped cash nor the company meets is
amended once if the lender agrees, else it is a payment default (`workout`). A balloon that is not
refinanced, repaid or extended is a maturity default. The lender then takes the cash, and sells the GPUs or
lets a substitute operator run the contracts, at what either is worth on this path (`foreclose`).

============  =================  ======  =================================================================
symbol        shape              unit    meaning
============  =================  ======  =================================================================
gpus          (path, facility)   GPU     units financed
original      (path, facility)   USD     debt whose schedule the loan follows, draws included
debt          (path, facility)   USD     principal outstanding
cash          (path, facility)   USD     trapped cash and reserves
margin        (path, facility)   1/y     over SOFR where the loan floats, else the coupon; simple
level         (path, facility)   USD/q   level amortization of a refinanced balloon or an amended loan
scheduled     (path, facility)   1       1 where the schedule of the book is followed, 0 after an amendment
pushed        (path, facility)   bool    the balloon was extended
undrawn       (path, facility)   USD     commitment left to draw
vendor        (path, facility)   1       1 where a vendor lends
extended      (path, facility)   bool    amended or extended, which happens once
cures         (path, facility)   1       times the HoldCo has cured the covenant
defaulted     (path, facility)   bool    absorbing
stage         (path, facility)   code    stage of distress reached in the last quarter; NaN once defaulted
============  =================  ======  =================================================================

Notes
-----
debt' = debt + drawn + capitalized - principal - swept - balloon paid - written off
cash' = cash + CFADS + supported - principal - interest - swept - balloon paid - distributed
References: CoreWeave delayed-draw term-loan terms (8-K, 10-Q); thesis page, "GPU-cloud / neocloud financing".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from risk.mechanisms.neocloud import distress, loan, workout
from risk.mechanisms.neocloud.book import Book
from risk.mechanisms.neocloud.loan import (
    AMENDED,
    CURED,
    DT,
    EVENT,
    LOCK_UP,
    MATURITY_DEFAULT,
    NO_SERVICE,
    PAYMENT_DEFAULT,
    SOUND,
    SWEEP,
    Conditions,
    State,
    Terms,
    collateral_value,
    init,
    pledged_assets,
)
from risk.mechanisms.neocloud.workout import Pledge, falling_due, pledged
from risk.parameters import Array
from risk.processes import At, Flags, Index, columns_of, only, put, raised

__all__ = [
    "AMENDED",
    "CURED",
    "DT",
    "EVENT",
    "LOCK_UP",
    "MATURITY_DEFAULT",
    "NO_SERVICE",
    "PAYMENT_DEFAULT",
    "SOUND",
    "SWEEP",
    "Conditions",
    "Flows",
    "Params",
    "Pledge",
    "State",
    "Terms",
    "collateral_value",
    "falling_due",
    "foreclose",
    "guaranteed",
    "indemnify",
    "init",
    "pledged",
    "pledged_assets",
    "proceeds",
    "step",
]


@dataclass(frozen=True)
class Params(loan.Params, distress.Params, workout.Params):
    """Register entries of facilities: of the loan, of distress, of workouts."""


@dataclass(frozen=True)
class Flows:
    """What happened in the quarter, (path, facility) USD unless said."""

    cfads: Array
    service: Array  # scheduled principal and interest
    principal: Array  # paid as scheduled
    interest: Array  # paid
    dscr: Array  # NaN where nothing is due
    distributed: Array
    drawn: Array  # of the commitment, passed on to the HoldCo
    supported: Array  # by the HoldCo
    cured: Array  # of it, where it cured the covenant
    swept: Array  # prepaid
    capitalized: Array  # interest added to the debt
    amended: Flags
    payment_default: Flags  # loans called by their lenders in
    accelerated: Flags
    maturity_default: Flags
    written_off: Array
    recovered: Array  # from trapped cash and, once foreclosed, collateral and guarantees
    cost: Array  # of the forced sale, as far as the lender bears it: part of the loss
    surplus: Array  # of the forced sale above the claim, for the HoldCo
    loss: Array
    balloon_due: Array
    balloon_refinanced: Array
    balloon_paid: Array  # from cash
    balloon_extended: Array
    repossessed: Array  # GPUs
    stage: Array  # stage of distress; NaN where the default came in an earlier quarter


def step(
    params: Params, terms: Terms, state: State, book: Book, t: int, c: Conditions
) -> tuple[State, Flows]:
    """One quarter of every facility."""
    opened, drawn = loan.draw(state, book, t, c.backed)
    cfads = loan.operating_cash(params, terms, opened, book, c)
    principal, interest = loan.debt_service(params, opened, book, t, c)
    w = distress.waterfall(params, terms, opened, book, t, cfads, principal, interest, c)
    s = workout.serve(params, opened, cfads, principal, interest, w, c)
    served = replace(opened, debt=opened.debt - s.principal - w.swept + s.capitalized, cash=s.cash)
    b = workout.balloons(params, terms, served, book, t, c, cfads, ~w.unmet)

    gone = s.default | b.default
    claim = gone * served.debt
    cash = gone * served.cash
    recovered = np.minimum(claim, cash)
    stage = _stage(state, w, s, b)
    after = replace(
        workout.new_terms(params, served, book, t, c, s.amended, b),
        debt=served.debt - claim - b.paid,
        cash=~gone * (served.cash - b.paid),
        cures=state.cures + (w.cured > 0.0),
        defaulted=state.defaulted | gone,
        stage=stage,
    )
    flows = Flows(
        cfads=cfads,
        service=principal + interest,
        principal=s.principal,
        interest=s.interest,
        dscr=w.dscr,
        distributed=w.distributed,
        drawn=drawn,
        supported=w.supported,
        cured=w.cured,
        swept=w.swept,
        capitalized=s.capitalized,
        amended=s.amended,
        payment_default=s.default,
        accelerated=w.called,
        maturity_default=b.default,
        written_off=claim,
        recovered=recovered,
        cost=np.zeros_like(claim),
        surplus=cash - recovered,
        loss=claim - recovered,
        balloon_due=b.due,
        balloon_refinanced=b.refinanced,
        balloon_paid=b.paid,
        balloon_extended=b.extended,
        repossessed=gone * ~book.site * state.devices,
        stage=stage,
    )
    return after, flows


def proceeds(params: Params, flows: Flows, at: At, worth: Array) -> Array:
    """What lenders of loans in default have in hand, cash included, once the forced sale is paid for.

    Parameters
    ----------
    at : positions of loans in default; `worth` : (position,) what each pledge brings, see `workout.pledged`.
    """
    return np.asanyarray(worth - params.sale_cost * worth + (flows.recovered[at] + flows.surplus[at]))


def foreclose(params: Params, flows: Flows, bring: Callable[[At], Array]) -> Flows:
    """Flows after the lenders of loans in default have turned their pledges into money; see `proceeds`.

    Parameters
    ----------
    bring : what the pledges at some positions bring, (position,) USD.
    """

    def sold(at: At) -> tuple[Array, Array, Array, Array]:
        worth, claim = bring(at), flows.written_off[at]
        found = proceeds(params, flows, at, worth)
        recovered = np.minimum(claim, found)
        cost = np.minimum(params.sale_cost * worth, claim - recovered)
        return recovered, cost, found - recovered, claim - recovered

    changed = ("recovered", "cost", "surplus", "loss")
    found = only(flows.written_off > 0.0, sold, *(getattr(flows, name) for name in changed))
    return replace(flows, **dict(zip(changed, found, strict=True)))


def indemnify(terms: Terms, book: Book, flows: Flows, share: Array) -> Flows:
    """Flows after companies have paid a share of what they owe on guarantees, (path, firm)."""
    columns = np.flatnonzero(terms.guarantee)
    paid = _owed_on_guarantees(terms, flows, columns) * columns_of(share, book.firm[columns])
    loss = columns_of(flows.loss, columns) - paid
    return replace(
        flows,
        recovered=raised(flows.recovered, columns, paid),
        loss=put(flows.loss, columns, loss),
        cost=put(flows.cost, columns, np.minimum(columns_of(flows.cost, columns), loss)),
    )


def guaranteed(terms: Terms, book: Book, flows: Flows) -> Array:
    """What companies owe on their guarantees of loans in default, USD, (path, firm)."""
    columns = np.flatnonzero(terms.guarantee)
    return book.by_firm(_owed_on_guarantees(terms, flows, columns), columns)


def _owed_on_guarantees(terms: Terms, flows: Flows, columns: Index) -> Array:
    """The guaranteed part of what the lenders of some loans lost, USD, (path, column)."""
    return columns_of(terms.guarantee, columns) * columns_of(flows.loss, columns)


def _stage(state: State, w: distress.Waterfall, s: workout.Served, b: workout.Balloons) -> Array:
    """The lowest stage reached in the quarter, (path, facility)."""
    worse = (
        (w.cured > 0.0, CURED),
        (s.amended | (b.extended > 0.0), AMENDED),
        (s.default, PAYMENT_DEFAULT),
        (b.default, MATURITY_DEFAULT),
    )
    stage = reduce(np.maximum, (flags * np.int8(code) for flags, code in worse), w.stage)
    return np.where(state.defaulted, np.nan, stage)
