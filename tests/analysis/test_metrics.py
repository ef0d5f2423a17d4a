import numpy as np
import pytest
from scipy import stats

from risk.analysis.metrics import LEVELS, metric
from risk.paths import Variable

LOSS = Variable("headline_loss", "USD bn", "Loss")


def test_a_metric_of_a_known_distribution() -> None:
    data = stats.lognorm(0.5).ppf((np.arange(20_000) + 0.5) / 20_000)
    found = metric(LOSS, data)
    assert found.mean.value == pytest.approx(np.exp(0.125), rel=1e-3)
    assert found.var[0].value == pytest.approx(np.exp(0.5 * stats.norm.ppf(0.95)), rel=1e-3)
    exact = np.exp(0.125) * stats.norm.cdf(0.5 - stats.norm.ppf(0.975)) / 0.025
    assert found.shortfall[1].value == pytest.approx(exact, rel=0.01)
    assert found.skewness == pytest.approx(stats.lognorm(0.5).stats("s"), rel=0.05)


def test_tail_numbers_are_ordered() -> None:
    found = metric(LOSS, np.random.default_rng(1).exponential(size=4000))
    quantiles = [q.value for q in found.quantiles]
    assert quantiles == sorted(quantiles)
    tail = [found.var[0].value, *(estimate.value for estimate in found.shortfall)]
    assert tail == sorted(tail)
    assert found.minimum <= quantiles[0]
    assert quantiles[-1] <= found.maximum


def test_a_constant_has_no_error() -> None:
    found = metric(LOSS, np.full(2000, 3.0))
    assert found.mean.value == 3.0
    assert found.deviation == found.skewness == 0.0


def test_levels_are_unique() -> None:
    assert list(LEVELS) == sorted(set(LEVELS))
