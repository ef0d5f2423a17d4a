"""What one would have to believe: planted drivers, in their own units, and a ballot that gives the same."""

from __future__ import annotations

from math import log
from pathlib import Path

import numpy as np
import pytest

from risk.analysis.views.belief import BARS, FLOOR, Believed, believed
from risk.analysis.views.members import ballots
from risk.errors import UsageError
from tests.analysis.views.planted import run, written

BUST = float(run().outcome("bust").mean())


def one(words: str) -> Believed:
    (found,) = believed(run(), words)
    return found


def test_the_planted_driver_is_the_smallest_set() -> None:
    found = one("P(bust) > 1/2")
    assert (found.words, found.bar, found.above) == ("P(bust)", 0.5, True)
    assert found.before.value == pytest.approx(BUST)
    best, *more = found.smallest
    (shift,) = best.shifts
    assert (shift.name, shift.unit) == ("revenue.elasticity", "1")
    assert shift.before.value == pytest.approx(1.0, abs=0.01)
    assert shift.low < shift.after.value < shift.before.value
    assert best.reached.value == pytest.approx(0.5, abs=1e-3)
    assert {s.name for s in more[0].shifts} == {"revenue.elasticity", "gpu.power_growth"}
    assert more[0].cost.value < best.cost.value


def test_a_ballot_that_says_the_means_of_a_set_reaches_the_bar(tmp_path: Path) -> None:
    for belief in one("P(bust) > 1/2").smallest:
        views = [f"mean({shift.name}) = {shift.after.value!r}" for shift in belief.shifts]
        _, member = ballots(run(), [written(tmp_path, *views)]).members
        assert member.figure("bust").value == pytest.approx(0.5, abs=1e-3)
        assert member.cost.value == pytest.approx(belief.cost.value, rel=1e-3)
        assert member.figure("bust").standard_error == pytest.approx(belief.reached.standard_error, rel=0.02)
        assert member.effective == pytest.approx(belief.effective, rel=0.01)


def test_the_nearest_change_costs_what_a_coin_costs_and_names_the_drivers_first() -> None:
    nearest = one("P(bust) > 1/2").nearest
    assert nearest is not None
    assert nearest.cost.value == pytest.approx(0.5 * log(0.5 / BUST) + 0.5 * log(0.5 / (1 - BUST)), rel=1e-3)
    assert [shift.name for shift in nearest.shifts[:2]] == ["revenue.elasticity", "gpu.power_growth"]
    assert "credit.price_lgd" not in {shift.name for shift in nearest.shifts}  # it moves within noise
    # Under the event's tilt a mean moves by (q − p) (E[x | bust] − E[x | none]).
    flags, draws = run().outcome("bust") > 0, run().parameters(["revenue.elasticity"])["revenue.elasticity"]
    moved = (0.5 - BUST) * (draws[flags].mean() - draws[~flags].mean())
    shift = nearest.shifts[0]
    assert shift.after.value - shift.before.value == pytest.approx(moved, rel=1e-3)
    assert shift.deviations == pytest.approx(moved / draws.std(), rel=1e-3)


def test_downwards_the_driver_goes_the_other_way() -> None:
    down, up = one("P(bust) < 1/5").smallest[0].shifts[0], one("P(bust) > 1/2").smallest[0].shifts[0]
    assert down.name == up.name == "revenue.elasticity"
    assert down.deviations > 0.0 > up.deviations


def test_a_bar_that_is_passed_asks_for_nothing() -> None:
    found = one("P(bust) > 10%")
    assert (found.nearest, found.smallest, found.why) == (None, (), "the model says so already")


def test_a_bar_that_no_three_inputs_reach_has_a_nearest_change_alone() -> None:
    found = one("P(software_loss > 80) > 40%")  # nothing that is assumed moves it
    assert found.smallest == ()
    assert found.nearest is not None
    assert found.nearest.reached.value == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize("words", ["P(headline_loss > 10000) > 1/2", "P(headline_loss > 400) > 99%"])
def test_where_too_few_paths_would_remain_it_says_so(words: str) -> None:
    found = one(words)
    assert (found.nearest, found.smallest) == (None, ())
    assert str(FLOOR) in found.why


def test_two_thirds_and_a_third_are_asked_where_nobody_asks() -> None:
    found = believed(run())
    assert [f.bar for f in found] == pytest.approx([2 / 3, 1 / 3])
    assert [f.above for f in found] == [True, False]
    assert len(BARS) == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("mean(h100_2028) > 2", "is no bar for a probability"),
        ("P(bust) > P(durable)", "is no bar for a probability"),
        ("30% < P(bust) < 40%", "is no bar for a probability"),
        ("P(bust) = 1/2", "is met at one point only"),
        ("P(bust | B4) > 1/2", "is about some of the paths only"),
        ("busd > 1/2", "called busd"),
    ],
)
def test_what_is_no_bar_is_refused(words: str, reason: str) -> None:
    with pytest.raises(UsageError) as error:
        one(words)
    assert reason in error.value.reason


def test_inputs_that_do_not_vary_are_never_believed_otherwise() -> None:
    for belief in one("P(bust) > 60%").smallest:
        assert "credit.price_impact" not in {shift.name for shift in belief.shifts}
        assert all(np.isfinite(shift.deviations) for shift in belief.shifts)
