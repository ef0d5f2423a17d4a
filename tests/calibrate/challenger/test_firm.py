"""First passage of assets below debt, against closed forms, limits and a simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from risk.calibrate.challenger.firm import Firm, at_maturity, first_passage, implied

FIRM = Firm(equity=42.0, debt=35.551, volatility=0.87)


def test_the_worked_example() -> None:
    """V = 77.551, σ = .87 · 42 / 77.551 = .4712, x = ln(77.551 / 35.551) = .7800, five years, in prices."""
    assert FIRM.asset_volatility == pytest.approx(0.47117, abs=1e-5)
    assert FIRM.distance == pytest.approx(0.77997, abs=1e-5)
    spread, half = 0.47117 * math.sqrt(5.0), 0.5 * 0.47117**2 * 5.0
    by_hand = norm.cdf((half - 0.77997) / spread) + math.exp(0.77997) * norm.cdf((-half - 0.77997) / spread)
    assert FIRM.default(5.0) == pytest.approx(by_hand, abs=1e-4)


def test_at_maturity_is_mertons() -> None:
    """P(V < D) = Φ(−d2) where both grow at the riskless rate."""
    v, d, sigma, years = 77.551, 35.551, 0.4712, 5.0
    d2 = (math.log(v / d) - 0.5 * sigma**2 * years) / (sigma * math.sqrt(years))
    assert at_maturity(math.log(v / d), sigma, years) == pytest.approx(norm.cdf(-d2))
    earned = d2 + 0.35 * math.sqrt(years)
    assert at_maturity(math.log(v / d), sigma, years, 0.35) == pytest.approx(norm.cdf(-earned))


def test_without_drift_first_passage_is_twice_the_last_day() -> None:
    """The reflection principle: a reward of half the volatility takes the drift of the logarithm away."""
    found = first_passage(0.8, 0.4, 3.0, reward=0.2)
    assert found == pytest.approx(2.0 * norm.cdf(-0.8 / (0.4 * math.sqrt(3.0))))


@pytest.mark.parametrize("reward", [0.0, 0.35])
def test_a_simulation_agrees(reward: float) -> None:
    """Steps of 1/250 year miss crossings between them, so that the barrier is moved by .5826 σ √dt (Broadie,
    Glasserman and Kou 1997)."""
    sigma, years, steps, paths = 0.47, 5.0, 1_250, 10_000
    dt = years / steps
    moves = np.random.default_rng(1).standard_normal((steps, paths)) * sigma * math.sqrt(dt)
    lowest = np.cumsum(moves + (reward * sigma - 0.5 * sigma**2) * dt, axis=0).min(axis=0)
    hit = lowest <= -0.78 + 0.5826 * sigma * math.sqrt(dt)
    error = math.sqrt(hit.mean() * (1.0 - hit.mean()) / paths)
    assert abs(hit.mean() - first_passage(0.78, sigma, years, reward)) < 4 * error


def test_a_firm_defaults_sooner_with_more_debt_volatility_or_time() -> None:
    base = FIRM.default(5.0)
    assert Firm(42.0, 50.0, 0.87).default(5.0) > base
    assert Firm(42.0, 35.551, 1.0).default(5.0) > base
    assert FIRM.default(7.0) > base > FIRM.default(1.0)
    assert FIRM.default(5.0, 0.35) < base
    assert FIRM.below(5.0) < base
    assert FIRM.below(5.0, 0.35) < FIRM.default(5.0, 0.35)


def test_draws_are_firms_side_by_side() -> None:
    equity, volatility, reward = np.array([20.0, 42.0]), np.array([1.2, 0.8]), np.array([0.2, 0.5])
    drawn = Firm(equity, 35.551, volatility).default(5.0, reward)
    each = [
        float(Firm(e, 35.551, v).default(5.0, r)) for e, v, r in zip(equity, volatility, reward, strict=True)
    ]
    assert drawn == pytest.approx(each)


@pytest.mark.parametrize("spread", [10.0, 100.0, 5_000.0])
def test_any_spread_has_its_volatility(spread: float) -> None:
    swap = float(implied(spread, 0.5, 5.0))
    assert FIRM.at_default(swap, 5.0).default(5.0) == pytest.approx(swap, abs=1e-9)


def test_the_swap_pays_for_its_hazard_and_the_volatility_found_pays_for_the_swap() -> None:
    swap = float(implied(855.0, 0.4, 5.0))
    assert swap == pytest.approx(1.0 - math.exp(-0.0855 / 0.6 * 5.0))
    assert FIRM.at_default(swap, 5.0).default(5.0) == pytest.approx(swap, abs=1e-9)
