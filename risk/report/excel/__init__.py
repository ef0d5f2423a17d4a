"""The workbook: sheets as data in, a finished .xlsx file out."""

from risk.report.excel.writer import Draft, build, write

__all__ = ["Draft", "build", "write"]
