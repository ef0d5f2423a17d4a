"""A small register, its workbook, and a way to type into that workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from risk.exchange.export import export
from risk.exchange.heads import WHY, open_base
from risk.exchange.importing import Result, import_workbook
from risk.exchange.problems import CellProblem, WorkbookErrors
from tests.assumptions.builder import PROVENANCE, Register

MORE = f"""
[run.stale_days]
value = 100
unit = "day"
owner = "Risk"
{PROVENANCE}"""

FIRMS = f"""
[gpu.hurdle]
value = 12.5 # percent a year
unit = "%"
owner = "Finance"
note = "What buyers ask."
{PROVENANCE}
[gpu.order_book]
value = 1_500 # kept as it is
unit = "USD m"
owner = "Finance"
{PROVENANCE}"""


@dataclass
class Typed:
    """The exported workbook of a register, and what somebody types into it."""

    folder: Path
    path: Path
    book: Any = None
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book = self.book or openpyxl.load_workbook(self.path)

    def cell(self, id: str, header: str) -> Any:
        """Return the cell of an id under a heading."""
        for sheet in (self.book["Assumptions"], self.book["Tables"]):
            headers: dict[str, int] = {}
            for row in sheet.iter_rows():
                if row[0].value == "ID":
                    headers = {cell.value: cell.column for cell in row if cell.value}
                elif row[0].value == id and header in headers:
                    return sheet.cell(row[0].row, headers[header])
        raise AssertionError(f"no cell {header} of {id}")

    def place(self, id: str, header: str) -> str:
        """Return sheet and address of a cell."""
        cell = self.cell(id, header)
        return f"{cell.parent.title}!{cell.coordinate}"

    def type(
        self, id: str, header: str, value: Any, form: str | None = None, why: str = "New data."
    ) -> Typed:
        """Type into a cell, and say why."""
        cell = self.cell(id, header)
        cell.value = value
        if form is not None:
            cell.number_format = form
        if why:
            self.cell(id, WHY).value = why
        return self

    def computed(self, id: str, header: str, formula: str, value: str) -> Typed:
        """Type a formula whose value is stored beside it."""
        self.type(id, header, formula)
        self.values[self.cell(id, header).coordinate] = value
        return self

    def save(self) -> Path:
        buffer = BytesIO()
        self.book.save(buffer)
        with ZipFile(buffer) as old, ZipFile(self.path, "w", ZIP_DEFLATED) as new:
            for name in old.namelist():
                part = old.read(name)
                for address, value in self.values.items():
                    pattern = rf'(<c r="{address}"[^>]*><f>[^<]*</f>)(?:<v\s*/>|<v></v>)'
                    part = re.sub(pattern.encode(), rb"\g<1><v>" + value.encode() + b"</v>", part)
                new.writestr(name, part)
        return self.path

    def read(self, dry_run: bool = False) -> Result:
        return import_workbook(self.save(), self.folder, dry_run)

    def problems(self) -> tuple[CellProblem, ...]:
        """Import, which must be refused and change nothing, and return why."""
        before = contents(self.folder)
        with pytest.raises(WorkbookErrors) as caught:
            self.read()
        assert contents(self.folder) == before
        assert str(caught.value).startswith(f"{caught.value.file}: {len(caught.value.problems)} error")
        return caught.value.problems

    def problem(self) -> CellProblem:
        """Import, which must be refused for one reason, and return it."""
        found = self.problems()
        assert len(found) == 1, "\n".join(f"{p.place} {p.id} {p.reason}" for p in found)
        return found[0]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.chdir(tmp_path)
    return Register(tmp_path / "assumptions").add("run", MORE).add("gpu", FIRMS)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The workbook of that register: one for all tests, as it is the same every time."""
    folder = tmp_path_factory.mktemp("exported")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        register = Register(folder / "assumptions").add("run", MORE).add("gpu", FIRMS)
        return export(open_base(register.write()))


@pytest.fixture
def typed(register: Register, exported: bytes) -> Typed:
    folder = register.write()
    path = folder.parent / "assumptions.xlsx"
    path.write_bytes(exported)
    return Typed(folder, path)
