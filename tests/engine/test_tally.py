"""What a block adds up for the propositions, against the worlds it saw."""

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import simulate
from risk.engine.tally import Tally
from risk.mechanisms.neocloud.book import IG, IG_ON_LAB
from tests.engine.base import SEED, Opened

ROWS = 300


@pytest.fixture(scope="module")
def tally(base: Opened) -> Tally:
    found = Tally(ROWS, base.layout.quarters)
    for t in range(1, len(base.worlds)):
        found.add(base.layout, 8.0, base.worlds[t], base.flow(t), base.fixed, t)
    return found


def test_seasoned_compute_is_eight_quarters_old_and_no_data_center(tally: Tally, base: Opened) -> None:
    book, t = base.layout.book, 17
    loans = base.worlds[t].facility
    old = [i for i in range(loans.debt.shape[1]) if book.origination[i] <= t - 8 and not book.data_center[i]]
    assert max(book.origination[i] for i in old) == 6, "the cohort of 2027Q4 counts from 2029Q4 on"
    weight = loans.gpus[:ROWS, old] * base.fixed.throughput[:ROWS, book.generation[old]]
    share = (weight * loans.defaulted[:ROWS, old]).sum(axis=1) / weight.sum(axis=1)
    np.testing.assert_allclose(tally.path("seasoned")[t], share, rtol=1e-12)
    assert tally.path("seasoned")[7].max() == 0.0
    assert (tally.path("seasoned_holdco") >= tally.path("seasoned")).all()


def test_losses_and_par_are_those_of_the_books(tally: Tally, base: Opened) -> None:
    end = len(base.worlds) - 1
    lost = sum(base.flow(t).instrument_losses[:ROWS, :2].sum(axis=1) for t in range(1, end + 1))
    np.testing.assert_allclose(tally.cumulative("paper_loss")[end], lost, rtol=1e-12)
    wide = sum(base.flow(t).instrument_losses[:ROWS, :3].sum(axis=1) for t in range(1, end + 1))
    np.testing.assert_allclose(tally.cumulative("loss_without_software")[end], wide, rtol=1e-12)
    exposed = sum(base.flow(t).instrument_losses[:ROWS, :4].sum(axis=1) for t in range(1, end + 1))
    np.testing.assert_allclose(tally.cumulative("exposed_loss")[end], exposed, rtol=1e-12)
    par = tally.path("paper_par")
    assert set(np.flatnonzero(par.sum(axis=1))) == set(base.layout.cohorts), (
        "new paper comes with cohorts only"
    )


def test_strong_payers_are_ig_and_ig_on_labs(tally: Tally, base: Opened) -> None:
    t = 26
    gone = base.worlds[t].facility.defaulted[:ROWS]
    strong = np.isin(base.layout.book.payer[: gone.shape[1]], (IG, IG_ON_LAB))
    np.testing.assert_array_equal(tally.path("strong_payer_default")[t], gone[:, strong].any(axis=1))
    first = base.layout.book.firms.index("CRWV")
    failed = base.worlds[t].holdco.defaulted[:ROWS, first]
    np.testing.assert_array_equal(tally.path("coreweave_default")[t], failed)


def test_every_bullet_of_the_base_date_is_due_once(tally: Tally, base: Opened) -> None:
    """Notes and balloons of the base date, what refinancing and cohorts added, revolvers called."""
    quarters = base.layout.quarters
    bullets = base.layout.bullets[: quarters + 1].sum()
    book = base.layout.base_book
    balloons = (book.balloon * base.layout.base["debt"])[book.due <= quarters].sum()
    replaced = np.zeros(ROWS)
    called = np.zeros(ROWS)
    for t in range(1, quarters + 1):
        h, issued = base.flow(t).neoclouds.holdco, base.flow(t).neoclouds.notes_issued[:ROWS]
        if t + 20 <= quarters:
            alive = ~h.default[:ROWS]
            rolled = np.where(alive, h.notes_due[:ROWS] - h.notes_repaid[:ROWS], 0.0)
            replaced += (rolled + issued).sum(axis=1)
        called += h.revolver_called[:ROWS].sum(axis=1)
    expected = bullets + balloons + replaced + called
    np.testing.assert_allclose(tally.due.sum(axis=0), expected, rtol=1e-9)


def test_no_more_is_sound_than_was_due(tally: Tally) -> None:
    assert (tally.sound <= tally.due + 1.0).all()
    assert (tally.sound >= 0.0).all()


def test_a_block_reports_what_was_tallied(tally: Tally, base: Opened, register: Assumptions) -> None:
    found = simulate(register, SEED, 0, paths=ROWS).outcomes
    wall = register.calendar.index("2031Q4")
    due, sound = tally.due[: wall + 1].sum(axis=0), tally.sound[: wall + 1].sum(axis=0)
    np.testing.assert_allclose(found["bullet_failure_share"], 1.0 - sound / due, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["neocloud_loss"], tally.cumulative("paper_loss")[-1], rtol=1e-12)
    np.testing.assert_array_equal(found["defaulted_compute_2032"], tally.path("seasoned")[-1])
