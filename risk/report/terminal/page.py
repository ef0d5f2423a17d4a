"""A page of the terminal: its width and characters, and tables that fit it.

No cell is ever cut. Where a page is too narrow a table leaves out its optional columns, and breaks the lines
of a flexible one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Literal

from rich.box import SIMPLE_HEAD, Box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from risk.report.terminal.called import as_called
from risk.report.terminal.characters import printable
from risk.units import AS_IN_FILES, Names

Screen = tuple[RenderableType, ...]
Cell = str | Text

GAP = 2

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
class Column:
    """A column of a table.

    Attributes
    ----------
    title : its heading.
    align : numbers go right.
    optional : 0 is always shown; of the others the largest goes first where room is short.
    least : if not 0, lines may be broken, down to this width.
    picture : left out of plain pages.
    """

    title: str = ""
    align: Literal["left", "right"] = "left"
    optional: int = 0
    least: int = 0
    picture: bool = False


@dataclass(frozen=True)
class Lines:
    """A table in plain columns: laying one out as a `Table` takes a millisecond a row."""

    lines: tuple[str, ...]

    @classmethod
    def of(cls, columns: Sequence[tuple[str, Sequence[str]]], heading: bool) -> Lines:
        """Lay columns out, each an alignment and its cells, the first of which is its title."""
        padded = []
        for align, cells in columns:
            width = max(map(cell_len, cells))
            blanks = [" " * (width - cell_len(cell)) for cell in cells]
            pairs = zip(cells, blanks, strict=True)
            padded.append([blank + cell if align == "right" else cell + blank for cell, blank in pairs])
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


def grid(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell]], page: Page, indent: int = 0
) -> RenderableType:
    """Table on a page; a heading only where a column has one."""
    cells = [[_cell(cell, page) for cell in row] for row in rows]
    titles = [page.say(column.title) for column in columns]
    shown = _fitting(columns, titles, cells, page, page.room - indent)
    if page.plain and not any("\n" in cell.plain for row in cells for cell in row):
        aligned = [(columns[i].align, [titles[i], *(row[i].plain for row in cells)]) for i in shown]
        plain = Lines.of(aligned, heading=any(titles))
        return Padding(plain, (0, 0, 0, indent)) if indent else plain
    box = None if page.plain else SIMPLE_HEAD if page.unicode else ASCII_HEAD
    found = Table(
        box=box,
        show_edge=False,
        pad_edge=False,
        show_header=any(titles),
        header_style="" if page.plain else "bold",
        # A box puts one blank between columns, the padding another.
        padding=(0, GAP, 0, 0) if box is None or not any(titles) else (0, 0, 0, 1),
    )
    if not any(titles):
        found.box = None
    for i in shown:
        column = columns[i]
        whole = page.plain or not column.least
        found.add_column(titles[i], justify=column.align, no_wrap=whole, overflow="fold")
    room = _room(columns, titles, cells, shown, page.room - indent)
    for row in cells:
        found.add_row(*(_folded(row[i], room) if columns[i].least else row[i] for i in shown))
    return Padding(found, (0, 0, 0, indent)) if indent else found


def heading(text: str, page: Page) -> Text:
    """Title of a section."""
    return Text(page.say(text), style="" if page.plain else "bold")


def note(text: str, page: Page, indent: int = 0) -> RenderableType:
    """A remark below a table, in lines that fit the page."""
    words = Text(page.say(text), style="" if page.plain else "dim")
    return Padding(words, (0, 0, 0, indent)) if indent else words


def text(screen: Screen, page: Page) -> str:
    """Screen as plain text, without color, no line longer than it need be."""
    width = page.width if not page.plain else max(page.width, *map(_natural, screen))
    buffer = StringIO()
    console = Console(file=buffer, width=width, color_system=None, force_terminal=False, highlight=False)
    for part in screen:
        # Prose keeps to the page even where a table does not.
        console.print(part, width=width if _natural(part) else page.width)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _natural(part: RenderableType) -> int:
    """Width a table needs; 0 for prose."""
    inner = part.renderable if isinstance(part, Padding) else part
    if isinstance(inner, Lines):
        return inner.width + (part.left if isinstance(part, Padding) else 0)
    if not isinstance(inner, Table):
        return 0
    return Console(file=StringIO(), width=10_000, color_system=None).measure(part).maximum


def _cell(cell: Cell, page: Page) -> Text:
    return cell if isinstance(cell, Text) else Text(page.say(cell))


def _room(
    columns: Sequence[Column],
    titles: Sequence[str],
    cells: Sequence[Sequence[Text]],
    shown: Sequence[int],
    room: int,
) -> int:
    """Characters that the flexible columns of a table may use together."""
    fixed = (_width(titles[i], [row[i] for row in cells]) for i in shown if not columns[i].least)
    return room - sum(fixed) - GAP * (len(shown) - 1)


def _folded(cell: Text, width: int) -> Text:
    """A cell whose words are no longer than `width`: names break after a dot, a dash or an underscore."""
    if all(cell_len(word) <= width for word in cell.plain.split()):
        return cell
    lines = [""]
    for part in re.split(r"(?<=[._ -])", cell.plain):
        if cell_len(lines[-1] + part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return Text("\n".join(line.rstrip() for line in lines if line))


def _width(title: str, cells: Sequence[Text]) -> int:
    return max([cell_len(title), *(cell_len(cell.plain) for cell in cells)])


def _fitting(
    columns: Sequence[Column], titles: Sequence[str], cells: Sequence[Sequence[Text]], page: Page, room: int
) -> list[int]:
    """Columns that the page has room for."""
    shown = [i for i, column in enumerate(columns) if not (column.picture and page.plain)]
    widths = [_width(title, [row[i] for row in cells]) for i, title in enumerate(titles)]
    need = [min(w, c.least) if c.least else w for c, w in zip(columns, widths, strict=True)]
    for level in sorted({column.optional for column in columns} - {0}, reverse=True):
        if sum(need[i] for i in shown) + GAP * (len(shown) - 1) > room:
            shown = [i for i in shown if columns[i].optional != level]
    return shown
