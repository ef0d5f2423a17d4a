"""The sheet Hindcast, and what it puts on Summary in red, where hindcasts are kept beside a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from risk.calibrate.hindcast import hindcast
from risk.calibrate.hindcast.forecast import Fan as Path
from risk.report.charts import Fan
from risk.report.content import number_of, value_of
from risk.report.pack.base.results import Results
from risk.report.pack.control.hindcast import sheet
from risk.report.pack.verdict import sowhat
from risk.report.sheet import Paragraph
from risk.report.table import Table
from risk.runs import Run
from tests.report.command_results import HINDCAST
from tests.report.runs import small_run

QUARTERS = ("2024Q4", "2025Q1", "2025Q2")
LEVEL = (60.0, 61.0, 62.0)
DRAWN = Path("capex", QUARTERS, LEVEL, LEVEL, LEVEL, LEVEL, LEVEL, (76.3, None, 97.3))


@pytest.fixture
def run() -> Run:
    return small_run()


@pytest.fixture
def results(run: Run) -> Results:
    """Results of a run beside which hindcasts of the same engine are kept."""
    vintages = (replace(HINDCAST.vintages[0], fans=(DRAWN,)), *HINDCAST.vintages[1:])
    kept = replace(HINDCAST, vintages=vintages, source=run.manifest.specification.source)
    path = hindcast.store(kept, run.directory.parent)
    found = Results.of(run)
    assert found.hindcast == kept
    path.unlink()  # the run is that of other tests too
    return found


def test_without_hindcasts_there_is_no_sheet(run: Run) -> None:
    assert sheet(Results.of(run)) is None


def test_hindcasts_of_another_engine_are_not_shown(run: Run) -> None:
    path = hindcast.store(HINDCAST, run.directory.parent)
    assert Results.of(run).hindcast is None
    path.unlink()


def test_the_sheet_tells_what_fails_in_red(results: Results) -> None:
    made = sheet(results)
    assert made is not None
    blocks = list(made.blocks())
    red = [str(block.text) for block in blocks if isinstance(block, Paragraph) and block.style == "alert"]
    assert red[0].startswith("50% of 4 readings lie inside the 90% interval")
    assert red[1].startswith("Hindcasts that fail: Big-Five cash capex 50% inside 90%")
    scores = next(block for block in blocks if isinstance(block, Table) and block.id == "hindcast-scores")
    found = [value_of(cell) for cell in scores.column("found")]
    assert found == ["inside", "FAIL", "inside", "FAIL"]


def test_a_fan_shows_readings_with_straight_lines_between_them(results: Results) -> None:
    made = sheet(results)
    assert made is not None
    (drawn,) = (block for block in made.blocks() if isinstance(block, Fan))
    (line,) = drawn.lines
    assert [number_of(x) for x in line.values] == pytest.approx([76.3, 86.8, 97.3])


def test_summary_names_in_red_what_hindcasts_miss(results: Results) -> None:
    assert any("Hindcasts that fail: Big-Five cash capex" in text for text in sowhat.alerts(results))
