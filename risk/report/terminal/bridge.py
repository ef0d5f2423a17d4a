"""The bridge screen: from one run to another, input by input and group by group."""

from __future__ import annotations

from rich.text import Text

from risk.analysis.bridge import Bridge, Step
from risk.analysis.estimate import Estimate
from risk.report import bridge as tables
from risk.report.record import Document, Many, told, whole
from risk.report.terminal.page import Page, Screen, heading, note, table


def screen(found: Bridge, page: Page) -> Screen:
    """Every step on a page, then shares of groups."""
    shares = table(tables.SHARES.table(tables.shares(found)), page) if found.groups else None
    return (
        heading(f"Bridge: run {found.before} to run {found.after}", page),
        note(tables.said(found), page),
        Text(),
        table(tables.BRIDGE.table(tables.rows(found)), page),
        note(tables.SAID.format(found.paths), page),
        *(note(words, page) for words in tables.together(found)),
        Text(),
        *((shares,) if shares is not None else ()),
        note(tables.shares_note(found), page),
    )


STEP = whole(Step)

DOCUMENT: Document[Bridge] = Document(
    (
        told("before"),
        told("after"),
        told("paths", int),
        *(told(name, dict[str, Estimate]) for name in ("old", "new", "total")),
        told("steps", Many(STEP)),
        told("groups", Many(STEP)),
        told("by"),
        told("lacking"),
        told("said", get=tables.said),
    ),
    name="bridge/1",
    title="From one run to another: bubblerisk compare RUN_A RUN_B --bridge --json",
)
