from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from risk.analysis.attribution import drivers, ranked, ranks, tail_facts


@dataclass
class Stored:
    draws: dict[str, Any]
    columns: dict[str, Any]

    paths: int = 8000

    def names(self, kind: str) -> tuple[str, ...]:
        return tuple(self.draws)

    def parameters(self, names: list[str]) -> dict[str, Any]:
        return {name: self.draws[name] for name in names}

    def outcomes(self, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: self.columns[name] for name in names}


@pytest.fixture
def stored() -> Stored:
    rng = np.random.default_rng(7)
    strong, weak = rng.standard_normal((2, 8000))
    loss = np.exp(0.8 * strong + 0.1 * rng.standard_normal(8000))
    return Stored({"weak": weak, "strong": strong}, {"loss": loss, "never": np.full(8000, 2.0)})


def test_ranks_of_distinct_values() -> None:
    np.testing.assert_array_equal(ranks(np.array([3.0, 1.0, 2.0])), [2.0, 0.0, 1.0])


def test_ties_rank_in_order_of_position() -> None:
    found = ranks(np.tile([2.0, 1.0], 50))
    np.testing.assert_array_equal(found[0::2], np.arange(50, 100))
    np.testing.assert_array_equal(found[1::2], np.arange(50))


def test_the_driver_that_matters_comes_first(stored: Stored) -> None:
    found = drivers(ranked(stored), stored.columns["loss"])  # type: ignore[arg-type]
    assert [d.id for d in found] == ["strong", "weak"]
    assert found[0].high.value > 0.0 > found[0].low.value
    assert abs(found[1].rank_correlation.value) < 4.0 * found[1].rank_correlation.standard_error


def test_rank_correlation_is_spearmans(stored: Stored) -> None:
    loss = stored.columns["loss"]
    found = drivers(ranked(stored), loss)[0]  # type: ignore[arg-type]
    expected = stats.spearmanr(stored.draws["strong"], loss).statistic
    assert found.rank_correlation.value == pytest.approx(expected, abs=1e-9)


def test_tail_facts_are_means_of_the_worst_paths(stored: Stored) -> None:
    loss = stored.columns["loss"]
    (fact,) = tail_facts(stored, loss, ("loss",))  # type: ignore[arg-type]
    assert fact.tail.value == pytest.approx(np.sort(loss)[-400:].mean(), rel=1e-9)
    assert fact.everywhere.value == pytest.approx(loss.mean(), rel=1e-12)
