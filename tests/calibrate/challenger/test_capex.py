"""Capex by its own past: planted coefficients found, falls counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from risk.assumptions import locate
from risk.calibrate.challenger import capex
from risk.calibrate.challenger.capex import SEASONS, Autoregression
from risk.calibrate.estimate.capex import CAPEX, NEWEST
from risk.calibrate.estimate.series import Data, read
from risk.errors import UsageError
from risk.processes import Array

SEASON = np.array([0.06, -0.02, -0.08])


def planted(drift: float, persistence: float, noise: float, quarters: int = 4_000, seed: int = 2) -> Array:
    shocks = noise * np.random.default_rng(seed).standard_normal(quarters)
    growth = [drift]
    for k, shock in enumerate(shocks, start=1):
        growth.append(drift + persistence * growth[-1] + SEASONS[k % 4] @ SEASON + shock)
    return np.concatenate([[0.0], np.cumsum(growth)])


def test_planted_coefficients_are_found() -> None:
    found = capex.fitted(planted(0.03, 0.4, 0.07))
    errors = np.sqrt(np.diag(found.covariance))
    assert np.all(np.abs(found.coefficients - (0.03, 0.4, *SEASON)) < 4 * errors)
    assert found.noise == pytest.approx(0.07, rel=4 / np.sqrt(2 * 4_000))


def test_errors_are_those_of_least_squares() -> None:
    record = planted(0.03, 0.4, 0.07, 30)
    growth = np.diff(record)
    seasons = SEASONS[np.arange(len(growth)) % 4]
    design = np.column_stack([np.ones(len(growth) - 1), growth[:-1], seasons[1:]])
    oracle, found = sm.OLS(growth[1:], design).fit(), capex.fitted(record)
    assert found.coefficients == pytest.approx(oracle.params)
    assert found.covariance == pytest.approx(oracle.cov_params())
    assert found.noise**2 == pytest.approx(oracle.scale)


@pytest.mark.parametrize(("seed", "persistence"), [(3, 0.0), (4, 0.4)])
def test_residuals_of_what_is_planted_are_white_and_others_are_told(seed: int, persistence: float) -> None:
    record = planted(0.03, persistence, 0.07, 400, seed)
    assert capex.fitted(record).whiteness > 0.01
    growth = np.diff(record)
    growth[2:] += 0.6 * (growth[:-2] - growth.mean())
    assert capex.fitted(np.cumsum(growth)).whiteness < 0.01


def still(drift: float, noise: float) -> Autoregression:
    coefficients = np.array([drift, 0.0, 0.0, 0.0, 0.0])
    return Autoregression(coefficients, np.zeros((5, 5)), noise, drift * np.arange(12.0), 0.5, "", "")


def test_what_only_grows_never_falls_and_what_only_falls_does() -> None:
    assert capex.falls(still(0.05, 0.0), 25, 0.7, 1, paths=100).value == 0.0
    assert capex.falls(still(-0.10, 0.0), 25, 0.7, 1, paths=100).value == 1.0


def test_a_fall_is_of_four_quarters_sums_from_their_peak() -> None:
    """Falling a tenth a quarter, the sum is .9ⁿ of its peak: eight quarters on record hold the peak in their
    first sum, which the first quarter ahead is five quarters behind. 65% are lost after ten."""
    falling = still(np.log(0.9), 0.0)
    assert capex.falls(falling, 1, 0.7, 1, paths=10).value == 1.0
    assert 0.9**10 < 0.35 < 0.9**9
    assert capex.falls(falling, 5, 0.35, 1, paths=10).value == 0.0
    assert capex.falls(falling, 6, 0.35, 1, paths=10).value == 1.0


def test_seasons_go_on_where_the_record_stopped_and_do_not_make_a_fall() -> None:
    """Growth of seasons alone: the sum of four quarters is the same at every quarter's end."""
    growth = SEASONS[np.arange(19) % 4] @ SEASON
    record = np.concatenate([[0.0], np.cumsum(growth)])
    model = replace(still(0.0, 0.0), coefficients=np.array([0.0, 0.0, *SEASON]), log_capex=record)
    assert capex.falls(model, 25, 1.0 - 1e-9, 1, paths=10).value == 0.0
    assert capex.falls(replace(model, log_capex=record[:-1]), 25, 1.0 - 1e-9, 1, paths=10).value == 0.0
    wrong = replace(model, log_capex=np.append(record[:-1], record[-1] + 1.0))
    assert capex.falls(wrong, 25, 0.99, 1, paths=10).value == 0.0, "higher for good is no fall"


def test_another_simulation_agrees() -> None:
    """The same law path by path, with coefficients that are known."""
    model, ahead, share, paths = capex.fitted(planted(0.02, 0.4, 0.07, 40)), 12, 0.9, 3_000
    model = replace(model, covariance=np.zeros((5, 5)))
    drift, persistence, *season = model.coefficients
    stream, hits = np.random.default_rng(8), 0
    for _ in range(paths):
        record = list(model.log_capex[-8:])
        sums = [np.exp(record[k : k + 4]).sum() for k in range(5)]
        growth, fell = model.log_capex[-1] - model.log_capex[-2], False
        for k in range(len(model.log_capex) - 1, len(model.log_capex) - 1 + ahead):
            effect = [*season, -sum(season)][k % 4]
            growth = drift + persistence * growth + effect + model.noise * stream.standard_normal()
            record.append(record[-1] + growth)
            sums.append(np.exp(record[-4:]).sum())
            fell = fell or sums[-1] <= share * max(sums)
        hits += fell
    found = capex.falls(model, ahead, share, 1)
    error = np.hypot(np.sqrt(hits / paths * (1 - hits / paths) / paths), found.standard_error)
    assert 0.02 < hits / paths < 0.98
    assert abs(found.value - hits / paths) < 4 * error


def test_a_drift_of_zero_falls_more_often_and_more_noise_too() -> None:
    found = capex.fitted(planted(0.03, 0.3, 0.07, 30))
    base = capex.falls(found, 25, 0.7, 1).value
    assert capex.falls(found.without_drift, 25, 0.7, 1).value > base
    assert found.without_drift.coefficients[0] == 0.0
    assert not found.without_drift.covariance[0].any()
    assert capex.falls(still(0.05, 0.3), 25, 0.7, 1).value > capex.falls(still(0.05, 0.1), 25, 0.7, 1).value


def test_the_probability_is_the_mean_of_its_range_and_known_coefficients_leave_none() -> None:
    found = capex.fitted(planted(0.03, 0.3, 0.07, 30))
    sets = capex.band(found, 25, 0.7, 1)
    error = sets.std() / np.sqrt(len(sets))
    assert sets.std() > 0.02
    assert sets.mean() == pytest.approx(capex.falls(found, 25, 0.7, 1).value, abs=4 * error + 0.02)
    assert np.ptp(capex.band(replace(found, covariance=np.zeros((5, 5))), 25, 0.7, 1)) == 0.0


@pytest.fixture
def data() -> Mapping[str, Data]:
    folder = locate.register(None) / "data"
    return {series.file: read(series, folder / series.file) for series in (CAPEX, NEWEST)}


def test_the_series_that_ship_give_an_autoregression(data: Mapping[str, Data]) -> None:
    found = capex.fit(data)
    assert (found.first, found.last) == ("2019Q1", "2026Q2")
    assert len(found.log_capex) == 30
    assert np.exp(found.log_capex[-1]) == pytest.approx(54.208 + 35.802 + 44.924 + 30.116 + 16.493)
    assert found.whiteness > 0.05, "without seasons .04"


@pytest.mark.parametrize("kept", ["short", "gap"])
def test_too_short_a_record_and_one_with_a_gap_are_refused(kept: str, data: Mapping[str, Data]) -> None:
    frame = data[CAPEX.file].rows
    rows = frame.iloc[-8:] if kept == "short" else frame.drop(index=frame.index[10])
    with pytest.raises(UsageError, match="quarters") as refused:
        capex.fit({**data, CAPEX.file: replace(data[CAPEX.file], rows=rows)})
    assert "in a row" in str(vars(refused.value))
