"""Entropy pooling: against closed forms, against any other weights that meet the views, and where none do."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import rel_entr

from risk.analysis.views.moments import Array, Moment, Relation, Unreachable
from risk.analysis.views.pooling import MET, Pool, Posterior, pool
from risk.analysis.views.possible import extreme

N = 1_000
DRAW = np.random.default_rng(3)
X, Y = DRAW.standard_normal((2, N))
EVENT = (X + 0.5 * Y > 0.8).astype(np.float64)


def cost(weights: Array) -> float:
    """Relative entropy to equal weights."""
    return float(rel_entr(weights, 1.0 / len(weights)).sum())


def weighed(*moments: Moment) -> Array:
    return pool(moments, N).weights


def test_a_probability_shifts_weight_between_two_groups_and_not_within() -> None:
    weights = weighed(Moment(EVENT, "=", 0.4))
    share = EVENT.mean()
    assert weights[EVENT > 0] == pytest.approx(0.4 / EVENT.sum(), rel=1e-9)
    assert weights[EVENT == 0] == pytest.approx(0.6 / (N - EVENT.sum()), rel=1e-9)
    assert cost(weights) == pytest.approx(0.4 * log(0.4 / share) + 0.6 * log(0.6 / (1 - share)), rel=1e-9)


def test_a_mean_is_an_exponential_tilt_found_by_another_way() -> None:
    weights = weighed(Moment(X, "=", 0.7))

    def away(push: float) -> float:
        tilt = np.exp(push * X)
        return float((tilt * X).sum() / tilt.sum()) - 0.7

    tilt = np.exp(brentq(away, -5.0, 5.0) * X)
    assert weights == pytest.approx(tilt / tilt.sum(), rel=1e-9)


def test_two_means_of_a_large_normal_sample_cost_what_normals_cost() -> None:
    draws = np.random.default_rng(1).standard_normal((2, 200_000))
    found = pool([Moment(draws[0], "=", 0.3), Moment(draws[1], "=", -0.2)], 200_000)
    assert cost(found.weights) == pytest.approx((0.3**2 + 0.2**2) / 2.0, rel=0.03)


@pytest.mark.parametrize("relation", ["<=", ">="])
def test_an_inequality_that_holds_already_moves_nothing(relation: Relation) -> None:
    slack = 0.5 if relation == "<=" else -0.5
    found = pool([Moment(X, relation, X.mean() + slack)], N)
    assert found.weights == pytest.approx(1.0 / N)
    assert len(found.binding) == 0


@pytest.mark.parametrize("relation", ["<=", ">="])
def test_an_inequality_that_does_not_hold_is_met_at_its_edge(relation: Relation) -> None:
    bound = -0.4 if relation == "<=" else 0.4
    assert weighed(Moment(X, relation, bound)) == pytest.approx(weighed(Moment(X, "=", bound)), rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("relation", ["=", "closed"])
def test_certainty_leaves_only_the_paths_on_which_it_is_so(share: float, relation: str) -> None:
    sign: Relation = "=" if relation == "=" else "<=" if share == 0.0 else ">="
    weights = weighed(Moment(EVENT, sign, share), Moment(Y, "=", 0.3))
    assert (weights[share != EVENT] == 0.0).all()
    assert (weights * Y).sum() == pytest.approx(0.3, abs=MET)
    alone = weighed(Moment(EVENT, sign, share))
    assert alone[share == EVENT] == pytest.approx(1.0 / (share == EVENT).sum())


@st.composite
def views(draw: st.DrawFn) -> tuple[list[Moment], Array]:
    """Views that some weights meet, and these weights."""
    seed = draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    rows = [random.standard_normal(200), random.exponential(size=200), random.random(200) < 0.3]
    known = random.dirichlet(np.full(200, draw(st.floats(0.5, 5.0))))
    chosen = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True))
    moments = []
    for place in chosen:
        relation: Relation = draw(st.sampled_from(["=", "<=", ">="]))
        values = np.asarray(rows[place], dtype=np.float64)
        moments.append(Moment(values, relation, float((known * values).sum())))
    return moments, known


@given(views())
def test_what_is_found_meets_the_views_and_no_weights_that_do_are_nearer(
    case: tuple[list[Moment], Array],
) -> None:
    moments, known = case
    weights = pool(moments, 200).weights
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0)
    for moment in moments:
        away = float((weights * moment.values).sum()) - moment.bound
        room = MET * float(moment.values.std())
        assert {"=": abs(away), "<=": away, ">=": -away}[moment.relation] <= room
    assert cost(weights) <= cost(known) + 1e-6


def test_the_scale_of_a_row_makes_no_difference() -> None:
    small, large = (weighed(Moment(X * k, "=", 0.5 * k)) for k in (1e-9, 1e12))
    assert small == pytest.approx(large, rel=1e-6)


def test_a_view_beyond_every_path_is_alone_in_being_refused() -> None:
    with pytest.raises(Unreachable) as error:
        weighed(Moment(Y, "=", 0.1), Moment(X, ">=", 9.0))
    assert (error.value.which, error.value.low, error.value.high) == ((1,), X.min(), X.max())


def test_views_in_contradiction_are_the_fewest_with_what_the_rest_leave() -> None:
    classes = np.eye(3)[DRAW.integers(0, 3, N)].T
    asked = (
        Moment(X, "<=", 0.0),
        Moment(classes[0], "=", 0.5),
        Moment(classes[1], ">=", 0.4),
        Moment(classes[2], ">=", 0.2),
    )
    with pytest.raises(Unreachable) as error:
        weighed(*asked)
    assert error.value.which == (1, 2, 3)
    assert error.value.low == pytest.approx(0.0, abs=1e-9)
    assert error.value.high == pytest.approx(0.1)


def test_an_extreme_is_that_of_all_weights() -> None:
    assert extreme([Moment(EVENT, "=", 1.0)], X) == pytest.approx(X[EVENT > 0].min())
    assert extreme([Moment(EVENT, "=", 0.5)], -EVENT) == pytest.approx(-0.5)


def test_known_weights_make_the_same_pool() -> None:
    found = pool([Moment(X, "=", 0.5), Moment(Y, "=", 0.2)], N)
    again = Pool.of(found.weights, [X, Y])
    assert again.influence(EVENT) == pytest.approx(found.influence(EVENT), abs=1e-4)


def test_what_a_view_fixes_no_path_moves() -> None:
    found = pool([Moment(X, "=", 0.5)], N)
    assert np.abs(found.influence(X)).max() < 1e-9
    assert np.abs(found.influence(3.0 + 2.0 * X)).max() < 1e-9
    assert np.abs(found.influence(Y)).max() > 0.1


def test_an_influence_is_what_a_path_more_does() -> None:
    """Against leaving single paths out and pooling anew."""
    found = pool([Moment(X, "=", 0.5)], N)
    moved = found.influence(EVENT)
    before = float((found.weights * EVENT).sum())
    for path in (0, 17, int(X.argmax()), int(X.argmin())):
        rest = np.delete(np.arange(N), path)
        without = pool([Moment(X[rest], "=", 0.5)], N - 1).weights
        jackknife = (N - 1) * (before - float((without * EVENT[rest]).sum()))
        assert jackknife == pytest.approx(
            moved[path], rel=0.06, abs=0.02
        )  # one path of a thousand is no limit


def test_confidence_mixes_the_pool_with_the_paths_as_they_were() -> None:
    whole = pool([Moment(EVENT, "=", 0.6)], N)
    mixed = Posterior(N, ((0.25, whole),))
    assert mixed.rest == 0.75
    assert float((mixed.weights * EVENT).sum()) == pytest.approx(0.25 * 0.6 + 0.75 * EVENT.mean(), abs=1e-4)
    plain = EVENT - EVENT.mean()
    assert mixed.influence(EVENT) == pytest.approx(0.25 * whole.influence(EVENT) + 0.75 * plain)


def test_without_views_the_paths_stay_as_they_were() -> None:
    assert pool([], N).weights == pytest.approx(1.0 / N)
    assert Posterior(N).influence(X) == pytest.approx(X - X.mean())
    assert isinstance(pool([], N), Pool)
