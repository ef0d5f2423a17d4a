"""What closes a difference, and in which words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from risk.analysis.amplification import OFF
from risk.analysis.estimate import Estimate
from risk.calibrate.challenger import cut
from risk.calibrate.challenger.figures import Figure, Step, _figure, sentence


class Stored:
    """A run of which a tenth of the paths defaults."""

    def outcome(self, name: str) -> Any:
        return np.repeat([1.0, 0.0], [100, 900])


def figure(challenger: float, moved: dict[str, float], own: dict[str, float]) -> Figure:
    run: Any = Stored()
    cuts = {case: {"x": Estimate(change, 0.001, 1024)} for case, change in moved.items()}
    return _figure(run, "x", "It defaults", "fraction", challenger, list(own.items()), cuts)


def test_a_step_closes_what_it_takes_off_the_difference() -> None:
    found = figure(0.02, {OFF: -0.06}, {"no drift": 0.06, "more of it": 0.01})
    closes = {step.what: step.closes for step in found.steps}
    assert closes == pytest.approx({"all couplings cut": 0.75, "no drift": 0.5, "more of it": -0.125})
    assert [step.what for step in found.steps] == ["all couplings cut", "no drift", "more of it"]


def test_what_overshoots_closes_less() -> None:
    (step,) = figure(0.02, {OFF: -0.10}, {}).steps
    assert (step.value, step.closes) == pytest.approx((0.0, 0.75))


def test_of_single_couplings_the_one_that_closes_most_is_told() -> None:
    found = figure(0.02, {"a->b": -0.02, "c->d": -0.04, "e->f": 0.05, OFF: -0.06}, {})
    assert [step.what for step in found.steps] == ["all couplings cut", "c->d cut"]


def test_a_coupling_within_noise_explains_nothing() -> None:
    assert figure(0.02, {"a->b": -0.0015}, {}).steps == ()


def test_the_sentence_is_made_of_what_was_measured() -> None:
    found = figure(0.02, {OFF: -0.06}, {"no drift": 0.06, "more of it": 0.01})
    assert sentence(found, "{:.0%}".format) == (
        "Of the difference all couplings cut closes 75% (the model then says 4%); "
        "no drift closes 50% (the challenger then says 6%)."
    )
    none = Figure("x", "X", "fraction", Estimate(0.1, 0.01, 9), 0.5, (Step("a", "model", 0.1, 0.01),))
    assert "Nothing" in sentence(none, str)


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
