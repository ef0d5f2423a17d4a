"""Explanations against results whose causes are known: alone, in products, and beside what goes with them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from risk.analysis.conditional import conditional
from risk.analysis.explain import Explanation, Target, explained, target
from risk.analysis.explain_curves import middle_ranks
from risk.analysis.explain_inputs import FEATURE, PARAMETER, SHOCK, Input, shocks
from risk.analysis.explain_model import DISCOVERY, beyond
from risk.analysis.ranking import edge, worst
from risk.assumptions import load
from risk.errors import UsageError
from risk.runs import Run
from risk.shocks.draw import draw_shocks
from risk.shocks.stream import BLOCK
from tests.stored_paths import stored

Array = np.ndarray

PLANTED = {"curved", "one", "other"}
IDLE = 40


def planted(seed: int, n: int) -> tuple[dict[str, Array], Array]:
    """A result of one input by itself and two by their product; two idle inputs go with what matters."""
    rng = np.random.default_rng(seed)
    known = dict(zip(("curved", "one", "other"), rng.standard_normal((3, n)), strict=True))
    known["beside curved"] = 0.8 * known["curved"] + 0.6 * rng.standard_normal(n)
    known["beside one"] = 0.8 * known["one"] + 0.6 * rng.standard_normal(n)
    known |= {f"idle {k}": x for k, x in enumerate(rng.standard_normal((IDLE, n)))}
    noise = rng.standard_normal(n) * np.exp(0.3 * known["idle 0"])  # its spread depends on an idle one
    return known, np.exp(0.6 * known["curved"]) + 0.7 * known["one"] * known["other"] + noise


@pytest.mark.parametrize("paths", [2_048, 16_384])
def test_planted_drivers_are_found_and_idle_ones_are_not(paths: int) -> None:
    fit = beyond(*planted(1, paths))
    found = {name for name, each in fit.single.items() if each.found}
    assert found >= PLANTED
    assert len(found - PLANTED) <= 1  # one in twenty of those found may be none
    for name in ("beside curved", "beside one"):
        assert not fit.single[name].found
        low, high = fit.single[name].total.interval
        assert low <= 0.0 <= high
    assert fit.single["one"].partners == ("other",)


def test_false_discoveries_stay_below_their_share() -> None:
    false = found = 0
    for seed in range(20):
        names = {name for name, each in beyond(*planted(seed, 2_048)).single.items() if each.found}
        false, found = false + len(names - PLANTED), found + len(names)
    assert false / found < 2.0 * DISCOVERY


def test_totals_of_independent_inputs_are_those_of_the_variance() -> None:
    """Ishigami: totals of .558, .442, .244; curves and products tell all but a fiftieth of them."""
    rng = np.random.default_rng(4)
    known = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}
    values: dict[str, list[float]] = {name: [] for name in known}
    errors: dict[str, list[float]] = {name: [] for name in known}
    for _ in range(40):
        x = rng.uniform(-np.pi, np.pi, (3, 2_048))
        y = np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
        for name, each in beyond(dict(zip(known, x, strict=True)), y).single.items():
            values[name].append(each.total.value)
            errors[name].append(each.total.standard_error)
            assert each.found
    for name, share in known.items():
        assert np.mean(values[name]) == pytest.approx(share, rel=0.03)
        assert np.mean(errors[name]) == pytest.approx(np.std(values[name], ddof=1), rel=0.35)  # of 40


def test_groups_lose_what_their_members_tell_together() -> None:
    known, y = planted(2, 8_192)
    fit = beyond(known, y, {"pair": ["one", "other"], "curve": ["curved", "beside curved"]})
    variance = np.exp(0.72) - np.exp(0.36) + 0.49 + np.exp(0.18)
    for name, share in (("pair", 0.49 / variance), ("curve", (np.exp(0.72) - np.exp(0.36)) / variance)):
        low, high = fit.groups[name].total.interval
        assert low - 0.01 <= share <= high + 0.01
    assert fit.whole.value == pytest.approx(1.0 - np.exp(0.18) / variance, abs=0.04)


def test_too_few_paths_tell_nothing_beyond() -> None:
    known, y = planted(1, 200)
    assert all(np.isnan(each.q) and not each.found for each in beyond(known, y).single.values())


def test_equal_values_stand_in_the_middle_of_their_places() -> None:
    assert middle_ranks(np.array([3.0, 1.0, 3.0, 3.0, 2.0])).tolist() == [3, 0, 3, 3, 1]
    assert middle_ranks(np.array([2.0, 9.0, 1.0])).tolist() == [1, 2, 0]


def test_a_yes_or_no_is_explained_like_a_number() -> None:
    known, y = planted(3, 8_192)
    came = (y > 1.5).astype(float)
    goal = Target("y > 1.5", "y > 1.5", "1", True, came, "", np.ones(len(y), dtype=bool))
    found = explained(goal, [Input(name, name, PARAMETER, x) for name, x in known.items()])
    assert isinstance(found, Explanation)
    assert {each.name for each in found.inputs[:3]} == PLANTED
    (first,) = (each for each in found.inputs if each.name == "curved")
    assert first.low.value < 0.0 < first.high.value
    top = known["curved"] >= np.quantile(known["curved"], 0.9)
    assert first.high.value == pytest.approx(came[top].mean() - came.mean(), abs=2e-3)
    assert found.kinds.keys() == {PARAMETER}


# Means over some paths


def test_the_mean_of_the_tail_of_the_loss_itself_covers() -> None:
    """The first edition's error, s / √k over the tail, covered 78% of the time here."""
    rng, level = np.random.default_rng(1), 0.05
    truth, held = 1.0 - np.log(level), 0
    for _ in range(1_000):
        loss = rng.exponential(1.0, 2_000)
        low, high = conditional(loss, worst(loss, level), edge(loss, level)).estimate.interval
        held += low <= truth <= high
    assert 0.93 < held / 1_000 < 0.97


def test_a_mean_under_a_condition_covers_and_rare_ones_are_told_by_wilson() -> None:
    rng, held = np.random.default_rng(2), 0
    for _ in range(400):
        x, inside = rng.standard_normal(1_000) + 1.0, rng.random(1_000) < 0.1
        low, high = conditional(x, inside).estimate.interval
        held += low <= 1.0 <= high
    assert 0.92 < held / 400 < 0.98
    flags = np.zeros(1_000)
    rare = conditional(flags, np.arange(1_000) < 100).estimate
    assert rare.interval == (0.0, 0.03)
    assert np.isnan(conditional(np.arange(1_000.0), np.arange(1_000) < 4).estimate.standard_error)


# Of a run


@cache
def run() -> Run:
    rng = np.random.default_rng(9)
    return stored(
        load(),
        outcomes={"headline_loss": rng.exponential(30e9, 3_000), "bust": (rng.random(3_000) < 0.3) * 1.0},
        parameters={"gpu.power_growth": rng.random(3_000)},
        series={},
    )


def test_shocks_are_those_that_the_run_was_struck_by() -> None:
    found = {each.name: each for each in shocks(run())}
    years = run().calendar.years
    assert len(found) == 6 * len(years)
    register, steps = run().register, run().calendar.steps(2028)
    drawn = draw_shocks(register, run().manifest.seed, 2, run().calendar.quarters, {}, {}, 0)
    expected = drawn.factor("Z")[[t - 1 for t in steps], : 3_000 - 2 * BLOCK, 0].sum(axis=0) / 2.0
    np.testing.assert_allclose(found["shock.Z.2028"].values[2 * BLOCK :], expected, rtol=1e-12)
    assert found["shock.Z.2028"].kind == SHOCK
    assert abs(found["shock.M.2030"].values.std() - 1.0) < 0.1


def test_what_is_explained_is_a_quantity_or_a_condition() -> None:
    loss, event = target(run(), "headline_loss"), target(run(), "headline_loss > 60", "not bust")
    assert (loss.unit, loss.flag, len(loss.values)) == ("USD bn", False, 3_000)
    assert event.flag
    assert 0.05 < event.values.mean() < 0.25
    assert len(event.values) == int((run().outcome("bust") == 0.0).sum())
    for words, when, reason in (
        ("headline_los", "", "headline_los"),
        ("bust or not bust", "", "is the same on all"),
        ("bust", "headline_loss > 200", "are needed to explain it"),
        ("headline_loss >", "", "is not a condition"),
    ):
        with pytest.raises(UsageError, match=reason):
            target(run(), words, when)


def test_a_feature_of_the_path_is_an_input() -> None:
    known, y = planted(3, 4_096)
    goal = Target("y", "y", "1", False, y, "", np.ones(len(y), dtype=bool))
    found = explained(goal, [Input(n, n, FEATURE if n == "one" else PARAMETER, x) for n, x in known.items()])
    assert found.kinds.keys() == {FEATURE, PARAMETER}
