"""The duration ladder on loans whose answer is known."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.engine.ladder import LONGEST_RUNWAY, Ladder, ladder, refinancing_need, remaining_service, runway
from risk.engine.world import World
from risk.mechanisms.neocloud import contracts, facility
from tests.engine.base import Array, Opened
from tests.mechanisms.given import column, row
from tests.mechanisms.neocloud.books import assemble, whole
from tests.mechanisms.neocloud.books import facility as loan
from tests.mechanisms.neocloud.loans import parameters

SOFR = column(0.0365)
T = 11


def start(amount: float = 100.0, coupon: float = 0.08, **changes: Any) -> facility.State:
    """One loan at its coupon: fixed, so that SOFR is of no account."""
    one = row(1.0)
    opened = facility.init(one, row(amount), row(coupon), 0.0 * one, 0.0 * one, np.array([0.0]), SOFR)
    return replace(opened, **changes)


def service(state: facility.State, t: int, sofr: Array = SOFR, **terms: Any) -> tuple[float, float, float]:
    """What is still to be paid, the quarter of the last payment, the life of the debt in quarters."""
    due, last, life = remaining_service(parameters(), state, assemble(loan(**terms)), t, sofr)
    return due.item(), last.item(), life.item()


def test_level_payments_still_to_come() -> None:
    """100 at 8% over 20 quarters pays 6.1157 a quarter: 20 of them at the start, 8 after the twelfth."""
    due, last, _ = service(start(), 0)
    assert due == pytest.approx(20 * 6.115672, abs=1e-4)
    assert last == 20.0
    left = 100.0 * (1.0 - assemble(loan()).amortization[:13].sum())
    due, _, _ = service(start(debt=row(left)), 12)
    assert due == pytest.approx(8 * 6.115672, abs=1e-4)


def test_a_balloon_and_its_interest_are_service() -> None:
    """A bullet of 100 at 8% after 17 quarters: 17 times 2 and the hundred."""
    assert service(start(), 0, balloon=1.0, due=17) == pytest.approx((134.0, 17.0, 17.0))


def test_a_refinanced_balloon_repays_in_level_parts() -> None:
    """60 in 16 parts of 3.75 at 8%: interest on 60, 56.25, … 3.75 is .02 x 510."""
    rolled = start(60.0, level=row(3.75))
    due, last, life = service(rolled, 1, balloon=1.0, due=1)
    assert due == pytest.approx(60.0 + 0.02 * 510.0)
    assert last == 17.0
    assert life == pytest.approx(8.5), "on average"


def test_an_amended_loan_repays_in_level_parts_past_its_date() -> None:
    """60 with 10 quarters left and 8 more: 18 parts, interest on 9.5 quarters of it at 10%."""
    amended = start(60.0, 0.10, level=row(60.0 / 18.0), scheduled=row(0.0), extended=row(1.0) > 0)
    assert service(amended, 10) == pytest.approx((60.0 + 0.025 * 9.5 * 60.0, 28.0, 9.5))


def test_an_extended_balloon_is_due_at_the_end_of_its_extension() -> None:
    """100 due in quarter 5 and pushed by 8: in quarter 6, seven quarters of 2.5 and the hundred."""
    pushed = start(100.0, 0.10, pushed=row(1.0) > 0, extended=row(1.0) > 0)
    assert service(pushed, 6, balloon=1.0, due=5) == pytest.approx((117.5, 13.0, 7.0))


def test_a_sweep_lowers_what_is_still_to_come_in_proportion() -> None:
    """A quarter of the debt prepaid: a quarter off principal and interest."""
    whole_service, _, life = service(start(), 0)
    swept = service(start(debt=row(75.0)), 0)
    assert swept == pytest.approx((0.75 * whole_service, 20.0, life))


def test_what_floats_pays_todays_rate() -> None:
    """435 bp over SOFR of 3.65% is 8%; over 1.65% it is 6%: 17 quarters of 1.5."""
    terms: dict[str, Any] = {"balloon": 1.0, "due": 17, "floating": True}
    assert service(start(margin=row(0.0435)), 0, **terms)[0] == pytest.approx(134.0)
    assert service(start(margin=row(0.0435)), 0, column(0.0165), **terms)[0] == pytest.approx(125.5)


def terms_of(opex: float) -> facility.Terms:
    """One facility without rent, shell, tests or guarantee of its own."""
    none = row(0.0)
    return facility.Terms(row(opex), none, none, none, none, none, none, none)


def test_coverage_is_the_dscr_of_a_matched_loan_and_falls_with_the_gap(base: Opened) -> None:
    """Contract and loan of 20 quarters, 10,000 GPUs at 3.00 and 1.147 of cost an hour."""
    book = assemble(loan(generation=3))
    layout = replace(base.layout, book=book, opening=(book,), terms=terms_of(1.147))
    owing = replace(start(300e6), devices=row(10_000.0))

    def found(until: int, t: int = 0, debt: float = 300e6) -> Ladder:
        signed = contracts.init((np.array([10_000.0]), np.array([3.0])), whole(until), np.zeros(1), 1)
        market = replace(base.worlds[0].market, sofr=SOFR)
        loans = replace(owing, debt=row(debt))
        world = replace(base.worlds[0], contracts=signed, facility=loans, market=market)
        return ladder(base.p.facility, layout, world, t)

    def coverage(*args: Any) -> float:
        here = found(*args)
        np.testing.assert_array_equal(here.coverage, here.firm_coverage, "a firm with one loan")
        return float(here.coverage.item())

    dscr = 2190 * 10_000 * (0.96 * 3.0 - 1.147) / 18.347015e6
    assert coverage(20) == pytest.approx(dscr, rel=1e-6)
    assert coverage(30) == pytest.approx(dscr, rel=1e-6), "what is contracted beyond the debt does not count"
    assert coverage(5) == pytest.approx(dscr / 4, rel=1e-6)
    left = 300e6 * (1.0 - book.amortization[:11].sum())
    assert coverage(20, 10, left) == pytest.approx(dscr, rel=1e-6)
    assert np.isnan(coverage(20, 20, 0.0))
    assert np.isnan(coverage(20, 10, 0.5)), "a dollar is rounding"
    assert np.isnan(found(20, 10, 0.5).gap.item())
    life = service(owing, 0)[2]
    assert found(20).gap.item() == pytest.approx((life - 20.0) / 4.0), "the contract outlasts the debt"
    assert found(5).gap.item() == pytest.approx((life - 5.0) / 4.0)


def test_what_a_company_must_refinance_falls_due_within_a_year(base: Opened) -> None:
    """Notes by their calendar, balloons, the drawn line at its maturity; nothing once failed."""
    world = base.worlds[T]
    found = refinancing_need(base.p, base.layout, world, T)
    h, book, loans = world.holdco, base.layout.base_book, world.facility
    for k in range(len(book.firms)):
        notes, converts = (
            np.minimum(sum(due[q][:, k] for q in range(T + 1, T + 5)), owed[:, k])
            for due, owed in ((h.due, h.notes), (h.convert_due, h.converts))
        )
        line = T < base.p.holdco.revolver_quarters[0, k] <= T + 4
        by_hand = ~h.defaulted[:, k] * (notes + converts + line * h.revolver[:, k])
        for i in np.flatnonzero(book.firm == k):
            if book.balloon[i] > 0 and T < book.due[i] <= T + 4:
                before = loans.original[:, i] * book.amortization[T + 1 : book.due[i] + 1, i].sum()
                by_hand = by_hand + np.maximum(loans.debt[:, i] - before, 0.0) * loans.scheduled[:, i]
        np.testing.assert_allclose(found[:, k], by_hand, rtol=1e-9, atol=1.0)
    assert (found > 0.0).any()


def test_a_balloon_is_foreseen_at_what_falls_due(base: Opened) -> None:
    """Four quarters ahead, beside paper that matures, where nothing is swept, drawn or fails until then."""
    book, seen = base.layout.base_book, 0
    for i in np.flatnonzero(book.balloon > 0):
        due, k = int(book.due[i]), int(book.firm[i])
        t = due - 4
        others = [j for j in np.flatnonzero(book.firm == k) if j != i and book.balloon[j] > 0]
        if any(t < book.due[j] <= due for j in others):
            continue
        world, paid = base.worlds[t], base.flow(due).operators.facility.balloon_due[:, i]
        between = [base.flow(q).operators for q in range(t + 1, due + 1)]
        calm = sum((f.facility.swept[:, i] > 0) + f.facility.amended[:, i] for f in between) == 0
        calm &= (world.facility.defaulted[:, i] == 0) & ~base.worlds[due].facility.defaulted[:, i]
        company = world.holdco
        paper = sum(company.maturing(q)[:, k] for q in range(t + 1, due + 1))
        calm &= ~company.defaulted[:, k] & (company.revolver[:, k] == 0.0)
        found = refinancing_need(base.p, base.layout, world, t)[:, k] - paper
        np.testing.assert_allclose(found[calm], paid[calm], rtol=1e-9, atol=1.0)
        seen += int(calm.sum())
    assert seen > 100


def test_runway_is_liquidity_over_what_the_quarter_burned(base: Opened) -> None:
    world: World = base.worlds[T]
    h, state = base.flow(T).operators.holdco, world.holdco
    found = runway(world, base.flow(T))
    burn = h.overhead + h.interest + h.supported - h.distributions
    liquid = state.cash + state.limit - state.revolver
    assert (found[state.defaulted] == 0.0).all()
    burning = ~state.defaulted & (burn > 1.0)
    by_hand = np.minimum(liquid[burning] / burn[burning], LONGEST_RUNWAY)
    np.testing.assert_allclose(found[burning], by_hand, rtol=1e-12)
    idle = ~state.defaulted & (burn < 0.0) & (liquid > LONGEST_RUNWAY)
    assert idle.any()
    assert (found[idle] == LONGEST_RUNWAY).all()
