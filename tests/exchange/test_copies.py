"""A sheet that the export does not have is named: an edit on it may not get lost."""

from __future__ import annotations

import pytest

from risk.exchange.problems import WorkbookErrors
from tests.exchange.conftest import Typed


def test_a_copied_sheet_with_an_edit_is_named(typed: Typed) -> None:
    copy = typed.book.copy_worksheet(typed.book["Assumptions"])
    copy.title = "Assumptions (2)"
    where = typed.cell("gpu.system_price", "Value").coordinate
    copy[where] = 99
    with pytest.raises(WorkbookErrors) as caught:
        typed.read()
    (problem,) = caught.value.problems
    assert (problem.sheet, problem.cell, problem.id) == ("Assumptions (2)", where, "gpu.system_price")
    assert "1 row of the sheet 'Assumptions (2)' says otherwise" in problem.reason


def test_a_copy_as_it_was_and_a_sheet_of_notes_are_told(typed: Typed) -> None:
    typed.book.copy_worksheet(typed.book["Tables"]).title = "Tables (2)"
    typed.book.create_sheet("Mine")["A1"] = "call the desk"
    result = typed.type("gpu.system_price", "Value", 60).read(dry_run=True)
    assert len(result.edits) == 1
    told = [note for note in result.notes if "was not read" in note]
    assert ["'Tables (2)'" in told[0], "'Mine'" in told[1]] == [True, True]
