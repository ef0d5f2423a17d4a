"""Estimators find the truth behind simulated data, and their errors are what they say."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import norm

from risk.calibrate.estimate import default_factor, pd_lgd, planted, private_credit
from risk.calibrate.estimate.core import Finding
from risk.calibrate.estimate.coverage import SETS, Coverage, covered, of_all, page
from risk.calibrate.estimate.planted import ESTIMATORS

SLOW = {
    "correlation", "momentum", "spot volatility", "accelerator", "cash flow growth",
}  # fmt: skip
"""State space and mixed models, whose fifty fits take seconds: `make check` looks at twelve sets of them."""

FIFTY, FEW = 50, 12

BIASED = {"accelerator": 0.1, "LGD noise": 0.2}
"""Of maximum likelihood in small samples, or of what stands in for another quantity: shares of the truth."""

BY_NAME = {next(iter(each.truths)): each for each in ESTIMATORS}
"""Estimators by the first number they find."""


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_planted_parameters_are_found_with_the_error_that_is_told(name: str) -> None:
    found = covered(BY_NAME[name], FEW if name in SLOW else FIFTY)
    for number, each in found.items():
        assert each.kept, f"{number}: {each.hits} of {each.sets} intervals hold {each.truth}"
        allowed = 4.0 * each.error + BIASED.get(number, 0.05) * abs(each.truth)
        assert abs(each.mean - each.truth) <= allowed, number


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW))
def test_errors_of_slow_estimators_over_fifty_sets(name: str) -> None:
    for number, each in covered(BY_NAME[name], FIFTY).items():
        assert each.kept, f"{number}: {each.hits} of {each.sets} intervals hold the truth"


@pytest.mark.full
def test_coverage_over_many_sets() -> None:
    found = of_all(int(os.environ.get("SETS", SETS)), os.cpu_count() or 1)
    assert [name for name, each in found.items() if not each.kept] == []


@pytest.mark.parametrize(("factor", "kept"), [(0.35, False), (1.0, True), (3.0, False)])
def test_an_error_that_is_too_small_or_too_large_is_told(factor: float, kept: bool) -> None:
    imitation = BY_NAME["imitation"]

    def find(rng: np.random.Generator) -> list[Finding]:
        return [replace(f, error=factor * f.error) for f in imitation.find(rng)]

    (found,) = covered(replace(imitation, find=find), 200).values()
    assert found.kept is kept
    assert found.told == pytest.approx(factor, rel=0.3)


def test_the_page_has_every_number_with_machine_and_day_and_marks_what_is_outside() -> None:
    good, bad = Coverage(1.0, 200, 180, 1.0, 0.01, 1.0), Coverage(1.0, 200, 120, 0.9, 0.01, 0.5)
    text = page({"good": good, "bad": bad}, 12.3, 2)
    assert "200 sets each" in text
    assert dt.date.today().isoformat() in text
    assert re.search(r"^\| good .* 90.0% ± 4.2% \|  \|$", text, re.MULTILINE)
    assert re.search(r"^\| bad .* 60.0% ± 6.8% \| outside \|$", text, re.MULTILINE)


def test_the_page_of_the_docs_has_every_estimator() -> None:
    text = (Path(__file__).parents[3] / "docs" / "coverage.md").read_text(encoding="utf-8")
    for each in ESTIMATORS:
        for number, (_, truth) in each.truths.items():
            assert re.search(rf"^\| {re.escape(number)} \| {truth:.3g} \|", text, re.MULTILINE), number


# ─── closed forms ───


def test_vasicek_without_persistence_is_the_closed_form() -> None:
    """Of independent years: mean and variance of the probits give probability and correlation."""
    x = planted.default_rates(np.random.default_rng(1), 400, 0.03, 0.12, 0.0)
    found = planted.named(
        default_factor.vasicek(x, "", planted.register(), pool=True), "credit.correlation_generic"
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
    found = planted.named(default_factor.vasicek(x, "", planted.register(), pool=True), "credit.pd_b_loans")
    more = planted.register().number("credit.expected_more")
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
