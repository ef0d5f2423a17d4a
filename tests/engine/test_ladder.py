"""The duration ladder on loans whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest

from risk.engine.ladder import contracted_coverage, remaining_service
from risk.mechanisms.neocloud import contracts, facility
from tests.engine.base import Opened
from tests.mechanisms.given import row
from tests.mechanisms.neocloud.books import assemble, whole
from tests.mechanisms.neocloud.books import facility as loan


def test_level_payments_still_to_come() -> None:
    """100 at 8% over 20 quarters pays 6.1157 a quarter: 20 of them at the start, 8 after the twelfth."""
    book = assemble(loan())
    start = facility.init(row(1.0), row(100.0), row(0.08))
    service, last = remaining_service(start, book, 0)
    assert service.item() == pytest.approx(20 * 6.115672, abs=1e-4)
    assert last.item() == 20
    left = 100.0 * (1.0 - book.amortization[:13].sum())
    service, _ = remaining_service(replace(start, debt=row(left)), book, 12)
    assert service.item() == pytest.approx(8 * 6.115672, abs=1e-4)


def test_a_balloon_and_its_interest_are_service() -> None:
    """A bullet of 100 at 8% after 17 quarters: 17 times 2 and the hundred."""
    book = assemble(loan(balloon=1.0, due=17))
    service, last = remaining_service(facility.init(row(1.0), row(100.0), row(0.08)), book, 0)
    assert service.item() == pytest.approx(134.0)
    assert last.item() == 17


def test_a_refinanced_balloon_repays_in_level_parts() -> None:
    """60 in 16 parts of 3.75 at 8%: interest on 60, 56.25, … 3.75 is .02 x 510."""
    book = assemble(loan(balloon=1.0, due=1))
    rolled = replace(facility.init(row(1.0), row(60.0), row(0.08)), refinanced=row(3.75))
    service, last = remaining_service(rolled, book, 1)
    assert service.item() == pytest.approx(60.0 + 0.02 * 510.0)
    assert last.item() == 17


def test_coverage_is_the_dscr_of_a_matched_loan_and_falls_with_the_gap(base: Opened) -> None:
    """Contract and loan of 20 quarters, 10,000 GPUs at 3.00 and 1.147 of cost an hour."""
    book = assemble(loan(generation=3))
    layout = replace(
        base.layout, book=book, opening=(book,), terms=facility.Terms(row(1.147), row(0.0), row(0.0))
    )
    start = facility.init(row(10_000.0), row(300e6), row(0.08))

    def coverage(until: int, t: int = 0, debt: float = 300e6) -> float:
        signed = contracts.init((np.array([10_000.0]), np.array([3.0])), whole(until))
        loans = replace(start, debt=row(debt))
        return float(contracted_coverage(base.p.facility, layout, signed, loans, t).item())

    dscr = 2190 * 10_000 * (0.96 * 3.0 - 1.147) / 18.347015e6
    assert coverage(20) == pytest.approx(dscr, rel=1e-6)
    assert coverage(30) == pytest.approx(dscr, rel=1e-6), "what is contracted beyond the debt does not count"
    assert coverage(5) == pytest.approx(dscr / 4, rel=1e-6)
    left = 300e6 * (1.0 - book.amortization[:11].sum())
    assert coverage(20, 10, left) == pytest.approx(dscr, rel=1e-6)
    assert np.isnan(coverage(20, 20, 0.0))
    assert np.isnan(coverage(20, 10, 0.5)), "a dollar is rounding"
