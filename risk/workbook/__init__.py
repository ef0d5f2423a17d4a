"""The gate for a workbook that comes from somebody else: whatever opens one admits it here first."""

from risk.workbook.gate import admit
from risk.workbook.refused import WorkbookRefused, unreadable

__all__ = ["WorkbookRefused", "admit", "unreadable"]
