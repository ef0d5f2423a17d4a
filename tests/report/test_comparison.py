"""The workbook that compares scenarios."""

from __future__ import annotations

import math

import numpy as np
import pytest

from risk.analysis import statistics
from risk.report.comparison import compare_scenarios
from risk.report.content import number_of, value_of
from risk.report.excel import build
from risk.report.pack.base.cells import Tables
from risk.report.sheet import Workbook
from risk.runs import Run
from tests.report.runs import small_run


@pytest.fixture(scope="module")
def runs() -> tuple[Run, Run]:
    return small_run("gpu-glut"), small_run()


@pytest.fixture(scope="module")
def book(runs: tuple[Run, Run]) -> Workbook:
    return compare_scenarios(runs)


@pytest.fixture(scope="module")
def tables(book: Workbook) -> Tables:
    return Tables(book.sheets)


def test_base_comes_first_and_all_are_there(book: Workbook, tables: Tables) -> None:
    assert [s.name for s in book.sheets] == ["Comparison", "Propositions", "Medians", "Changes"]
    assert tables["verdict"].row_ids == ("base", "gpu-glut")


def test_differences_are_taken_path_by_path(runs: tuple[Run, Run], tables: Tables) -> None:
    glut, base = runs
    moved = statistics.mean(glut.outcome("bust") - base.outcome("bust"))
    assert number_of(tables.content("verdict", "change", "gpu-glut")) == pytest.approx(moved.value)
    error = number_of(tables.content("verdict", "change_se", "gpu-glut"))
    assert error == pytest.approx(moved.standard_error, rel=1e-6)
    apart = math.hypot(*(statistics.probability(r.outcome("bust")).standard_error for r in runs))
    assert error < apart
    assert value_of(tables.content("verdict", "noise", "gpu-glut")) == "beyond noise"
    assert value_of(tables.content("verdict", "noise", "base")) == "base"


def test_losses_are_those_of_each_run(runs: tuple[Run, Run], tables: Tables) -> None:
    for run in runs:
        loss = run.outcome("headline_loss") / 1e9
        found = {
            key: number_of(tables.content("headline_loss", key, run.manifest.scenario))
            for key in ("p50", "es")
        }
        assert found["p50"] == pytest.approx(np.quantile(loss, 0.5))
        assert found["es"] == pytest.approx(statistics.expected_shortfall(loss, 0.975).value)


def test_it_can_be_written_whole(book: Workbook, runs: tuple[Run, Run]) -> None:
    draft = build(book)
    assert draft.clipped == ()
    assert draft.finished() == build(compare_scenarios(runs)).finished()


def test_a_single_run_is_compared_with_itself() -> None:
    tables = Tables(compare_scenarios([small_run("gpu-glut")]).sheets)
    assert value_of(tables.content("verdict", "noise", "gpu-glut")) == "base"
