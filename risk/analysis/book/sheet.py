"""Positions as a spreadsheet saves them: a CSV file that knows where everything stands.

The first line names the columns; a row is a position. Numbers have a point and neither thousands nor a
percent sign. What a spreadsheet would run as a formula is refused: nobody sees it in the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from risk.assumptions.positions import Path as KeyPath
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.reader import Document, content, shown
from risk.assumptions.validation import Site, unknown_key

ROWS = "position"
"""Key under which a document has its rows."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_FORMULA = ("=", "+", "-", "@")
"""What a text may not begin with: a spreadsheet runs it."""


class Sheet(Document):
    """A CSV file.

    Attributes
    ----------
    places : (row, column's name) → line and column of its cell, from 1.
    """

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name, text)
        self.places: dict[tuple[int, str], tuple[int, int]] = {}

    def line(self, path: KeyPath) -> int:
        """Return the line of a key path."""
        return self._place(path)[0]

    def problem(self, code: str, path: KeyPath, reason: str, *fixes: str, key: bool = False) -> Problem:
        """Return a problem at a cell, or in its row."""
        line, column = self._place(path)
        return Problem(code, self.name, line, column, reason, fixes, self.excerpt(line))

    def excerpt(self, line: int) -> tuple[tuple[int, str], ...]:
        """Return the line of the columns and the line itself."""
        numbers = sorted({1, line}) if 0 < line <= len(self.lines) else []
        return tuple((n, self.lines[n - 1]) for n in numbers)

    def _place(self, path: KeyPath) -> tuple[int, int]:
        row = int(path[1]) if len(path) > 1 else None
        if row is None:
            return 1, 1
        first = next((place for (k, _), place in self.places.items() if k == row), (1, 1))
        return self.places.get((row, str(path[2])), first) if len(path) > 2 else first


def read(path: Path, kinds: Mapping[str, type]) -> tuple[Sheet, list[Problem]]:
    """Read a CSV file; `kinds` says what a column holds: str, float or bool."""
    name = shown(path)
    raw = content(path)
    if isinstance(raw, Problem):
        return Sheet(name), [raw]
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return Sheet(name), [
            Problem("A001", name, 0, 0, "is not UTF-8 text", ("save the file as CSV UTF-8",))
        ]
    return parse(name, text, kinds)


def parse(name: str, text: str, kinds: Mapping[str, type]) -> tuple[Sheet, list[Problem]]:
    """Parse the text of a CSV file."""
    sheet = Sheet(name, text)
    if "\0" in text:
        return sheet, [Problem("A001", name, 0, 0, "is not text", ("save the file as CSV UTF-8",))]
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        return sheet, [sheet_problem(sheet, reader.line_num, f"cannot be read as CSV: {error}")]
    if not rows:
        return sheet, [Problem("A004", name, 0, 0, "is empty", (f"name columns: {', '.join(kinds)}",))]
    columns = [cell.strip().casefold() for cell in rows[0][1]]
    problems = list(_columns(sheet, columns, kinds))
    if problems:
        return sheet, problems
    found: list[dict[str, Any]] = []
    for line, row in rows[1:]:
        if any(cell.strip() for cell in row):
            record, wrong = _row(sheet, len(found), line, columns, row, kinds)
            problems += wrong
            found.append(record)
    sheet.data = {ROWS: found}
    return sheet, problems


def sheet_problem(sheet: Sheet, line: int, reason: str, *fixes: str, code: str = "A002") -> Problem:
    """A problem with a whole line."""
    return Problem(code, sheet.name, line, 1, reason, fixes, sheet.excerpt(line))


def _columns(sheet: Sheet, columns: Sequence[str], kinds: Mapping[str, type]) -> list[Problem]:
    if len(columns) == 1 and ";" in columns[0]:
        reason = "its columns are parted by semicolons, not by commas"
        return [sheet_problem(sheet, 1, reason, "save it as CSV with commas, and numbers with a point")]
    problems = [unknown_key(Site(sheet, ()), (name,), kinds) for name in columns if name not in kinds]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    problems += [
        sheet_problem(sheet, 1, f"column {quoted(name)} stands twice", code="A019") for name in twice
    ]
    return problems


def _row(
    sheet: Sheet, k: int, line: int, columns: Sequence[str], row: Sequence[str], kinds: Mapping[str, type]
) -> tuple[dict[str, Any], list[Problem]]:
    """A row as a table; empty cells say nothing."""
    record: dict[str, Any] = {}
    problems = []
    starts = _starts(sheet.lines[line - 1], len(row))
    for name, start in zip(columns, starts, strict=False):
        sheet.places[k, name] = line, start
    if len(row) > len(columns):
        reason = f"has {len(row)} cells; there are {len(columns)} columns"
        fix = "put a text with a comma in quotes, and write numbers without thousands"
        return {}, [sheet_problem(sheet, line, reason, fix, code="A015")]
    for name, cell in zip(columns, row, strict=False):
        if not (text := cell.strip()):
            continue
        value, wrong = _cell(text, kinds[name])
        if wrong:
            problems.append(sheet.problem("A005", (ROWS, k, name), f"{name} {wrong[0]}", *wrong[1:]))
        record[name] = value
    return record, problems


def _starts(line: str, cells: int) -> list[int]:
    """Where the cells of a line begin, from 1; the first column for all of a line that has quotes."""
    if '"' in line:
        return [1] * cells
    starts, at = [], 1
    for cell in line.split(","):
        starts.append(at)
        at += len(cell) + 1
    return starts


def _cell(text: str, kind: type) -> tuple[Any, tuple[str, ...]]:
    """What a cell says, or why it says nothing and what to do."""
    if kind is bool:
        flag = _FLAGS.get(text.casefold())
        return flag, () if flag is not None else (f"is {quoted(text)}; it must be yes or no",)
    if kind is float:
        if _NUMBER.fullmatch(text):
            return float(text), ()
        return None, (
            f"is {quoted(text)}; it must be a number",
            "write 1500000.5: a point, no thousands, no sign",
        )
    if text.startswith(_FORMULA):
        return None, (f"is {quoted(text)}, which a spreadsheet runs as a formula", "write the value itself")
    return text, ()
