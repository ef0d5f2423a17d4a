"""Tripwires on paths made by hand: planted ones rank first, readings reweigh, dates that pass are scored."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from math import log
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from risk.analysis import weighted
from risk.assumptions import load
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.calibrate.watch import past, update, watching
from risk.calibrate.watch.declared import Item, Threshold, WatchList
from risk.calibrate.watch.update import FLOOR
from risk.calibrate.watch.watching import Watch
from risk.runs import Run
from tests.stored_paths import StoredPaths

REGISTER = load()
N, QUARTERS = 6_000, REGISTER.calendar.quarters
RNG = np.random.default_rng(11)
Z = RNG.standard_normal(N)
LEVELS = 100.0 * np.exp(np.linspace(0.0, 1.0, QUARTERS + 1)[:, None] * (0.5 * Z[None, :]))
BUST = RNG.random(N) < 1.0 / (1.0 + np.exp(2.0 * Z + 1.0))  # low paths break
BASE, FIRST, SECOND = REGISTER.calendar.labels[0], *REGISTER.calendar.labels[1:3]


def metric(id: str, quantity: str, unit: str, *readings: Reading, error: float = 0.0, **more: Any) -> Metric:
    known: dict[str, Any] = {
        "outcome": "",
        "quarters": 1,
        "relative": False,
        "unscored": "",
        "note": "",
    } | more
    return Metric(id, id, unit, quantity, volatility=0.1, readings=readings, error=error, **known)


def reading(of: str, date: str, value: float, published: str = "2026-12-31", error: float = 0.1) -> Reading:
    quarter = date if "Q" in date else f"{date[:4]}Q{(int(date[5:7]) + 2) // 3}"
    return Reading(of, date, quarter, value, error, dt.date.fromisoformat(published), "judgement", "filing")


def item(
    of: Metric | None, *thresholds: Threshold, id: str = "", quantity: str = "", outside: str = ""
) -> Item:
    name = id or (of.id if of else "nothing")
    tied, unit = (of.quantity, of.unit) if of else (quantity, "%")
    return Item(name, name, "Monitor", of, tied, unit, "", outside, None, "", thresholds)


def threshold(by: str, low: float, high: float, registered: str = "2026-10-05") -> Threshold:
    return Threshold(by, low, high, dt.date.fromisoformat(registered))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Paths on which capex says what comes, and utilization nothing."""
    inert = 0.65 + 0.05 * RNG.standard_normal((QUARTERS + 1, N))
    claims = {claim.id: np.zeros(N) for claim in REGISTER.propositions.values()}
    made = StoredPaths(
        REGISTER,
        {
            "outcomes": {
                "bust": BUST.astype(float),
                "bust_quarter": np.where(BUST, 14.0, np.nan),
                "headline_loss": 1e9 * np.where(BUST, 80.0, 5.0),
                "correction": (~BUST).astype(float),
                "durable": np.zeros(N),
                "durable_paid": np.zeros(N),
                "durable_unpaid": np.zeros(N),
                **claims,
            },
            "series": {
                "capex": 1e9 * LEVELS,
                "utilization": inert,
                "hy_spread": 0.03 * np.ones_like(inert),
            },
        },
    )
    return cast(Run, Named(made, tmp_path_factory.mktemp("run")))


class Named:
    """A run made by hand with what a stored one has beside its columns."""

    def __init__(self, paths: StoredPaths, folder: Path) -> None:
        self._paths, self.id, self.directory = paths, "0123456789ab", folder
        self.manifest = SimpleNamespace(assumptions="x", scenario="base")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._paths, name)

    def variable(self, name: str) -> Any:
        row = self._paths.register.outcomes[name]
        return SimpleNamespace(name=row.id, label=row.label, unit=row.unit)


CAPEX = metric("capex", "capex", "USD bn/q")
MID = float(np.median(LEVELS[5]))
WATCHED = WatchList(
    "1",
    "sector-page",
    (
        item(CAPEX, threshold(REGISTER.calendar.labels[5], 0.9 * MID, 1.1 * MID)),
        item(None, threshold(REGISTER.calendar.labels[5], 60, 70), id="use", quantity="utilization"),
        item(None, id="memory", outside="No path has it."),
    ),
)


def seen(run: Run, *metrics: Metric, listed: WatchList = WATCHED, words: str = "bust") -> Watch:
    return watching.watch(run, listed, metrics, words)


def test_a_planted_tripwire_ranks_first_and_an_inert_one_tells_nothing(run: Run) -> None:
    found = seen(run)
    assert [t.item for t in found.tripwires[:2]] == ["capex", "capex"]
    best = found.tripwires[0]
    assert (best.side, best.told.warns) == ("low", True)
    assert best.told.change.interval[0] > 0.05
    crossed = (LEVELS[1:6] < 0.9 * MID).any(axis=0)
    assert best.told.crossed.value == pytest.approx(crossed.mean())
    assert best.told.given.value == pytest.approx(BUST[crossed].mean())
    for inert in found.tripwires[2:]:
        assert inert.item == "use"
        assert inert.told.change.interval[0] == 0.0
        assert inert.told.information.interval[0] < 1e-3
    assert best.told.lead is not None
    assert 9 <= best.told.lead.median <= 13
    assert [one.item for one in found.outside] == ["memory"]


def test_the_front_page_has_an_item_once(run: Run) -> None:
    found = watching.leading(seen(run))
    assert [t.item for t in found] == ["capex", "use"]
    assert len(watching.leading(seen(run), 1)) == 1


def test_tripwires_warn_of_what_is_asked(run: Run) -> None:
    found = seen(run, words="headline_loss > 50")
    assert found.event == "headline_loss > 50"
    assert found.probability.value == pytest.approx(BUST.mean())
    assert found.tripwires[0].told.lead is None  # a condition has no date


def test_thresholds_count_from_their_registration(run: Run) -> None:
    by = REGISTER.calendar.labels[6]
    late = item(CAPEX, threshold(by, 0.9 * MID, 1.1 * MID, registered="2027-10-01"))
    found = seen(run, listed=replace(WATCHED, items=(late,)))
    assert {t.since for t in found.tripwires} == {"2027Q4"}
    (low,) = (t for t in found.tripwires if t.side == "low")
    assert low.told.crossed.value == pytest.approx((LEVELS[5:7] < 0.9 * MID).any(axis=0).mean())


def test_a_date_outside_the_run_is_left_out_in_words(run: Run) -> None:
    rows = (threshold("2026Q3", 50, 150, "2026-07-01"), threshold("2055Q4", 50, 150))
    found = seen(run, listed=replace(WATCHED, items=(item(CAPEX, *rows),)))
    assert found.tripwires == ()
    assert found.left_out == ("capex by 2026Q3", "capex by 2055Q4")


def test_measurement_errors_blur_what_a_reading_tells(run: Run) -> None:
    blurred = metric("capex", "capex", "USD bn/q", error=0.3)
    rows = WATCHED.items[0].thresholds
    sharp = seen(run).tripwires[0].told.information.value
    assert seen(run, listed=replace(WATCHED, items=(item(blurred, *rows),))).tripwires[
        0
    ].told.information.value < (0.8 * sharp)


def posterior(*rows: tuple[int, float, float]) -> tuple[float, float]:
    """Mean and variance of z given levels read in quarters with errors."""
    precision, weighed = 1.0, 0.0
    for t, value, error in rows:
        slope = 0.5 * t / QUARTERS
        precision += (slope / error) ** 2
        weighed += slope * log(value / 100.0) / error**2
    return weighed / precision, 1.0 / precision


def test_readings_reweigh_the_paths_as_bayes_does(run: Run) -> None:
    read = metric("capex", "capex", "USD bn/q", reading("capex", FIRST, 98), reading("capex", SECOND, 96))
    found = update.update(run, [read])
    mean, variance = posterior((1, 98, 0.1), (2, 96, 0.1))
    told = weighted.mean(Z, found.weights)
    assert told.value == pytest.approx(mean, abs=3.0 * told.standard_error + 0.01)
    assert weighted.mean(Z**2, found.weights).value - told.value**2 == pytest.approx(variance, rel=0.05)
    first, second = found.update.held
    assert first.weighs
    assert second.weighs
    assert second.after is not None
    assert second.after.value == pytest.approx(found.update.moved[0].change.value)
    assert found.update.moved[0].change.value > 0  # low readings: a bust is likelier
    loss = next(row for row in found.update.moved if row.name == "headline_loss")
    assert loss.change.value == pytest.approx(75.0 * found.update.moved[0].change.value)


def test_no_reading_changes_nothing(run: Run) -> None:
    found = update.update(run, [metric("capex", "capex", "USD bn/q", reading("capex", BASE, 500))])
    assert found.update.held == ()
    assert found.update.effective == pytest.approx(N)
    assert not found.update.exhausted


def test_too_few_paths_left_is_told_and_nothing_else(run: Run) -> None:
    far = metric("capex", "capex", "USD bn/q", *(
        reading("capex", quarter, 400, error=0.05) for quarter in REGISTER.calendar.labels[1:5]
    ))  # fmt: skip
    found = update.update(run, [far]).update
    assert found.exhausted
    assert found.effective < FLOOR
    assert "reweighting is exhausted: 4 readings" in found.why
    assert found.moved == ()
    assert found.enough > N
    assert all(held.outside for held in found.held)
    assert "above" in found.held[0].sentence
    assert seen(run, far).updated == {}


def test_of_a_quarter_the_last_reading_counts_and_its_rest_is_uncertain(run: Run) -> None:
    days = (
        reading("capex", "2026-10-05", 99, "2026-10-06"),
        reading("capex", "2026-10-08", 101, "2026-10-09"),
    )
    early, late = update.held(run, [metric("capex", "capex", "USD bn/q", *days)])
    assert (early.weighs, early.why) == (False, update.LATER)
    assert late.weighs
    assert late.error == pytest.approx((0.1**2 + 0.1**2 * 84 / 92) ** 0.5)
    assert early.known  # published before the register's date
    whole = update.held(run, [metric("capex", "capex", "USD bn/q", reading("capex", FIRST, 99))])
    assert whole[0].error == pytest.approx(0.1)
    exact = update.held(run, [metric("capex", "capex", "USD bn/q", reading("capex", FIRST, 99, error=0))])
    assert exact[0].error == update.TOLERANCE


def test_sums_do_not_count_twice(run: Run) -> None:
    quarters = REGISTER.calendar.labels[1:7]
    parts = metric("capex", "capex", "USD bn/q", *(reading("capex", q, 100) for q in quarters))
    sums = [reading("year", q, 400) for q in quarters[3:]]
    year = metric("year", "capex", "USD bn", *sums, quarters=4, of="capex")
    held = [one for one in update.held(run, [parts, year]) if one.label == "year"]
    assert [one.why for one in held] == [update.PARTS] * 3
    alone = replace(year, of="")
    assert [one.why for one in update.held(run, [alone])] == [update.SHARED, update.SHARED, ""]
    firm = replace(parts, relative=True, readings=(reading("capex", BASE, 50), *parts.readings))
    assert {one.why for one in update.held(run, [firm])} == {update.ONE_FIRM}


def test_tripwires_that_readings_decide_are_scored(run: Run) -> None:
    by = REGISTER.calendar.labels[2]
    rows = (threshold(by, 97, 103),)
    crossed = metric("capex", "capex", "USD bn/q", reading("capex", FIRST, 95), reading("capex", SECOND, 99))
    found = seen(run, crossed, listed=replace(WATCHED, items=(item(crossed, *rows),)))
    assert found.tripwires == ()
    low, high = found.decided
    assert (low.crossed, low.date, low.value) == (True, FIRST, 95.0)
    assert (high.crossed, high.date) == (False, SECOND)
    p = float((LEVELS[1:3] < 97).any(axis=0).mean())
    assert low.brier == pytest.approx((1 - p) ** 2)
    assert low.logarithm == pytest.approx(-log(p))


def test_a_tripwire_stays_open_until_its_quarter_is_over(run: Run) -> None:
    rows = (threshold(FIRST, 97, 103),)
    day = metric("capex", "capex", "USD bn/q", reading("capex", "2026-11-15", 90))
    assert len(seen(run, day, listed=replace(WATCHED, items=(item(day, *rows),))).tripwires) == 2
    next_ = replace(day, readings=(*day.readings, reading("capex", SECOND, 100, "2027-05-01")))
    found = seen(run, next_, listed=replace(WATCHED, items=(item(next_, *rows),)))
    assert [one.crossed for one in found.decided] == [True, False]


def test_certainty_that_fails_is_scored_by_half_a_path() -> None:
    told = SimpleNamespace(crossed=SimpleNamespace(value=0.0))
    wire = SimpleNamespace(item="capex", since=FIRST, by=FIRST, side="low", level=97.0, told=told)
    read = metric("capex", "capex", "USD bn/q", reading("capex", FIRST, 90))
    (found,) = past.decided([cast(Any, wire)], {"capex": read}, 1_000)
    assert found.logarithm == pytest.approx(log(2_000))


def test_what_is_kept_is_read_again(run: Run) -> None:
    kept = replace(seen(run, CAPEX), inputs="a")
    from risk.runs.files import publish_json

    publish_json(run.directory / watching.FILE, watching._ADAPTER.dump_python(kept, mode="json"))
    found = watching.read(run)
    assert found is not None
    assert found.tripwires[0] == kept.tripwires[0]
    assert [t.id for t in found.tripwires] == [t.id for t in kept.tripwires]


def test_a_stress_is_no_forecast(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read = metric("capex", "capex", "USD bn/q", reading("capex", FIRST, 95), reading("capex", SECOND, 99))
    listed = replace(WATCHED, items=(item(read, threshold(SECOND, 97, 103)),))
    assert seen(run, read, listed=listed).decided
    monkeypatch.setattr(run.manifest, "scenario", "gpu-glut")
    found = seen(run, read, listed=listed)
    assert (found.decided, found.update.held, found.update.stress) == ((), (), True)
    assert len(found.tripwires) == 2
    monkeypatch.setattr(run.manifest, "scenario", "base@2026Q3")
    assert seen(run, read, listed=listed).update.held
