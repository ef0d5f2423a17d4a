"""Pictures of the pack: what is drawn is what the tables and the run say, and findings follow the numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from risk.analysis import distress
from risk.analysis.bridge import Bridge, Step
from risk.analysis.contrasts import Difference
from risk.analysis.distress import PastEvent
from risk.analysis.estimate import Estimate
from risk.analysis.maturities import maturities
from risk.analysis.owed import Owed, owed
from risk.analysis.reverse.grid import Grid
from risk.assumptions.tables import CreditCreditor, CreditHolder, CreditHolding, CreditOwner
from risk.engine.layout import layout
from risk.mechanisms.neocloud import facility
from risk.report import reversed as said
from risk.report.content import number_of, value_of
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.credit import owed as who
from risk.report.pack.markets import spaghetti
from risk.report.pack.neoclouds import calendar, events
from risk.report.pack.scenarios import steps
from risk.report.sheet import Sheet
from tests.report.reverse_results import GRID
from tests.report.runs import small_run

BILLION = 1e9


@pytest.fixture(scope="module")
def results() -> Results:
    return Results.of(small_run())


def test_the_map_of_events_is_the_runs_stages(results: Results) -> None:
    block, stages = events.heat(results), results.run.facility("stage")
    past = np.isnan(stages) | (stages >= facility.EVENT)
    assert block.row_labels == results.run.entities["stage"]
    assert np.array(block.values) == pytest.approx(past.mean(axis=1).T)
    shares = distress.shares(results.run)
    assert np.array(block.values).mean(axis=0) == pytest.approx(shares["event"] + shares["default"])
    repaid = results.run.paths - np.array(block.counts)
    assert repaid.mean(axis=0) / results.run.paths == pytest.approx(shares["repaid"])
    assert any(block.thin(r, len(results.labels) - 1) for r in range(len(block.row_labels)))


def test_the_finding_of_events_names_the_worst() -> None:
    share = np.array([[0.1, 0.7, 0.2], [0.0, 0.1, 0.9], [0.0, 0.0, 0.1]])
    found = PastEvent(("One", "Two", "Three"), share, np.full((3, 3), 200))
    labels = ("2027Q1", "2027Q2", "2027Q3")
    told = events.finding(found, labels)
    assert told.startswith("Worst is Two (90% of paths in 2027Q3), then One (70% of paths in 2027Q2); 2 of 3")
    better = events.finding(replace(found, share=share / 2), labels)
    assert "Two (45% of paths in 2027Q3)" in better
    assert "0 of 3" in better


def test_what_is_owed_at_the_end_falls_due_by_the_last_date(results: Results) -> None:
    found, run = maturities(results.run), results.run
    book = layout(run.register).book
    owing = run.mean("facility.debt")[0][-1]
    assert found.left.sum() == pytest.approx(owing.sum())
    assert found.years[-1] == int(run.calendar.label(int(book.due.max()))[:4])
    lent = sum(f.debt + f.undrawn for f in results.facilities)
    assert found.base.sum() == pytest.approx(lent)  # the whole base book is due within the run
    inside = [year <= run.calendar.year[-1] for year in found.years]
    assert not found.left[inside].any()
    assert not (found.base + found.lent)[np.logical_not(inside)].any()
    late = found.years.index(run.calendar.year[-1] + 1)
    quarter = sum(
        owed / (max(due, run.calendar.quarters + 1) - run.calendar.quarters)
        for owed, due in zip(owing, book.due, strict=True)
    )
    assert found.left[late] > quarter  # the first of its quarters


def test_loans_lent_since_are_repaid_as_they_are_drawn(results: Results) -> None:
    """Of cohorts whose last part is due within the run, schedules repay all that was lent."""
    found, run = maturities(results.run), results.run
    book = layout(run.register).book
    lent = run.mean("facility.lent")[0].sum(axis=0)
    due = (book.origination > 0) & (book.due <= run.calendar.quarters)
    assert lent[due].sum() < found.lent.sum() < lent.sum()


def test_bars_and_finding_of_the_calendar_are_its_table(results: Results) -> None:
    table = calendar.table(results)
    chart = calendar.chart(results, table, 20)
    for series, row in zip(chart.series, calendar.PARTS, strict=True):
        cells = [table.cell(column.key, row) for column in table.columns[1:]]
        drawn = [None if value is None else value_of(value) for value in series.values]
        assert drawn == [None if value_of(cell) == calendar.NONE else value_of(cell) for cell in cells]
    (test,) = (c for c in calendar.conditions(results, _with(results, table)) if "paths end" in c.text)
    assert test.passed
    rows = list(map(list, table.rows))
    last = len(table.columns) - 1
    rows[table.row_number("left")][last] = 100.0
    other = replace(table, rows=tuple(map(tuple, rows)))
    assert f"falls due in {table.columns[last].label}" in calendar.finding(results, other)
    assert calendar.finding(results, other) != chart.alt
    (test,) = (c for c in calendar.conditions(results, _with(results, other)) if "paths end" in c.text)
    assert not test.passed


def _with(results: Results, table: object) -> Tables:
    from risk.report.pack.neoclouds import duration, neoclouds

    sheets = [neoclouds.sheet(results), duration.sheet(results)]
    blocks = tuple(
        table if getattr(block, "id", "") == calendar.TABLE else block for block in sheets[1].blocks()
    )
    return Tables([sheets[0], Sheet("D", "", "", "P", screen=blocks)])  # type: ignore[arg-type]


def test_every_dollar_of_debt_ends_at_an_ultimate_owner(results: Results) -> None:
    found, run = owed(results.run), results.run
    par = dict(zip(run.entities["exposure.instrument"], run.mean("exposure.instrument")[0][0], strict=True))
    for name, row in zip(found.instruments, found.amounts, strict=False):
        assert row.sum() == pytest.approx(par[name])
    for row, name in enumerate(found.vehicles, start=len(found.instruments)):
        assert found.amounts[row].sum() == pytest.approx(found.held(name))
    assert sum(map(found.held, found.final)) == pytest.approx(found.debt)
    share = next(
        r.share for r in run.register.rows(CreditHolding) if (r.instrument, r.holder) == ("spv", "insurer")
    )
    cell = found.amounts[found.instruments.index("spv"), found.creditors.index("insurer")]
    assert cell == pytest.approx(share * par["spv"])


def test_a_vehicle_owes_its_owners_by_its_leverage(results: Results) -> None:
    found, rows = owed(results.run), results.register.rows
    bdc = next(r for r in rows(CreditHolder) if r.name == "bdc")
    owns = next(r.share for r in rows(CreditOwner) if (r.vehicle, r.owner) == ("bdc", "households"))
    lends = sum(r.share for r in rows(CreditCreditor) if (r.debtor, r.creditor) == ("bdc", "households"))
    equity = 1.0 / bdc.assets_to_equity
    row = found.amounts[len(found.instruments) + found.vehicles.index("bdc")]
    expected = found.held("bdc") * (equity * owns + (1.0 - equity) * lends)
    assert row[found.creditors.index("households")] == pytest.approx(expected)


def test_the_matrix_and_its_finding_are_what_is_owed(results: Results) -> None:
    found, block = owed(results.run), who.network(results)
    shown = np.array([[value or 0.0 for value in row] for row in block.values])
    assert shown * BILLION == pytest.approx(found.amounts)
    assert block.alt == who.finding(found)


def test_the_finding_of_who_owes_whom_follows_the_numbers() -> None:
    amounts = np.array([[30.0, 50.0, 20.0, 0.0], [0.0, 5.0, 0.0, 25.0]]) * BILLION
    found = Owed(
        ("spv",),
        ("bdc",),
        ("bdc", "insurer", "bank", "households"),
        ("insurer", "bank", "households"),
        amounts,
    )
    told = "Of USD 100bn, 55% ends at insurers (USD 5bn through vehicles), 25% ends at households; 100% of"
    assert who.finding(found).startswith(told)
    moved = who.finding(replace(found, amounts=amounts[:, [0, 2, 1, 3]]))
    assert moved.startswith("Of USD 100bn, 55% ends at banks (USD 5bn through vehicles)")


def test_single_paths_have_the_color_of_their_class(results: Results) -> None:
    chart, run = spaghetti.chart(results, 20), results.run
    ids = np.arange(40) * run.paths // 40
    rents = run.series(spaghetti.SERIES)[:, ids].astype(np.float64)
    drawn = {tuple(map(number_of, series.values)): series.tone for series in chart.series}
    for name, tone in spaghetti.DRAWN.items():
        flags = run.outcome(name)[ids] > 0
        assert all(drawn[tuple(rents[:, i].tolist())] == tone for i in np.flatnonzero(flags))
    tones = Counter(series.tone for series in chart.series)
    named = {series.name for series in chart.series if series.legend}
    assert sum(tones.values()) == 40
    assert {f"Bust ({tones['bad']})", f"Durable ({tones['main']})", f"Correction ({tones['light']})"} == named


def test_the_finding_of_single_paths_follows_the_rents() -> None:
    rents, classes = np.array([[2.0, 2.0, 2.0], [0.5, 1.5, 0.7]]), {"durable": [1], "bust": [0, 2]}
    members = {name: np.array(own) for name, own in classes.items()}
    told = spaghetti.finding(rents, members, ("2026Q3", "2026Q4"))
    assert "bust on 2, at 0.60 (0.50 to 0.70) USD/h; durable on 1, at 1.50 (1.50 to 1.50) USD/h" in told
    assert told != spaghetti.finding(rents + 1.0, members, ("2026Q3", "2026Q4"))


def test_the_finding_of_the_map_leaves_thin_cells_out() -> None:
    told = said.grid_finding(GRID, "bust")
    assert told.startswith(
        "P(bust) is 0% to 77%, most where the rent fell by ≥ 20% and the spread is 300 to 400"
    )
    assert "the fall of the rent tells more: 71 points" in told
    across = Grid(GRID.quarter, GRID.falls, GRID.spreads, tuple(zip(*GRID.cells, strict=True)))
    told = said.grid_finding(across, "bust")
    assert "the spread tells more: 38 points from row to row, 71 from column to column" in told
    few = tuple(tuple(replace(cell, n=99 if cell.n else 0) for cell in row) for row in GRID.cells)
    assert said.grid_finding(replace(GRID, cells=few), "bust") == "No cell holds 100 paths."


def moved(before: float, after: float, effects: dict[str, float]) -> tuple[Difference, Bridge]:
    old, new = (Estimate(value, 0.001, 1_000) for value in (before, after))
    change = Estimate(after - before, 0.001, 1_000)
    parts = tuple(Step(name, {"bust": Estimate(value, 0.001, 1_000)}) for name, value in effects.items())
    found = Bridge("old", "new", 1_000, {"bust": old}, {"bust": new}, {"bust": change}, parts)
    return Difference("bust", "P(bust)", "", old, new, change), found


def test_steps_of_a_bridge_lead_from_old_to_new() -> None:
    effects = {f"i{k}": 0.01 * k * (-1) ** k for k in range(1, 13)}
    difference, found = moved(0.4, 0.4 + sum(effects.values()), effects)
    chart = steps.picture(difference, found)
    named = [step.label for step in chart.steps]
    assert named == ["Old", *(f"i{k}" for k in range(5, 13)), "4 others", "New"]
    assert chart.levels[-2] == pytest.approx(chart.levels[-1]) == pytest.approx(difference.after.value)
    assert chart.alt.endswith("most by i12 +12.0, i11 -11.0, i10 +10.0 points.")
    alone = steps.picture(difference, None)
    assert [step.label for step in alone.steps] == ["Old", "Change", "New"]
    assert alone.alt == "P(bust) goes from 40.0% to 46.0%, beyond noise."


def test_the_axis_of_a_bridge_says_where_it_starts() -> None:
    near, wide = ({"a": 0.01, "b": -0.004}, {"a": 0.3, "b": -0.1})
    chart = steps.picture(*moved(0.4, 0.406, near))
    assert chart.ends[0] == pytest.approx(0.39)
    assert chart.y_title == "Probability, axis from 39.0%"
    chart = steps.picture(*moved(0.4, 0.6, wide))
    assert chart.ends[0] == 0.0
    assert chart.y_title == "Probability"
