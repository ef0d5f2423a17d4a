"""Views in words: what they mean on paths, in which units, and what is refused in which words."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.views.moments import Relation
from risk.analysis.views.opinion import opinions
from risk.analysis.views.pooling import Posterior, pool
from risk.errors import UsageError
from tests.analysis.views.planted import PATHS, run


def asked(words: str) -> Posterior:
    """The posterior under one view."""
    return Posterior(PATHS, ((1.0, pool([each.moment for each in opinions(run(), words)], PATHS)),))


@pytest.mark.parametrize(
    ("words", "relation", "bound"),
    [
        ("P(bust) = 0.5", "=", 0.5),
        ("P(bust) >= 50%", ">=", 0.5),
        ("bust > 1/2", ">=", 0.5),
        ("50% >= P(bust)", "<=", 0.5),
        ("2 * P(bust) <= 1", "<=", 0.5),
        ("-1 * P(bust) <= -0.5", ">=", 0.5),
        ("mean(headline_loss) = 30", "=", 30.0),
        ("mean(headline_loss) = 0.03 USD tn", "=", 30.0),
        ("headline_loss ≤ 3_0 USD bn", "<=", 30.0),
        ("mean(hy_spread@2027Q3) = 3 %", "=", 300.0),
        ("revenue.elasticity = 1.05", "=", 1.05),
    ],
)
def test_numbers_in_units(words: str, relation: Relation, bound: float) -> None:
    (found,) = opinions(run(), words)
    assert found.relation == relation
    assert found.bound == pytest.approx(bound)


@pytest.mark.parametrize(
    ("words", "bound"),
    [
        ("P(bust | h100_2028 < 1.2) = 60%", 0.6),
        ("mean(B4_quarter) = 14", 14.0),
        ("median(h100_2028) = 1.7", 1.7),
    ],
)
def test_the_posterior_says_what_the_view_asks(words: str, bound: float) -> None:
    (found,) = opinions(run(), words)
    assert found.estimate(Posterior(PATHS)).value != pytest.approx(bound, rel=0.02)
    after = found.estimate(asked(words))
    assert after.value == pytest.approx(bound, rel=1e-3)
    assert after.standard_error == pytest.approx(0.0, abs=1e-3)


def test_a_quantile_view_puts_that_share_of_the_weight_below_it() -> None:
    posterior, rent = asked("p90(h100_2028) = 2.5"), run().outcome("h100_2028")
    assert float(posterior.weights[rent <= 2.5].sum()) == pytest.approx(0.9, abs=1e-4)
    at_least = asked("p90(h100_2028) >= 2.5")  # the model's lies below: so that is where it ends
    assert at_least.weights == pytest.approx(posterior.weights, rel=1e-3)


def test_a_chain_is_several_views() -> None:
    found = opinions(run(), "P(bust) >= P(correction) >= 20%")
    assert [each.words for each in found] == ["P(bust) >= P(correction)", "P(correction) >= 20%"]
    posterior = asked("P(bust) >= P(correction) >= 20%")
    bust, correction = (float((posterior.weights * run().outcome(n)).sum()) for n in ("bust", "correction"))
    assert bust >= correction - 1e-4 >= 0.2 - 2e-4


def test_an_order_of_means_in_one_unit() -> None:
    (found,) = opinions(run(), "mean(loss.spv) <= 0.01 * mean(owed.spv)")
    after = asked(found.words)
    assert (found.shown, found.asked) == ("ratio", 0.01)
    assert found.estimate(after).value == pytest.approx(0.01, rel=1e-3)
    loss, owed = (run().outcome(name) for name in ("loss.spv", "owed.spv"))
    assert float((after.weights * (loss - 0.01 * owed)).sum()) == pytest.approx(0.0, abs=1e-3 * loss.std())


def test_how_far_two_probabilities_are_apart() -> None:
    (found,) = opinions(run(), "P(bust) >= P(durable)")
    outcome = run().outcome
    assert found.shown == "points"
    assert found.estimate(Posterior(PATHS)).value == pytest.approx(
        outcome("bust").mean() - outcome("durable").mean()
    )


@pytest.mark.parametrize(
    ("words", "reason", "fix"),
    [
        ("P(busd) = 0.5", "no quantity of a path called busd", "did you mean bust"),
        ("mean(h100_2082) = 1", "called h100_2082", "h100_2028"),
        ("P(bust) = 50", "a probability lies between 0 and 1", "did you mean 50%"),
        ("P(bust) = -0.1", "a probability lies between 0 and 1", "give a share"),
        ("mean(h100_2028) = 1.5 USD bn", "is in USD/h, not in USD bn", "give it in USD/h"),
        ("P(bust) = 3 USD", "is a share, not in USD", "give it a share"),
        ("mean(h100_2028) = 1.5 dollars", "unknown unit 'dollars'", "known units"),
        ("mean(h100_2028) < P(bust)", "is in USD/h, P(bust) in 1", "write one like"),
        ("mean(B4_quarter) < mean(h100_2028)", "not known on every path", "write one like"),
        ("median(h100_2028) < mean(h100_2028)", "is a quantile and ranks with no other", "write one like"),
        ("median(B4_quarter) = 3", "it has no quantile", "say P("),
        ("p0(h100_2028) = 3", "is no quantile", "p1("),
        ("P(bust | headline_loss < 0) = 0.5", "on no path is it so", "leave out"),
        ("0 * P(bust) = 0", "a view on nothing", "write one like"),
        ("1 = 1", "compares two numbers", "write one like"),
        ("P(bust)", "is not a view", "write one like"),
        ("P(bust) = ", "is not a view", "write one like"),
        ("P(bust = 0.5", "is not a view", "write one like"),
        ("average of rents = 2", "'average of rents' is not understood", "write one like"),
        ("1/0 = P(bust)", "is not understood", "write one like"),
        ("mean(hy_spread) = 300", "a number a quarter", "hy_spread@"),
        ("P(headline_loss) = 0.5", "no path meets it", "compare it"),
        ("x" * 2_000, "at most 1,000 letters", "write one like"),
    ],
)
def test_what_is_no_view_is_refused_in_words(words: str, reason: str, fix: str) -> None:
    with pytest.raises(UsageError) as error:
        opinions(run(), words)
    assert reason in error.value.reason
    assert fix in " ".join(error.value.fixes)


def test_a_range_is_that_of_the_paths_that_have_a_value() -> None:
    (found,) = opinions(run(), "mean(B4_quarter) = 3")
    quarters = run().outcome("B4_quarter")
    assert found.range == (np.nanmin(quarters), np.nanmax(quarters))
