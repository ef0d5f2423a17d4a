"""The presentation sheets of a workbook as one HTML page that needs nothing beside itself."""

from risk.report.html.page import page, write

__all__ = ["page", "write"]
