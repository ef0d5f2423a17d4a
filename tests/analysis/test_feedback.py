"""Feedback as it is kept beside a run, read back and told."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isnan, nan
from types import SimpleNamespace

import pytest

from risk.analysis import feedback as fed
from risk.analysis.amplification import Amplification
from risk.analysis.statistics import Estimate
from risk.paths import PATHWAYS
from tests import feedback as by_hand

FOUND = fed.Feedback(by_hand.PATHS, by_hand.worlds())


def again(found: Amplification) -> Amplification:
    """What a file would give back."""
    return fed.restored(json.loads(json.dumps(fed.plain(found), allow_nan=False)))


def test_what_is_kept_is_what_was_found() -> None:
    for world in FOUND.worlds.values():
        assert again(world) == world


def test_what_is_not_defined_stays_so() -> None:
    world = FOUND.worlds["base"]
    loose = Estimate(nan, nan, 64)
    whole = replace(world.whole, ratios={**world.whole.ratios, "bust": loose})
    found = again(replace(world, whole=whole)).whole.ratios
    assert isnan(found["bust"].value)
    assert found["mean"] == world.whole.ratios["mean"]


def test_an_interval_and_a_tail_survive() -> None:
    world = FOUND.worlds["base"]
    on = {**world.on, "shortfall": Estimate(1.5, 0.1, 64, (1.2, 1.9), 3)}
    assert again(replace(world, on=on)).on == on


def test_a_record_of_another_form_counts_as_none() -> None:
    kept = by_hand.kept("0" * 12)
    assert fed.feedback(SimpleNamespace(feedback=kept)) == FOUND  # type: ignore[arg-type]
    for other in ({**kept, "worlds": {"base": {"on": {}}}}, {"run": "0" * 12}, {**kept, "worlds": []}):
        assert fed.feedback(SimpleNamespace(feedback=other)) is None  # type: ignore[arg-type]
    assert fed.feedback(SimpleNamespace(feedback=None)) is None  # type: ignore[arg-type]


def test_what_a_pathway_adds_is_a_share_of_the_marks_without_it() -> None:
    found = fed.adds(FOUND.worlds["joint-tail"], "spread->banks")
    assert found.value == pytest.approx(0.16)
    assert found.standard_error == by_hand.ERROR
    assert fed.adds(FOUND.worlds["joint-tail"], "spread->banks", fed.LOSS).value == 0.0


def test_the_sentences_say_what_is_small() -> None:
    assert set(fed.WORDS) == set(PATHWAYS)
    assert fed.pathways_in_words(FOUND) == (
        "Pathways add to the marks of forced sales in base and joint-tail: pension calls 0.9% and 0.6%; bank "
        "runs nothing beyond noise and 16.0%; the missing CLO bid 14.0% and 18.0%; bank lines pulled nothing "
        "beyond noise. None moves the mean loss by more than 0.1%. Small is a finding, not a fault."
    )
    assert fed.whole_in_words(FOUND) == (
        "All couplings together multiply the mean headline loss by 3.1 in base and 2.2 in joint-tail. Of a "
        "push of the spread losses return -1.0% in base and 3.0% in joint-tail."
    )


def test_what_is_not_defined_is_not_told_as_a_number() -> None:
    world = FOUND.worlds["base"]
    nothing = dict.fromkeys(world.on, Estimate(nan, nan, 64))
    effects = tuple(replace(effect, ratios=nothing) for effect in world.effects)
    still = replace(world, effects=effects, whole=replace(world.whole, ratios=nothing))
    found = fed.Feedback(64, {"base": again(still)})
    assert "nan" not in fed.pathways_in_words(found) + fed.whole_in_words(found)
    assert "multiply the mean headline loss by an unknown number" in fed.whole_in_words(found)


def test_a_bound_on_what_pathways_move_is_never_too_low() -> None:
    world = FOUND.worlds["base"]
    first, *rest = (e for e in world.effects if e.case in PATHWAYS)
    moved = replace(first, ratios={**first.ratios, "mean": by_hand.exact(0.9876)})
    found = fed.Feedback(64, {"base": replace(world, effects=(moved, *rest))})
    assert "by more than 1.3%" in fed.pathways_in_words(found)
