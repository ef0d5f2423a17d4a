"""A workbook given as a file: what it was made of, its values and formulas, and nothing that could run."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from risk.assumptions.reader import shown
from risk.report.form import Recipe
from risk.workbook import admit, unreadable
from risk.workbook.values import finite

Cells = Mapping[str, Mapping[str, Any]]
"""By sheet and address."""


@dataclass(frozen=True)
class Opened:
    """A workbook that the gate let in; WorkbookRefused, with the path's name, where it cannot be read."""

    path: Path
    content: bytes

    @classmethod
    def at(cls, path: Path) -> Self:
        """The workbook of a path.

        Raises
        ------
        UsageError : there is no such file.
        StorageError : it cannot be read.
        WorkbookRefused : it is no workbook, is too large, or holds what no pack holds.
        """
        return cls(path, admit(path))

    @property
    def digest(self) -> str:
        """Its sha256."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def _book(self) -> Any:
        return self._read(data_only=True)

    def _read(self, data_only: bool) -> Any:
        import openpyxl

        with unreadable(shown(self.path)):
            content = BytesIO(self.content)
            return openpyxl.load_workbook(content, read_only=True, data_only=data_only, keep_links=False)

    @cached_property
    def properties(self) -> Mapping[str, str]:
        """What it says of itself, by name."""
        return {prop.name: str(prop.value) for prop in self._book.custom_doc_props.props}

    @property
    def run(self) -> str:
        """Id of the run it was made of; empty where it names none."""
        return self.properties.get("run_id", "")

    @property
    def recipe(self) -> Recipe:
        """What it was made of beside its run."""
        return Recipe.read(self.properties)

    @cached_property
    def values(self) -> Cells:
        """Values of all cells; a sheet of one chart has none."""
        return {name: self._cells(self._book, name) for name in self._book.sheetnames}

    @cached_property
    def formulas(self) -> Cells:
        """Formulas of all cells that have one."""
        entered = self._read(data_only=False)
        return {
            name: {at: text for at, value in self._cells(entered, name).items() if (text := _formula(value))}
            for name in entered.sheetnames
        }

    def seen(self, addresses: Collection[str]) -> Mapping[str, Any]:
        """Values of some cells; None where a cell or its sheet does not exist."""
        places = {address: address.partition("!")[::2] for address in addresses}
        sheets = {name: self._cells(self._book, name) for name in {name for name, _ in places.values()}}
        return {address: sheets[name].get(at) for address, (name, at) in places.items()}

    def fact(self, label: str) -> str:
        """A line of the sheet Manifest, by its label; empty where there is none."""
        cells = self.values.get("Manifest", {})
        place = next((at for at, value in cells.items() if at.startswith("A") and value == label), "")
        return str(cells.get(f"B{place[1:]}", "")) if place else ""

    def _cells(self, book: Any, sheet: str) -> dict[str, Any]:
        """Every cell that holds something, whatever extent the sheet says it has."""
        found = next((s for s in book.worksheets if s.title == sheet), None)
        if found is None:
            return {}
        with unreadable(shown(self.path)):
            found.reset_dimensions()
            cells = (cell for row in found.iter_rows() for cell in row if cell.value is not None)
            return {cell.coordinate: finite(cell.value) for cell in cells}


def _formula(value: Any) -> str:
    """What is computed in a cell; empty where nothing is. Formulas of several cells stand in braces."""
    if isinstance(value, str):
        return value if value.startswith("=") else ""
    if value is None or isinstance(value, bool | int | float | date | time | timedelta):
        return ""
    return f"{{{getattr(value, 'text', None) or 'a table of data'}}}"
