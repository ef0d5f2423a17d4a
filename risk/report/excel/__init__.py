"""The workbook: sheets as data in, a finished .xlsx file out."""

from risk.report.excel.writer import Draft, build, with_chart_data, write

__all__ = ["Draft", "build", "with_chart_data", "write"]
