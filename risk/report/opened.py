"""A workbook as read from its file: its properties, values and formulas, and nothing that could run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from risk.assumptions.reader import shown
from risk.workbook import admit, unreadable
from risk.workbook.values import finite

Cells = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Opened:
    """A workbook as read.

    Attributes
    ----------
    properties : its own, by name.
    values, formulas : by sheet and address; formulas only where there is one.
    """

    path: Path
    digest: str
    properties: Mapping[str, str]
    values: Cells
    formulas: Cells

    def fact(self, label: str) -> str:
        """A line of the sheet Manifest, by its label; empty where there is none."""
        cells = self.values.get("Manifest", {})
        place = next((at for at, value in cells.items() if at.startswith("A") and value == label), "")
        return str(cells.get(f"B{place[1:]}", "")) if place else ""


def read(path: Path) -> Opened:
    """Read a workbook.

    Raises
    ------
    UsageError : there is no such file.
    StorageError : it cannot be read.
    WorkbookRefused : it is no workbook, is too large, or holds what no pack holds.
    """
    return opened(path, admit(path))


def opened(path: Path, content: bytes) -> Opened:
    """The bytes of a workbook as read; WorkbookRefused, with the path's name, where they are none."""
    import openpyxl

    with unreadable(shown(path)):
        plain, raw = (
            openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=d, keep_links=False)
            for d in (True, False)
        )
        custom = {p.name: str(p.value) for p in plain.custom_doc_props.props}  # type: ignore[attr-defined]
        values, entered = ({s.title: _cells(s) for s in book.worksheets} for book in (plain, raw))
    formulas = {
        name: {at: formula for at, value in cells.items() if (formula := _formula(value))}
        for name, cells in entered.items()
    }
    every = {name: values.get(name, {}) for name in plain.sheetnames}  # a sheet of one chart has no cells
    return Opened(path, hashlib.sha256(content).hexdigest(), custom, every, formulas)


def _formula(value: Any) -> str:
    """What is computed in a cell; empty where nothing is. Formulas of several cells stand in braces."""
    if isinstance(value, str):
        return value if value.startswith("=") else ""
    if value is None or isinstance(value, bool | int | float | date | time | timedelta):
        return ""
    return f"{{{getattr(value, 'text', None) or 'a table of data'}}}"


def _cells(sheet: Any) -> dict[str, Any]:
    """Every cell that holds something, whatever extent the sheet says it has."""
    sheet.reset_dimensions()
    return {
        cell.coordinate: finite(cell.value)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
