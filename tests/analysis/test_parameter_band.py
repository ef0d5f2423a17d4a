"""The variance of a probability over parameters, from outcomes that share nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from risk.analysis.estimate import Estimate
from risk.analysis.parameter_band import Moments, band, bands, kept, moments, plain, restored, shape
from risk.analysis.statistics import probability

PATHS = 4_096


def struck(p: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Three outcomes of every path whose probability is known, (3, path)."""
    return np.asarray(np.random.default_rng(seed).random((3, len(p))) < p, dtype=np.float64)


def drawn(a: float, b: float, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).beta(a, b, PATHS)


@pytest.mark.parametrize(("a", "b"), [(2.0, 4.0), (0.65, 1.2), (9.0, 1.0)])
def test_a_planted_variance_is_found_within_its_error(a: float, b: float) -> None:
    true = stats.beta(a, b).var()
    found = [moments(struck(drawn(a, b, seed), seed + 1_000)).variance for seed in range(200)]
    away = np.array([(each.value - true) / each.standard_error for each in found])
    assert abs(away.mean()) < 4 / 200**0.5, "unbiased, within four standard errors"
    assert 0.85 < away.std(ddof=1) < 1.15, (
        "its error is the scatter: 200 tell it to 5%, three of which are allowed"
    )


def test_the_band_is_that_of_the_planted_parameters() -> None:
    law = stats.beta(2.0, 4.0)
    flags = struck(drawn(2.0, 4.0, 1), 2)
    found = band(probability(flags[0]), moments(flags))
    assert found.low is not None
    assert found.high is not None
    for end, level in ((found.low, 0.05), (found.high, 0.95)):
        assert abs(end.value - law.ppf(level)) < 4 * end.standard_error
        assert end.standard_error < 0.02
    assert found.deviation.value == pytest.approx(law.std(), abs=4 * found.deviation.standard_error)


def test_a_model_without_unknowns_has_a_variance_of_zero_within_its_error_and_no_band() -> None:
    constant = np.full(PATHS, 0.3)
    found = [moments(struck(constant, seed)).variance for seed in range(200)]
    away = np.array([each.value / each.standard_error for each in found])
    assert abs(away.mean()) < 4 / 200**0.5
    flags = struck(constant, 0)
    assert abs(away[0]) < 2
    assert band(probability(flags[0]), moments(flags)).ends is None


def test_outcomes_that_parameters_decide_have_the_variance_of_the_flag() -> None:
    came = np.tile((np.arange(PATHS) % 4 == 0) * 1.0, (3, 1))
    assert moments(came).variance.value == pytest.approx(0.25 * 0.75 * PATHS / (PATHS - 1))
    assert band(probability(came[0]), moments(came)).ends is None, "no beta has as much"


def test_the_third_moment_tells_a_beta_from_two_points() -> None:
    def z(p: NDArray[np.float64]) -> float:
        found = moments(struck(p, 3)).misfit
        return abs(found.value) / found.standard_error

    two = np.where(np.random.default_rng(4).random(PATHS) < 0.2, 0.9, 0.1)
    assert z(two) > 4
    assert z(drawn(2.0, 4.0, 5)) < 3


def test_what_never_comes_has_no_band() -> None:
    never = np.zeros((3, PATHS))
    found = moments(never)
    assert (found.variance.value, found.variance.standard_error) == (0.0, 0.0)
    assert band(probability(never[0]), found).ends is None


def test_the_beta_has_the_moments_it_was_asked_for() -> None:
    law = stats.beta(*shape(0.34, 0.078))
    assert (law.mean(), law.var()) == pytest.approx((0.34, 0.078))


def test_the_record_gives_back_what_was_measured() -> None:
    found = Moments(Estimate(0.04, 0.002, 9), Estimate(float("nan"), float("nan"), 9))
    again = restored(plain(found))
    assert again.variance == found.variance
    assert np.isnan(again.misfit.value)


def test_a_band_stands_on_the_probability_of_the_whole_run() -> None:
    record = {"found": {"bust": plain(Moments(Estimate(0.04, 0.002, 9), Estimate(0.0, 0.001, 9)))}}
    run: Any = SimpleNamespace(parameter_band=record)
    flags = np.repeat([1.0, 0.0], [3_000, 7_000])
    found = bands(run, {"bust": flags})["bust"]
    assert found.ends == pytest.approx(stats.beta(*shape(0.3, 0.04)).ppf([0.05, 0.95]))


@pytest.mark.parametrize("record", [None, {"found": {"bust": {"variance": 1}}}, {"other": 1}])
def test_no_record_and_one_of_another_version_count_as_none(record: Any) -> None:
    assert kept(SimpleNamespace(parameter_band=record)) == {}  # type: ignore[arg-type]
