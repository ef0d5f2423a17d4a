"""The sheets of neoclouds and of duration, against the register and the analysis of the same run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risk.analysis import distress, ladder, neoclouds
from risk.assumptions import load
from risk.assumptions.tables import Facility
from risk.axes import ended
from risk.report.charts import Bars, Lines
from risk.report.content import number_of, value_of
from risk.report.excel import build
from risk.report.pack import properties
from risk.report.pack.base.cells import Tables, margin_cell
from risk.report.pack.base.quarters import column_key
from risk.report.pack.base.results import Results
from risk.report.pack.neoclouds import calendar, duration
from risk.report.pack.neoclouds import neoclouds as page
from risk.report.pack.neoclouds.loans import STAGES
from risk.report.pack.verdict import metrics
from risk.report.sheet import Sheet, Workbook
from risk.report.table import Table
from risk.runs import execute
from tests.report.runs import SEED, small_results


@pytest.fixture(scope="module")
def results() -> Results:
    return small_results()


@pytest.fixture(scope="module")
def sheets(results: Results) -> tuple[Sheet, Sheet]:
    return page.sheet(results), duration.sheet(results)


@pytest.fixture(scope="module")
def tables(sheets: tuple[Sheet, Sheet]) -> Tables:
    return Tables(sheets)


def test_terms_are_those_of_the_register(results: Results, tables: Tables) -> None:
    for row in results.register.rows(Facility):

        def shown(column: str, name: str = row.name) -> object:
            return value_of(tables.content("facilities", column, name))

        assert shown("lender") == row.lender
        assert shown("rate") == {"floating": "fl.", "fixed": "fixed"}[row.rate]
        assert shown("amortization") == row.amortization
        assert shown("undrawn") == pytest.approx(row.undrawn)
        assert shown("instrument") != ""


def test_the_ladder_of_distress_is_that_of_the_analysis(results: Results, tables: Tables) -> None:
    for name, found in distress.distress(results.run).items():
        for stage in STAGES:
            assert tables.number("facility-distress", stage, name) == found.reached[stage].value
            interval = value_of(tables.content("facility-distress", f"{stage}_mc", name))
            assert interval == value_of(margin_cell(found.reached[stage]))
        for column, timing in (("event_first", found.event), ("default_first", found.default)):
            said = value_of(tables.content("facility-distress", column, name))
            assert said == ("–" if timing is None else timing.label)


def test_coverage_is_that_of_the_run_or_not_stated(results: Results, tables: Tables) -> None:
    for table, rungs in (("ladder", results.firm_ladder), ("ladder-payers", results.payer_ladder)):
        stated = 0
        for number, rung in enumerate(rungs):
            for quarter, value in zip(results.labels, rung.covered.at(0.5), strict=True):
                said = value_of(tables.content(table, column_key(quarter), f"p50{number}"))
                assert said == ("–" if np.isnan(value) else value)
                stated += said != "–"
        assert stated > 50
    # only firms have a ratio of sums to compare with
    assert any(row.startswith("written") for row in tables["ladder"].row_ids)
    assert not any(row.startswith("written") for row in tables["ladder-payers"].row_ids)


def test_year_ends_agree_with_the_quarters(results: Results, tables: Tables) -> None:
    quarters = ladder.year_ends(results.run)
    bands = ladder.facilities_at(results.run, "contracted_coverage", quarters)
    for f in results.facilities:
        assert tables.number("facility-coverage", "base", f.name) == f.contracted[0] / f.service[0]
        for i, t in enumerate(quarters[1:], start=1):
            value = bands[f.name].at(0.95)[i]
            said = value_of(tables.content("facility-coverage", f"p95_{results.labels[t]}", f.name))
            assert said == ("–" if np.isnan(value) else value)
        owing = tables.number("facility-lives", f"owing_{ended(results.labels[quarters[1]])}", f.name)
        assert owing == bands[f.name].count[1] / results.run.paths


def test_a_holdco_has_its_lives_losses_and_runway(results: Results, tables: Tables) -> None:
    losses = neoclouds.firm_losses(results.run, results.facilities)
    runway = ladder.firms_at(results.run, "runway", ladder.year_ends(results.run)[1:])
    for name in results.run.entities["holdco.defaulted"]:
        assert tables.number("holdcos", "loss", name) == pytest.approx(losses[name].total.value / 1e6)
        assert tables.number("holdcos", "own", name) == pytest.approx(losses[name].holdco.value / 1e6)
        assert tables.number("holdco-standing", "runway2026Q4p5", name) == runway[name].at(0.05)[0]
        if value_of(tables.content("holdcos", "gap", name)) != "–":
            debt, contract, gap = (
                tables.number("holdcos", c, name) for c in ("debt_life", "contract", "gap")
            )
            assert gap == pytest.approx(debt - contract)
            for share in ("contracted", "top"):
                assert 0.0 < tables.number("holdcos", share, name) <= 1.0


def test_what_falls_due_is_all_that_is_owed_and_drawn(results: Results) -> None:
    amounts = calendar.due(results)
    lent = sum(f.debt + f.undrawn for f in results.facilities)
    assert (amounts["amortization"] + amounts["balloons"]).sum() == pytest.approx(lent)  # none is longer


def test_bars_of_rungs_are_whole(results: Results, sheets: tuple[Sheet, Sheet]) -> None:
    (chart,) = (block for block in sheets[0].blocks() if isinstance(block, Bars))
    heights = np.array([[number_of(v) for v in series.values] for series in chart.series])
    assert heights.sum(axis=0) == pytest.approx(np.ones(len(chart.labels)))
    assert chart.y_max == 1.0
    assert chart.labels[-1] == results.labels[-1]
    shares = distress.shares(results.run)
    trouble = shares["lock_up"] + shares["sweep"] + shares["event"]
    assert results.labels[int(trouble.argmax())] in chart.alt


def test_the_chart_of_coverage_points_at_its_table(results: Results, sheets: tuple[Sheet, Sheet]) -> None:
    (chart,) = (block for block in sheets[1].blocks() if isinstance(block, Lines))
    assert [series.name for series in chart.series] == [rung.name for rung in results.firm_ladder]
    least = min(results.firm_ladder, key=lambda rung: float(rung.covered.at(0.5)[0]))
    assert least.name in chart.alt


def test_a_run_of_few_paths_states_no_quantiles(tmp_path: Path) -> None:
    tiny = Results.of(execute(load(), 64, SEED, jobs=1, directory=tmp_path))
    both = (page.sheet(tiny), duration.sheet(tiny))
    made = Tables(both)
    assert value_of(made.content("ladder", column_key(tiny.labels[4]), "p500")) == "–"
    assert value_of(made.content("holdco-standing", "runway2026Q4p5", "CRWV")) == "–"
    assert build(Workbook(properties(tiny), both, contents="Neoclouds")).clipped == ()


def failing(results: Results, sheets: tuple[Sheet, Sheet], table: str, column: str) -> set[str]:
    """Checks that fail once the first number of a column is one larger; without a column none should."""
    blocks = [block for sheet in (*sheets, metrics.sheet(results)) for block in sheet.blocks()]
    (found,) = (b for b in blocks if isinstance(b, Table) and b.id == table)
    if column:
        place = found.index(column)
        first = list(found.rows[0])
        first[place] = number_of(first[place]) + 1.0
        blocks[blocks.index(found)] = replace(found, rows=(tuple(first), *found.rows[1:]))
    tables = Tables([replace(sheets[0], bands=tuple(blocks), screen=())])
    tests = (*tables.guarded(), *page.conditions(results, tables), *duration.conditions(results, tables))
    return {test.text for test in tests if not test.passed}


def test_checks_of_distress_fail_where_a_table_is_wrong(
    results: Results, sheets: tuple[Sheet, Sheet]
) -> None:
    assert failing(results, sheets, "holdcos", "") == set()
    assert failing(results, sheets, "holdcos", "loss") == {"Loss by HoldCo adds up"}
    assert failing(results, sheets, "holdcos", "secured") == {
        "Secured debt by HoldCo is the facilities' debt"
    }
    assert failing(results, sheets, "facilities", "cash") == {"Contracted cash over debt service"}
    assert failing(results, sheets, "facility-distress", "sweep") == {"Stages of distress out of order"}
    fall = "Default probabilities that fall over time: holdcos"
    assert failing(results, sheets, "holdcos", "p0") == {fall}
    defaults = {"Payment and maturity defaults are all defaults"}
    assert failing(results, sheets, "facility-distress", "maturity_default") == defaults
