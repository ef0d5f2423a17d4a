"""Implied lives by hand, crossings on few paths, and the value path against the engine's own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from risk.analysis import gpu_lives
from risk.analysis.gpu_lives import Kept, crossing, kept, life, straight
from risk.assumptions.tables import Generation
from risk.axes import Calendar
from risk.runs import Run
from tests.report.runs import small_run

HORIZON = 6.5


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


@pytest.mark.parametrize(("years", "average"), [(3.25, 0.25), (6.5, 0.5), (13.0, 0.75)])
def test_a_straight_line_and_its_life(years: float, average: float) -> None:
    """Half of the horizon: a triangle of a quarter; twice the horizon: a trapezium from 1 to 1/2."""
    assert straight(years, HORIZON) == pytest.approx(average)
    assert life(average, HORIZON) == pytest.approx(years)


def test_what_never_falls_has_no_end() -> None:
    assert life(1.0, HORIZON) == np.inf
    found = Kept(np.full(100, 1.2), HORIZON)
    assert all(np.isinf(e.value) for e in found.lives())
    assert found.shorter(100.0).value == 0.0


def test_quantiles_of_lives_are_lives_of_quantiles() -> None:
    shares = np.linspace(0.1, 0.6, 501)
    found = Kept(shares, HORIZON)
    assert [e.value for e in found.lives()] == pytest.approx([life(x, HORIZON) for x in (0.125, 0.35, 0.575)])
    assert all(e.interval[0] < e.value < e.interval[1] and e.standard_error > 0.0 for e in found.lives())
    assert found.shorter(life(0.35, HORIZON)).value == pytest.approx(250 / 501)


def test_the_value_path_is_what_rents_still_earn_an_owner(run: Run) -> None:
    """Income falls by .28 a year until it no longer covers the cost or the unit is six years old."""
    names = ("collateral_margin", "collateral_life", "median_rent_decline")
    margin, longest, fall = (run.register.number(f"gpu.{name}") for name in names)
    rate = run.register.number("credit.sofr") + margin
    cost = next(chip.opex for chip in run.register.rows(Generation) if chip.name == "H100")
    dates = (0, 10, 24)
    found = np.stack(list(gpu_lives.values(run, "numeraire", "spot")))[list(dates)]
    income = (run.series("h100_spot") * run.series("utilization"))[list(dates)].astype(np.float64)
    for t, path in ((0, 0), (0, 7), (1, 3), (2, 3)):
        years = np.linspace(0.0, longest - dates[t] / 4.0, 100_001)
        earned = np.maximum(income[t, path] * np.exp(-fall * years) - cost, 0.0) * np.exp(-rate * years)
        assert found[t, path] == pytest.approx(8760.0 * np.trapezoid(earned, years), rel=1e-4)


def test_lives_are_of_some_years(run: Run) -> None:
    low, middle, high = (e.value for e in kept(run, "numeraire", "spot").lives())
    assert 0.5 < low < middle < high < 30.0


class _Paths:
    """A run of which only what a crossing asks for exists."""

    calendar = Calendar(date(2026, 6, 30), 3)

    def __init__(self, rent: np.ndarray) -> None:
        self.stored = {"h100_spot": rent, "utilization": np.full_like(rent, 0.5)}
        self.paths = rent.shape[1]

    def series(self, name: str, at: None = None) -> np.ndarray:
        return self.stored[name]


def test_crossings_by_hand() -> None:
    """Of ten paths one is below at once, five from the second quarter on (one recovers), four never.

    Half of the hours are let, so that a rent of .80 does not pay for a cost of .45.
    """
    rent = np.full((4, 10), 2.0)
    rent[:, 0] = 0.8
    rent[2:, 1:6] = 0.8
    rent[3, 1] = 2.0
    found = crossing(_Paths(rent), "h100_spot", 0.45, ("2026Q3", "2026Q4"))  # type: ignore[arg-type]
    assert found.never.value == 0.4
    assert [p.value for p in found.by] == [0.1, 0.6]
    assert found.first == ("2026Q2", "2026Q4", "")


def test_the_mean_crosses_where_the_sums_say(run: Run) -> None:
    earned = run.mean("gpu.spot_rent")[0][:, 0] * run.series("utilization").mean(axis=1, dtype=np.float64)
    cost = float(np.sort(earned)[3])
    first = gpu_lives.mean_crossing(run, "A100", "spot", cost)
    assert first == run.calendar.labels[int((earned < cost).argmax())]
    assert gpu_lives.mean_crossing(run, "A100", "spot", 0.0) == ""
