"""Bridges: steps add up to the change, shares are Shapley's, and errors are those of differences."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from risk.analysis.amplification import Measure
from risk.analysis.bridge import (
    EXACT,
    MODEL,
    PAIRS,
    SAMPLING,
    Between,
    Bridge,
    End,
    Outcomes,
    chain,
    coalitions,
    shapley,
    totals,
)
from risk.analysis.contrasts import mean
from risk.analysis.screening import HEADLINES
from tests.analysis.errors import student

N, ALL, OTHER = 1_024, 4_096, 2_048
NAMES = ("a", "b", "c")
SIZE = {"a": 0.10, "b": -0.05, "c": 0.02}
TOGETHER = 0.08
"""What a and b do beyond what each does alone."""


def came(some: frozenset[str], n: int, seed: int = 1) -> Outcomes:
    """A world in which inputs have gone over: chances of a bust add up, and a and b work together."""
    draws = np.random.default_rng(seed).random((ALL, 2))[:n]
    chance = 0.3 + sum(SIZE[name] for name in some if name in SIZE) + TOGETHER * ({"a", "b"} <= some)
    loss = 100e9 * draws[:, 1] * (1.0 + chance)
    bust = (draws[:, 0] < chance) * 1.0
    return {"bust": bust, "durable": 1.0 - bust, "headline_loss": loss}


def made(seed: int = 1, refused: str = "") -> Bridge:
    none, every = frozenset[str](), frozenset(NAMES)
    before = End(came(none, ALL, seed), came(none, N, seed))
    after = End(came(every, OTHER), came(every, N))
    same = seed == 1
    between = []
    for i, name in enumerate(NAMES):
        over = frozenset(NAMES[: i + 1])
        between.append(Between(name, {}, "no") if name == refused else Between(name, came(over, N)))
    steps = chain(before, after, came(none, N), between, HEADLINES, same)
    return Bridge("old", "new", N, *totals(before.stored, after.stored, HEADLINES, same), steps)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("refused", ["", "a", "b"])
def test_steps_add_up_to_the_change(seed: int, refused: str) -> None:
    found = made(seed, refused)
    for measure in HEADLINES:
        assert abs(found.gap(measure.name)) < 1e-9
        total = found.new[measure.name].value - found.old[measure.name].value
        assert found.total[measure.name].value == pytest.approx(total, abs=1e-12)


def test_a_step_has_the_error_of_the_difference_path_by_path() -> None:
    step = made().steps[2]
    moved = came(frozenset("a"), N)["bust"] - came(frozenset(), N)["bust"]
    assert step.name == "a"
    assert step.effects["bust"].value == pytest.approx(moved.mean())
    assert step.effects["bust"].standard_error == pytest.approx(student(moved))


def test_what_does_not_run_goes_over_with_the_next() -> None:
    found = made(refused="b")
    assert [step.name for step in found.steps] == [SAMPLING, MODEL, "a", "b and c"]
    assert (found.steps[-1].inputs, found.steps[-1].why) == (("b", "c"), "no")
    assert found.inputs == found.steps[2:]


def test_sampling_is_nothing_where_all_paths_are_compared_and_the_model_is_the_same() -> None:
    none, one = came(frozenset(), N), came(frozenset("a"), N)
    sampling, model, _ = chain(End(none, none), End(one, one), none, [Between("a", one)], HEADLINES, True)
    for step in (sampling, model):
        assert all(e.value == 0.0 == e.standard_error for e in step.effects.values())


def test_the_error_of_sampling_holds() -> None:
    """Of a mean: less the first n of N paths, whose variance is ``s² (1/n − 1/N)``; of other seeds, more."""
    loss = Measure("mean", "Mean", "headline_loss", "USD bn", mean)
    found = []
    for seed in range(300):
        old, new = (came(frozenset(some), ALL, seed + 10) for some in ("", "a"))
        first = [{name: x[:N] for name, x in each.items()} for each in (old, new)]
        steps = chain(
            End(old, first[0]), End(new, first[1]), first[0], [Between("a", first[1])], [loss], True
        )
        found.append(steps[0].effects["mean"])
    spread = np.std([each.value for each in found])
    assert spread == pytest.approx(np.mean([each.standard_error for each in found]), rel=0.12)


def shares(names: tuple[str, ...]) -> dict[str, float]:
    weights = coalitions(names)
    members = {name: (name,) for name in names}
    found = shapley(weights, lambda some: came(some, N), members, HEADLINES)
    return {step.name: step.effects["bust"].value for step in found}


def test_shares_are_means_over_all_orders() -> None:
    found = shares(NAMES)
    for name in NAMES:
        adds = []
        for order in permutations(NAMES):
            before = frozenset(order[: order.index(name)])
            less, more = (came(some, N)["bust"].mean() for some in (before, before | {name}))
            adds.append(more - less)
        assert found[name] == pytest.approx(np.mean(adds), abs=1e-12)
    whole = came(frozenset(NAMES), N)["bust"].mean() - came(frozenset(), N)["bust"].mean()
    assert sum(found.values()) == pytest.approx(whole, abs=1e-12)


def test_of_many_groups_the_orders_are_drawn_and_add_up_all_the_same() -> None:
    names = (*NAMES, *(f"idle{i}" for i in range(EXACT)))
    weights = coalitions(names)
    assert all(len(pairs) == PAIRS for pairs in weights.values())
    sets = {some for pairs in weights.values() for pair in pairs for some in pair}
    assert len(sets) <= 2 * PAIRS * len(names)
    found = shares(names)
    whole = came(frozenset(NAMES), N)["bust"].mean() - came(frozenset(), N)["bust"].mean()
    assert sum(found.values()) == pytest.approx(whole, abs=1e-12)
    assert all(found[name] == pytest.approx(0.0, abs=1e-12) for name in names if name not in NAMES)
    steps = shapley(weights, lambda some: came(some, N), {n: (n,) for n in names}, HEADLINES)
    exact = shares(NAMES)
    for step in steps:
        error = step.effects["bust"].standard_error
        assert abs(step.effects["bust"].value - exact.get(step.name, 0.0)) <= 3 * error + 1e-12


def test_one_group_has_no_share() -> None:
    assert coalitions(("a",)) == {}
