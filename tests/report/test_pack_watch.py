"""The sheet Watch: tripwires by what they tell, readings that miss in red, what is decided."""

from __future__ import annotations

from functools import cache

import pytest

from risk.calibrate.watch.watching import Watch
from risk.report import watch as tables
from risk.report.content import number_of, value_of
from risk.report.excel import build
from risk.report.pack.base.results import Results
from risk.report.pack.decision import watch as sheets
from risk.report.sheet import Paragraph, Properties, Sheet, Workbook
from risk.report.table import Table
from tests.report.runs import small_run
from tests.report.watch_results import EXHAUSTED, LOW, WATCH


def results(found: Watch | None) -> Results:
    """Results of a small run beside which this is kept."""
    made = Results.of(small_run())
    vars(made)["watch"] = found
    return made


@cache
def sheet() -> Sheet:
    made = sheets.sheet(results(WATCH))
    assert made is not None
    return made


def table(name: str) -> Table:
    return next(b for b in sheet().blocks() if isinstance(b, Table) and b.id == f"watch-{name}")


def said(made: Sheet, style: str) -> list[str]:
    return [str(b.text) for b in made.blocks() if isinstance(b, Paragraph) and b.style == style]


def test_where_nobody_has_looked_there_is_no_sheet() -> None:
    assert sheets.sheet(results(None)) is None


def test_a_pack_has_what_is_kept_beside_its_run() -> None:
    found = Results.of(small_run()).watch
    assert found is not None
    assert found.run == small_run().id
    assert len(found.tripwires) >= 20


def test_tripwires_stand_in_the_order_of_what_they_tell() -> None:
    made = table("tripwires")
    assert [number_of(cell) for cell in made.column("moves")] == [
        t.told.change.value for t in WATCH.tripwires
    ]
    assert number_of(made.cell("given", LOW.id)) == 0.78
    assert value_of(made.cell("wire", LOW.id)) == "H100 one-year contract rent below 1.1 USD/h by 2028Q4"
    assert value_of(made.cell("newest", LOW.id)) == "2.8 (2026-08-31)"
    assert number_of(made.cell("later", LOW.id)) == 0.24
    unread = [row for row in made.row_ids if str(value_of(made.cell("wire", row))).endswith("*")]
    assert unread == [t.id for t in WATCH.tripwires if not t.judged]


def test_a_miss_is_told_in_red_and_marked_in_its_row() -> None:
    (red,) = said(sheet(), "alert")
    assert red == "Big-Five cash capex 310 USD bn/q of 2026Q4: above 222 to 274 (percentile 99.9)."
    found = [value_of(cell) for cell in table("readings").column("found")]
    assert found == ["inside", "inside", "FAIL"]


def test_findings_and_scores_are_sentences() -> None:
    assert said(sheet(), "finding") == [
        "Most is told by Inference cost per token: H100 one-year contract rent below 1.1 USD/h by 2028Q4 has "
        "a probability of 26%. P(bust), 35% here, would be 78% with it and 20% without."
    ]
    bullets = said(sheet(), "bullet")
    assert bullets[0].startswith(
        "By what was read since 2026Q3 (2 readings) P(bust) goes from 35.2% to 33.6% (-1.6 points"
    )
    assert bullets[1].startswith("2 tripwires are decided: Brier 0.194, log 0.55; better than one half")


def test_exhausted_weights_are_red_and_tell_nothing_else() -> None:
    from dataclasses import replace

    made = sheets.sheet(results(replace(WATCH, update=EXHAUSTED.result, updated={})))
    assert made is not None
    assert said(made, "alert")[0].startswith(
        "Reweighting is exhausted: what was read since 2026Q3 (2 readings)"
    )
    assert not any(isinstance(b, Table) and b.id == "watch-moved" for b in made.blocks())


def test_a_sentence_for_the_front_page() -> None:
    assert tables.sentence(LOW) == (
        "H100 one-year contract rent below 1.1 USD/h by 2028Q4 (last 2.8 (2026-08-31)): 26%; P(bust) is 78% "
        "if so and 20% if not."
    )


@pytest.mark.parametrize("kept", [WATCH, None])
def test_the_workbook_is_well_formed(kept: Watch | None) -> None:
    found = kept or Results.of(small_run()).watch
    made = sheets.sheet(results(found))
    assert made is not None
    run = small_run()
    book = Workbook(Properties("", run.id, Results.of(run).finished), (made,))
    draft = build(book)
    assert draft.clipped == ()
    assert draft.finished()
