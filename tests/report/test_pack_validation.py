"""The sheet Validation, the stamp of a draft, and what Limits says of sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from risk.calibrate.validation.evidence import Record
from risk.calibrate.validation.validation import Validation
from risk.report import validation as tables
from risk.report.content import Cell, number_of, value_of
from risk.report.excel import build
from risk.report.pack import properties
from risk.report.pack.base.results import Results
from risk.report.pack.control import validation
from risk.report.pack.decision import limits
from risk.report.pack.verdict import cover, sowhat
from risk.report.sheet import Paragraph, Properties, Sheet, Workbook
from risk.report.table import Table
from tests.report.runs import small_run
from tests.report.validation_results import DRAFT, INTACT, SIZED


def results(found: Validation | None) -> Results:
    """Results of a small run that stand as was found."""
    made = Results.of(small_run())
    vars(made)["validation"] = found
    return made


def sheet(found: Validation) -> Sheet:
    made = validation.sheet(results(found))
    assert made is not None
    return made


def table(made: Sheet, name: str) -> Table:
    return next(
        block for block in made.blocks() if isinstance(block, Table) and block.id == f"validation-{name}"
    )


def paragraphs(made: Sheet, style: str) -> list[str]:
    return [str(b.text) for b in made.blocks() if isinstance(b, Paragraph) and b.style == style]


def told(found: Table, column: str) -> list[object]:
    return [value_of(cell) for cell in found.column(column)]


def test_where_nobody_has_asked_there_is_no_sheet() -> None:
    assert validation.sheet(results(None)) is None
    assert results(None).draft == ""


def test_a_run_in_order_is_no_draft() -> None:
    made = sheet(INTACT)
    assert paragraphs(made, "alert") == []
    assert told(table(made, "triggers"), "state") == ["clear"]
    assert paragraphs(made, "finding") == ["0 of 1 triggers past; 1 of 4 figures outside what was wanted."]
    bullets = paragraphs(made, "bullet")
    assert "Nobody has approved the model for any use." in bullets
    assert any(text.startswith("Nobody has signed this run") for text in bullets)
    assert "status" not in properties(results(INTACT)).custom
    assert not any(text.startswith("DRAFT") for text in sowhat.alerts(results(INTACT)))


def test_past_a_trigger_it_is_a_draft_wherever_it_is_read() -> None:
    made, found = sheet(DRAFT), results(DRAFT)
    why = "DRAFT: A rent index has moved by a fifth: H100 spot rent 3.6 USD/h on 2026-12-01, +31%"
    assert paragraphs(made, "alert")[0].startswith(why)
    assert told(table(made, "triggers"), "state") == ["PAST"]
    assert "Then: Estimate rents again." in str(told(table(made, "triggers"), "found")[0])
    assert properties(found).custom["status"] == "DRAFT"
    assert str(properties(found).custom["draft_because"]).startswith(why)
    assert sowhat.alerts(found)[0].startswith(why)


def test_the_cover_of_a_draft_cannot_be_typed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for found, style in ((INTACT, "input"), (DRAFT, None)):
        monkeypatch.setattr(Results, "validation", found)
        made = cover.sheet(Results.of(small_run()), (), (), (), {})
        facts = next(b for b in made.blocks() if isinstance(b, Table) and b.id == "cover")
        status = facts.cell("value", "status")
        assert isinstance(status, Cell)
        assert (status.content, status.style) == ("DRAFT", style)


def test_figures_say_what_was_wanted_and_whether_it_holds() -> None:
    found = table(sheet(INTACT), "figures")
    assert told(found, "found") == ["100%", "1.3E-13", "64%", "5"]
    assert told(found, "bounds") == ["100%", "≤ 1.0E-09", "80% to 97%", "–"]
    assert told(found, "holds") == ["OK", "OK", "FAIL", "–"]
    assert told(found, "counted")[2] == "202 readings"
    assert told(found, "when") == ["2026-11-30"] * 4


def test_sizes_stand_with_their_errors_and_those_of_another_engine_are_marked() -> None:
    found = table(sheet(INTACT), "sizes")
    assert [number_of(cell) for cell in found.column("bust")] == [-0.0357, 0.0122]
    assert [number_of(cell) for cell in found.column("mean_se")] == [0.41, 0.28]
    assert told(found, "when") == ["2026-11-29*", "2026-11-29*"]


def test_what_was_not_measured_has_no_table() -> None:
    ids = {
        block.id
        for block in sheet(replace(INTACT, records=(), states=())).blocks()
        if isinstance(block, Table)
    }
    assert ids == {"validation-intended", "validation-forbidden"}


def test_signatures_overrides_approvals_and_drift() -> None:
    made = sheet(DRAFT)
    assert told(table(made, "signatures"), "row_by") == ["Ann Bell, Risk"]
    assert "2.60 USD/h for 2.75 USD/h" in str(told(table(made, "overrides"), "instead")[0])
    assert told(table(made, "approvals"), "to") == ["2027-03-31"]
    assert told(table(made, "drift"), "moved") == ["-5.4%", "-5.7", "+0.19"]
    assert told(table(made, "drift"), "in") == ["points", "USD bn", "USD/h"]
    assert any(
        text.startswith("Last signed: run 41ab00d3c9f1 by Cid Dow") for text in paragraphs(made, "bullet")
    )


def test_an_altered_signature_is_red() -> None:
    altered = replace(INTACT, altered="signatures.json was edited: nobody has signed this run")
    assert any("nobody has signed" in text for text in paragraphs(sheet(altered), "alert"))


def test_a_name_that_looks_like_a_formula_stays_text() -> None:
    (signature,) = DRAFT.signatures
    evil = replace(DRAFT, signatures=(replace(signature, by="=1+1", note="=HYPERLINK(1)"),))
    book = Workbook(Properties("t", "run", results(evil).finished), (sheet(evil),), contents="Validation")
    draft = build(book)
    assert draft.clipped == ()
    assert not [text for text in draft.cached if "HYPERLINK(1)" in str(text)]


# ─── Limits ───


def test_what_is_forbidden_prints_with_the_limits() -> None:
    words = "Forbidden uses: Capital, provisions, ratings."
    assert words in paragraphs(limits.sheet(results(INTACT)), "bullet")
    assert words not in paragraphs(limits.sheet(results(None)), "bullet")


def test_limits_say_between_which_ends_the_headlines_move() -> None:
    (limit, *_) = (each for each in small_run().register.limits.values() if each.id == "cohorts")
    words = "Moved: P(bust) -3.6 to +1.2 points, mean loss -9.9 to +5.2, P95 -47 to +19 USD bn (2026-11-29*)."
    assert limits.size(results(INTACT), limit) == words
    assert limits.size(results(None), limit) == limits.UNMEASURED
    fixed = limit.model_copy(update={"moved": (), "size": "Cannot be moved."})
    assert limits.size(results(INTACT), fixed) == "Cannot be moved."


def test_what_rounds_to_nothing_has_no_sign() -> None:
    (size, _) = SIZED.sizes
    nothing = replace(size, bust=-0.0001, mean=-0.01, p95=-0.2)
    record: Record = replace(SIZED, sizes=(nothing,))
    rows = tables.sizes(replace(INTACT, records=(record,)))
    assert (
        tables.size_in_words(rows, "cohorts")
        == "Moved: P(bust) 0 points, mean loss 0, P95 0 USD bn (2026-11-29*)."
    )
