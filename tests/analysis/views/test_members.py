"""Ballots side by side: beliefs move what hangs together with them; what no paths bear is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from risk.analysis.views import weighted
from risk.analysis.views.members import FLOOR, Ballots, ballots
from risk.assumptions.problems import AssumptionErrors, Problem
from tests.analysis.views.planted import HEAD, PATHS, run, written


def held(tmp_path: Path, *views: str, **more: str) -> Ballots:
    return ballots(run(), [written(tmp_path, *views, **more)])


def refused(tmp_path: Path, *views: str) -> tuple[Problem, ...]:
    with pytest.raises(AssumptionErrors) as error:
        held(tmp_path, *views)
    return error.value.problems


def test_the_model_stands_first_as_it_is(tmp_path: Path) -> None:
    model, member = held(tmp_path, "P(bust) = 60%").members
    assert (model.name, model.cost.value) == ("model", 0.0)
    assert model.effective == pytest.approx(PATHS)
    assert model.figure("bust").value == pytest.approx(run().outcome("bust").mean())
    assert member.figure("bust").value == pytest.approx(0.6, abs=1e-4)
    assert member.figure("bust").standard_error == 0.0


def test_a_belief_moves_what_hangs_together_with_it_and_nothing_else(tmp_path: Path) -> None:
    model, member = held(tmp_path, "mean(revenue.elasticity) = 0.95").members
    for name, direction in (("bust", 1.0), ("durable", -1.0), ("headline_loss_mean", 1.0)):
        before, after = model.figure(name), member.figure(name)
        assert direction * (after.value - before.value) > 5.0 * before.standard_error
    for name in ("software_loss_mean", "generic_loss_mean"):
        before, after = model.figure(name), member.figure(name)
        assert abs(after.value - before.value) < 4.0 * before.standard_error


def test_classes_add_up_under_any_belief(tmp_path: Path) -> None:
    _, member = held(tmp_path, "mean(h100_2028) = 1.4", "P(B4) >= 30%").members
    three = sum(member.figure(name).value for name in ("bust", "correction", "durable"))
    paid = member.figure("durable_paid").value + member.figure("durable_unpaid").value
    assert three == pytest.approx(1.0)
    assert paid == pytest.approx(member.figure("durable").value)


def test_a_view_says_what_it_costs_and_whether_it_binds(tmp_path: Path) -> None:
    first, second = held(tmp_path, "P(bust) >= 60%", "P(durable) <= 90%").members[1].views
    assert (first.binds, second.binds) == (True, False)
    assert first.alone > 0.05
    assert second.alone == pytest.approx(0.0, abs=1e-9)
    assert (first.asked, first.shown) == (0.6, "share")
    assert first.after.value == pytest.approx(0.6)


def test_half_a_confidence_goes_half_the_way(tmp_path: Path) -> None:
    base = run().outcome("bust").mean()
    _, member = held(tmp_path, "P(bust) = 60%", head=f"{HEAD}confidence = 0.5\n").members
    assert member.figure("bust").value == pytest.approx(0.5 * (0.6 + base), abs=1e-4)


def test_views_of_several_confidences_are_held_in_steps(tmp_path: Path) -> None:
    """A view of full and one of half confidence: half the weight holds both, half the first alone."""
    firm, soft = "mean(gpu.power_growth) = 0.22", "P(bust) = 60%"
    _, both = held(tmp_path, firm, soft).members
    _, alone = held(tmp_path, firm).members
    _, mixed = held(tmp_path, firm, f'believe = "{soft}"\nconfidence = 0.5').members
    for name in ("bust", "durable", "headline_loss_mean"):
        middle = 0.5 * (both.figure(name).value + alone.figure(name).value)
        assert mixed.figure(name).value == pytest.approx(middle, rel=1e-6)
    assert mixed.views[0].after.value == pytest.approx(0.22, abs=1e-5)


def test_members_side_by_side_and_how_far_they_are_apart(tmp_path: Path) -> None:
    bear, bull = (
        written(tmp_path, f"P(bust) = {share}%", name=name, head=HEAD.replace("A member", name))
        for name, share in (("bear", 60), ("bull", 20))
    )
    found = ballots(run(), [bear, bull])
    assert [m.label for m in found.members] == ["Model", "bear", "bull", "All together"]
    (apart,) = found.apart
    assert (apart.one, apart.other) == ("bear", "bull")
    assert apart.bust.value == pytest.approx(-0.4)
    assert apart.bust.standard_error == pytest.approx(0.0, abs=1e-9)
    assert apart.shared == pytest.approx(0.6, abs=1e-3)  # of 60 and 20 points, and of 40 and 80
    assert found.members[-1].figure("bust").value == pytest.approx(0.4, abs=1e-3)
    assert found.members[-1].cost.value < min(m.cost.value for m in found.voting) + 0.05


def test_two_who_agree_share_everything(tmp_path: Path) -> None:
    pair = [written(tmp_path, "P(bust) = 50%", name=name) for name in ("one", "two")]
    (apart,) = ballots(run(), pair).apart
    assert apart.shared == pytest.approx(1.0)
    assert apart.bust.value == pytest.approx(0.0)


def test_a_view_outside_the_paths_is_refused_with_their_range(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, "P(bust) = 30%", "mean(h100_2028) = 60 USD/h")
    rents = run().outcome("h100_2028")
    assert (found.code, found.line) == ("A032", 9)
    assert "lies outside what the paths show" in found.reason
    assert f"between {rents.min():.4g} and {rents.max():.4g}" in found.reason
    assert found.fixes


def test_views_that_cannot_hold_together_are_named(tmp_path: Path) -> None:
    asked = ("mean(revenue.elasticity) = 1.01", "P(bust) = 50%", "P(correction) >= 0.4", "P(durable) >= 0.2")
    (found,) = refused(tmp_path, *asked)
    assert (found.code, found.line) == ("A032", 15)
    assert "'P(bust) = 50%' on line 9" in found.reason
    assert "'P(correction) >= 0.4' on line 12" in found.reason
    assert "elasticity" not in found.reason
    assert "P(durable) lies between 0 and 0.1" in found.reason


def test_a_ballot_that_starves_is_refused_and_says_how_many_paths_it_takes(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, "mean(revenue.elasticity) = 1.25")
    assert (found.code, found.line) == ("A033", 1)
    assert f"of fewer than {FLOOR} nothing is told" in found.reason
    paths = int(found.reason.split()[3].replace(",", ""))
    assert 0 < paths < FLOOR
    asked = next(fix for fix in found.fixes if fix.startswith("simulate about"))
    assert int(asked.split()[2].replace(",", "")) == pytest.approx(PATHS * FLOOR / paths, rel=0.2, abs=1_000)


def test_a_ballot_at_the_very_edge_starves_too(tmp_path: Path) -> None:
    top = float(run().parameters(["revenue.elasticity"])["revenue.elasticity"].max())
    (found,) = refused(tmp_path, f"mean(revenue.elasticity) = {top - 1e-6:.9f}")
    assert found.code == "A033"


def test_unknown_names_of_all_ballots_are_told_at_once(tmp_path: Path) -> None:
    wrong = [written(tmp_path, view, name=name) for name, view in (("a", "busd > 0.5"), ("b", "P(bust) > 5"))]
    with pytest.raises(AssumptionErrors) as error:
        ballots(run(), wrong)
    assert [(Path(p.file).stem, p.code, p.line) for p in error.value.problems] == [
        ("a", "A029", 6),
        ("b", "A029", 6),
    ]


def test_without_ballots_there_is_the_model_alone() -> None:
    found = ballots(run(), [])
    assert ([m.name for m in found.members], found.voting, found.apart) == (["model"], (), ())


def test_an_independent_ballot_costs_as_much_as_its_views_together(tmp_path: Path) -> None:
    """Inputs are drawn independently, so that the cost of two views on them is the sum of both."""
    _, member = held(tmp_path, "mean(gpu.power_growth) = 0.215", "mean(credit.price_lgd) = 0.52").members
    assert member.cost.value == pytest.approx(sum(view.alone for view in member.views), rel=0.1)
    assert member.effective == pytest.approx(weighted.effective(member.posterior.weights))
    assert np.isfinite(member.cost.standard_error)
