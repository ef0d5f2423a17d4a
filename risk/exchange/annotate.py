"""A copy of a refused workbook with a comment on each bad cell."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from risk.exchange.problems import CellProblem, clean
from risk.workbook import admit

BAD = "F8CBAD"
AUTHOR = "bubblerisk"


def annotated(path: Path, problems: Sequence[CellProblem]) -> bytes:
    """Return a copy of a workbook with a comment on each cell that something is wrong with."""
    book = openpyxl.load_workbook(BytesIO(admit(path)), keep_links=False, keep_vba=False)
    texts: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        if problem.sheet in book.sheetnames:
            said = [problem.reason, *problem.fixes]
            texts.setdefault((problem.sheet, problem.cell or "A1"), []).append(clean("\n= ".join(said)))
    for (name, address), said in texts.items():
        sheet = book[name]
        assert isinstance(sheet, Worksheet)
        cell = sheet[address]
        if isinstance(cell, Cell):
            cell.comment = Comment("\n".join(said)[:2000], AUTHOR, height=120, width=320)
            cell.fill = PatternFill("solid", start_color=BAD, end_color=BAD)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
