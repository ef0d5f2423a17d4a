"""The grid of Summary, and its numbers, which are links to other sheets."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from risk.report.content import Cell, Content
from risk.report.pack.base.cells import Tables, counted
from risk.report.pack.base.results import Results
from risk.report.record import Field
from risk.report.spec import shown

LABEL_COLUMNS = 4
LABEL_WIDTH, NUMBER_WIDTH, NUMBERS = 32.0, 8.9, 9
"""Of the grid: a label over four columns, then numbers."""
ID_WIDTH = 4.5
GRID = (ID_WIDTH, *(LABEL_WIDTH / LABEL_COLUMNS,) * LABEL_COLUMNS, *(NUMBER_WIDTH,) * NUMBERS)


def link(
    tables: Tables, table: str, column: str, key: str, header: str, form: str = "text", **look: Any
) -> Field[str]:
    """Links to a column of another table, from rows of the same names."""
    return shown(key, header, lambda row: tables.link(table, column, row), form, **look)


def _live(results: Results, tables: Tables, table: str, row: str) -> Content:
    """A probability that the workbook counts over the patterns."""
    cell = tables.link(table, "p", row)
    if isinstance(cell, Cell) and row in results.patterns.names:
        return replace(cell, content=counted(results, row))
    return cell


def probability(results: Results, tables: Tables, table: str) -> Field[str]:
    """Probabilities that link to those of another table, with a bar."""
    return shown("p", "P", partial(_live, results, tables, table), "probability", style="bar")
