"""The line items of a scenario, from paths small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.line_items import HEADLINE, ITEMS, Line, lines
from risk.paths import SERIES
from risk.units import SCALE

PATHS, QUARTERS = 400, 8


def made(shift: float = 0.0) -> dict[str, np.ndarray]:
    """Every item falls to its trough in quarter 3, then rises; quantiles by path."""
    course = np.array([0.0, -1.0, -2.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0])
    spread = np.linspace(-1.0, 1.0, PATHS)
    found = {item.id: 10.0 + course[:, None] + spread + shift for item in ITEMS}
    found["L07"] = (spread > 0.5).astype(float) * (course[:, None] > 1.0)
    found["L03"] = np.vstack([np.full(PATHS, np.nan), found["L03"][1:]])
    return {item.id: found[item.id] * SCALE[item.unit] for item in ITEMS}


@pytest.fixture
def found() -> dict[str, Line]:
    return {line.item.id: line for line in lines(made(0.5), made(), paired=True)}


def test_ids_are_fixed_and_items_known() -> None:
    assert [item.id for item in ITEMS] == [f"L{i:02}" for i in range(1, 13)]
    assert {item.name for item in ITEMS} - {"coverage"} <= {v.name for v in SERIES}
    assert next(item.name for item in ITEMS if item.id == HEADLINE) == "headline_loss"


def test_troughs_and_peaks(found: dict[str, Line]) -> None:
    assert found["L01"].extreme.value == pytest.approx(7.5)
    assert found["L01"].quarter == 3
    assert found["L08"].extreme.value == pytest.approx(12.5)  # higher is worse
    assert found["L08"].quarter == QUARTERS


def test_ends_and_range(found: dict[str, Line]) -> None:
    line = found["L02"]
    assert line.low is not None
    assert line.high is not None
    assert [line.low.value, line.end.value, line.high.value] == pytest.approx([11.6, 12.5, 13.4])
    assert line.end.standard_error > 0.0


def test_a_share_of_paths_has_no_quantiles(found: dict[str, Line]) -> None:
    line = found["L07"]
    assert (line.low, line.high) == (None, None)
    assert line.end.value == 0.25
    assert (line.start.value, line.start.standard_error) == (0.0, 0.0)  # type: ignore[union-attr]


def test_what_has_no_value_at_the_base_date(found: dict[str, Line]) -> None:
    assert found["L03"].start is None
    assert found["L03"].quarter == 3


def test_differences_are_paired(found: dict[str, Line]) -> None:
    moved = found["L01"].change
    assert moved.value == pytest.approx(0.5)
    assert moved.standard_error < 1e-9  # every path moved alike
    apart = lines(made(0.5), made(), paired=False)[0].change
    assert apart.standard_error > 0.01


def test_a_run_against_itself_does_not_move() -> None:
    own = made()
    assert all(
        (line.change.value, line.change.standard_error) == (0.0, 0.0) for line in lines(own, own, True)
    )
