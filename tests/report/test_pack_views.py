"""The sheet Views: model against market, what would have to be believed, and what cannot be held."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from risk.analysis.views import kept
from risk.analysis.views.views import Views, views
from risk.report import views as tables
from risk.report.content import number_of, value_of
from risk.report.excel import build
from risk.report.pack.base.results import Results
from risk.report.pack.decision import views as sheets
from risk.report.sheet import Paragraph, Properties, Sheet, Workbook
from risk.report.table import Table
from tests.report import views_results
from tests.report.runs import small_run


def results(found: tuple[Views, str] | None) -> Results:
    """Results of a small run whose views are these."""
    made = Results.of(small_run())
    vars(made)["views"] = found
    return made


@cache
def sheet() -> Sheet:
    made = sheets.sheet(results((views_results.found(), "")))
    assert made is not None
    return made


def table(name: str) -> Table:
    return next(b for b in sheet().blocks() if isinstance(b, Table) and b.id == f"views-{name}")


def paragraphs(made: Sheet, style: str) -> list[str]:
    return [str(b.text) for b in made.blocks() if isinstance(b, Paragraph) and b.style == style]


def test_where_nobody_has_looked_for_views_there_is_no_sheet() -> None:
    assert sheets.sheet(results(None)) is None


def test_every_member_stands_beside_the_model() -> None:
    members, found = table("members"), views_results.found().ballots
    assert [value_of(c) for c in members.column("label")] == [m.label for m in found.members]
    figures = table("figures")
    for place, member in enumerate(found.members):
        assert number_of(figures.cell(f"m{place}", "bust")) == member.figure("bust").value


def test_a_finding_a_bar_and_a_member() -> None:
    said = paragraphs(sheet(), "finding")
    assert len(said) == 3 + 2
    assert "above a half for whoever believes that Price elasticity of AI use averages" in said[0]
    assert "below 20%" in said[1]
    assert said[2].endswith("above 10% already.")
    assert said[3].startswith("Head of credit: P(bust) is ")


def test_a_view_of_a_price_says_whose_it_is() -> None:
    assert paragraphs(sheet(), "bullet") == [
        "Vehicles, loss a quarter over par owed: 287.5 bp over Treasuries (2026-07-31; press accounts). "
        "Less what other bonds pay: a ceiling."
    ]
    held = table("held")
    asked = [value_of(cell) for cell in held.column("asked")]
    assert asked == ["≥ 50%", "≤ 1.45", "≥ 0%", "≤ 1.2%"]
    assert value_of(held.column("after_se")[0]) == "exact"


def test_the_model_has_its_range_over_inputs_and_no_member_has() -> None:
    made = sheets.sheet(results((views(small_run(), ()), "")))
    assert made is not None
    ranged = tables.side_by_side(views(small_run(), ()).ballots)
    assert [column.key for field in ranged.fields for column in field.columns] == [
        "label",
        "m0",
        "m0_se",
        "band",
    ]


def test_it_is_written_and_every_formula_of_it_has_a_place() -> None:
    book = Workbook(Properties("", "", results(None).finished), (sheet(),))
    assert build(book).finished()


def test_sets_that_cannot_be_held_are_told_in_words_and_the_rest_stands() -> None:
    made = sheets.sheet(results((views(small_run(), ()), "the views leave 12 effective paths of 2,048")))
    assert made is not None
    assert paragraphs(made, "alert") == [
        "The sets of views that came along cannot be held on these paths: the views leave 12 effective paths "
        "of 2,048."
    ]
    assert len(paragraphs(made, "finding")) == 2


def test_results_read_what_is_kept_beside_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from risk.analysis.views import ballot

    starving = views_results.BEAR.replace('"P(bust) >= 50%"', '"mean(headline_loss) = 400"')
    monkeypatch.setattr(kept, "read", lambda run: ballot.written([("bear", "bear.toml", starving)]))
    found = Results.of(small_run()).views
    assert found is not None
    assert found[0].ballots.voting == ()
    assert "effective paths" in found[1] or "outside what the paths show" in found[1]


def test_more_inputs_that_cost_no_less_are_not_offered() -> None:
    found = views_results.found().beliefs[0]
    one, two = found.smallest
    dear = replace(two, cost=replace(two.cost, value=one.cost.value - 0.001))
    offered = [row.kind for row in tables.moved([replace(found, smallest=(one, dear))])]
    assert "1 input" in offered
    assert "2 inputs" not in offered
    assert "2 inputs" in [row.kind for row in tables.moved([found])]
