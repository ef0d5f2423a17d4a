"""Implied lives by hand, crossings on few paths, and the value path against the engine's own."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import gpu_lives, register
from risk.analysis.gpu_lives import Kept, crossing, kept, life, straight
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


def test_the_expected_decline_is_that_of_the_worked_example() -> None:
    """docs/model/gpu-repricing.md: 4.00 two years ago, 2.60 now, .27 a year by default."""
    names = {
        "trend_window": (8.0, "quarter"),
        "h100_contract_two_years_before": (4.0, "USD/h"),
        "expected_decline_trend_weight": (0.5, "1"),
        "median_rent_decline": (0.27, "1/y"),
        "lowest_expected_decline": (0.0, "1/y"),
        "highest_expected_decline": (0.5, "1/y"),
    }
    entries = {f"gpu.{name}": {"value": value, "unit": unit} for name, (value, unit) in names.items()}
    contract = np.full((9, 1), 2.6)
    assert gpu_lives.decline({"entries": entries}, contract, 3) == pytest.approx(0.2427, abs=5e-5)
    contract[0] = 4.0
    assert gpu_lives.decline({"entries": entries}, contract, 8) == pytest.approx(0.2427, abs=5e-5)


def test_the_value_path_is_near_that_of_the_engine(run: Run) -> None:
    """The engine's decline leaves the passing re-rating out, which moves the mean value by little."""
    found = kept(run, "H100", "spot")
    column = register.words(run.assumptions, "gpu.generation").index("H100")
    mean, error = (values[:, column] for values in run.mean("gpu.collateral"))
    first = gpu_lives.values(run, "H100", "spot", (0, 1, 10, 18))
    for t, value in zip((1, 10, 18), first[1:], strict=True):
        assert abs(value.mean() - mean[t]) < 4.0 * error[t] + 0.02 * mean[t]
    assert 0.0 < found.share.min() < found.share.max()


class _Paths:
    """A run of which only what a crossing asks for exists."""

    calendar = Calendar(small_run().calendar.base, 3)

    def __init__(self, rent: np.ndarray) -> None:
        self.rent = rent

    def series(self, name: str) -> np.ndarray:
        assert name == "h100_spot"
        return self.rent


def test_crossings_by_hand() -> None:
    """Of ten paths one is below at once, five from the second quarter on (one recovers), four never."""
    rent = np.full((4, 10), 2.0)
    rent[:, 0] = 0.1
    rent[2:, 1:6] = 0.1
    rent[3, 1] = 2.0
    found = crossing(_Paths(rent), "h100_spot", 0.45, ("2026Q3", "2026Q4"))  # type: ignore[arg-type]
    assert found.never.value == 0.4
    assert [p.value for p in found.by] == [0.1, 0.6]
    assert found.first == ("2026Q2", "2026Q4", "")


def test_the_mean_crosses_where_the_sums_say(run: Run) -> None:
    mean = run.mean("gpu.spot_rent")[0][:, 0]
    cost = float(np.sort(mean)[3])
    first = gpu_lives.mean_crossing(run, "A100", "spot", cost)
    assert first == run.calendar.labels[int((mean < cost).argmax())]
    assert gpu_lives.mean_crossing(run, "A100", "spot", 0.0) == ""
