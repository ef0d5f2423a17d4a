"""Results by entity and year of a small run, against the path series and outcomes of the same run."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats

from risk.analysis import deployment, gap, neoclouds, statistics
from risk.analysis.facilities import facilities
from risk.analysis.flows import by_year, flows, rates, stocks, year_labels
from risk.analysis.statistics import FEWEST
from risk.axes import Calendar
from risk.runs import Run
from tests.report.runs import small_run

SINGLE = 1e-5  # path series are kept in single precision


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


def test_a_year_that_is_covered_in_part_says_so() -> None:
    assert year_labels(Calendar(date(2026, 6, 30), 6)) == ("2026 H2", "2027")
    assert year_labels(Calendar(date(2026, 3, 31), 4)) == ("2026 (3 q)", "2027 (1 q)")


def test_flows_by_firm_add_up_to_the_path_series(run: Run) -> None:
    found = flows(run, "funding.capex")
    capex = by_year(run.series("capex"), run.calendar)
    assert found.mean.sum(axis=1) == pytest.approx(capex.mean(axis=1), rel=SINGLE)
    exact = [statistics.mean(year).standard_error for year in capex]
    assert (found.standard_error.sum(axis=1) >= np.array(exact) * (1.0 - SINGLE)).all()  # an upper bound


def test_rates_and_stocks_are_not_summed(run: Run) -> None:
    revenue = by_year(run.series("revenue"), run.calendar, average=True).mean(axis=1)
    assert rates(run, "revenue.segment").mean.sum(axis=1) == pytest.approx(revenue, rel=SINGLE)
    fleet, end = stocks(run, "gpu.fleet"), run.series("fleet")[-1].mean()
    assert fleet.mean[-1].sum() == pytest.approx(float(end), rel=1e-4)
    assert fleet.entity("H100")[0] == pytest.approx(fleet.mean[:, 1])


def test_coverage_by_year_is_that_of_the_proposition(run: Run) -> None:
    place = run.calendar.years.index(2030)
    for basis, outcome in (("with_internal", "coverage_2030"), ("external", "coverage_external_2030")):
        quantiles, short = gap.coverage_by_year(run, basis)
        exact = run.outcome(outcome)
        assert quantiles.at(0.5)[place] == pytest.approx(np.median(exact), rel=SINGLE)
        assert short[place].value == pytest.approx((exact < 1.0).mean(), abs=1.5 / run.paths)


def test_the_first_definition_is_b1(run: Run) -> None:
    found = gap.definitions(run)
    assert (found[0].lens, found[0].basis, found[0].proposition) == ("vintage", "with_internal", "B1")
    assert found[0].short is not None
    assert found[0].short.value == run.outcome("B1").mean()
    assert len(found) == len(gap.LENSES) * len(gap.BASES)
    bar = run.register.number("revenue.jpmorgan_bar")
    assert set(found[-1].required.tolist()) == {bar}


def test_three_multipliers_add_up_to_the_build(run: Run) -> None:
    parts = sum(part.amount for part in deployment.multipliers(run))
    build = sum(flows(run, f"funding.{key}").mean.sum(axis=1) for key in deployment.BUILD)
    assert parts == pytest.approx(build, rel=1e-9)


def test_deployed_capital_ends_where_the_outcome_does(run: Run) -> None:
    found = deployment.deployment(run)
    place = run.calendar.years.index(2030)
    exact = run.outcome("deployed_2026_2030")
    assert found.cumulative.at(0.5)[place] == pytest.approx(np.median(exact), rel=SINGLE)
    assert found.reached[0][place].value == pytest.approx((exact >= found.ceiling[0]).mean(), abs=1e-9)
    assert found.reached[0][place].value >= found.reached[1][place].value


def test_losses_that_happen_once_have_their_exact_error(run: Run) -> None:
    losses = neoclouds.cumulative(run, "facility.loss")
    mean = run.mean("facility.loss")[0].sum(axis=0)
    assert [e.value for e in losses] == pytest.approx(mean.tolist())
    means, errors = run.mean("facility.loss")
    squares = (errors**2 * (run.paths - 1) + means**2).sum(axis=0)
    hits = run.paths * mean**2 / np.where(squares > 0.0, squares, 1.0)
    widest = stats.t.ppf(0.975, np.maximum(np.floor(hits), 1.0)) / stats.norm.ppf(0.975)
    for estimate, bound, hit in zip(losses, errors.sum(axis=0) * widest, hits, strict=True):
        error = estimate.standard_error
        assert error <= bound * (1.0 + 1e-9) if hit >= FEWEST else np.isnan(error)


def test_default_is_absorbing_and_counts_paths(run: Run) -> None:
    for found in neoclouds.defaults(run).values():
        chances = [p.value for p in found.probability]
        assert chances == sorted(chances)
        assert all((p * run.paths) == pytest.approx(round(p * run.paths)) for p in chances)


def test_new_facilities_are_grouped_by_year_and_payer(run: Run) -> None:
    found = neoclouds.cohorts(run)
    assert len({(c.year, c.payer) for c in found}) == len(found) > 0
    base = {f.name for f in facilities(run.register, run.calendar.quarters)}
    rest = [
        e.value
        for n, e in zip(
            run.entities["facility.loss"], neoclouds.cumulative(run, "facility.loss"), strict=True
        )
        if n not in base
    ]
    assert sum(c.loss.value for c in found) == pytest.approx(sum(rest))


def test_rungs_of_cohorts_are_shares_of_path_facilities(run: Run) -> None:
    found = {(c.year, c.payer): c for c in neoclouds.cohorts(run)}
    names = run.entities["facility.payment_default"]
    counts = run.mean("facility.payment_default")[0].sum(axis=0)
    for (year, payer), cohort in found.items():
        own = [i for i, name in enumerate(names) if name.endswith(f"-{year}-{payer.upper()}")]
        assert cohort.payment_default.value == pytest.approx(counts[own].mean(), abs=0.5 / run.paths)
        assert 0.0 <= cohort.troubled.value <= run.calendar.quarters
    # nobody has a loan before it is made: the later the cohort, the fewer quarters it can be in trouble
    last = run.calendar.quarters - run.calendar.index("2031Q4")
    assert all(c.troubled.value <= last for (year, _), c in found.items() if year == "2031")


def test_losses_by_firm_add_up_to_the_loss_on_neoclouds(run: Run) -> None:
    book = facilities(run.register, run.calendar.quarters)
    found = neoclouds.firm_losses(run, book)
    assert sum(f.total.value for f in found.values()) == pytest.approx(run.outcome("neocloud_loss").mean())
    assert all(f.holdco.value <= f.total.value for f in found.values())
    assert all(
        not f.holdco.standard_error > f.total.standard_error
        for f in found.values()  # NaN: never any loss
    )
