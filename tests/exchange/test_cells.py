"""Every way to spoil a cell is told in its own words, at its own place, and changes nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from risk.exchange.problems import CODES
from tests.exchange.conftest import Typed

PRICE, SHARE, PRIOR = "gpu.system_price", "propositions.capex_fall", "gpu.spot.reversion"
LIST, MATRIX, DATE, ROW = "gpu.delivery", "dependence.correlation", "run.as_of", "gpu.generation.Rubin"

BAD = [
    ("text with a comma", PRICE, "Value", "1,5", None, "W006", "decimal comma | did you mean 1.5"),
    ("thousands and a comma", PRICE, "Value", "1.500,5", None, "W006", "decimal comma | did you mean 1500.5"),
    ("percent as text", SHARE, "Value", "55%", None, "W006", "written as text | type 0.55"),
    ("percent as text in %", "gpu.hurdle", "Value", "12 %", None, "W006", "written as text | type 12"),
    ("not available", PRICE, "Value", "n/a", None, "W006", "cannot be left open"),
    ("a dash", PRICE, "Value", "–", None, "W006", "cannot be left open"),
    ("number as text", PRICE, "Value", "60", "@", "W006", "number stored as text"),
    ("words", PRICE, "Value", "dear", None, "W006", "text; a number is expected"),
    ("a list for a number", PRICE, "Value", "1; 2", None, "W011", "one number is expected"),
    ("a share in percent", SHARE, "Value", 55, None, "A011", "Did you mean 0.55?"),
    ("5500 percent", SHARE, "Value", 55, "0%", "W007", "shown as 5500% | type 55, or 0.55"),
    ("percent of a percent", "gpu.hurdle", "Value", 0.11, "0.0%", "W007", "its unit is % | type 11"),
    ("percent of dollars", PRICE, "Value", 0.6, "0%", "W007", "its unit is USD k/GPU"),
    ("yes for a number", PRICE, "Value", True, None, "W015", "TRUE; a number"),
    ("a date for a number", PRICE, "Value", dt.datetime(2026, 1, 5), None, "W015", "date or time"),
    ("an error value", PRICE, "Value", "#N/A", None, "W009", "shows the error"),
    (
        "a formula without a value",
        PRICE,
        "Value",
        "=50+3.5",
        None,
        "W009",
        "formula whose value is not stored",
    ),
    ("an empty value", PRICE, "Value", None, None, "W010", "it needs a number | it was 53"),
    ("below its domain", PRICE, "Value", -3, None, "A011", "must be above 0"),
    ("an unknown unit", PRICE, "Unit", "USD k/GPUU", None, "A009", "unknown unit"),
    ("an empty unit", PRICE, "Unit", None, None, "W010", "Unit is empty"),
    ("an unknown shape", PRIOR, "Shape", "nromal", None, "A008", "Did you mean 'normal'?"),
    ("an empty shape", PRIOR, "Shape", None, None, "W010", "write 'fixed'"),
    ("low above high", PRIOR, "Low", 0.9, None, "A012", "must lie below high"),
    ("a missing sd", PRIOR, "SD", None, None, "A004", "'sd' is missing"),
    (
        "fixed with leftovers",
        "gpu.launch_obsolescence",
        "Shape",
        "fixed",
        None,
        "A012",
        "but the shape is fixed",
    ),
    ("a parameter of no shape", PRICE, "Mean", 50, None, "A012", "but the shape is fixed"),
    ("an unknown source", PRICE, "Source", "sector-pages", None, "A010", "Did you mean 'sector-page'?"),
    (
        "a date after the register's",
        PRICE,
        "As of",
        dt.datetime(2027, 1, 5),
        None,
        "A014",
        "2027-01-05, after",
    ),
    ("a date as text", PRICE, "As of", "2026-07-01", None, "W008", "date stored as text | type 2026-07-01"),
    ("a German date", PRICE, "As of", "1.7.2026", None, "W008", "date stored as text | type 2026-07-01"),
    ("no date at all", PRICE, "As of", "last week", None, "W008", "is text; a date"),
    ("an impossible date", PRICE, "As of", "2026-02-30", None, "W008", "is no date"),
    ("a serial number", PRICE, "As of", 46204, "General", "W008", "number 46204; did you mean 2026-07-01?"),
    ("a time of day", PRICE, "As of", dt.datetime(2026, 7, 1, 12), None, "W008", "without a time of day"),
    ("an unknown grade", PRICE, "Grade", "good", None, "A008", "not one of page"),
    ("an empty owner", PRICE, "Owner", None, None, "W010", "Owner is empty"),
    ("a number for a text", PRICE, "Note", 2026, None, "W015", "a text is expected"),
    ("a date for a text", PRICE, "Locator", dt.datetime(2026, 7, 1), None, "W015", "is the date"),
    ("too long a text", PRICE, "Note", "x" * 6000, None, "W015", "6,000 characters"),
    ("a shorter list", LIST, "Value", "0.5; 0.5", None, "W011", "has 2 numbers; the list has 3"),
    ("a list with commas", LIST, "Value", "0,2; 0.5; 0.3", None, "W006", "decimal comma"),
    ("a list with a hole", LIST, "Value", "0.2; ; 0.8", None, "W006", "is empty"),
    ("weights that don't sum", LIST, "Value", "0.2; 0.5; 0.4", None, "A017", "sum"),
    ("a matrix of two rows", MATRIX, "Value", "1; 0 | 0; 1", None, "W011", "has 2 rows; the matrix has 3"),
    ("no correlation", MATRIX, "Value", "1; 2; 0 | 2; 1; 0 | 0; 0; 1", None, "A016", ""),
    ("no calendar date", "run.base_date", "Value", "2026Q2", None, "W008", "is text; a date"),
    ("text in a table", ROW, "gpus (GPU M)", "1,5", None, "W006", "decimal comma"),
    ("an empty number of a table", ROW, "power (kW)", None, None, "W010", "it needs a number"),
    ("below zero in a table", ROW, "memory (GB)", -1, None, "A011", "memory is -1"),
    ("neither yes nor no", ROW, "numeraire", "maybe", None, "W015", "TRUE or FALSE is expected"),
    ("an unknown quarter", ROW, "launch", "Q4 2026", None, "A014", ""),
    ("a renamed row", ROW, "name", "Ruben", None, "W012", "names the row"),
    ("an unknown word", "credit.holder.BDC", "role", "funds", None, "A008", "Did you mean 'fund'?"),
    ("shares of a table", "credit.holding.ddtl pension", "share", 0.7, None, "A017", "sums to 1.1"),
]


@pytest.mark.parametrize(
    ("id", "header", "value", "form", "code", "words"), [case[1:] for case in BAD], ids=[c[0] for c in BAD]
)
def test_bad_cell(
    typed: Typed, id: str, header: str, value: Any, form: str | None, code: str, words: str
) -> None:
    typed.type(id, header, value, form)
    found = typed.problems()
    problem = next((p for p in found if p.code == code), None)
    assert problem is not None, [(p.code, p.place, p.reason) for p in found]
    assert problem.id == id
    said = " | ".join([problem.reason, *problem.fixes])
    assert all(part in said for part in words.split(" | ")), said
    if code not in ("A012", "A004"):  # of a prior: at the number or the shape that does not fit
        assert problem.place == typed.place(id, header)


def test_a_change_needs_a_reason(typed: Typed) -> None:
    problem = typed.type("gpu.system_price", "Value", 60, why="").problem()
    assert (problem.code, problem.place) == ("W013", typed.place("gpu.system_price", "Why changed"))


def test_all_errors_come_at_once_in_order(typed: Typed) -> None:
    typed.type("propositions.capex_fall", "Value", 55).type("gpu.system_price", "As of", "2026-07-01")
    typed.type("gpu.delivery", "Value", "1; 2").type("gpu.generation.Rubin", "power (kW)", "n/a")
    found = typed.problems()
    assert [p.code for p in found] == ["W008", "W011", "A011", "W006"]
    assert list(found) == sorted(found, key=lambda p: p.order)


def test_a_spoilt_row_does_not_blame_the_others(typed: Typed) -> None:
    typed.type("credit.holding.ddtl BDC", "share", "n/a").type("credit.holding.ddtl pension", "share", 0.7)
    assert typed.problem().code == "W006"


def test_unknown_missing_and_duplicate_ids(typed: Typed) -> None:
    typed.cell("gpu.system_price", "ID").value = "gpu.sytem_price"
    typed.cell("gpu.hurdle", "ID").value = "gpu.delivery"
    found = {(p.code, p.id): p for p in typed.problems()}
    assert "Did you mean 'gpu.system_price'?" in found["W003", "gpu.sytem_price"].reason
    assert {code for code, _ in found} == {"W003", "W004", "W005"}
    assert {id for code, id in found if code == "W004"} == {"gpu.system_price", "gpu.hurdle"}
    assert "first in Assumptions!A" in found["W005", "gpu.delivery"].reason


def test_a_row_without_an_id(typed: Typed) -> None:
    typed.cell("gpu.hurdle", "ID").value = None
    assert [p.code for p in typed.problems()] == ["W004", "W003"]


def test_columns_are_found_by_their_headings(typed: Typed) -> None:
    sheet = typed.book["Assumptions"]
    sheet.insert_cols(2)
    sheet.cell(4, 2).value = "My column"
    result = typed.type("gpu.system_price", "Value", 60).read()
    assert [(e.item.id, e.after) for e in result.edits] == [("gpu.system_price", 60)]


def test_renamed_and_doubled_columns(typed: Typed) -> None:
    sheet = typed.book["Assumptions"]
    heads = {cell.value: cell for cell in sheet[4]}
    heads["Grade"].value, heads["Owner"].value = "Grades", "Note"
    said = " ".join(f"{p.reason} {' '.join(p.fixes)}" for p in typed.problems())
    assert "the column 'Note' stands there twice" in said
    assert "the column 'Grade' is missing is it 'Grades'? Give it its heading back" in said
    assert "the column 'Owner' is missing" in said


def test_a_missing_sheet_and_a_sheet_without_headings(typed: Typed) -> None:
    del typed.book["Tables"]
    typed.book["Assumptions"].delete_rows(4)
    assert [(p.code, p.sheet) for p in typed.problems()] == [("W002", "Assumptions"), ("W002", "Tables")]


def test_a_formula_is_replaced_by_its_value_and_said_so(typed: Typed) -> None:
    result = typed.computed("gpu.system_price", "Value", "=50+4.5", "54.5").read()
    assert [e.after for e in result.edits] == [54.5]
    place = typed.place("gpu.system_price", "Value")
    assert result.notes == (f"{place} gpu.system_price: formula replaced by its value, 54.5",)


def test_a_percentage_that_is_one_is_read_and_said_so(typed: Typed) -> None:
    result = typed.type("propositions.capex_fall", "Value", 0.55, "0%").read()
    assert [e.after for e in result.edits] == [0.55]
    assert result.notes[0].endswith("55% read as 0.55")


def test_a_scenario_that_no_longer_fits_is_told(register: Any, typed: Typed) -> None:
    text = '[change."gpu.spot.reversion"]\nprior = { shape = "uniform", low = 0.4, high = 0.6 }\nwhy = "x"\n'
    register.scenario("calm", text).write()
    problem = typed.type("gpu.spot.reversion", "SD", 0.11).type("gpu.spot.reversion", "Value", 0.7).problem()
    assert problem.reason.startswith("the scenario calm no longer fits: ")


def test_a_value_alone_moves_no_draw(register: Any, typed: Typed) -> None:
    problem = typed.type("gpu.spot.reversion", "Value", 0.7).problem()
    assert problem.code == "A022"
    assert "draws come from its prior" in problem.reason


def test_every_code_is_met() -> None:
    met = {case[5] for case in BAD} | {"W001", "W002", "W003", "W004", "W005", "W013", "W014"}
    assert set(CODES) <= met
