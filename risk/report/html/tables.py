"""Tables and tiles, with the numbers as the workbook prints them.

The look of a column is a class of its table (`n3`: the third column holds notes), and a cell has a class only
where it differs: a pack has some twenty thousand cells.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from risk.report.content import Cell, Check, Content, Link, Style, plain, value_of
from risk.report.formats import named, show
from risk.report.html.markup import Markup, identifier, join, opened, tag, text, unclosed
from risk.report.sheet import Tile, Tiles
from risk.report.table import Column, Table

Targets = Mapping[str, str]
"""Ids on the page by name of sheet or id of table."""

STYLES: Mapping[Style, str] = {"engine": "e", "input": "i", "link": "k", "note": "n", "id": "d"}
PLAIN = "x"
"""A cell without the look of its column."""

ALIGNMENTS = {"left": "l", "center": "c", "right": ""}
LONG, PROSE = 14, 34
"""Characters above which the text of a column may take several lines, and above which it is prose."""

BRIEF = 160
"""Characters of a note that may lie open under a table that does."""

WORDS = {"FAIL": "bad", "STALE": "bad", "PAST": "bad", "OK": "good"}
"""Words of a check or flag that are set off."""

_BROKEN = re.compile(r"(?<=[a-z])-\s+(?=[a-z])(?!and\b|or\b)")
"""A word that the workbook breaks to fit its column."""


def table(
    block: Table, targets: Targets, name: str, most: int | None = None, stacked: bool = False
) -> Markup:
    """A table with title and note, in a box that scrolls.

    Parameters
    ----------
    name : what is read out where the table has no title.
    most : cells to show, besides totals; never more rows than the workbook prints.
    stacked : where it is too narrow for the columns each row becomes lines, and nothing scrolls.
    """
    columns = range(len(block.columns))
    looks = [_look(block, i) for i in columns]
    head = unclosed("tr", *(_head(column) for column in block.columns))
    rows = _rows(block, most)
    body = join((_row(block, r, looks, targets, stacked) for r in rows), "\n")
    own = " ".join(f"{letter}{i + 1}" for i in columns for letter in looks[i])
    own, role = (f"{own} stack", "table") if stacked else (own, None)
    if not rows and block.rows:
        left = tag("p", f"{block.title or name}: in the workbook only.", class_="note")
        return tag("div", left, id=identifier(block.id), class_="table")
    grid = tag("table", tag("thead", head), "\n", tag("tbody", body), class_=own or None, role=role)
    title = tag("h3", block.title) if block.title else Markup()
    said = [block.note] if block.note else []
    if len(rows) < len(block.rows):
        said.append(f"{len(rows)} of {len(block.rows)} rows are shown; the workbook has all.")
    note = _note(" ".join(said), stacked)
    return join([opened("div", id=identifier(block.id), class_="table"), title,
                 scrolling(grid, block.title or name), note, Markup("</div>")])  # fmt: skip


def _note(said: str, stacked: bool) -> Markup:
    """What stands below a table; where it lies open a long note folds."""
    if not said:
        return Markup()
    if stacked and len(said) > BRIEF:
        return tag("details", tag("summary", "How to read it"), tag("p", said), class_="note")
    return tag("p", said, class_="note")


def _rows(block: Table, most: int | None) -> list[int]:
    """Numbers of the rows to show: the first ones, and totals wherever they stand; none that print none."""
    if block.printed_rows == 0:
        return []
    last = len(block.rows) if block.printed_rows is None else block.printed_rows
    if most is not None:
        last = min(last, max(1, most // len(block.columns)))
    return [r for r in range(len(block.rows)) if r < last or r in block.total]


def scrolling(grid: Markup, name: str) -> Markup:
    """A box that scrolls sideways, also by keyboard, so that the page need not."""
    return tag("div", grid, class_="wide", role="region", aria_label=name, tabindex=0)


def header(column: Column) -> str:
    """A column's header in one line, its words whole."""
    return whole(column.label).replace("± ", "±\u00a0")


def whole(label: str) -> str:
    """A label in one line, the words whole that the workbook breaks to fit a column."""
    return " ".join(_BROKEN.sub("", label).split())


def _head(column: Column) -> Markup:
    said = header(column)
    return unclosed("th", said, scope="col") if said else unclosed("td")


def _look(block: Table, column: int) -> str:
    """Letters of a column: how its text is set, and its style."""
    spec = block.columns[column]
    align = ALIGNMENTS[block.aligns[column]]
    if align == "l":
        longest = max((len(block.text(r, column)) for r in range(len(block.rows))), default=0)
        align = "l" if longest <= LONG else "m" if longest <= PROSE else "f" if column == 0 else "p"
    return align + STYLES.get(spec.style, "")


def _row(block: Table, number: int, looks: list[str], targets: Targets, stacked: bool) -> Markup:
    cells = []
    for i, content in enumerate(block.rows[number]):
        shown = block.text(number, i)
        found = _differences(block, number, i, looks[i])
        inner = _linked(content, shown, targets)
        told: dict[str, str] = {}
        if stacked:
            found += ["large"] * (block.columns[i].style == "bar") + ["none"] * (shown == "–")
            told = {"role": "rowheader"} if i == 0 else {"role": "cell", "data_k": header(block.columns[i])}
        kind, scope = ("th", "row") if i == 0 else ("td", None)
        cells.append(unclosed(kind, inner, scope=scope, class_=" ".join(found) or None, **told))
    total = "total" if number in block.total else None
    return unclosed("tr", *cells, class_=total, role="row" if stacked else None)


def _differences(block: Table, row: int, column: int, look: str) -> list[str]:
    """Classes of one cell: another style than its column's, bold, a word set off, a minus, a bar."""
    content, spec = block.rows[row][column], block.columns[column]
    value, classes = value_of(content), []
    if isinstance(content, Cell):
        style = content.style
        if style and STYLES.get(style, "") != STYLES.get(spec.style, ""):
            classes.append(STYLES.get(style, PLAIN))
        if content.bold:
            classes.append("strong")
    if isinstance(value, str) and (isinstance(plain(content), Check) or spec.style == "flag"):
        classes += [WORDS[value]] if value in WORDS else []
    if isinstance(value, int | float):
        if value < 0 and named(block.format_of(row, column)).red:
            classes.append("minus")
        if spec.style == "bar":
            classes.append(f"b{round(100 * min(max(value, 0), 1))}")
    return classes


def _linked(content: Content, shown: str, targets: Targets) -> Markup:
    """A cell's text; it leads to what it names where that stands on the page, and never away from it."""
    inner = plain(content)
    if isinstance(inner, Link) and inner.target in targets:
        return tag("a", shown, href=f"#{targets[inner.target]}")
    return text(shown)


def tiles(block: Tiles) -> Markup:
    """Large numbers with their names above and their errors below."""
    return tag("dl", *map(_tile, block.tiles), class_="tiles")


def _tile(tile: Tile) -> Markup:
    shown = show(value_of(tile.value), tile.format)
    note = tag("dd", tile.note, class_="note") if tile.note else ""
    return tag("div", tag("dt", tile.label), tag("dd", shown), note)


def classes(markup: str) -> Collection[str]:
    """Every class that the tags of a page use."""
    found = re.findall(r'<[^>]*? class=(?:"([^"]*)"|([\w.#-]+))', markup)
    return {name for pair in found for name in " ".join(pair).split()}
