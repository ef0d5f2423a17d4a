"""A sheet as a section of the page: its blocks one below the other, and what is folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from risk.report.charts import Chart
from risk.report.html.dial import dial
from risk.report.html.figure import figure
from risk.report.html.markup import Markup, identifier, join, tag
from risk.report.html.tables import Targets, header, table, tiles
from risk.report.sheet import Band, Block, Dial, Fold, Heading, HeatMap, Paragraph, Sheet, Tiles, laid
from risk.report.table import Table

ABREAST = 2
"""Columns for which there is room; the blocks of more columns stand two by two."""

Column = tuple[Block, ...]
"""Blocks one below the other."""


@dataclass(frozen=True)
class Room:
    """Where blocks are put.

    Attributes
    ----------
    targets : what links may lead to.
    most : cells of a table to show, besides totals; None = all that the workbook prints.
    stacked : tables lie open, where nothing may scroll sideways.
    """

    targets: Targets
    most: int | None = None
    stacked: bool = False


def anchor(sheet: str) -> str:
    """Id of a sheet on the page."""
    return f"sheet-{identifier(sheet)}"


def answer(sheet: Sheet, room: Room) -> Markup:
    """The sheet that answers, unfolded but for what it folds itself."""
    head = tag("h2", sheet.title), tag("p", sheet.subtitle, class_="subtitle")
    blocks = _bands((*sheet.bands, *sheet.screen), replace(room, stacked=True), sheet.name)
    return tag("section", join([*head, *blocks], "\n"), id=anchor(sheet.name), aria_label=sheet.name)


def folded(sheet: Sheet, room: Room) -> Markup:
    """A sheet that opens when its title is pressed."""
    told = sheet.title.replace(" ", "").casefold().startswith(sheet.name.casefold())
    own = sheet.title if told else f"{sheet.name} – {sheet.title}"
    head = [tag("p", said, class_=look) for look, said in _said_above(sheet) if said]
    turned = [_dial(sheet.dial, sheet)] if sheet.dial else []
    blocks = _bands((*sheet.bands, *sheet.screen), room, sheet.name)
    return tag(
        "details",
        tag("summary", tag("h2", own)),
        join([*head, *turned, *blocks], "\n"),
        id=anchor(sheet.name),
        class_="sheet",
    )


def _said_above(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "subtitle", sheet.subtitle
    yield "question", sheet.question


def _dial(spec: Dial, sheet: Sheet) -> Markup:
    tables = {block.id: block for block in sheet.blocks() if isinstance(block, Table)}
    return dial(spec, tables[spec.steps], tables[spec.across])


def _bands(bands: Iterable[Band], room: Room, sheet: str) -> Iterator[Markup]:
    """Bands one below the other; a fold holds its own."""
    for folds, some in groupby(bands, lambda band: isinstance(band, Fold)):
        if not folds:
            yield from _open(some, room, sheet)
            continue
        for fold in some:
            if isinstance(fold, Fold):
                inner = _bands(fold.bands, replace(room, stacked=False), sheet)
                yield tag("details", tag("summary", fold.title), join(inner, "\n"))


def _open(bands: Iterable[Band], room: Room, sheet: str) -> Iterator[Markup]:
    """Bands that lie open; points that follow one another make a list."""
    for points, some in groupby(_columns(bands), _is_point):
        if points:
            blocks = (block for ((block,),) in some)
            yield tag("ul", *(tag("li", _said(block)) for block in blocks if isinstance(block, Paragraph)))
            continue
        for columns in some:
            drawn = [join([_block(block, room, sheet) for block in column]) for column in columns]
            yield drawn[0] if len(drawn) == 1 else tag("div", *(tag("div", d) for d in drawn), class_="band")


def _is_point(columns: tuple[Column, ...]) -> bool:
    block = columns[0][0]
    return len(columns) == len(columns[0]) == 1 and isinstance(block, Paragraph) and block.style == "bullet"


def _columns(bands: Iterable[Band]) -> Iterator[tuple[Column, ...]]:
    """The columns of each band; headings side by side join the band below them, each its own column."""
    above: dict[int, Column] = {}
    for band in laid(bands):
        columns = dict(above)
        for at in band:
            columns[at.column] = (*columns.get(at.column, ()), at.block)
        above = {}
        if len(band) > 1 and all(isinstance(at.block, Heading) for at in band):
            above = columns
        else:
            found = tuple(columns[start] for start in sorted(columns))
            yield found if len(found) <= ABREAST else tuple((block,) for column in found for block in column)
    if above:
        yield tuple(above.values())


def _block(block: Block, room: Room, sheet: str) -> Markup:
    match block:
        case Heading(words):
            return tag("h3", words)
        case Paragraph():
            return tag("p", _said(block), class_=None if block.style in ("body", "bullet") else block.style)
        case Tiles():
            return tiles(block)
        case Table():
            name = f"{sheet}: {header(block.columns[0])}".removesuffix(": ")
            return table(block, room.targets, name, room.most, room.stacked)
        case HeatMap() | Chart():
            return figure(block)


def _said(block: Paragraph) -> str:
    return block.text if isinstance(block.text, str) else str(block.text.value)
