"""The page: a head with its security policy, the answer, all other sheets folded, what it leaves out."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from risk.report.content import ReportError
from risk.report.html.markup import Markup, identifier, join, opened, tag
from risk.report.html.script import SCRIPT
from risk.report.html.sections import Room, anchor, answer, folded
from risk.report.html.style import sheet as style_sheet
from risk.report.html.tables import classes
from risk.report.sheet import Sheet, Workbook
from risk.report.table import Table
from risk.runs.files import publish

CONTROL = frozenset({"Cover", "Calibration", "Limits", "Validation", "Changes"})
"""Control sheets that are shown with the presentation sheets."""

LARGEST = 600_000
"""Bytes of a page, so that it goes by mail and opens on a phone."""

CELLS = range(100, 3000, 20)
"""Numbers of cells to which the largest tables may be cut where the page is too large."""


def shown(workbook: Workbook) -> tuple[Sheet, ...]:
    """The sheets that the page shows: those of its front, then the others in the workbook's order."""
    found = {s.name: s for s in workbook.sheets if s.kind == "P" or s.name in CONTROL}
    front = [name for name in workbook.front if name in found]
    return tuple(found[name] for name in dict.fromkeys([*front, *found]))


def page(workbook: Workbook, beside: str) -> str:
    """The page as text, of at most `LARGEST` bytes; the same workbook gives the same text.

    Where all would be too much, the largest tables are cut to rows that fit, and say so; never those of the
    front.

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
    sheets = shown(workbook)
    body = join(
        [
            tag("header", tag("h1", workbook.properties.title)),
            tag("main", join(_main(workbook, sheets, most), "\n")),
            tag("footer", *_about(workbook, sheets, beside)),
            tag("script", Markup(SCRIPT)),
        ],
        "\n",
    )
    style = style_sheet(classes(body))
    html = tag("html", _head(workbook, style), "\n", tag("body", body), "\n", lang="en-US")
    return f"<!DOCTYPE html>\n{html}\n"


def _main(workbook: Workbook, sheets: Iterable[Sheet], most: int | None) -> Iterator[Markup]:
    """The answer, then every other sheet; tables of the front are never cut."""
    targets = {sheet.name: anchor(sheet.name) for sheet in sheets}
    targets |= {b.id: identifier(b.id) for s in sheets for b in s.blocks() if isinstance(b, Table)}
    room, whole = Room(targets, most), Room(targets)
    unfold = tag("p", tag("button", "Unfold all", type="button", hidden=""), class_="tools")
    for place, sheet in enumerate(sheets):
        if place == 0 and workbook.front:
            yield answer(sheet, whole)
        else:
            yield folded(sheet, whole if sheet.name in workbook.front else room)
        if place == 0:
            yield unfold


def write(workbook: Workbook, path: Path, beside: str) -> None:
    """Write the page, whole or not at all."""
    content = page(workbook, beside).encode("utf-8")
    publish(path, lambda file: file.write(content))


def _head(workbook: Workbook, style: str) -> Markup:
    """Title, run, and a policy that allows this page's own style sheet and script and nothing else."""
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(SCRIPT)}; "
        "base-uri 'none'; form-action 'none'"
    )
    said = workbook.properties
    return tag(
        "head",
        opened("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        opened("meta", name="viewport", content="width=device-width, initial-scale=1"),
        opened("meta", name="color-scheme", content="light dark"),
        opened("meta", name="run", content=said.run),
        opened("meta", name="robots", content="noindex"),
        tag("title", f"{said.title} · run {said.run}"),
        tag("style", Markup(style)),
    )


def _hash(content: str) -> str:
    """What a policy calls a style sheet or script that stands on the page."""
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _about(workbook: Workbook, sheets: Iterable[Sheet], beside: str) -> Iterator[Markup]:
    """What the page is, and which sheets only the workbook has."""
    here, said = {sheet.name for sheet in sheets}, workbook.properties
    others = [sheet.name for sheet in workbook.sheets if sheet.name not in here]
    left = f"The sheets {', '.join(others)}" if others else "Formulas"
    yield tag(
        "p",
        f"This page shows what the workbook {beside} presents. {left} and the numbers behind the charts are "
        "in the workbook alone, where every calculation is a live formula; addresses and kinds of cells that "
        "are named here are the workbook's. Nothing is asked of the network; on paper stands what is "
        "unfolded.",
    )
    yield tag("p", f"{_run(workbook)} · {said.created:%Y-%m-%d} · {said.creator}")


def _run(workbook: Workbook) -> str:
    return f"Run {workbook.properties.run} · {workbook.properties.classification}"
