"""What a program does with the cells of a table: marks, bars, and what may be typed into inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from openpyxl.formatting.rule import DataBar, FormatObject, Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation

from risk.report.content import Cell, Check, Validation, plain
from risk.report.excel.cells import Pen
from risk.report.excel.places import TablePlace
from risk.report.formats import as_date
from risk.report.palette import CHANGED, OK, ORANGE, SKY, VERMILLION
from risk.report.table import Column, Table

_WIDEST_BAR = 1.0
_LARGEST = 1e300
"""Stands for no bound, which a validation must have."""

_LONGEST_TITLE, _LONGEST_PROMPT = 32, 255
"""Characters of a prompt that Excel takes; with more it calls the file damaged."""


def add_rules(pen: Pen, at: TablePlace) -> None:
    """Add the marks of a table with rows, its bars, and what its cells accept."""
    rules = pen.sheet.conditional_formatting
    for column in at.table.columns:
        area = at.range(column.key).replace("$", "")
        if column.style == "bar":
            ends = [FormatObject(type="num", val=v) for v in (0, _WIDEST_BAR)]
            rules.add(area, Rule(type="dataBar", dataBar=DataBar(cfvo=ends, color=Color(rgb=f"FF{SKY}"))))
        if column.style == "flag" or _has_checks(at.table, column):
            for word in ("FAIL", "STALE", "PAST", "OK"):
                rules.add(area, _word_rule(word))
        if column.mark:
            formula = pen.places.resolve(column.mark.condition, at.sheet, (at, 0))
            fill = PatternFill(bgColor=ORANGE if column.mark.strong else CHANGED, fill_type="solid")
            look = DifferentialStyle(font=Font(bold=True), fill=fill)
            rules.add(area, Rule(type="expression", formula=[formula], dxf=look))
        if not at.table.bulk:
            for rule, rows in _validated(at.table, column).items():
                pen.sheet.add_data_validation(_validation(pen, at, rule, column, rows))


def _has_checks(table: Table, column: Column) -> bool:
    return not table.bulk and any(isinstance(plain(c), Check) for c in table.column(column.key))


def _word_rule(word: str) -> Rule:
    good = word == "OK"
    style = DifferentialStyle(font=Font(color=OK if good else "FFFFFF", bold=True))
    if not good:
        style.fill = PatternFill(bgColor=VERMILLION, fill_type="solid")
    return Rule(type="cellIs", operator="equal", formula=[f'"{word}"'], dxf=style)


def _validated(table: Table, column: Column) -> dict[Validation, list[int]]:
    """Rows of a column by what their cells accept."""
    found: dict[Validation, list[int]] = {}
    for row, content in enumerate(table.column(column.key)):
        rule = (isinstance(content, Cell) and content.validation) or column.validation
        if rule:
            found.setdefault(rule, []).append(row)
    return found


def _validation(
    pen: Pen, at: TablePlace, rule: Validation, column: Column, rows: Sequence[int]
) -> DataValidation:
    if rule.choices:
        words = rule.choices
        valid = DataValidation("list", words if isinstance(words, str) else f'"{",".join(words)}"')
    elif rule.condition:  # relative to the first of its cells
        valid = DataValidation("custom", pen.places.resolve(rule.condition, at.sheet, (at, rows[0])))
    else:
        low, high = _bound(rule.low, -_LARGEST), _bound(rule.high, _LARGEST)
        valid = DataValidation(rule.of, low, high, operator="between")
    valid.allowBlank, valid.showErrorMessage = True, True
    valid.errorStyle = "warning" if rule.asks else "stop"
    if rule.prompt:
        valid.showInputMessage, valid.prompt = True, rule.prompt[:_LONGEST_PROMPT]
        valid.promptTitle = column.label[:_LONGEST_TITLE]
    valid.error = f"{column.label}: not allowed here. {rule.prompt}".strip()[:_LONGEST_PROMPT]
    for first, last in _runs(rows):
        valid.add(f"{at.cell(first, column.key)}:{at.cell(last, column.key)}".replace("$", ""))
    return valid


def _bound(value: float | date | None, otherwise: float) -> str:
    if isinstance(value, date):
        return str(int(to_excel(as_date(value))))  # type: ignore[no-untyped-call]
    return repr(otherwise if value is None else max(-_LARGEST, min(value, _LARGEST)))


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of the rows that follow one another."""
    starts = [i for i, row in enumerate(rows) if i == 0 or row != rows[i - 1] + 1]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield rows[start], rows[end - 1]
