from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.mechanisms.neocloud import facility
from tests.mechanisms.given import column, row
from tests.mechanisms.neocloud.books import assemble
from tests.mechanisms.neocloud.books import facility as loan
from tests.mechanisms.neocloud.loans import (
    ALWAYS,
    BOOK,
    GPUS,
    NEVER,
    POOR,
    SOFR,
    M,
    a_quarter,
    conditions,
    parameters,
    state,
    step,
    terms,
)  # fmt: skip
from tests.mechanisms.worked import worked

WEAK: dict[str, Any] = {
    "contracted": row(3_500),
    "billed_rate": row(10_500),
    "spot": row(1.0),
    "utilization": column(0.5),
}
"""Conditions of 4.2m of cash: its operation is paid for, its debt service is not."""

SHUT = column(0.0751)


def test_worked_example_of_an_amendment() -> None:
    with worked("neoclouds", "amendment") as w:
        n = w["contracted"]
        seen = WEAK | {"contracted": row(n), "billed_rate": row(3.0 * n), "amend": ALWAYS}
        after, f = step(state(cash=row(M * w["trapped cash"])), **seen)
        w.agrees("CFADS", f.cfads / M)
        w.agrees("interest paid", f.interest / M)
        w.agrees("capitalized", f.capitalized / M)
        w.agrees("debt after", after.debt / M)
        w.agrees("amortization", after.level / M)
        w.agrees("quarters", after.debt / after.level)
        w.agrees("rate", after.margin)
        assert f.amended.all()
        assert f.principal.item() == after.cash.item() == 0.0
        assert f.stage.item() == facility.AMENDED
        _, later = step(after, t=2)
        w.agrees("interest next", later.interest / M)
        assert later.principal.item() == pytest.approx(after.level.item())


def test_an_amended_loan_repays_in_full_by_its_new_maturity() -> None:
    """A balloon of the old schedule is part of the level payments, and no balloon falls due."""
    book = assemble(loan(balloon=0.4, due=10))
    s, f = step(state(book), book, t=3, amend=ALWAYS, **WEAK)
    assert f.amended.all()
    for t in range(4, 19):
        assert s.debt.item() > 0.0
        s, f = step(s, book, t, contracted=row(GPUS), billed_rate=row(50_000))
        assert f.balloon_due.item() == 0.0
    assert s.debt.item() == 0.0
    assert not s.defaulted.any()


def test_cash_beyond_interest_repays_principal_of_an_amended_loan() -> None:
    """4.2m of cash flow and 5m trapped pay 6m of interest; 3.2m is principal."""
    after, f = step(state(cash=row(5 * M)), amend=ALWAYS, **WEAK)
    assert f.interest.item() == 6 * M
    assert f.capitalized.item() == 0.0
    assert f.principal.item() == pytest.approx(f.cfads.item() - 1 * M)
    assert after.debt.item() == 300 * M - f.principal.item()


def test_a_loan_is_amended_once() -> None:
    s, first = step(amend=ALWAYS, **WEAK)
    assert first.amended.all()
    s, second = step(s, t=2, amend=ALWAYS, **WEAK)
    assert not second.amended.any()
    assert second.payment_default.all()
    assert second.written_off.item() > 300 * M


@pytest.mark.parametrize(
    ("seen", "amended"),
    [
        (WEAK | {"amend": row(0.49)}, True),
        (WEAK | {"amend": row(0.51)}, False),
        (POOR | {"amend": ALWAYS}, False),
        (WEAK | {"amend": ALWAYS, "support": row(20 * M)}, False),
    ],
    ids=["agrees", "refuses", "operating loss", "company pays"],
)
def test_who_is_amended(seen: dict[str, Any], amended: bool) -> None:
    """Half the lenders agree; nobody waits for a fleet that loses money, nor where the company pays."""
    assert step(**seen)[1].amended.item() == amended


def test_lenders_that_agree_more_often_amend_more() -> None:
    draws = np.linspace(0.0, 1.0, 101)
    loans = {
        share: [
            step(p=parameters(amend_probability=column(share)), **WEAK, amend=row(u))[1].amended.item()
            for u in draws
        ]
        for share in (0.3, 0.7)
    }
    assert sum(loans[0.3]) == 30
    assert sum(loans[0.7]) == 70


def test_undrawn_commitments_lapse_with_an_amendment() -> None:
    book = assemble(loan(draw_quarters=8))
    after, f = step(state(book, undrawn=80 * M), book, amend=ALWAYS, **WEAK)
    assert f.amended.all()
    assert after.undrawn.item() == 0.0


def fate(amend: Any) -> tuple[int, facility.Flows]:
    """Quarter and flows of the default of a loan on a contract of two years, at falling spot rents later."""
    s, p = state(debt=350 * M), parameters(distribution=column(1.0))
    for t in range(1, 30):
        held, rent = GPUS * (t <= 8), 1.95 * 0.98**t
        seen = conditions(
            contracted=row(held), billed_rate=row(3.0 * held), spot=row(rent), amend=amend,
            utilization=column(0.8),
        )  # fmt: skip
        s, f = a_quarter(p, terms(), s, BOOK, t, seen, now=9_000 * rent)
        if s.defaulted.all():
            return t, f
    raise AssertionError("the loan never defaults")


def test_amending_buys_time_at_a_higher_claim_and_a_lower_recovery() -> None:
    (when, plain), (later, amended) = fate(NEVER), fate(ALWAYS)
    assert later > when
    assert amended.written_off.item() > plain.written_off.item()
    assert amended.recovered.item() < plain.recovered.item()
    assert amended.loss.item() / amended.written_off.item() > plain.loss.item() / plain.written_off.item()


def test_a_refinanced_balloon_may_be_amended_over_what_is_left_of_it() -> None:
    """60m over 16 quarters, amended instead of its fifth payment: 11 quarters left and 8 more."""
    book = assemble(loan(balloon=1.0, due=1))
    s, _ = step(state(book, debt=60 * M), book)
    for t in range(2, 6):
        s, _ = step(s, book, t)
    interest = 0.02 * 45 * M  # just met
    poor = WEAK | {"contracted": row(0.0), "billed_rate": row(0.0)}
    poor |= {"spot": row((interest / 2190 + 11_470) / (GPUS * 0.85 * 0.60))}
    after, f = step(replace(s, cash=row(0.0)), book, t=6, amend=ALWAYS, **poor)
    assert f.amended.all()
    assert after.debt.item() == pytest.approx(45 * M)
    assert (after.debt / after.level).item() == pytest.approx(19.0)


PUSHED = assemble(loan(balloon=1.0, due=2))


def pushed(**changes: Any) -> tuple[facility.State, facility.Flows]:
    """A balloon of 300m that a shut market does not refinance in quarter 2."""
    s = state(PUSHED, **changes)
    s, _ = step(s, PUSHED, 1)
    return step(s, PUSHED, 2, spread=SHUT, amend=ALWAYS)


def test_a_balloon_is_extended_once() -> None:
    s, f = pushed()
    assert f.balloon_extended.item() == f.balloon_due.item() == 300 * M
    assert f.stage.item() == facility.AMENDED
    assert not f.maturity_default.any()
    assert s.margin.item() == pytest.approx(0.10)
    for t in range(3, 10):
        s, f = step(s, PUSHED, t, spread=SHUT, amend=ALWAYS)
        assert f.principal.item() == f.swept.item() == f.balloon_due.item() == 0.0
        assert f.interest.item() == pytest.approx(7.5 * M)
    s, f = step(replace(s, cash=row(0.0)), PUSHED, 10, spread=SHUT, amend=ALWAYS)
    assert f.balloon_due.item() == 300 * M
    assert f.maturity_default.all()
    assert f.stage.item() == facility.MATURITY_DEFAULT


def test_an_extended_balloon_is_repaid_or_refinanced_when_it_falls_due_again() -> None:
    s, _ = pushed()
    after, f = step(replace(s, cash=row(400 * M)), PUSHED, 10, spread=SHUT)
    assert f.balloon_paid.item() == 300 * M
    assert after.debt.item() == 0.0
    small = replace(s, debt=row(60 * M), original=row(60 * M))
    after, f = step(small, PUSHED, 10)
    assert f.balloon_refinanced.item() == 60 * M
    assert after.level.item() == pytest.approx(60 * M / 16)
    assert not step(after, PUSHED, 18)[1].balloon_due.any()


def test_a_lender_who_refuses_leaves_a_maturity_default() -> None:
    s, _ = step(state(PUSHED), PUSHED, 1)
    f = step(s, PUSHED, 2, spread=SHUT)[1]
    assert f.maturity_default.all()
    assert not f.payment_default.any()
    assert f.repossessed.item() == GPUS
    amended = replace(s, extended=np.array([[True]]))
    assert step(amended, PUSHED, 2, spread=SHUT, amend=ALWAYS)[1].maturity_default.all()


def test_a_refinanced_floating_balloon_keeps_floating() -> None:
    book = assemble(loan(balloon=1.0, due=1, floating=True))
    after, f = step(state(book, debt=60 * M), book, issue_rate=column(0.10), sofr=column(0.05))
    assert f.balloon_refinanced.item() == 60 * M
    assert after.margin.item() == pytest.approx(0.05)
    assert SOFR != 0.05


def test_a_forced_sale_above_the_claim_leaves_a_surplus() -> None:
    """10,000 GPUs at 50,000 bring 375m, 18.75m of it cost: 300m repay the lender, 56.25m is left."""
    f = step(unit=50_000, **POOR)[1]
    assert f.recovered.item() == pytest.approx(300 * M)
    assert f.surplus.item() == pytest.approx(56.25 * M)
    assert f.loss.item() == f.cost.item() == 0.0


def test_the_lender_bears_the_cost_of_a_sale_as_far_as_it_loses() -> None:
    """At 42,000 a GPU, 315m less 15.75m: of the cost 0.75m is lost, the rest would have been surplus."""
    f = step(unit=42_000, **POOR)[1]
    assert f.loss.item() == f.cost.item() == pytest.approx(0.75 * M)
    assert f.surplus.item() == 0.0
    f = step(unit=15_000, **POOR)[1]
    assert f.cost.item() == pytest.approx(0.05 * 112.5 * M)
    assert f.loss.item() > f.cost.item()


def test_refinancing_looks_at_collateral_and_a_sale_at_repossession() -> None:
    s, _ = step(state(PUSHED, debt=60 * M), PUSHED, 1)
    assert step(s, PUSHED, 2, unit=0.0)[1].balloon_refinanced.item() == 60 * M
    assert step(collateral=row(0.0), **POOR)[1].recovered.item() > 0.0


@pytest.mark.parametrize(("amend", "amended"), [(NEVER, False), (ALWAYS, True)])
def test_who_misses_the_service_of_the_last_quarter_owes_no_balloon(amend: Any, amended: bool) -> None:
    """It is a payment default, or an amendment that repays the balloon with the rest."""
    book = assemble(loan(balloon=0.4, due=1))
    after, f = step(state(book), book, amend=amend, **WEAK)
    assert f.balloon_due.item() == 0.0
    assert not f.maturity_default.any()
    assert f.payment_default.item() != amended == f.amended.item()
    if amended:
        assert (after.debt / after.level).item() == pytest.approx(8.0)
