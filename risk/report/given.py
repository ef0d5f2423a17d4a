"""A pack that is given as a file: what it was made of, and the values of its cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from risk.assumptions.reader import shown
from risk.report.form import Recipe
from risk.workbook import admit, unreadable
from risk.workbook.values import finite


@dataclass(frozen=True)
class Given:
    """A workbook that the gate let in."""

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

    @cached_property
    def _book(self) -> Any:
        import openpyxl

        with unreadable(shown(self.path)):
            content = BytesIO(self.content)
            return openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)

    @cached_property
    def _said(self) -> dict[str, str]:
        return {prop.name: str(prop.value) for prop in self._book.custom_doc_props.props}

    @property
    def run(self) -> str:
        """Id of the run it was made of; empty where it names none."""
        return self._said.get("run_id", "")

    @property
    def recipe(self) -> Recipe:
        """What it was made of beside its run."""
        return Recipe.read(self._said)

    def values(self, addresses: Collection[str]) -> Mapping[str, Any]:
        """Values of cells; None where a cell or its sheet does not exist."""
        values: dict[str, Any] = dict.fromkeys(addresses)
        sheets = {sheet.title: sheet for sheet in self._book.worksheets}
        with unreadable(shown(self.path)):
            for name in sorted({address.partition("!")[0] for address in addresses} & set(sheets)):
                sheets[name].reset_dimensions()
                for row in sheets[name].iter_rows():
                    for cell in row:
                        if cell.value is not None and (address := f"{name}!{cell.coordinate}") in values:
                            values[address] = finite(cell.value)
        return values
