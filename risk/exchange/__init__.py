"""Excel in and out: the register as a workbook to edit, and the edits back into its files."""

from risk.exchange.problems import CellProblem, WorkbookErrors
from risk.workbook import WorkbookRefused

__all__ = ["CellProblem", "WorkbookErrors", "WorkbookRefused"]
