"""The page: a head with its security policy, contents, a section a sheet, what only the workbook has."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from risk.report.charts import Chart
from risk.report.content import ReportError
from risk.report.html.figure import figure
from risk.report.html.markup import Markup, identifier, join, opened, tag
from risk.report.html.style import sheet as style_sheet
from risk.report.html.tables import Targets, classes, header, table, tiles
from risk.report.sheet import Block, Heading, HeatMap, Paragraph, Sheet, Tiles, Workbook
from risk.report.table import Table
from risk.runs.files import publish

CONTROL = frozenset({"Cover", "Calibration", "Limits", "Validation", "Changes"})
"""Control sheets that are shown with the presentation sheets."""

ABREAST = 2
"""Columns for which there is room; the blocks of more columns stand two by two."""

CONTENTS = "page-contents"
"""Id of the list of sheets; blocks have ids of their own, and one of them may be called contents."""

LARGEST = 600_000
"""Bytes of a page, so that it goes by mail and opens on a phone."""

CELLS = range(100, 3000, 20)
"""Numbers of cells to which the largest tables may be cut where the page is too large."""

Column = tuple[Block, ...]
"""Blocks one below the other."""


def shown(workbook: Workbook) -> tuple[Sheet, ...]:
    """The sheets that the page shows, in the workbook's order."""
    return tuple(sheet for sheet in workbook.sheets if sheet.kind == "P" or sheet.name in CONTROL)


def page(workbook: Workbook, beside: str) -> str:
    """The page as text, of at most `LARGEST` bytes; the same workbook gives the same text.

    Where all would be too much, the largest tables are cut to rows that fit, and say so.

    Parameters
    ----------
    beside : name of the workbook's file, to which the page refers.

    Raises
    ------
    ReportError
        The page is too large even with the shortest tables.
    """
    made = _page(workbook, beside, None)
    if _fits(made):
        return made
    too_many = bisect_left(CELLS, True, key=lambda most: not _fits(_page(workbook, beside, most)))
    made = _page(workbook, beside, CELLS[max(too_many - 1, 0)])
    if not _fits(made):
        raise ReportError(f"the page takes {len(made.encode()):,} bytes, more than {LARGEST:,}")
    return made


def _fits(made: str) -> bool:
    return len(made.encode()) <= LARGEST


def _page(workbook: Workbook, beside: str, most: int | None) -> str:
    sheets, said = shown(workbook), workbook.properties
    targets = {sheet.name: _anchor(sheet.name) for sheet in sheets}
    targets |= {b.id: identifier(b.id) for s in sheets for b in s.blocks() if isinstance(b, Table)}
    links = (tag("li", tag("a", sheet.name, href=f"#{targets[sheet.name]}")) for sheet in sheets)
    body = join(
        [
            tag("header", tag("h1", said.title), *_about(workbook, sheets, beside)),
            tag("nav", tag("ul", *links), id=CONTENTS, aria_label="Contents"),
            tag("main", *(_section(sheet, targets, most) for sheet in sheets)),
            tag("footer", f"{_run(workbook)} · {said.created:%Y-%m-%d} · {said.creator}"),
        ],
        "\n",
    )
    style = style_sheet(classes(body))
    html = tag("html", _head(workbook, style), "\n", tag("body", body), "\n", lang="en-US")
    return f"<!DOCTYPE html>\n{html}\n"


def write(workbook: Workbook, path: Path, beside: str) -> None:
    """Write the page, whole or not at all."""
    content = page(workbook, beside).encode("utf-8")
    publish(path, lambda file: file.write(content))


def _head(workbook: Workbook, style: str) -> Markup:
    """Title, run, and a policy that allows this page's own style sheet and nothing else."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    said = workbook.properties
    return tag(
        "head",
        opened("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        opened("meta", name="viewport", content="width=device-width, initial-scale=1"),
        opened("meta", name="run", content=said.run),
        opened("meta", name="robots", content="noindex"),
        tag("title", f"{said.title} · run {said.run}"),
        tag("style", Markup(style)),
    )


def _about(workbook: Workbook, sheets: Iterable[Sheet], beside: str) -> Iterator[Markup]:
    """What the page is, and which sheets only the workbook has."""
    here = {sheet.name for sheet in sheets}
    others = [sheet.name for sheet in workbook.sheets if sheet.name not in here]
    left = f"The sheets {', '.join(others)}" if others else "Formulas"
    yield tag(
        "p",
        f"{_run(workbook)}. This page shows what the workbook {beside} presents. {left} and the numbers "
        "behind the charts are in the workbook alone, where every calculation is a live formula; addresses "
        "and kinds of cells that are named here are the workbook's.",
        class_="about",
    )


def _run(workbook: Workbook) -> str:
    return f"Run {workbook.properties.run} · {workbook.properties.classification}"


def _anchor(sheet: str) -> str:
    return f"sheet-{identifier(sheet)}"


def _section(sheet: Sheet, targets: Targets, most: int | None) -> Markup:
    head = [tag("h2", sheet.title), tag("p", sheet.subtitle, class_="subtitle")]
    if sheet.question:
        head.append(tag("p", sheet.question, class_="question"))
    back = tag("p", tag("a", "Contents", href=f"#{CONTENTS}"), class_="back")
    parts = [*head, *_bands(sheet, targets, most), back]
    return tag("section", join(parts, "\n"), id=_anchor(sheet.name), aria_label=sheet.name)


def _bands(sheet: Sheet, targets: Targets, most: int | None) -> Iterator[Markup]:
    """Bands one below the other; points that follow one another make a list."""
    for points, bands in groupby(_columns(sheet), _is_point):
        if points:
            blocks = (block for ((block,),) in bands)
            yield tag("ul", *(tag("li", _said(block)) for block in blocks if isinstance(block, Paragraph)))
            continue
        for columns in bands:
            drawn = [
                join([_block(block, targets, sheet.name, most) for block in column]) for column in columns
            ]
            yield drawn[0] if len(drawn) == 1 else tag("div", *(tag("div", d) for d in drawn), class_="band")


def _is_point(columns: tuple[Column, ...]) -> bool:
    block = columns[0][0]
    return len(columns) == len(columns[0]) == 1 and isinstance(block, Paragraph) and block.style == "bullet"


def _columns(sheet: Sheet) -> Iterator[tuple[Column, ...]]:
    """The columns of each band; headings side by side join the band below them, each its own column."""
    above: dict[int, Column] = {}
    for band in sheet.placed():
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


def _block(block: Block, targets: Targets, sheet: str, most: int | None) -> Markup:
    match block:
        case Heading(words):
            return tag("h3", words)
        case Paragraph():
            return tag("p", _said(block), class_=None if block.style in ("body", "bullet") else block.style)
        case Tiles():
            return tiles(block)
        case Table():
            return table(block, targets, f"{sheet}: {header(block.columns[0])}".removesuffix(": "), most)
        case HeatMap() | Chart():
            return figure(block)


def _said(block: Paragraph) -> str:
    return block.text if isinstance(block.text, str) else str(block.text.value)
