"""Estimators find the truth behind simulated data, and their errors are what they say."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binom, norm

from risk.calibrate.estimate import default_factor, pd_lgd, private_credit
from tests.calibrate.estimate import planted
from tests.calibrate.estimate.planted import CASES, Case

SLOW = {
    "correlation", "persistence", "momentum", "spot volatility", "accelerator", "common noise", "firm noise",
    "cash flow growth", "cash flow noise",
}  # fmt: skip
"""State space and mixed models, whose fifty fits take seconds: `make check` looks at twelve sets of them."""

SETS, FEW, MANY = 50, 12, 1000
LEVEL = 0.9
OWN = 0.05
"""What a 90% interval of a small sample may cover too little or too much; the rest is chance."""

BIASED = {"accelerator": 0.1, "LGD noise": 0.2}
"""Of maximum likelihood in small samples, or of what stands in for another quantity: shares of the truth."""


def covered(case: Case, sets: int) -> tuple[int, float, float]:
    """Intervals that hold the truth, mean of the estimates, and the standard error of that mean."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fit that did not converge the diagnostics tell
        for i in range(sets):
            found.append(case.find(np.random.default_rng([20261122, i])))
    hits = sum(f.limits[0] <= case.truth <= f.limits[1] for f in found)
    values = np.array([f.estimate for f in found])
    return hits, float(values.mean()), float(values.std(ddof=1) / np.sqrt(sets))


def bounds(sets: int, tail: float) -> tuple[float, float]:
    """Hits that chance leaves of intervals whose coverage is within `OWN` of the level."""
    low, high = LEVEL - OWN, min(LEVEL + OWN, 0.999)
    return float(binom.ppf(tail, sets, low)), float(binom.ppf(1.0 - tail, sets, high))


@pytest.mark.parametrize("name", CASES)
def test_planted_parameters_are_found_with_the_error_that_is_told(name: str) -> None:
    case = CASES[name]
    sets = FEW if name in SLOW else SETS
    hits, value, error = covered(case, sets)
    low, high = bounds(sets, 1e-3)
    assert low <= hits <= high, f"{hits} of {sets} intervals hold {case.truth}"
    assert abs(value - case.truth) <= 4.0 * error + BIASED.get(name, 0.05) * abs(case.truth)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW))
def test_errors_of_slow_estimators_over_fifty_sets(name: str) -> None:
    hits, _, _ = covered(CASES[name], SETS)
    low, high = bounds(SETS, 1e-3)
    assert low <= hits <= high, f"{hits} of {SETS} intervals hold the truth"


@pytest.mark.full
@pytest.mark.parametrize("name", CASES)
def test_coverage_over_many_sets(name: str) -> None:
    sets = int(os.environ.get("SETS", MANY))
    hits, _, _ = covered(CASES[name], sets)
    low, high = bounds(sets, 1e-3)
    print(f"{name}: {hits / sets:.3f}")
    assert low <= hits <= high, f"{hits} of {sets} intervals hold the truth"


def test_an_error_that_is_too_small_fails_the_same_bounds() -> None:
    case = CASES["imitation"]
    hits = 0
    for i in range(SETS):
        found = case.find(np.random.default_rng([20261122, i]))
        hits += abs(found.estimate - case.truth) <= 0.35 * (found.limits[1] - found.estimate)
    assert hits < bounds(SETS, 1e-3)[0]


# ─── closed forms ───


def test_vasicek_without_persistence_is_the_closed_form() -> None:
    """Of independent years: mean and variance of the probits give probability and correlation."""
    x = planted.default_rates(np.random.default_rng(1), 400, 0.03, 0.12, 0.0)
    found = planted.named(
        default_factor.vasicek(x, "", planted.REGISTER, pool=True), "credit.correlation_generic"
    )
    variance = float(x.var(ddof=0))
    assert found.estimate == pytest.approx(variance / (1.0 + variance), abs=0.003)


def test_persistence_of_quarters_and_years_are_inverses() -> None:
    for q in (0.1, 0.5, 0.76, 0.95):
        assert default_factor.persistence(default_factor.yearly(q)) == pytest.approx(q, abs=1e-9)
    assert default_factor.yearly(0.0) == 0.0
    years = planted.ar1(np.random.default_rng(2), 400_000, 0.76).reshape(-1, 4).mean(axis=1)
    assert np.corrcoef(years[1:], years[:-1])[0, 1] == pytest.approx(default_factor.yearly(0.76), abs=0.01)


def test_the_probability_is_the_mean_default_rate() -> None:
    x = planted.default_rates(np.random.default_rng(3), 4000, 0.04, 0.1, 0.3)
    found = planted.named(default_factor.vasicek(x, "", planted.REGISTER, pool=True), "credit.pd_b_loans")
    more = planted.REGISTER.number("credit.expected_more")
    assert found.estimate * more == pytest.approx(float(norm.cdf(x).mean()), rel=0.03)


def test_a_mean_loss_is_weighted_least_squares() -> None:
    value, years = np.array([0.01, 0.03, -0.01, 0.02]), np.array([1.0, 1.0, 5.0, 3.0])
    found, _ = private_credit.mean_loss(value, years)
    assert found == pytest.approx(float((value * years).sum() / years.sum()))


def test_the_logit_is_that_of_statsmodels() -> None:
    rate, lgd = planted.recoveries(np.random.default_rng(4), 60, -0.9, 8.0, 25.0)
    found = pd_lgd.by_logit(rate, lgd, 0.035, "")
    model = sm.GLM(lgd, sm.add_constant(rate - 0.035), family=sm.families.Binomial())
    fit = model.fit(cov_type="HAC", cov_kwds={"maxlags": pd_lgd.LAGS})
    level = fit.predict(np.array([[1.0, 0.0]]))[0]
    assert found.estimate == pytest.approx(fit.params[1] * level * (1.0 - level), rel=1e-6)
