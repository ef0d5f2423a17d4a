"""A workbook as read from its file: its properties, values and formulas, and nothing that could run."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from risk.errors import StorageError

LARGEST, UNPACKED = 20_000_000, 200_000_000
"""Bytes of a workbook, and of what is packed in it, that are opened at all."""

FOREIGN = ("vbaProject.bin", "externalLinks/", "embeddings/", "activeX/", "connections.xml")
"""Parts that no pack has: macros, links to other files, embedded programs."""

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
    StorageError : it cannot be read, is too large, or holds what no pack holds.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        if not content:
            raise StorageError(f"{path} is larger than {LARGEST // 1_000_000} MB; no pack is")
        with ZipFile(BytesIO(content)) as archive:
            _harmless(path, archive)
            damaged = archive.testzip()
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror or error})") from error
    except BadZipFile as error:
        raise StorageError(f"{path} is not an Excel workbook (.xlsx)", "give a pack of bubblerisk") from error
    if damaged:
        raise StorageError(f"{path} is damaged: {damaged}", "write the pack again")
    return opened(path, content)


def _harmless(path: Path, archive: ZipFile) -> None:
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > UNPACKED:
        raise StorageError(f"{path} unpacks to more than {UNPACKED // 1_000_000} MB; no pack does")
    foreign = [part.filename for part in parts if any(word in part.filename for word in FOREIGN)]
    if foreign:
        raise StorageError(f"{path} holds {foreign[0]}; no pack has macros, links or embedded files")


def opened(path: Path, content: bytes) -> Opened:
    """The bytes of a workbook as read; StorageError, with the path's name, where they are none."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what other programs add and openpyxl passes over
            shown, raw = (
                openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=d) for d in (True, False)
            )
            custom = {p.name: str(p.value) for p in shown.custom_doc_props.props}  # type: ignore[attr-defined]
            values, entered = ({s.title: _cells(s) for s in book.worksheets} for book in (shown, raw))
    except Exception as error:  # openpyxl raises whatever a strange file makes it stumble on
        raise StorageError(f"{path} cannot be read as a workbook ({error})") from error
    formulas = {
        name: {at: v for at, v in cells.items() if isinstance(v, str) and v.startswith("=")}
        for name, cells in entered.items()
    }
    return Opened(path, hashlib.sha256(content).hexdigest(), custom, values, formulas)


def _cells(sheet: Any) -> dict[str, Any]:
    """Every cell that holds something, whatever extent the sheet says it has."""
    sheet.reset_dimensions()
    return {
        cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
    }
