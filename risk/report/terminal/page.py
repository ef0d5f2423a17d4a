"""A page of the terminal: its width and characters, and tables that fit it.

No cell is ever cut. Where a page is too narrow a table leaves out its optional columns, and breaks the lines
of a flexible one; where that is not enough, of every text.

No cell is ever cut. Where a page is too narrow a table leaves out its optional columns and says which, and
breaks the lines of a flexible one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table as RichTable
from rich.text import Text

from risk.report.content import Cell, value_of
from risk.report.formats import Align
from risk.report.table import Column, Table
from risk.report.terminal.called import as_called
from risk.report.terminal.characters import printable
from risk.units import AS_IN_FILES, Names

Screen = tuple[RenderableType, ...]

GAP = 2
BAR = 20
"""Characters of a bar that is full."""

LONG = 16
"""Characters of a text from which its lines may be broken where a table does not fit otherwise."""

FILL = "blue"
WORDS: Mapping[str, str] = {
    "FAIL": "bold red",
    "FAILED": "bold red",
    "STALE": "bold red",
    "PAST": "bold red",
    "ok": "green",
    "warn": "yellow",
    "skipped": "dim",
}
"""Words of a flag that are set off; color only repeats what they say."""

ASCII_HEAD = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
"""A rule below the headings, like `SIMPLE_HEAD`."""


@dataclass(frozen=True)
class Page:
    """Where a screen is shown.

    Attributes
    ----------
    width : characters in a line.
    unicode : whether characters beyond ASCII can be shown.
    plain : no boxes, bars or pictures, and tables as wide as they need: for a file or a pipe.
    names : what the register calls its currency and its unit of work.
    """

    width: int = 80
    unicode: bool = True
    plain: bool = False
    names: Names = AS_IN_FILES

    def say(self, text: str) -> str:
        """Text without characters that a terminal would obey or could not show; its commands as called.

        Currency and unit of work are called what the register calls them.
        """
        return printable(self.names.said(as_called(text)), self.unicode)

    @property
    def room(self) -> int:
        """Characters a table may use."""
        return 10_000 if self.plain else self.width


@dataclass(frozen=True)
class Lines:
    """A table in plain columns: laying one out as a table of rich takes a millisecond a row."""

    lines: tuple[str, ...]

    @classmethod
    def of(cls, columns: Sequence[tuple[Align, Sequence[str]]], heading: bool) -> Lines:
        """Lay columns out, each an alignment and its cells, the first of which is its header."""
        padded = []
        for align, cells in columns:
            width = max(map(cell_len, cells))
            blanks = [width - cell_len(cell) for cell in cells]
            pairs = zip(cells, blanks, strict=True)
            padded.append([_set(cell, blank, align) for cell, blank in pairs])
        lines = tuple((" " * GAP).join(row) for row in zip(*padded, strict=True))
        return cls(lines if heading else lines[1:])

    @property
    def width(self) -> int:
        """Characters in a line."""
        return max(map(cell_len, self.lines), default=0)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines as they are."""
        for line in self.lines:
            yield Segment(line)
            yield Segment.line()


def _set(cell: str, blank: int, align: Align) -> str:
    before = {"left": 0, "right": blank, "center": blank // 2}[align]
    return " " * before + cell + " " * (blank - before)


@dataclass(frozen=True)
class _Grid:
    """A table's headers and cells as a page shows them."""

    columns: tuple[Column, ...]
    aligned: tuple[Align, ...]
    headers: list[str]
    cells: list[list[Text]]

    @classmethod
    def of(cls, block: Table, page: Page) -> _Grid:
        places = range(len(block.columns))
        cells = [[_cell(block, r, c, page) for c in places] for r in range(len(block.rows))]
        headers = [page.say(column.label) for column in block.columns]
        return cls(block.columns, tuple(map(block.aligns.__getitem__, places)), headers, cells)

    @cached_property
    def widths(self) -> list[int]:
        """Characters that each column would like."""
        columns = zip(self.headers, zip(*self.cells, strict=True), strict=True) if self.cells else ()
        found = [max([cell_len(header), *(cell_len(c.plain) for c in cells)]) for header, cells in columns]
        return found or list(map(cell_len, self.headers))

    def taken(self, shown: Sequence[int]) -> int:
        """Characters that columns cannot do without side by side."""
        need = (min(self.widths[i], self.columns[i].least or self.widths[i]) for i in shown)
        return sum(need) + GAP * (len(shown) - 1)

    def fitting(self, page: Page, room: int) -> list[int]:
        """Columns that the page has room for."""
        shown = [i for i, column in enumerate(self.columns) if not (column.style == "bar" and page.plain)]
        for level in sorted({column.optional for column in self.columns} - {0}, reverse=True):
            if self.taken(shown) > room:
                shown = [i for i in shown if self.columns[i].optional != level]
        return shown

    def flexible(self, shown: Sequence[int], room: int) -> list[int]:
        """Columns whose lines may be broken: those that say so, and long texts where that is not enough."""
        enough = self.taken(shown) <= room
        texts = [self.aligned[i] == "left" and self.widths[i] > LONG and not enough for i in shown]
        return [i for i, text in zip(shown, texts, strict=True) if text or self.columns[i].least]

    def missing(self, shown: Sequence[int], page: Page) -> Screen:
        """A line that names the columns for which there is no room; nothing where there is.

        Errors come last: those of numbers that are shown, for a number brings its own.
        """
        gone = [i for i, header in enumerate(self.headers) if i not in shown and header]
        errors = [i for i in gone if self.headers[i].startswith(page.say("±"))]
        named = [i for i in gone if i not in errors and self.columns[i].style != "bar"]
        told = (*named, *(i for i in errors if i - 1 in shown))
        words = "; ".join(dict.fromkeys(self.headers[i] for i in told))
        return (note(f"On a wider terminal: {words}", page),) if words else ()

    def drawn(self, shown: Sequence[int], page: Page, room: int) -> RenderableType:
        """Some columns on a page; a heading only where a column has one."""
        headed = any(self.headers)
        if page.plain and not any("\n" in row[i].plain for row in self.cells for i in shown):
            aligned = [(self.aligned[i], [self.headers[i], *(r[i].plain for r in self.cells)]) for i in shown]
            return Lines.of(aligned, heading=headed)
        box = None if page.plain or not headed else SIMPLE_HEAD if page.unicode else ASCII_HEAD
        found = RichTable(
            box=box,
            show_edge=False,
            pad_edge=False,
            show_header=headed,
            header_style="" if page.plain else "bold",
            # A box puts one blank between columns, the padding another.
            padding=(0, GAP, 0, 0) if box is None else (0, 0, 0, 1),
        )
        flexible = self.flexible(shown, room)
        for i in shown:
            whole = page.plain or i not in flexible
            found.add_column(self.headers[i], justify=self.aligned[i], no_wrap=whole, overflow="fold")
        fixed = sum(self.widths[i] for i in shown if i not in flexible)
        left = room - fixed - GAP * (len(shown) - 1)
        for row in self.cells:
            found.add_row(*(_folded(row[i], left) if i in flexible else row[i] for i in shown))
        return found


def table(block: Table, page: Page, indent: int = 0) -> RenderableType:
    """A table on a page, without its title and note; below it what it has on a wider page."""
    made, room = _Grid.of(block, page), page.room - indent
    shown = made.fitting(page, room)
    found, missing = made.drawn(shown, page, room), made.missing(shown, page)
    if missing:
        found = Group(found, *missing)
    return Padding(found, (0, 0, 0, indent)) if indent else found


def parts(block: Table, page: Page, keys: int = 1) -> Screen:
    """A table that goes on below itself where the page is too narrow, its first columns repeated.

    Parameters
    ----------
    keys : leading columns that are repeated.
    """
    made = _Grid.of(block, page)
    fitting = made.fitting(page, page.room)
    found = [made.drawn(shown, page, page.room) for shown in _split(made, fitting, page, keys)]
    return *tuple(part for one in found for part in (one, Text()))[:-1], *made.missing(fitting, page)


def _split(made: _Grid, shown: list[int], page: Page, keys: int) -> Iterator[list[int]]:
    block, rest = shown[:keys], shown[keys:]
    for i in rest:
        if len(block) > keys and made.taken([*block, i]) > page.room:
            yield block
            block = shown[:keys]
        block = [*block, i]
    yield block


def beside(*pictures: RenderableType) -> RenderableType:
    """Pictures side by side."""
    found = RichTable.grid(padding=(0, GAP, 0, 0))
    found.add_row(*pictures)
    return found


def pairs(items: Iterable[tuple[str, str]], page: Page, indent: int = 0) -> RenderableType:
    """Names and what they are, one a line; those of which nothing is said are left out."""
    columns = Column("name", ""), Column("words", "", least=24)
    return table(Table("pairs", columns, tuple(item for item in items if item[1])), page, indent)


def line(text: str, page: Page, style: str = "") -> Text:
    """A line of prose, or several where the page is narrow; its style only repeats what it says."""
    return Text(page.say(text), style="" if page.plain else style)


def heading(text: str, page: Page) -> Text:
    """Title of a section."""
    return line(text, page, "bold")


def note(text: str, page: Page, indent: int = 0) -> RenderableType:
    """A remark below a table, in lines that fit the page."""
    words = line(text, page, "dim")
    return Padding(words, (0, 0, 0, indent)) if indent else words


def next_steps(hints: Sequence[str], page: Page) -> Text:
    """Commands to go on with, none of them broken over a line."""
    lines = [""]
    for hint in hints:
        joined = f"{lines[-1]}    {hint}" if lines[-1] else hint
        if len("Next:  ") + len(joined) > page.width and lines[-1]:
            lines.append(hint)
        else:
            lines[-1] = joined
    return Text(page.say("Next:  ") + "\n       ".join(map(page.say, lines)))


def bar(share: float, page: Page, width: int = BAR) -> Text:
    """Bar filled to `share` of its width; a full cell for anything above nothing."""
    filled = round(share * width) if share <= 0.0 else max(1, round(share * width))
    full, empty = ("█", "░") if page.unicode else ("#", ".")
    return Text.assemble((full * filled, FILL), (empty * (width - filled), "dim"))


def text(screen: Screen, page: Page) -> str:
    """Screen as plain text, without color, no line longer than it need be."""
    width = page.width if not page.plain else max(page.width, *map(_natural, screen))
    buffer = StringIO()
    console = Console(
        file=buffer,
        width=width,
        color_system=None,
        force_terminal=False,
        force_jupyter=False,  # a notebook would be shown what is only read from the buffer
        highlight=False,
    )
    for part in screen:
        # Prose keeps to the page even where a table does not.
        console.print(part, width=width if _natural(part) else page.width)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _natural(part: RenderableType) -> int:
    """Width a table needs; 0 for prose."""
    inner = part.renderable if isinstance(part, Padding) else part
    if isinstance(inner, Lines):
        return inner.width + (part.left if isinstance(part, Padding) else 0)
    if not isinstance(inner, RichTable):
        return 0
    return Console(file=StringIO(), width=10_000, color_system=None).measure(part).maximum


def _cell(block: Table, row: int, column: int, page: Page) -> Text:
    content, style = block.rows[row][column], block.columns[column].style
    value = value_of(content)
    if isinstance(content, Cell):
        style = content.style or style
    if style == "bar" and isinstance(value, int | float):
        return bar(value, page)
    shown = page.say(block.text(row, column))
    bold = row in block.total or (isinstance(content, Cell) and content.bold)
    look = WORDS.get(shown, "") if style == "flag" else "bold" if bold else ""
    return Text(shown, style="" if page.plain else look)


def _folded(cell: Text, width: int) -> Text:
    """A cell whose words are no longer than `width`: names break after a dot, a dash or an underscore."""
    if all(cell_len(word) <= width for word in cell.plain.split()):
        return cell
    lines = [""]
    for part in re.split(r"(?<=[._ -])", cell.plain):
        if cell_len(lines[-1] + part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return Text("\n".join(line.rstrip() for line in lines if line), style=cell.style)
