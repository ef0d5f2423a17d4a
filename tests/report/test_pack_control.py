"""Sheets that say what changed, what is left out, where figures went, and how shocks move together."""

from __future__ import annotations

import subprocess
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from risk.analysis import contrasts, thesis_page
from risk.analysis.dependence import dependence
from risk.analysis.inputs import input_changes
from risk.assumptions import load
from risk.assumptions.figures import Span
from risk.report.content import Formula, Link, number_of, plain, value_of
from risk.report.excel import build
from risk.report.pack import pack
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control import reconciliation
from risk.report.pack.decision import limits
from risk.report.pack.scenarios import changes
from risk.report.sheet import Workbook
from risk.runs import Run
from risk.runs.manifest import read_manifest, write_manifest
from tests.report.runs import small_book, small_run

BASE = Path(__file__).parents[2] / "assumptions" / "base"


@pytest.fixture(scope="module")
def book() -> Workbook:
    return pack(small_run("gpu-glut"), prior=small_run())


@pytest.fixture(scope="module")
def tables(book: Workbook) -> Tables:
    return Tables(book.sheets)


def told(found: Tables, table: str, column: str) -> list[object]:
    return [value_of(cell) for cell in found[table].column(column)]


def test_every_limit_of_the_register_is_printed(tables: Tables) -> None:
    rows = tomllib.loads((BASE / "limits.toml").read_text(encoding="utf-8"))["limit"]
    shown = {*tables["limits"].row_ids, *tables["limits-out"].row_ids}
    assert shown == {row["id"] for row in rows}
    assert set(tables["limits-out"].row_ids) == {r["id"] for r in rows if r["scope"] == "out of scope"}
    assert len(tables["limits-out"].rows) >= 8
    for table in ("limits", "limits-out"):
        for column in ("limitation", "why", "bias", "size", "done", "owner"):
            assert all(told(tables, table, column)), column


def test_a_review_that_is_over_reads_due() -> None:
    results = Results.of(small_run())
    (limit, *_) = results.register.limits.values()
    for day, word in (("2000-01-01", limits.DUE), ("2999-01-01", limits.FRESH)):
        dated = limit.model_copy(update={"review_by": date.fromisoformat(day)})
        ((*_, due),) = limits.table(results, "limits", [dated], "One").rows
        assert value_of(due) == word


def test_a_register_without_limits_says_so() -> None:
    run = small_run()
    results = Results.of(run)
    results.run.__dict__["register"] = replace(run.register, limits={})
    shown = limits.sheet(results)
    assert sum(getattr(block, "text", "") == limits._NONE for block in shown.blocks()) == 2


def test_a_limit_needs_every_word(tmp_path: Path) -> None:
    from risk.assumptions import AssumptionErrors

    (tmp_path / "scenarios").mkdir()
    (tmp_path / "base").mkdir()
    for file in BASE.glob("*.toml"):
        (tmp_path / "base" / file.name).write_bytes(file.read_bytes())
    file = tmp_path / "base" / "limits.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('bias = "either way"', 'bias = "unclear"', 1), encoding="utf-8")
    with pytest.raises(AssumptionErrors, match=r"limits\.toml:"):
        load(tmp_path)


def test_limits_change_no_fingerprint_of_numbers() -> None:
    known = load()
    assert replace(known, limits={}).digest == known.digest


def test_every_page_figure_has_one_fate_and_is_counted(tables: Tables) -> None:
    figures = tomllib.loads((BASE / "page_figures.toml").read_text(encoding="utf-8"))["figure"]
    assert list(tables["page-figures"].row_ids) == [figure["id"] for figure in figures]
    told_fates = told(tables, "page-figures", "fate")
    for i, fate in enumerate(reconciliation.MEANING):
        (*parts, total) = told(tables, "page-fates", f"f{i}")
        assert total == told_fates.count(fate) == sum(int(str(n)) for n in parts)
    assert thesis_page.LOST not in told_fates


def test_contradictions_of_the_page_show_both_sides(tables: Tables) -> None:
    rows = tomllib.loads((BASE / "contradictions.toml").read_text(encoding="utf-8"))["contradiction"]
    assert list(tables["page-contradictions"].row_ids) == [row["id"] for row in rows]
    for column in ("claim", "says", "against", "unit", "ratio", "reading"):
        assert all(
            cell not in ("", reconciliation.NONE) for cell in told(tables, "page-contradictions", column)
        )
    assert tables.number("page-contradictions", "ratio", "gap-tripled") == pytest.approx(4.8 / 3)
    assert value_of(tables.content("page-contradictions", "against", "bank-exposure")) == "2640"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (None, "–"),
        (Span(4.8, 4.8), "4.8"),
        (Span(495.0, 517.5), "495–518"),
        (Span(2026.0, 2026.0), "2026"),
        (Span(26_500.0, 26_500.0), "26,500"),
        (Span(0.00002, 0.00002), "0.000"),
    ],
)
def test_numbers_beside_the_pages_have_few_digits(span: Span | None, text: str) -> None:
    assert reconciliation.told(span) == text


def test_correlations_are_shown_and_their_differences_are_live(tables: Tables) -> None:
    found = dependence(small_run("gpu-glut"))
    for i, row in enumerate(found.factors):
        for j, column in enumerate(found.factors):
            assert tables.number("correlation", column, row) == found.declared[i, j]
            assert tables.number("realised", column, row) == found.realised[i, j]
            gap = plain(tables.content("difference", column, row))
            assert isinstance(gap, Formula)
            assert gap.value == pytest.approx(found.realised[i, j] - found.declared[i, j])


def test_results_that_changed_carry_their_noise(tables: Tables) -> None:
    found = contrasts.differences(small_run(), small_run("gpu-glut"))
    assert len(tables["changes-results"].rows) == len(found)
    for d, row in zip(found, tables["changes-results"].rows, strict=True):
        label, _, old, new, change, _, noise = row
        assert label == d.label
        assert number_of(new) - number_of(old) == pytest.approx(number_of(change), abs=1e-12)
        same = d.change.value == 0.0 and d.change.standard_error == 0.0
        assert value_of(noise) == ("same" if same else "no" if d.noise else "yes")


def test_every_changed_assumption_is_listed_with_old_and_new(tables: Tables) -> None:
    found = input_changes(small_run().register, small_run("gpu-glut").register)
    assert told(tables, "changes-assumptions", "id") == [change.id for change in found]
    assert all(str(place).startswith("scenarios/") for place in told(tables, "changes-assumptions", "where"))
    assert all(why != changes.UNKNOWN for why in told(tables, "changes-assumptions", "why"))


def test_a_run_and_itself_differ_in_nothing() -> None:
    shown = changes.sheet(Results.of(small_run(), small_run()))
    assert shown is not None
    found = Tables([shown])
    assert told(found, "changes-assumptions", "id") == ["none"]
    assert set(told(found, "changes-results", "noise")) == {"same"}
    assert told(found, "changes-words", "id") == ["none"]
    assert set(told(found, "changes-bridge", "told")) == {"the same"}


def test_another_seed_is_noise_of_both_runs() -> None:
    shown = changes.sheet(Results.of(small_run(seed=7), small_run()))
    assert shown is not None
    verdicts = told(Tables([shown]), "changes-results", "noise")
    assert verdicts.count("no") >= 0.7 * len(verdicts)


def test_authors_are_read_from_the_manifest_not_from_git(monkeypatch: pytest.MonkeyPatch) -> None:
    run, author = small_run("gpu-glut"), "Ann of the Committee on Assumptions"
    known = {
        "commits": {"ab" * 6: {"author": author, "date": "2026-07-01", "subject": "First view"}},
        "files": {"scenarios/gpu-glut.toml": [[1, "ab" * 6]]},
    }

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a pack asks nobody")

    monkeypatch.setattr(subprocess, "run", refuse)
    again = Run(run.store, replace(run.manifest, history=known))
    shown = changes.sheet(Results.of(again, small_run()))
    assert shown is not None
    tables = Tables([shown])
    assert set(told(tables, "changes-assumptions", "who")) == {author}
    (who,) = (c for c in tables["changes-assumptions"].columns if c.key == "who")
    assert (who.wrap, who.span) == (True, 1), "no name is too long for it"
    unknown = changes.sheet(Results.of(Run(run.store, replace(run.manifest, history={})), small_run()))
    assert unknown is not None
    assert set(told(Tables([unknown]), "changes-assumptions", "who")) == {changes.UNKNOWN}


def test_a_manifest_keeps_its_history_and_one_without_can_be_read(tmp_path: Path) -> None:
    manifest = replace(small_run().manifest, history={"commits": {}, "files": {"base/gpu.toml": [[1, "x"]]}})
    write_manifest(tmp_path / "manifest.json", manifest)
    assert read_manifest(tmp_path / "manifest.json").history == manifest.history
    assert replace(manifest, history={}).result == manifest.result


def test_without_a_prior_run_the_contents_say_why_a_sheet_is_missing(book: Workbook) -> None:
    alone = small_book()
    assert changes.NAME not in {sheet.name for sheet in alone.sheets}
    assert changes.NAME in {sheet.name for sheet in book.sheets}
    for contents, linked in ((Tables(alone.sheets), False), (Tables(book.sheets), True)):
        (row,) = (row for row in contents["contents"].rows if value_of(row[0]) == changes.NAME)
        assert isinstance(plain(row[0]), Link) == linked
        assert (row[1] == changes.ABSENT) != linked


def test_new_checks_hold_and_nothing_is_clipped(book: Workbook, tables: Tables) -> None:
    names = told(tables, "checks", "check")
    for words in (
        "Figures of the thesis page without one fate",
        "Contradictions",
        "Correlation matrix is symmetric",
    ):
        (number,) = (i for i, name in enumerate(names) if str(name).startswith(words))
        assert value_of(tables["checks"].rows[number][tables["checks"].index("result")]) == "OK"
    assert build(book).clipped == ()


def test_the_determinant_is_that_of_the_matrix(tables: Tables) -> None:
    (row,) = (row for row in tables["checks"].rows if "determinant" in str(value_of(row[0])))
    shown = next(plain(cell) for cell in row if "MDETERM" in getattr(plain(cell), "text", ""))
    assert isinstance(shown, Formula)
    assert shown.value == pytest.approx(float(np.linalg.det(dependence(small_run()).declared)))
