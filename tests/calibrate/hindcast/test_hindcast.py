"""A model that is its own truth passes, one too sure or too vague fails; nothing is known too early."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest

from risk.axes import ordinal
from risk.calibrate import scores
from risk.calibrate.hindcast import forecast, hindcast, naive, pooled
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.runs import Run
from risk.runs.prepare import plan
from risk.units import SCALE

BASE, PATHS = "2025Q4", 512

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    planned = plan(f"base@{BASE}", PATHS, 7, root=tmp_path_factory.mktemp("runs"))
    planned.settle(lambda _: None)
    return planned.run(1)


def metric(id: str, unit: str, quarters: int = 1, relative: bool = False, **more: str) -> Metric:
    series = {"capex": "capex", "capex_year": "capex", "debt": "neocloud_debt"}
    quantity = series.get(id, id)
    return Metric(id, id, unit, quantity, "", quarters, relative, "", 0.12, more.get("note", ""), ())


def reading(
    of: Metric, quarter: str, value: float, published: str = "2026-12-31", error: float = 0.0
) -> Reading:
    return Reading(
        of.id, quarter, quarter, value, error, dt.date.fromisoformat(published), "judgement", "filing"
    )


METRICS = (
    metric("capex", "USD bn/q"),
    metric("capex_year", "USD bn", quarters=4),
    metric("h100_contract", "USD/h"),
    metric("hy_spread", "bp"),
    metric("revenue", "USD bn/y"),
)


def truth(run: Run, path: int, quarter: str) -> list[Metric]:
    """Every metric with what one path of the run would have been read as."""
    t, own = run.calendar.offset(quarter), run.path(path)
    found = []
    for each in METRICS:
        x = own[each.quantity].astype(float) / SCALE[each.unit]
        value = x[t - 3 : t + 1].sum() if each.quarters == 4 else x[t]
        past = [reading(each, f"202{y}Q4", float(x[0]) * each.quarters, f"202{y + 1}-01-31") for y in (4, 5)]
        found.append(replace(each, readings=(*past, reading(each, quarter, float(value)))))
    return found


def test_percentiles_are_uniform_when_the_model_is_its_own_truth(run: Run) -> None:
    found = {each.id: [] for each in METRICS}  # type: dict[str, list[float]]
    for path in range(0, PATHS, 4):
        one = hindcast.scored(run, truth(run, path, "2026Q4"), BASE, dt.date(2026, 3, 1))
        assert len(one.scores) == len(METRICS)
        for score in one.scores:
            found[score.metric].append(score.pit)
    for name, pits in found.items():
        assert kstest(pits, "uniform").pvalue > 0.01, name
        assert np.mean([scores.inside(u, 0.9) for u in pits]) == pytest.approx(0.9, abs=0.08), name


def judged(run: Run, stretch: float) -> scores.Light:
    """Light of forecasts as wide as the model's by a factor, where the model itself is the truth."""
    x = forecast.path_values(run, METRICS[2])
    assert x is not None
    past = naive.Past(1.725, ordinal(BASE), -0.037, 0.12, 10)
    rivals = past.forecasts(ordinal("2026Q4"))
    truths, middle = np.exp(np.log(x[4])), float(np.median(np.log(x[4])))
    told = np.exp(middle + stretch * (np.log(x[4]) - middle))
    drawn = truths[::4]
    share = float(np.mean([scores.inside(scores.pit(told, float(y), 0.5), 0.9) for y in drawn]))
    own = sum(scores.crps(told, float(y)) for y in drawn)
    skills = [1.0 - own / sum(scores.crps(rival, float(y)) for y in drawn) for rival in rivals]
    return scores.light(share, len(drawn), skills)


def test_the_model_passes_and_neither_an_overconfident_nor_a_vague_one_does(run: Run) -> None:
    assert judged(run, 1.0) == "green"
    assert judged(run, 0.3) == "red"  # too sure
    assert judged(run, 4.0) in ("amber", "red")  # everything inside, and worse than knowing nothing
    assert judged(run, 10.0) == "red"


def test_what_was_published_before_the_information_date_is_not_scored(run: Run) -> None:
    of = METRICS[0]
    own = replace(
        of,
        readings=(
            reading(of, "2025Q4", 130.0, "2026-02-06"),  # describes the base date
            reading(of, "2026Q1", 150.0, "2026-02-28"),  # known early
            reading(of, "2026Q2", 180.0, "2026-03-01"),  # known on the very day
            reading(of, "2026Q3", 200.0, "2026-03-02"),
            reading(of, "2040Q1", 200.0, "2040-06-01"),  # beyond the run
        ),
    )
    one = hindcast.scored(run, [own], BASE, hindcast.information(run.register))
    assert [score.quarter for score in one.scores] == ["2026Q3"]
    assert hindcast.information(run.register) == dt.date(2026, 3, 1)
    (score,) = one.scores
    assert score.lead == 3
    assert len(score.naive_crps) == 2
    unscored = replace(own, unscored="It is watched.")
    assert hindcast.scored(run, [unscored], BASE, dt.date(2026, 3, 1)).scores == ()


def test_a_relative_metric_grows_from_the_reading_of_the_base_date(run: Run) -> None:
    of = metric("debt", "USD bn", relative=True)
    readings = (reading(of, BASE, 21.0, "2026-02-28"), reading(of, "2026Q2", 35.0))
    own = replace(of, readings=readings)
    x = run.series("neocloud_debt").astype(float)
    found = forecast.values(run, own, readings[1], forecast.path_values(run, own))
    assert found is not None
    np.testing.assert_allclose(found, 21.0 * x[2] / x[0])
    without = replace(of, readings=readings[1:])
    assert forecast.values(run, without, readings[1], forecast.path_values(run, without)) is None


def test_a_measurement_error_widens_a_forecast(run: Run) -> None:
    x = np.full(PATHS, 2.0)
    noisy = forecast.measured(x, reading(METRICS[2], "2026Q2", 2.0, error=0.1))
    assert np.log(noisy).std() == pytest.approx(0.1, rel=0.1)
    assert (forecast.measured(x, reading(METRICS[2], "2026Q2", 2.0)) == x).all()


def pairs(run: Run, quarters: Sequence[str]) -> hindcast.Hindcast:
    known = [
        replace(m, readings=tuple(reading(m, q, float(np.median(_of(run, m, q)))) for q in quarters))
        for m in METRICS
    ]
    return hindcast.compare([(run, run)], known)


def _of(run: Run, m: Metric, quarter: str) -> forecast.Array:
    x = forecast.path_values(run, m)
    assert x is not None
    return np.asarray(x[run.calendar.offset(quarter)])


def test_what_was_found_is_kept_and_read_again(run: Run, tmp_path: Path) -> None:
    found = pairs(run, ["2026Q4", "2027Q1"])
    assert found.whole.count == 10
    assert 1.0 <= found.whole.effective <= 10.0
    assert found.misses == ()
    assert {group.name for group in found.leads} == {"3-4", "5-8"}
    hindcast.store(found, tmp_path)
    assert hindcast.read(tmp_path) == found
    (tmp_path / hindcast.FILE).write_text("{}", encoding="utf-8")
    assert hindcast.read(tmp_path) is None


def test_two_vintages_count_for_less_than_twice_one(run: Run) -> None:
    one = pairs(run, ["2026Q4"]).vintages[0].plain
    twice = pooled.groups([one, replace(one, vintage="2026Q1")], pooled.together)[0]
    alone = pooled.groups([one], pooled.together)[0]
    assert twice.count == 2 * alone.count
    assert twice.effective == pytest.approx(alone.effective, rel=0.05)  # the same quarters again
