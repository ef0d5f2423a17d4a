"""The exported workbook: what is locked, what is offered, what it looks like to other programs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from risk.assumptions.tables import TABLES
from risk.errors import StorageError, UsageError
from risk.exchange import heads
from risk.exchange.export import export, spec
from risk.exchange.files import write
from risk.exchange.heads import open_base
from risk.exchange.importing import import_workbook
from risk.exchange.reading import MAX_COLUMNS
from tests.assumptions.builder import Register
from tests.exchange.conftest import Typed
from tests.report.conftest import Convert, convert

__all__ = ["convert"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "assumptions.xlsx"
    path.write_bytes(export(open_base(ROOT / "assumptions")))
    return path


@pytest.fixture(scope="module")
def book(whole: Path) -> Any:
    return openpyxl.load_workbook(whole)


def test_the_same_register_gives_the_same_bytes(whole: Path) -> None:
    assert export(open_base(ROOT / "assumptions")) == whole.read_bytes()


def test_every_entry_and_row_has_a_line_and_nothing_is_hidden(book: Any) -> None:
    register = open_base(ROOT / "assumptions")
    assert book.sheetnames == ["Assumptions", "Tables", "Lists", "Read me"]
    assert all(sheet.sheet_state == "visible" and not sheet.merged_cells.ranges for sheet in book)
    ids = [row[0].value for sheet in (book["Assumptions"], book["Tables"]) for row in sheet.iter_rows()]
    assert [id for id in ids if id in {item.id for item in register.items}] == [
        item.id for item in register.items
    ]
    assert not any(d.hidden for sheet in book for d in sheet.column_dimensions.values())
    assert book["Assumptions"]["B5"].value == "run.toml:3"


def test_only_fields_and_reasons_are_open(book: Any) -> None:
    names = {field.header for field in heads.ENTRY_FIELDS} | {heads.WHY}
    sheet = book["Assumptions"]
    found = {cell.column: cell.value for cell in sheet[4]}
    for cell in sheet[10]:
        assert cell.protection.locked == (found[cell.column] not in names), cell.coordinate
        assert (cell.fill.start_color.rgb == "00FFF9DB") == (found[cell.column] in names)
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book)


def test_no_text_becomes_a_formula(register: Register, tmp_path: Path) -> None:
    register.edit("gpu", 'note    = "−12%', 'note    = "=HYPERLINK(\\"https://x.example\\")')
    path = tmp_path / "a.xlsx"
    path.write_bytes(export(open_base(register.write())))
    cell = Typed(register.folder, path).cell("gpu.launch_obsolescence", "Note")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert import_workbook(path, register.folder).edits == ()
    assert not [
        c for sheet in openpyxl.load_workbook(path) for row in sheet for c in row if c.data_type == "f"
    ]


def rules(sheet: Any, address: str) -> list[Any]:
    return [rule for rule in sheet.data_validations.dataValidation if address in rule.sqref]


def test_cells_offer_and_bound_what_they_may_hold(register: Register, typed: Typed) -> None:
    sheet = typed.book["Assumptions"]

    def rule(id: str, header: str) -> Any:
        (found,) = rules(typed.cell(id, header).parent, typed.cell(id, header).coordinate)
        return found

    share = rule("propositions.capex_fall", "Value")
    assert (share.type, float(share.formula1), float(share.formula2)) == ("decimal", 0, 1)
    assert float(rule("gpu.system_price", "Value").formula1) > 0
    assert rule("gpu.system_price", "Shape").formula1 == "List_Shape"
    assert rule("gpu.system_price", "Unit").errorStyle == "warning"
    last = rule("gpu.system_price", "As of")
    assert (last.type, int(last.formula2)) == ("date", (dt.date(2026, 10, 10) - dt.date(1899, 12, 30)).days)
    low = rule("gpu.system_price", "Low")
    assert low.type == "custom"
    assert "<" in low.formula1
    assert rule("credit.holder.BDC", "role").formula1 == '"fund,clo,insurer,pension,bank,vendor"'
    assert all(len(found.prompt or "") <= 255 for found in sheet.data_validations.dataValidation)
    assert {"List_Shape", "List_Grade", "List_Owner", "List_Unit", "List_Source"} <= set(
        typed.book.defined_names
    )


def test_changed_cells_are_marked_by_their_value_at_export(typed: Typed) -> None:
    cell = typed.cell("gpu.system_price", "Value")
    before = typed.cell("gpu.system_price", "Value at export")
    assert (before.value, before.protection.locked) == (53, True)
    ranges = typed.book["Assumptions"].conditional_formatting
    formulas = [rule.formula[0] for area in ranges if cell.coordinate in area for rule in area.rules]
    assert formulas == [f"${cell.column_letter}5<>${before.column_letter}5"]


def test_no_table_is_wider_than_an_import_reads() -> None:
    for name in ("", *TABLES):
        headers = [field.columns[0].header for field in spec(name, dt.date(2026, 6, 30)).fields]
        assert len(headers) == len(set(headers)) <= MAX_COLUMNS


def test_parts_by_owner_and_age(register: Register) -> None:
    found = open_base(register.write())
    assert {item.owner for item in found.chosen("Finance")} == {"Finance"}
    assert found.chosen(stale=True) == found.items  # 102 days old, stale after 100
    register.edit("run", "value = 100", "value = 110")
    assert open_base(register.write()).chosen(stale=True) == ()
    with pytest.raises(UsageError, match="owned by 'Finanz'") as caught:
        found.chosen("Finanz")
    assert caught.value.fixes == ("did you mean 'Finance'?",)


def test_a_workbook_open_elsewhere_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "~$a.xlsx").touch()
    with pytest.raises(StorageError, match="open in a spreadsheet program"):
        write(tmp_path / "a.xlsx", b"x")
    assert not (tmp_path / "a.xlsx").exists()


def test_schema_audit_finds_nothing(whole: Path) -> None:
    audit = pytest.importorskip("openxml_audit")
    result = audit.OpenXmlValidator().validate(str(whole))
    assert not result.errors


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning")
def test_libreoffice_opens_and_saves_it_without_a_change(whole: Path, convert: Convert) -> None:
    saved = convert(whole, "xlsx") / "assumptions.xlsx"
    assert saved.read_bytes() != whole.read_bytes()
    assert import_workbook(saved, ROOT / "assumptions", dry_run=True).edits == ()
    again = openpyxl.load_workbook(saved)
    rules_kept = again["Assumptions"].data_validations.dataValidation
    assert {"list", "decimal", "date", "custom"} <= {rule.type for rule in rules_kept}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning")
def test_edits_saved_by_libreoffice_are_imported(typed: Typed, convert: Convert) -> None:
    typed.type("gpu.system_price", "Value", 60.25).type("gpu.hurdle", "As of", dt.datetime(2026, 10, 2))
    typed.type("gpu.order_book", "Value", "=1000*1.6").type("gpu.generation.Rubin", "gpus (GPU M)", 0.125)
    saved = convert(typed.save(), "xlsx") / "assumptions.xlsx"
    result = import_workbook(saved, typed.folder)
    assert [(e.item.id, e.after) for e in result.edits] == [
        ("gpu.system_price", 60.25),
        ("gpu.hurdle", dt.date(2026, 10, 2)),
        ("gpu.order_book", 1600),
        ("gpu.generation.Rubin", 0.125),
    ]
    assert result.notes[0].endswith("formula replaced by its value, 1600")
