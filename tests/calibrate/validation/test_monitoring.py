"""Triggers on both sides of their bounds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.assumptions import load
from risk.axes import label, quarter_of
from risk.calibrate import targets
from risk.calibrate.hindcast import forecast, readings
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.calibrate.validation import monitoring
from risk.calibrate.validation.declared import Declared, Override, Trigger, Watch
from risk.calibrate.validation.monitoring import Held, State
from risk.runs import Run
from tests.report.runs import small_run

REGISTER = Path(__file__).parents[3] / "assumptions"
KNOWN, LATER = dt.date(2026, 10, 1), dt.date(2026, 12, 1)
BASE = "base"


@cache
def metrics() -> dict[str, Metric]:
    return {metric.id: metric for metric in readings.read(REGISTER, load(REGISTER).sources.keys())}


def reading(day: dt.date, value: float, published: dt.date | None = None) -> Reading:
    return Reading(
        "spot", str(day), label(quarter_of(day)), value, 0.0, published or day, "judgement", "filing"
    )


def metric(*found: Reading, like: str = "h100_spot") -> Metric:
    return replace(metrics()[like], readings=found)


def trigger(watch: Watch, **given: Any) -> Trigger:
    words: dict[str, Any] = {"label": "Something", "why": "It matters."}
    words |= {"action": "Look at it.", "owner": "Risk"}
    return Trigger(id="t", watch=watch, **words, **given)


def state(run: Run, wanted: Trigger, *found: Metric, overrides: tuple[Override, ...] = ()) -> State:
    (one,) = monitoring.states(run, Declared(triggers=(wanted,), overrides=overrides), found)
    return one


def test_the_base_case_stands_on_its_information_date() -> None:
    held = Held(small_run(), (), ())
    assert held.day == dt.date.fromisoformat(str(small_run().register.entries["run.as_of"].value))
    assert held.base
    assert not Held(small_run("gpu-glut"), (), ()).base


@pytest.mark.parametrize(
    ("value", "past"), [(3.58, False), (3.6, True), (2.42, False), (2.4, True), (3.0, False)]
)
def test_an_index_moved_by_a_fifth(value: float, past: bool) -> None:
    watched = metric(reading(KNOWN, 3.0), reading(LATER, value))
    found = state(small_run(), trigger("moved", metrics=("h100_spot",), by=0.2), watched)
    assert bool(found.past) is past
    assert found.looked == 1
    if past:
        assert f"{(value / 3.0 - 1.0):+.0%} from 3 (2026-10-01)" in found.past[0]


def test_what_was_known_when_the_model_was_set_has_not_moved() -> None:
    watched = metric(reading(dt.date(2026, 6, 30), 1.0), reading(KNOWN, 3.0))
    found = state(small_run(), trigger("moved", metrics=("h100_spot",), by=0.2), watched)
    assert (found.looked, found.past, found.told) == (0, (), monitoring.NOTHING)


def test_an_old_figure_published_late_has_not_moved_the_index() -> None:
    late = metric(reading(dt.date(2026, 6, 30), 1.0, published=LATER), reading(KNOWN, 3.0))
    assert monitoring.since(late, dt.date(2026, 10, 11)) is None


@cache
def interval(level: float) -> tuple[float, float]:
    """Interval of the run's spot rent in the first quarter."""
    run, spot = small_run(), metrics()["h100_spot"]
    paths = forecast.path_values(run, spot)
    assert paths is not None
    low, high = np.quantile(paths[1], [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


@pytest.mark.parametrize(
    ("end", "by", "past"), [(1, 1.02, True), (1, 0.98, False), (0, 0.98, True), (0, 1.02, False)]
)
def test_a_reading_outside_its_forecast(end: int, by: float, past: bool) -> None:
    watched = metric(reading(KNOWN, 2.8), reading(LATER, interval(0.95)[end] * by))
    found = state(small_run(), trigger("outside", level=0.95), watched)
    assert bool(found.past) is past
    assert found.looked == 1


def test_a_stress_is_no_forecast() -> None:
    watched = metric(reading(KNOWN, 2.8), reading(LATER, 99.0))
    found = state(small_run("gpu-glut"), trigger("outside", level=0.95), watched)
    assert (found.past, found.told) == ((), monitoring.STRESS)


@pytest.mark.parametrize("wrong", [True, False])
def test_a_target_that_the_run_contradicts(wrong: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    real = next(target for target in targets.results(small_run()) if target.value is not None)
    monkeypatch.setattr(targets, "results", lambda run: [replace(real, contradicts=wrong)])
    found = state(small_run(), trigger("contradicted"))
    assert bool(found.past) is wrong
    assert not state(small_run("gpu-glut"), trigger("contradicted")).past


@pytest.mark.parametrize(("days", "past"), [(0, False), (-1, True), (30, False)])
def test_an_override_past_its_day(days: int, past: bool) -> None:
    day = dt.date.fromisoformat(small_run().manifest.finished[:10])
    words = {"before": "1", "after": "2", "why": "So.", "by": "A", "approved_by": "B"}
    until = day + dt.timedelta(days)
    logged = Override(id="o", subject="gpu.h100_spot", date=dt.date(2020, 1, 1), until=until, **words)
    assert bool(state(small_run(), trigger("expired"), overrides=(logged,)).past) is past


def test_a_pack_is_a_draft_for_every_trigger_that_is_past() -> None:
    clear = State("a", "Clear", "", "", "", 1, (), "fine")
    past = replace(clear, label="Rents have moved", past=("spot +30%", "contract +25%"))
    assert list(monitoring.reasons([clear, past])) == ["Rents have moved: spot +30%; contract +25%."]
    assert list(monitoring.reasons([clear])) == []
