"""What a block adds up for the propositions, against the worlds it saw."""

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import simulate
from risk.engine.inputs import PAPER
from risk.engine.tally import Tally
from tests.base_names import HEADLINE, IG, IG_ON_LAB, SPV
from tests.engine.base import BACKGROUND, SEED, Array, Opened

ROWS = 300


@pytest.fixture(scope="module")
def tally(base: Opened) -> Tally:
    found = Tally(ROWS, base.layout.quarters)
    for t in range(1, len(base.worlds)):
        found.add(base.layout, BACKGROUND, base.worlds[t], base.flow(t), base.fixed, t)
    return found


def test_seasoned_compute_is_eight_quarters_old_and_no_data_center(tally: Tally, base: Opened) -> None:
    book, t = base.layout.book, 17
    loans = base.worlds[t].facility
    old = [i for i in range(loans.debt.shape[1]) if book.origination[i] <= t - 8 and not book.site[i]]
    assert max(book.origination[i] for i in old) == 6, "the loans opened in 2028Q1 count from 2030Q1 on"
    weight = loans.devices[:ROWS, old] * base.fixed.throughput[:ROWS, book.generation[old]]
    share = (weight * loans.defaulted[:ROWS, old]).sum(axis=1) / weight.sum(axis=1)
    np.testing.assert_allclose(tally.path("seasoned")[t], share, rtol=1e-12)
    assert tally.path("seasoned")[7].max() == 0.0
    assert (tally.path("seasoned_holdco") >= tally.path("seasoned")).all()


def test_losses_and_par_are_those_of_the_books(tally: Tally, base: Opened) -> None:
    end = len(base.worlds) - 1
    lost = sum(base.flow(t).instrument_losses[:ROWS, : len(PAPER)].sum(axis=1) for t in range(1, end + 1))
    np.testing.assert_allclose(tally.cumulative("paper_loss")[end], lost, rtol=1e-12)
    exposed = sum(base.flow(t).instrument_losses[:ROWS, :HEADLINE].sum(axis=1) for t in range(1, end + 1))
    np.testing.assert_allclose(tally.cumulative("exposed_loss")[end], exposed, rtol=1e-12)
    owed = sum(base.flow(t).instrument_claims[:ROWS, :HEADLINE].sum(axis=1) for t in range(1, end + 1))
    np.testing.assert_allclose(tally.cumulative("exposed_defaulted")[end], owed, rtol=1e-12)
    par = tally.path("paper_par")
    draws = set(np.flatnonzero(base.layout.base_book.draws.any(axis=1)))
    assert set(np.flatnonzero(par.sum(axis=1))) == set(base.layout.cohorts) | draws, (
        "new paper comes with cohorts and with draws of what is committed"
    )
    for t in range(1, end + 1):
        new = base.flow(t).operators
        sold = new.new.notes + new.new.converts
        by_hand = sum(x[:ROWS].sum(axis=1) for x in (new.lent, sold, new.facility.drawn))
        np.testing.assert_allclose(par[t], by_hand, rtol=1e-12)


def test_bullets_are_met_from_cash_or_by_a_sound_replacement(tally: Tally, base: Opened) -> None:
    # hardly anybody has kept the cash for a balloon, or drawn a line that matures
    seen = np.zeros(4, dtype=bool)
    for t in range(1, len(base.worlds)):
        loans, company = base.flow(t).operators.facility, base.flow(t).operators.holdco
        met = (loans.balloon_refinanced, loans.balloon_paid, company.notes_sound, company.revolver_sound)
        by_hand = sum(x[:ROWS].sum(axis=1) for x in met)
        np.testing.assert_allclose(tally.sound[t], by_hand, rtol=1e-12)
        seen |= [bool(x[:ROWS].any()) for x in met]
        sold = base.flow(t).segments.originated[:ROWS, SPV]
        np.testing.assert_allclose(
            tally.path("exposed_par")[t], tally.path("paper_par")[t] + sold, rtol=1e-12
        )
    assert seen[[0, 2]].all()


def test_distress_counts_amended_loans_beside_defaulted_ones(tally: Tally, base: Opened) -> None:
    book, t = base.layout.book, 19
    loans = base.worlds[t].facility
    old = [i for i in range(loans.debt.shape[1]) if book.origination[i] <= t - 8 and not book.site[i]]
    weight = loans.devices[:ROWS, old] * base.fixed.throughput[:ROWS, book.generation[old]]
    distressed = loans.defaulted[:ROWS, old] | loans.extended[:ROWS, old]
    share = (weight * distressed).sum(axis=1) / weight.sum(axis=1)
    np.testing.assert_allclose(tally.path("seasoned_distressed")[t], share, rtol=1e-12)
    assert (tally.path("seasoned_distressed") > tally.path("seasoned")).any()


def test_recoveries_are_of_all_quarters_and_of_parts(tally: Tally, base: Opened) -> None:
    end = len(base.worlds) - 1
    sums = (
        (tally.claims, "instrument_claims"),
        (tally.losses, "instrument_losses"),
        (tally.owed, "instrument_owed"),
    )
    for kept, name in sums:
        every = [getattr(base.flow(t), name)[:ROWS] for t in range(1, end + 1)]
        found = np.asarray(kept)
        np.testing.assert_allclose(found[0], sum(every), rtol=1e-12)
        regimes = [base.flow(t).market.regime[:ROWS] for t in range(1, end + 1)]
        spreads = [base.flow(t).spread[:ROWS] for t in range(1, end + 1)]
        parts = (
            [r == 0 for r in regimes], [r == 2 for r in regimes],
            [s < 0.045 for s in spreads], [s > 0.06 for s in spreads],
        )  # fmt: skip
        for k, here in enumerate(parts, start=1):
            some = sum(x * b for x, b in zip(every, here, strict=True))
            np.testing.assert_allclose(found[k], some, rtol=1e-12)
            assert 0.0 < found[k].sum() < found[0].sum()


def test_lines_are_what_their_instruments_expect_and_owe(tally: Tally, base: Opened) -> None:
    """Of the headline: paper at its rates of the cycle, and the loans on sites."""
    p = base.p
    expected, owed = np.zeros((ROWS, 3)), np.zeros((ROWS, 3))
    for t in range(1, len(base.worlds)):
        f = base.flow(t)
        book, pools = f.instrument_owed[:ROWS], f.segments.expected_loss[:ROWS]
        paper = (
            book[:, :4].sum(axis=1) * p.glue.expected_secured
            + book[:, 4:6].sum(axis=1) * p.glue.expected_unsecured
        )
        expected += np.stack([paper / 4.0 + pools[:, 0], pools[:, 1], pools[:, 2] + pools[:, 3]], axis=1)
        owed += np.stack(
            [book[:, :HEADLINE].sum(axis=1), book[:, HEADLINE], book[:, HEADLINE + 1 :].sum(axis=1)], axis=1
        )
    np.testing.assert_allclose(np.asarray(tally.lines), [expected, owed], rtol=1e-12)


def test_the_same_claims_in_calm_and_in_stress(tally: Tally, base: Opened) -> None:
    """Claims are those on loans that devices alone secure; calm never brings less."""
    par, calm, stress = np.asarray(tally.paired).T
    found = np.asarray(tally.claims)[0]
    np.testing.assert_allclose(par, found[:, 0] + found[:, 1], rtol=1e-9, atol=1.0)
    assert (stress <= calm + 1.0).all()
    recovered = par - np.asarray(tally.losses)[0][:, :2].sum(axis=1)
    assert stress.sum() < recovered.sum() < calm.sum()


def test_every_dollar_lost_ends_with_somebody(tally: Tally) -> None:
    """Relation 14: losses of all instruments and the cost of failures, once, at ultimate owners."""
    lost = np.asarray(tally.losses)[0].sum(axis=1) + tally.cumulative("bankruptcy_cost")[-1]
    np.testing.assert_allclose(np.asarray(tally.ultimate).sum(axis=1), lost, rtol=1e-9)


def test_strong_payers_are_ig_and_ig_on_labs(tally: Tally, base: Opened) -> None:
    t = 25
    gone = base.worlds[t].facility.defaulted[:ROWS]
    strong = np.isin(base.layout.book.payer[: gone.shape[1]], (IG, IG_ON_LAB))
    np.testing.assert_array_equal(tally.path("strong_payer_default")[t], gone[:, strong].any(axis=1))


def balloons(base: Opened) -> Array:
    """Balloons as they fell due, and those that a payment default brought down, (path,) USD."""
    book, total = base.layout.book, np.zeros(ROWS)
    for t in range(1, base.layout.quarters + 1):
        f, loans = base.flow(t).operators.facility, base.worlds[t].facility
        total += f.balloon_due[:ROWS].sum(axis=1)
        for i in range(f.loss.shape[1]):
            if book.balloon[i] > 0 and t <= book.due[i] <= base.layout.quarters:
                total += f.payment_default[:ROWS, i] * book.balloon[i] * loans.original[:ROWS, i]
    return total


def test_a_balloon_left_alone_is_due_once_at_its_size(base: Opened) -> None:
    """On paths where nothing was drawn, swept, amended or failed before it."""
    book = base.layout.base_book
    for i in np.flatnonzero((book.balloon > 0) & (book.due <= base.layout.quarters)):
        quarters = range(1, base.layout.quarters + 1)
        due = np.sum([base.flow(t).operators.facility.balloon_due[:, i] for t in quarters], axis=0)
        end = base.worlds[int(book.due[i])].facility
        before = range(1, int(book.due[i]) + 1)
        swept = sum(base.flow(t).operators.facility.swept[:, i] for t in before)
        failed = sum(base.flow(t).operators.facility.payment_default[:, i] for t in before)
        plain = (swept == 0.0) & (failed == 0) & (end.scheduled[:, i] > 0) & ~end.pushed[:, i]
        assert plain.any(), book.names[i]
        np.testing.assert_allclose(due[plain], (book.balloon[i] * end.original[:, i])[plain], rtol=1e-9)


def test_every_bullet_of_the_base_date_is_due_once(tally: Tally, base: Opened) -> None:
    """Notes of the base date, what refinancing and cohorts added, balloons, revolvers due and called."""
    quarters = base.layout.quarters
    bullets = (base.layout.bullets + base.layout.converts)[: quarters + 1].sum()
    replaced = np.zeros(ROWS)
    called = np.zeros(ROWS)
    for t in range(1, quarters + 1):
        h, new = base.flow(t).operators.holdco, base.flow(t).operators.new
        due_in_time = max(quarters + 1 - (t + 16), 0) / 17  # parts are due 16 to 32 quarters later
        rolled = np.where(h.default, 0.0, h.notes_due - h.notes_repaid - h.settled)
        replaced += due_in_time * (rolled + new.notes + new.converts)[:ROWS].sum(axis=1)
        called += (h.revolver_called + h.revolver_due)[:ROWS].sum(axis=1)
    expected = bullets + balloons(base) + replaced + called
    np.testing.assert_allclose(tally.due.sum(axis=0), expected, rtol=1e-9)


def test_no_more_is_sound_than_was_due(tally: Tally) -> None:
    assert (tally.sound <= tally.due + 1.0).all()
    assert (tally.sound >= 0.0).all()


@pytest.mark.slow
def test_a_block_reports_what_was_tallied(tally: Tally, base: Opened, register: Assumptions) -> None:
    found = simulate(register, SEED, 0, paths=ROWS).outcomes
    wall = register.calendar.index("2031Q4")
    due, sound = tally.due[: wall + 1].sum(axis=0), tally.sound[: wall + 1].sum(axis=0)
    np.testing.assert_allclose(found["bullet_failure_share"], 1.0 - sound / due, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["neocloud_loss"], tally.cumulative("paper_loss")[-1], rtol=1e-12)
    np.testing.assert_array_equal(found["defaulted_compute_2032"], tally.path("seasoned")[-1])
