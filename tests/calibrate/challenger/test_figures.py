"""What closes a difference, and in which words."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from risk.analysis.amplification import OFF
from risk.analysis.estimate import Estimate
from risk.calibrate.challenger import cut
from risk.calibrate.challenger.figures import Figure, by_share, cuts, exact, sentence, undone

MODEL = Estimate(0.10, 0.003, 10_000)


def figure(
    challenger: float,
    moved: dict[str, float],
    own: dict[str, float],
    model: Estimate = MODEL,
    error: float = 0.001,
) -> Figure:
    said = exact(challenger)
    cases = {case: Estimate(change, error, 1024) for case, change in moved.items()}
    steps = undone(model, said, [(what, exact(value)) for what, value in own.items()])
    every = by_share([*steps, *cuts(model, said, cases)])
    return Figure("x", "It defaults", "fraction", model, said, 0.01, 0.05, every)


def words(found: Figure) -> str:
    return sentence(found, lambda each: f"{each.value:.0%}")


def test_a_step_closes_what_it_takes_off_the_difference() -> None:
    found = figure(0.02, {OFF: -0.06}, {"no drift": 0.06, "more of it": 0.01})
    closes = {step.what: step.closes for step in found.steps}
    assert closes == pytest.approx({"all couplings cut": 0.75, "no drift": 0.5, "more of it": -0.125})
    assert [step.what for step in found.steps] == ["all couplings cut", "no drift", "more of it"]


def test_what_overshoots_closes_less() -> None:
    (step,) = figure(0.02, {OFF: -0.10}, {}).steps
    assert (step.value.value, step.closes) == pytest.approx((0.0, 0.75))


def test_a_step_of_the_model_has_the_error_of_what_it_moves() -> None:
    (step,) = figure(0.02, {OFF: -0.06}, {}, error=0.007).steps
    assert step.value.standard_error == 0.007


def test_of_single_couplings_the_one_that_closes_most_is_told() -> None:
    found = figure(0.02, {"a->b": -0.02, "c->d": -0.04, "e->f": 0.05, OFF: -0.06}, {})
    assert [step.what for step in found.steps] == ["all couplings cut", "c->d cut"]


@pytest.mark.parametrize(("change", "told"), [(-0.0034, False), (-0.0036, True)])
def test_a_coupling_within_the_noise_of_all_that_are_looked_at_explains_nothing(
    change: float, told: bool
) -> None:
    assert bool(figure(0.02, {"a->b": change}, {}).steps) is told


def test_no_difference_has_no_shares() -> None:
    (step,) = figure(0.10, {}, {"no drift": 0.06}).steps
    assert math.isnan(step.closes)


def test_the_sentence_is_made_of_what_was_measured() -> None:
    found = figure(0.02, {OFF: -0.06}, {"no drift": 0.06, "more of it": 0.01})
    assert words(found) == (
        "The model lies above the challenger, outside what the challenger's own inputs leave open (1% to "
        "5%). With all couplings cut it says 4%, which closes 75% of the difference. What closes it: no "
        "drift, 50% (the challenger then says 6%)."
    )


@pytest.mark.parametrize(
    ("challenger", "off", "said"),
    [
        (0.02, -0.0010, "With all couplings cut it says 10%: no change beyond noise."),
        (0.02, 0.05, "With all couplings cut it says 15%, further away."),
        (0.02, -0.16, "With all couplings cut it says -6%, about as far away."),
        (0.02, -0.08, "With all couplings cut it says 2%, which closes all of the difference."),
        (0.20, 0.05, "The model lies below the challenger"),
        (0.098, -0.05, "No difference beyond sampling noise"),
    ],
)
def test_the_sentence_follows_the_figures(challenger: float, off: float, said: str) -> None:
    assert said in words(figure(challenger, {OFF: off}, {}))


def test_what_explains_nothing_is_said_and_noise_is_not_explained() -> None:
    assert "Nothing else that was measured closes a twentieth" in words(figure(0.02, {}, {"a": 0.021}))
    assert "closes" not in words(figure(0.098, {OFF: -0.05}, {"a": 0.1}))
    inside = figure(0.02, {}, {}, model=Estimate(0.04, 0.001, 1))
    assert "inside what the challenger's own inputs leave open" in words(inside)


@pytest.mark.parametrize(
    ("paths", "on", "record", "wanted"),
    [
        (1024, True, None, True),
        (1023, True, None, False),
        (1024, False, None, False),
        (1024, True, {"method": cut._method()}, False),
        (1024, True, {"method": "another"}, True),
    ],
)
def test_couplings_are_cut_once_beside_a_run_that_has_them(
    paths: int, on: bool, record: Any, wanted: bool
) -> None:
    register = SimpleNamespace(switches={"a->b": on})
    run: Any = SimpleNamespace(paths=paths, register=register, challenger=record)
    assert cut.wanted(run) is wanted


def test_a_record_of_another_version_counts_as_none() -> None:
    assert cut.kept(SimpleNamespace(challenger={"cut": {"a": {"B2": {"mean": 1.0}}}})) == {}  # type: ignore[arg-type]
    kept = {"cut": {OFF: {"B2": vars(Estimate(-0.1, 0.01, 1024))}}}
    assert cut.kept(SimpleNamespace(challenger=kept))[OFF]["B2"].value == -0.1  # type: ignore[arg-type]
