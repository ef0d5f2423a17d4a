"""A long run: headlines are of all its paths, inputs are told apart on the first, and it is said.

The book is that of a run so long that no hundredth of its paths can be listed either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from risk.analysis import sampling, statistics
from risk.door.desk import Desk
from risk.door.views import voted
from risk.report.content import number_of, value_of
from risk.report.counted import paths_said
from risk.report.pack import pack
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.tail import reverse
from risk.report.sheet import Workbook
from risk.report.terminal import checks, drivers, explanation, summary, tail
from risk.report.terminal.headed import HEADING, Headed, heading
from risk.runs import Run
from risk.runs import first as firsts
from risk.runs.first import first
from tests.report.runs import PATHS, REGISTER, small_book, small_run

FEW = PATHS // 2
SAID = f"{PATHS:,} paths, explained on the first {FEW:,}"
EXPLAINING = ("Summary", "Drivers", "Views", "Actions", "Watch", "Reverse", "Calibration")


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """A small run in a world in which it is a very long one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(firsts, "EXPLAINED", FEW)
        patch.setattr(sampling, "MOST", PATHS // 200)
        yield replace(small_run())


@pytest.fixture(scope="module")
def book(run: Run) -> Workbook:
    return pack(run)


def test_the_paths_are_counted_in_one_wording() -> None:
    assert paths_said(1_000_000, 131_072) == "1,000,000 paths, explained on the first 131,072"
    assert paths_said(20_000, 20_000) == paths_said(20_000) == "20,000 paths"


def test_screens_that_explain_say_on_which_paths(run: Run) -> None:
    told = (
        drivers.drivers(run),
        explanation.explanation(run, "bust"),
        tail.tail(run, 0.05),
        checks.checks(run),
        voted(run, (), (), Desk(register=REGISTER, runs=run.directory.parent)).found,
    )
    assert [found.heading.counted for found in told] == [SAID] * len(told)
    assert summary.summarise(run).heading.counted == SAID


def test_documents_say_it_only_where_it_is_so(run: Run) -> None:
    assert HEADING.data(heading(first(run)))["explained"] == FEW
    assert HEADING.data(heading(run))["paths"] == HEADING.data(heading(first(run)))["paths"] == PATHS
    assert "explained" not in HEADING.data(heading(run))
    assert "explained" not in HEADING.data(Headed.of(small_run(), None).heading)


def test_headlines_are_of_all_paths(run: Run) -> None:
    found = summary.summarise(run)
    assert found.verdict.outcome("bust").probability.n == PATHS
    assert found.verdict.outcome("bust").probability.value == run.outcome("bust").mean()
    assert {line.loss.mean.n for line in found.lines} == {PATHS}
    assert tail.tail(run, 0.05).result.worst[0].loss == pytest.approx(
        run.outcome("headline_loss").max() / 1e9
    )


def test_what_moves_the_tail_is_that_of_the_first_paths_alone(run: Run) -> None:
    results, alone = Results.of(run), first(run)
    assert {d.rank_correlation.n for d in results.drivers} == {FEW}
    draws = alone.parameter(results.drivers[0].id)
    assert len(draws) == len(results.ranked[results.drivers[0].id]) == FEW
    np.testing.assert_array_equal(draws, run.parameter(results.drivers[0].id)[:FEW])


def test_sheets_that_explain_say_on_which_paths(book: Workbook) -> None:
    said = {sheet.name for sheet in book.sheets if SAID in sheet.subtitle}
    assert said == {sheet.name for sheet in book.sheets} & set(EXPLAINING)
    assert {"Summary", "Drivers", "Reverse", "Calibration"} <= said


def test_the_pack_of_a_long_run_agrees_with_itself(run: Run, book: Workbook) -> None:
    results = Results.of(run)
    tables = Tables(book.sheets)
    assert not [c.text for c in reverse.conditions(results, tables) if not c.passed]
    failed = (value_of(t["checks-total"].column("failed")[0]) for t in (tables, Tables(small_book().sheets)))
    assert next(failed) == next(failed)
    assert tables.number("reverse-facts", "value", "probability") == first(run).outcome("bust").mean()
    assert tables.number("classes", "p", "bust") == run.outcome("bust").mean()


def test_of_a_very_long_run_a_thousandth_is_listed_and_recomputed(run: Run, book: Workbook) -> None:
    results, tables = Results.of(run), Tables(book.sheets)
    assert results.tail_share == 0.001
    listed = [number_of(x) for x in tables["tail-rows"].column("headline_loss")]
    assert listed == sorted(results.loss, reverse=True)[: len(listed)]
    measures = tables["tail-measures"]
    assert measures.row_ids == ("999", "9999")
    for key in measures.row_ids:
        level, position, rank, var, engine, es, es_engine = (
            tables.number("tail-measures", column, key)
            for column in ("level", "position", "rank", "var", "var_engine", "es", "es_engine")
        )
        low, high = listed[int(rank) - 1], listed[max(int(rank) - 2, 0)]
        assert low + (position - int(position)) * (high - low) == pytest.approx(engine, rel=1e-12)
        beyond = sum(max(loss - engine, 0.0) for loss in listed)
        assert engine + beyond / (PATHS * (1.0 - level)) == pytest.approx(es_engine, rel=1e-12)
        assert (var, es) == (engine, es_engine)
        assert engine == statistics.var(results.loss, level).value
    title, subtitle = next((s.title, s.subtitle) for s in book.sheets if s.name == "TailRows")
    assert "worst 0.1% of paths" in title
    assert "too many to read or scroll" in subtitle
