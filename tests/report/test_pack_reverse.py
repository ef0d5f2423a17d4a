"""The sheet Reverse: its cells are what the analysis finds, thin cells are grey, few paths are told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from risk.analysis.reverse.answer import Reverse
from risk.assumptions import load
from risk.report.content import number_of, value_of
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import REVERSED, Results
from risk.report.pack.tail.reverse import heat, sheet
from risk.report.sheet import HeatMap, Paragraph, Sheet
from risk.report.table import Table
from risk.runs import execute
from tests.report.reverse_results import GRID
from tests.report.runs import small_results


@pytest.fixture(scope="module")
def results() -> Results:
    return small_results()


@pytest.fixture(scope="module")
def made(results: Results) -> Sheet:
    return sheet(results)


@pytest.fixture(scope="module")
def found(results: Results) -> Reverse:
    assert isinstance(results.reverse, Reverse)
    return results.reverse


def test_facts_are_those_of_the_run(made: Sheet, results: Results, found: Reverse) -> None:
    tables = Tables([made])
    bust = results.run.outcome(REVERSED) > 0
    assert number_of(tables.content("reverse-facts", "value", "probability")) == pytest.approx(bust.mean())
    assert number_of(tables.content("reverse-facts", "value", "met")) == bust.sum()
    assert number_of(tables.content("reverse-facts", "value", "path")) == found.path
    loss = number_of(tables.content("reverse-facts", "value", "loss"))
    assert loss == pytest.approx(results.run.outcome("headline_loss")[found.path] / 1e9)


def test_every_figure_that_is_estimated_has_an_error(made: Sheet) -> None:
    tables = [block for block in made.blocks() if isinstance(block, Table)]
    assert {table.id for table in tables} >= {"reverse-facts", "reverse-ways", "reverse-way", "reverse-steps"}
    for table in tables:
        keys = [column.key for column in table.columns]
        pairs = [(k, e) for k, e in pairwise(keys) if e in (f"{k}_se", f"{k}_mc")]
        assert pairs
        for value, error in pairs:
            for row, (v, e) in enumerate(zip(table.column(value), table.column(error), strict=True)):
                exact = table.id == "reverse-facts" and table.row_ids[row] not in (
                    "probability", "typical", "everywhere"
                )  # fmt: skip
                if isinstance(value_of(v), float) and not exact:
                    assert value_of(e) not in (None, "–"), (table.id, row, value)


def test_the_map_greys_cells_under_a_hundred_paths() -> None:
    block = heat(GRID, "bust")
    assert isinstance(block, HeatMap)
    assert block.fewest == 100
    thin = [[block.thin(r, c) for c in range(3)] for r in range(3)]
    assert thin == [[cell.n < 100 for cell in row] for row in GRID.cells]
    assert block.values[2][2] is None  # no path at all: grey, and without a number


def test_ways_and_rules_are_told_a_line_a_mark_and_a_bound(made: Sheet, found: Reverse) -> None:
    tables = Tables([made])
    ways = tables["reverse-ways"]
    shares = [value_of(cell) for cell in ways.column("share") if cell is not None]
    assert shares == [way.share.value for way in found.ways.ways]
    assert [value_of(c) for c in ways.column("medoid") if c is not None] == [
        w.medoid for w in found.ways.ways
    ]
    assert len(ways.rows) == sum(max(len(w.course), len(w.causes)) for w in found.ways.ways)
    if found.rules:
        rules = tables["reverse-rules"]
        assert len(rules.rows) == sum(len(rule.bounds) for rule in found.rules)
        density = [value_of(cell) for cell in rules.column("density") if cell is not None]
        assert density == [rule.density.value for rule in found.rules]


def test_of_too_few_paths_the_sheet_says_how_many(tmp_path: Path) -> None:
    run = execute(load(), 20, 1, jobs=1, directory=tmp_path)
    said = [block.text for block in sheet(Results.of(run)).blocks() if isinstance(block, Paragraph)]
    bust = int(np.count_nonzero(run.outcome(REVERSED)))
    assert f"{bust} of 20 paths meet 'bust'" in str(said[0])
