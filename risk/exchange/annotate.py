"""A copy of a refused workbook with a comment on each bad cell."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from risk.exchange.problems import CellProblem, clean
from risk.workbook import admit

BAD = "F8CBAD"
AUTHOR = "bubblerisk"


def annotated(path: Path, problems: Sequence[CellProblem]) -> bytes:
    """Return a copy of a workbook with a comment on each cell that something is wrong with."""
    book = openpyxl.load_workbook(BytesIO(admit(path)), keep_links=False, keep_vba=False)
    texts: dict[Cell, list[str]] = {}
    for problem in problems:
        cell = book[problem.sheet][problem.cell or "A1"] if problem.sheet in book.sheetnames else None
        if isinstance(cell, Cell):  # neither of the file as a whole, nor under a merged one
            said = clean("\n= ".join([problem.reason, *problem.fixes]))
            texts.setdefault(cell, []).append(said)
    for cell, lines in texts.items():
        cell.comment = Comment("\n".join(lines)[:2000], AUTHOR, height=120, width=320)
        cell.fill = PatternFill("solid", start_color=BAD, end_color=BAD)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
