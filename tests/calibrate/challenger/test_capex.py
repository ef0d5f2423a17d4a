"""Capex by its own past: planted coefficients found, falls counted."""

from __future__ import annotations

import numpy as np
import pytest

from risk.assumptions import locate
from risk.calibrate.challenger import capex
from risk.calibrate.challenger.capex import Array, Autoregression
from risk.calibrate.estimate.capex import CAPEX, NEWEST
from risk.calibrate.estimate.series import read


def planted(drift: float, persistence: float, noise: float, quarters: int = 4_000) -> Array:
    shocks = noise * np.random.default_rng(2).standard_normal(quarters)
    growth = [drift]
    for shock in shocks:
        growth.append(drift + persistence * growth[-1] + shock)
    return np.asarray(np.cumsum(growth))


def test_planted_coefficients_are_found() -> None:
    found = capex.fitted(planted(0.03, 0.4, 0.07))
    errors = np.sqrt(np.diag(found.covariance))
    assert np.all(np.abs(found.coefficients - (0.03, 0.4)) < 4 * errors)
    assert found.noise == pytest.approx(0.07, rel=4 / np.sqrt(2 * 4_000))


def still(drift: float, noise: float) -> Autoregression:
    return Autoregression(np.array([drift, 0.0]), np.zeros((2, 2)), noise, drift * np.arange(12.0), "", "")


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


def test_a_drift_of_zero_falls_more_often_and_more_noise_too() -> None:
    found = capex.fitted(planted(0.03, 0.3, 0.07, 30))
    base = capex.falls(found, 25, 0.7, 1).value
    assert capex.falls(found.without_drift, 25, 0.7, 1).value > base
    assert capex.falls(still(0.05, 0.3), 25, 0.7, 1).value > capex.falls(still(0.05, 0.1), 25, 0.7, 1).value


def test_the_series_that_ship_give_an_autoregression() -> None:
    folder = locate.register(None) / "data"
    data = {series.file: read(series, folder / series.file) for series in (CAPEX, NEWEST)}
    found = capex.fit(data)
    assert (found.first, found.last) == ("2019Q1", "2026Q2")
    assert len(found.log_capex) == 30
    assert np.exp(found.log_capex[-1]) == pytest.approx(54.208 + 35.802 + 44.924 + 30.116 + 16.493)
