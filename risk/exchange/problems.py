"""What is wrong with a workbook, and how it is told: sheet and cell, whose number, what, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from risk.assumptions.problems import counted
from risk.errors import AssumptionError
from risk.workbook import WorkbookRefused

CODES = {
    "W001": "the file is refused before it is opened",
    "W002": "a sheet or a column is missing, or stands there twice",
    "W003": "an unknown id",
    "W004": "a missing row",
    "W005": "an id given twice",
    "W006": "a text instead of a number",
    "W007": "a percentage that may be meant otherwise",
    "W008": "not a date",
    "W009": "a formula without a value, or an error value",
    "W010": "an empty cell",
    "W011": "a list of the wrong length",
    "W012": "a locked cell was changed",
    "W013": "a change without a reason",
    "W014": "the files have moved on since the export",
    "W015": "a number instead of a text, or yes or no instead of either",
}
"""Codes of faults found in the workbook; what the register itself refuses keeps the register's codes."""

SHOWN = 100
"""Faults printed in full; beyond that only their number."""

_ADDRESS = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True)
class CellProblem:
    """One thing wrong in one cell.

    Attributes
    ----------
    code : one of `CODES`, or of the register's own.
    sheet, cell : where; no cell where the fault is of a whole sheet, neither where it is of a file.
    id : entry or row it is about, or the file and line of a number that is not in the workbook.
    reason : what was found and what was expected.
    fixes : what to do, one sentence each.
    """

    code: str
    sheet: str
    cell: str
    id: str
    reason: str
    fixes: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Sheet and cell as Excel writes them."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: sheet, row, column, code."""
        found = _ADDRESS.fullmatch(self.cell)
        column, row = found.groups() if found else ("", 0)
        return self.sheet, int(row), len(column), column, self.code


class WorkbookErrors(AssumptionError):  # noqa: N818 - many of them
    """Everything wrong with a workbook at once; nothing of the register was changed.

    Parameters
    ----------
    file : the workbook as it is shown to the user.
    problems : at least one.
    """

    def __init__(self, file: str, problems: Sequence[CellProblem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda problem: problem.order))
        super().__init__(f"{file}: {counted(len(problems), 'error')}, nothing was changed")

    def __reduce__(self) -> tuple[type[WorkbookErrors], tuple[str, Sequence[CellProblem]]]:
        return WorkbookErrors, (self.file, self.problems)

    def __str__(self) -> str:
        shown = self.problems[:SHOWN]
        places = [problem.place for problem in shown]
        ids = [clean(problem.id) for problem in shown]
        columns = [(words, max(map(len, words))) for words in (places, ids) if any(words)]
        lines = [self.reason]
        for i, problem in enumerate(shown):
            head = "".join(f"{words[i]:<{width}}  " for words, width in columns)
            lines.append(f"  {head}{clean(problem.reason)}")
            indent = columns[0][1] + 4 if columns else 4
            lines += [f"{'':<{indent}}= {clean(fix)}" for fix in problem.fixes]
        left = len(self.problems) - len(shown)
        return "\n".join([*lines, *([f"  … and {counted(left, 'more error')}"] if left else [])])


def refusal(refused: WorkbookRefused) -> CellProblem:
    """Return what is wrong with a file that is not opened, as its one problem."""
    return CellProblem("W001", "", "", "", f"it {refused.why}", refused.fixes)


def clean(text: str) -> str:
    """Return a line without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)
