"""From the cells of a workbook to edits of the register, or to everything that is wrong with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl.utils import get_column_letter

from risk.errors import suggestion
from risk.exchange import layout
from risk.exchange.cells import Fault, Found, understand
from risk.exchange.content import Content, content, same
from risk.exchange.layout import AT_EXPORT, Field, Item
from risk.exchange.problems import CellProblem
from risk.workbook import WorkbookRefused, unreadable
from risk.workbook.values import finite

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 10_000, 64, 64_000
"""Of a sheet that is read: the longest of an export has 15,000 cells."""

LONGEST_WHY = 2000


@dataclass(frozen=True)
class Line:
    """A row of a sheet under a header: cells by heading, and where they stand."""

    sheet: str
    number: int
    cells: Mapping[str, Found]
    letters: Mapping[str, str]

    def address(self, header: str) -> str:
        """Return the address of the cell under a heading."""
        return f"{self.letters[header]}{self.number}" if header in self.letters else f"A{self.number}"


@dataclass(frozen=True)
class Edit:
    """One field that was changed.

    Attributes
    ----------
    item, field : what.
    before, after : contents of the file; None where the file says nothing.
    why : the reason given for the row.
    line : where the workbook says so.
    """

    item: Item
    field: Field
    before: Any
    after: Any
    why: str
    line: Line

    @property
    def cell(self) -> str:
        """Address of the changed cell."""
        return self.line.address(self.field.header)


@dataclass
class Reading:
    """What a workbook says.

    Attributes
    ----------
    properties : its custom properties.
    lines : rows by id, as they stand; the first where one stands twice.
    edits, problems, notes : what was found in them.
    others : what stands on sheets that the export does not have, by title.
    """

    properties: dict[str, str] = dataclasses.field(default_factory=dict)
    lines: dict[str, Line] = dataclasses.field(default_factory=dict)
    edits: list[Edit] = dataclasses.field(default_factory=list)
    problems: list[CellProblem] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    others: dict[str, Reading] = dataclasses.field(default_factory=dict)


def read_lines(name: str, raw: bytes) -> Reading:
    """Read the rows of a workbook that the gate let in.

    Raises
    ------
    WorkbookRefused : it cannot be read, or has far more cells than an export.
    """
    import openpyxl

    reading = Reading()
    with unreadable(name):
        options: Any = {"read_only": True, "keep_links": False}
        values = openpyxl.load_workbook(BytesIO(raw), data_only=True, **options)
        formulas = openpyxl.load_workbook(BytesIO(raw), data_only=False, **options)
        properties: Any = values.custom_doc_props  # type: ignore[attr-defined]
        reading.properties = {p.name: str(p.value) for p in properties.props}
        titles = [sheet.title for sheet in values.worksheets]
        for sheet in (layout.ENTRIES, layout.ROWS):
            if sheet in titles:
                _read_sheet(name, sheet, values[sheet], formulas[sheet], reading)
                continue
            reason, fix = f"the sheet '{sheet}' is missing", "export again, or give the sheet its name back"
            reading.problems.append(CellProblem("W002", sheet, "", "", reason, (fix,)))
        if layout.BASE_HASH in reading.properties:
            for sheet in (title for title in titles if title not in layout.SHEETS):
                reading.others[sheet] = Reading()
                _read_sheet(name, sheet, values[sheet], formulas[sheet], reading.others[sheet])
    return reading


def _read_sheet(name: str, title: str, values: Any, formulas: Any, reading: Reading) -> None:
    """Collect the rows under each header; a header is a row with a cell ``ID``."""
    headers: dict[int, str] = {}
    for number, cells in enumerate(_rows(name, values, formulas), start=1):
        texts = {i: str(found.value).strip() for i, found in cells.items() if isinstance(found.value, str)}
        if layout.ID in texts.values():
            headers = texts
            _check_headers(title, number, headers, reading)
        elif not cells:
            headers = {} if title == layout.ROWS else headers
        elif headers:
            _keep(title, number, cells, headers, reading)
    if title == layout.ENTRIES and not headers:
        reason = f"no row of the sheet '{title}' has the heading '{layout.ID}'"
        reading.problems.append(CellProblem("W002", title, "", "", reason, ("export again",)))


def _rows(name: str, values: Any, formulas: Any) -> Iterator[dict[int, Found]]:
    """Yield the cells of each row that hold something, by column.

    What the sheet says of its own size is not trusted.
    """
    for sheet in (values, formulas):
        sheet.reset_dimensions()
    both = zip(values.iter_rows(), formulas.iter_rows(), strict=False)
    seen = 0
    for number, (row, written) in enumerate(both, start=1):
        seen += len(row)
        if number > MAX_ROWS:
            raise WorkbookRefused(name, f"has more than {MAX_ROWS:,} rows on a sheet")
        if seen > MAX_CELLS:
            raise WorkbookRefused(name, "holds far more cells on a sheet than an assumptions workbook")
        found = {}
        for i, (cell, source) in enumerate(zip(row, written, strict=False)):
            is_formula = source.data_type == "f"
            if cell.value is None and not is_formula:
                continue
            if i >= MAX_COLUMNS:
                raise WorkbookRefused(name, f"has more than {MAX_COLUMNS} columns on a sheet")
            found[i] = Found(
                finite(cell.value), str(cell.number_format or ""), is_formula, cell.data_type == "e"
            )
        yield found


def _check_headers(title: str, number: int, headers: Mapping[int, str], reading: Reading) -> None:
    seen: dict[str, int] = {}
    for i, text in headers.items():
        if seen.setdefault(text, i) != i:
            address = f"{get_column_letter(i + 1)}{number}"
            reason = f"the column '{text}' stands there twice, first in {get_column_letter(seen[text] + 1)}"
            reading.problems.append(
                CellProblem("W002", title, address, "", reason, ("remove one of the two",))
            )


def _keep(
    title: str, number: int, cells: Mapping[int, Found], headers: Mapping[int, str], reading: Reading
) -> None:
    letters = {text: get_column_letter(i + 1) for i, text in reversed(list(headers.items()))}
    named = {headers[i]: found for i, found in reversed(list(cells.items())) if i in headers}
    line = Line(title, number, named, letters)
    id = named.get(layout.ID, Found(None))
    if id.value is None or not str(id.value).strip():
        if any(found.value is not None for found in named.values()):
            reason = "a row without an id"
            fix = "put its id back, or empty the row: rows are added in the files, not here"
            reading.problems.append(CellProblem("W003", title, line.address(layout.ID), "", reason, (fix,)))
        return
    name = str(id.value).strip()
    if name in reading.lines:
        first = reading.lines[name]
        reason = f"the id stands there twice, first in {first.sheet}!{first.address(layout.ID)}"
        reading.problems.append(CellProblem("W005", title, line.address(layout.ID), name, reason))
        return
    reading.lines[name] = line


def compare(reading: Reading, items: Sequence[Item], every: Mapping[str, Item]) -> None:
    """Find what the rows of a workbook say differently from the register.

    Parameters
    ----------
    items : those that were exported.
    every : all items of the register, by id.
    """
    for id, line in reading.lines.items():
        if id not in every:
            meant = suggestion(id, every)
            reason = "the register has nothing of this id." + (f" Did you mean '{meant}'?" if meant else "")
            fix = "put the id back, or remove the row: rows are added in the files, not here"
            where = line.sheet, line.address(layout.ID), id[:60]
            reading.problems.append(CellProblem("W003", *where, reason, (fix,)))
    for item in items:
        if item.id not in reading.lines:
            reason, fix = "its row is missing", "put it back: nothing is removed by an import"
            sheet = layout.ROWS if item.table else layout.ENTRIES
            if not any(
                problem.code == "W002" and problem.sheet == sheet and not problem.cell
                for problem in reading.problems
            ):
                reading.problems.append(CellProblem("W004", sheet, "", item.id, reason, (fix,)))
    _missing_columns(reading, items)
    for item in items:
        if item.id in reading.lines:
            _compare_line(reading, item, reading.lines[item.id])


def _missing_columns(reading: Reading, items: Sequence[Item]) -> None:
    """Tell each missing column once a block, not once a row."""
    told: set[tuple[str, str]] = set()
    for item in items:
        line = reading.lines.get(item.id)
        if line is None:
            continue
        for header in (*(field.header for field in item.fields), layout.WHY):
            if header not in line.letters and (item.table, header) not in told:
                told.add((item.table, header))
                meant = suggestion(header, [text for text in line.letters if not text.endswith(AT_EXPORT)])
                reason = f"the column '{header}' is missing{f' from {item.table}' if item.table else ''}"
                fix = (
                    f"is it '{meant}'? Give it its heading back" if meant else "put it back, or export again"
                )
                reading.problems.append(CellProblem("W002", line.sheet, "", item.table, reason, (fix,)))


def _compare_line(reading: Reading, item: Item, line: Line) -> None:
    changed, wrong = [], False
    for field in item.fields:
        if field.header not in line.letters:
            continue
        found = line.cells.get(field.header, Found(None))
        if _unchanged(found, content(item, field)):
            continue
        try:
            after, notes = understand(found, item, field)
        except Fault as fault:
            wrong = True
            where = line.sheet, line.address(field.header), item.id
            reading.problems.append(CellProblem(fault.code, *where, fault.reason, fault.fixes))
            continue
        before = item.get(field.key)
        if same(after, before) or (after in (None, "") and before in (None, "")):
            continue
        where_ = f"{line.sheet}!{line.address(field.header)} {item.id}"
        reading.notes += [f"{where_}: {note}" for note in notes]
        changed.append((field, before, after))
    why = line.cells.get(layout.WHY, Found(None))
    reason = "" if why.value is None or why.error else " ".join(str(why.value).split())[:LONGEST_WHY]
    if changed and not reason and layout.WHY in line.letters:
        names = ", ".join(field.header for field, _, _ in changed)
        where = line.sheet, line.address(layout.WHY), item.id
        text = f"{names} changed without a reason"
        reading.problems.append(CellProblem("W013", *where, text, (f"fill in '{layout.WHY}'",)))
    elif reason and not changed and not wrong:
        reading.notes.append(
            f"{line.sheet}!{line.address(layout.WHY)} {item.id}: a reason, but nothing changed"
        )
    reading.edits += [Edit(item, field, before, after, reason, line) for field, before, after in changed]


def _unchanged(found: Found, before: Content) -> bool:
    """Return whether a cell holds what it held, whatever it looks like."""
    if found.formula or found.error:
        return False
    value = found.day if found.day is not None else found.value
    if isinstance(value, str) and isinstance(before, str):
        return value.strip() == before.strip()
    return same(value, before) or (value is None and before is None)


def moved(reading: Reading, register_: layout.Register) -> list[CellProblem]:
    """Return which rows the files have changed since the export; () where no byte has changed."""
    base = reading.properties.get(layout.BASE_HASH)
    if base is None:
        reason = "the workbook does not say what it was exported from"
        return [CellProblem("W014", "", "", "", reason, ("export again: bubblerisk assumptions export",))]
    if base == register_.sha256:
        return []
    names = {
        *register_.hashes,
        *(k[len(layout.FILE_HASH) :] for k in reading.properties if k.startswith(layout.FILE_HASH)),
    }
    files = [
        f"{name}.toml"
        for name in sorted(names)
        if register_.hashes.get(name) != reading.properties.get(f"{layout.FILE_HASH}{name}")
    ]
    rows = [problem for item in register_.items for problem in _row_moved(reading, item)]
    fix = "export again and carry your changes over, or take the files back to the version of the export"
    reason = f"changed since the export: {', '.join(files) or 'the files'}" + (
        "" if rows else "; no number differs, only comments, order or what is not in the workbook"
    )
    return [CellProblem("W014", "", "", "", reason, (fix,)), *rows]


def _row_moved(reading: Reading, item: Item) -> Iterator[CellProblem]:
    line = reading.lines.get(item.id)
    if line is None:
        return
    for field in item.fields:
        header = f"{field.header}{AT_EXPORT}"
        if header not in line.letters:
            continue
        now, then = content(item, field), line.cells.get(header, Found(None))
        if not _unchanged(then, now):
            reason = (
                f"{field.header} was {_told(then)} at the export; {item.place} now says {_told(Found(now))}"
            )
            yield CellProblem("W014", line.sheet, line.address(field.header), item.id, reason)


def _told(found: Found) -> str:
    value = found.day if found.day is not None else found.value
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float) else str(value)[:60]
