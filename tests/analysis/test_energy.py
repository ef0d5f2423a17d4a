"""Energy and carbon of a run: re-added from its outcomes and the register, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import energy, grids
from risk.analysis.energy import Energy
from risk.errors import UsageError
from risk.runs import Run
from tests.report.runs import small_run

HOURS, LOAD, PUE = 8760.0, 0.75, 1.25


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


@pytest.fixture(scope="module")
def found(run: Run) -> Energy:
    return energy.found(run)


def test_power_by_year_is_the_outcome_of_that_date(run: Run, found: Energy) -> None:
    at = {row.year: row for row in found.years}
    assert tuple(at) == run.calendar.full_years
    np.testing.assert_array_equal(run.outcome("load.2030"), run.outcome("power_2030"))
    assert at[2030].power.p50.value == pytest.approx(np.median(run.outcome("power_2030")) / 1e9)
    grows = [row.power.p50.value for row in found.years]
    assert grows == sorted(grows)


def test_energy_of_a_year_lies_between_the_power_of_its_ends(run: Run) -> None:
    hours = LOAD * HOURS
    before, after, used = run.outcomes(["load.2029", "load.2030", "energy.2030"]).values()
    assert (used >= hours * np.minimum(before, after) * 0.9).all()
    assert (used <= hours * np.maximum(before, after) * 1.1).all()


def test_emissions_are_energy_times_the_grid_of_the_middle_of_the_year(run: Run, found: Energy) -> None:
    row = next(row for row in found.years if row.year == 2028)
    since = 0.25 + 1.0 + 0.5  # years from the end of September 2026 to the middle of 2028
    grid = 0.4 * 0.97**since
    used = np.median(run.outcome("energy.2028")) / 1e12
    assert row.emitted.p50.value == pytest.approx(used * grid)
    assert row.median_emitted.value == pytest.approx(used * grid)
    assert row.median_emitted.low == pytest.approx(used * grid * 0.3 / 0.4)
    assert row.median_emitted.high == pytest.approx(used * grid * 0.55 / 0.4)
    assert row.uncovered.value == pytest.approx(used * grid * 0.5)
    assert row.uncovered.low < row.uncovered.value < row.uncovered.high < used * grid


def test_the_share_of_all_data_centers_is_of_the_year_of_the_page(run: Run, found: Energy) -> None:
    against = found.against
    assert against is not None
    used = run.outcome("energy.2030") / 1e12
    assert (against.year, against.page) == (2030, 945.0)
    assert against.share.p50.value == pytest.approx(np.median(used) / 945.0)
    assert against.over.value == pytest.approx(np.mean(used > 945.0))


def test_what_waits_stands_for_transformers(run: Run, found: Energy) -> None:
    row = found.years[0]
    queue = np.median(run.outcome(f"queue.{row.year}"))
    assert row.transformers == pytest.approx(queue / 80e6)
    assert row.substations == pytest.approx(queue / 300e6)


def test_what_a_bust_strands(run: Run, found: Energy) -> None:
    rows = {row.id: row for row in found.stranded}
    years, bust = run.calendar.full_years, run.outcome("bust") > 0.0
    idle = run.outcome(f"idle.{years[-1]}")
    left = idle + sum(run.outcomes([f"unclaimed.{year}" for year in years]).values())
    for flags, side in ((bust, "bust"), (~bust, "rest")):
        told = getattr(rows["stranded"], side)
        assert told.p50.value == pytest.approx(np.median(left[flags]) / 1e9)
        carried = getattr(rows["stranded_energy"], side).p50.value
        assert carried == pytest.approx(np.median(left[flags]) / 1e9 * LOAD * 8.76)
    assert (left >= idle).all()


def test_idle_is_what_is_gone_of_normal_use(run: Run) -> None:
    """Read off the series that the run keeps; the last quarter of a year."""
    at = run.calendar.index("2030Q4")
    use = run.series("utilization")[at].astype(float)
    expected = run.outcome("load.2030") * np.maximum(1.0 - use / 0.65, 0.0)
    np.testing.assert_allclose(run.outcome("idle.2030"), expected, rtol=1e-4, atol=1e5)


def test_what_energy_costs_a_unit(found: Energy) -> None:
    """An H100 takes 1.3 kW at its peak: 1.21875 on average with its site."""
    row = next(row for row in found.charges if row.generation == "H100")
    assert row.power.value == pytest.approx(1.21875 * 0.080)
    assert row.carbon.value == pytest.approx(1.21875e-3 * 0.4 * 100.0)
    assert (row.charged, found.added, found.charged_from) == (0.0, 0.0, "")


def test_a_run_that_charges_says_from_when_and_how_much() -> None:
    run = small_run("carbon-price")
    found = energy.found(run)
    years = run.calendar.quarters / 4.0
    assert found.charged_from == "2028Q1"
    assert found.added == pytest.approx(100.0 * 0.4 * 0.97**years)
    row = next(row for row in found.charges if row.generation == "H100")
    assert row.charged == pytest.approx(1.21875e-3 * found.added)


def test_a_place_has_its_grid(found: Energy, run: Run) -> None:
    johor = energy.found(run, "johor").place
    assert johor.label.startswith("Johor")
    assert johor.emitted.value == pytest.approx(0.77 * LOAD * 8.76)
    assert johor.power.value == pytest.approx(1.85 * LOAD * 1.4 * 0.105)
    assert johor.carbon.value == pytest.approx(1.85e-3 * LOAD * 1.4 * 0.77 * 100.0)
    assert found.place.name == grids.WORLD
    assert {"world", "singapore", "johor", "asean"} <= {place.name for place in found.places}
    world = found.place
    assert world.usage_effectiveness == PUE
    assert all(place.intensity.low <= place.intensity.value <= place.intensity.high for place in found.places)


def test_the_page_stands_beside(found: Energy) -> None:
    said = {figure.id: figure.value for figure in found.figures}
    assert said["sg-share"] == "60"
    assert said["sg-cap"] == "~60"
    assert said["sg-gas"] == "~90"


def test_a_place_that_is_not_there_is_refused(run: Run) -> None:
    with pytest.raises(UsageError, match="no place johore") as refused:
        energy.found(run, "johore")
    assert "did you mean johor" in str(refused.value)
