"""Sheet Energy: its tables are what the analysis finds, and its power is that of Metrics."""

from __future__ import annotations

from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.markets import energy
from risk.report.pack.verdict import metrics
from risk.report.table import Table
from tests.report.runs import small_run

TABLES = ("power", "emitted", "queue", "stranded", "charges", "places", "page")


def test_every_table_stands_on_the_sheet_and_nothing_prints() -> None:
    made = energy.sheet(Results.of(small_run()))
    assert made is not None
    assert [b.id for b in made.blocks() if isinstance(b, Table)] == [f"energy-{name}" for name in TABLES]
    assert made.bands == ()


def test_power_is_that_of_metrics() -> None:
    results = Results.of(small_run())
    made = energy.sheet(results)
    assert made is not None
    tables = Tables([made, metrics.sheet(results)])
    (condition,) = energy.conditions(results, tables)
    assert condition.passed
    assert tables.number("energy-power", "power_p50", "2030") > 50.0
