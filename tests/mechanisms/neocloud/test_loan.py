from typing import Any

import numpy as np
import pytest

from risk.mechanisms.neocloud import facility, loan
from tests.mechanisms.given import column, row
from tests.mechanisms.neocloud.books import assemble
from tests.mechanisms.neocloud.books import facility as row_of
from tests.mechanisms.neocloud.loans import BOOK, GPUS, POOR, SOFR, M, conditions, parameters, state, step

FLOATING = assemble(row_of(floating=True))
DELAYED = assemble(row_of(draw_quarters=2))
GONE = np.array([[False]])


def rate(book: Any = FLOATING, **changes: Any) -> float:
    c = conditions(**changes)
    return float(loan.interest_rate(parameters(), state(book), book, c).item())


def test_a_floating_loan_pays_sofr_its_margin_and_the_grid() -> None:
    """8% at a SOFR of 3.65% is a margin of 435 bp; a fifth of the GPUs without a contract add 60 bp."""
    assert rate(contracted=row(GPUS)) == pytest.approx(0.08)
    assert rate() == pytest.approx(0.08 + 0.2 * 0.03)
    assert rate(sofr=column(0.0465)) == pytest.approx(0.09 + 0.2 * 0.03)
    assert rate(contracted=row(0.0)) == pytest.approx(0.11)
    assert rate(contracted=row(1.2 * GPUS)) == pytest.approx(0.08)


def test_a_fixed_loan_does_not_move() -> None:
    assert rate(BOOK, sofr=column(0.10), contracted=row(0.0)) == 0.08


def test_a_margin_may_be_given_instead_of_a_coupon() -> None:
    s = facility.init(row(1, 1), row(5, 5), row(0.08, 0.08), row(0, 0), row(0, 1), np.array([1.0, 0.0]), SOFR)
    assert s.margin[0] == pytest.approx([0.0435, 0.08])
    s = facility.init(row(1, 1), row(5, 5), row(0.05, 0.08), row(0, 0), row(0, 1), np.zeros(2), 0.0)
    np.testing.assert_array_equal(s.margin, [[0.05, 0.08]])
    s = facility.init(row(1), row(5), row(0.08), row(0), row(0), np.ones(1), column(0.03, 0.04))
    np.testing.assert_allclose(s.margin, [[0.05], [0.04]])
    assert s.debt.shape == s.stage.shape == (2, 1)


def test_dearer_money_costs_a_floating_loan_only() -> None:
    for book, more in ((FLOATING, 300 * M * 0.01 / 4), (BOOK, 0.0)):
        calm, dear = (step(book=book, sofr=column(x))[1].interest.item() for x in (SOFR, SOFR + 0.01))
        assert dear - calm == pytest.approx(more)


def test_vacant_units_earn_nothing_and_cost_as_before() -> None:
    """Of 2,000 without a contract 500 stand vacant: 500 x .85 x .75 x 2.50 x 2190 less."""
    full, less = (step(vacant=row(x))[1].cfads.item() for x in (0.0, 500.0))
    assert full - less == pytest.approx(500 * 0.85 * 0.75 * 2.5 * 2190)
    assert step(vacant=row(9_000.0))[1].cfads.item() == step(vacant=row(2_000.0))[1].cfads.item()


def test_a_delayed_draw_is_drawn_in_equal_parts_and_repaid_with_the_rest() -> None:
    """40m over two quarters on 300m: the debt of 20 quarters is repaid to the last dollar."""
    s, drawn = state(DELAYED, undrawn=40 * M), []
    level = 340 * M * 0.02 / (1 - 1.02**-20)
    for t in range(1, 21):
        s, f = step(s, DELAYED, t, contracted=row(GPUS), billed_rate=row(30_000))
        drawn.append(f.drawn.item())
        if t == 1:
            assert f.interest.item() == pytest.approx(0.02 * 320 * M)
            assert f.service.item() == pytest.approx(level * 320 / 340)
    assert drawn[:3] == [20 * M, 20 * M, 0.0]
    assert s.undrawn.item() == 0.0
    assert f.principal.item() > 0.9 * level
    assert s.debt.item() == pytest.approx(0.0, abs=1.0)
    assert not s.defaulted.any()


def test_the_commitment_runs_out_exactly() -> None:
    for n in (1, 3, 7):
        book = assemble(row_of(draw_quarters=n))
        s = state(book, undrawn=40 * M)
        for t in range(1, n + 1):
            s, drawn = loan.draw(s, book, t, ~GONE)
            assert drawn.item() == pytest.approx(40 * M / n)
        assert s.undrawn.item() == 0.0
        assert s.debt.item() == pytest.approx(340 * M)


@pytest.mark.parametrize("stopped", ["company", "coverage", "default"])
def test_a_draw_refused_is_lost(stopped: str) -> None:
    stage = {"company": loan.LOCK_UP, "coverage": loan.SWEEP, "default": np.nan}[stopped]
    start = state(DELAYED, undrawn=40 * M, stage=row(stage))
    s, drawn = loan.draw(start, DELAYED, 1, ~GONE if stopped != "company" else GONE)
    assert drawn.item() == 0.0
    assert s.undrawn.item() == 20 * M
    assert s.debt.item() == s.original.item() == 300 * M
    s, drawn = loan.draw(start if stopped != "company" else s, DELAYED, 2, ~GONE)
    assert drawn.item() == (20 * M if stopped == "company" else 0.0)
    assert s.undrawn.item() == 0.0


def test_bad_coverage_stops_next_quarters_draw() -> None:
    s, f = step(state(DELAYED, undrawn=40 * M, cash=row(90 * M)), DELAYED, 1, **POOR)
    assert f.drawn.item() == 20 * M
    assert f.stage.item() == loan.EVENT
    assert step(s, DELAYED, 2)[1].drawn.item() == 0.0
