"""The screen of what if: headlines as they are, as they would be, and what of the change is noise."""

from __future__ import annotations

from rich.text import Text

from risk.analysis.contrasts import beyond_noise
from risk.analysis.estimate import Estimate
from risk.calibrate.whatif import Row, WhatIf
from risk.report import bridge
from risk.report.content import Content
from risk.report.pack.base.cells import level_text
from risk.report.record import Document, Many, told
from risk.report.spec import Spec, several, shown, text
from risk.report.table import Column
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, table

NAMED = 6
"""Changed inputs that are named."""

HOW = (
    "{0:,} paths of each register, on the same draws: ± is half of a 95% interval of the change, which is of "
    "sampling alone. Changes of probabilities are in percentage points."
)


def screen(headed: Headed[WhatIf], page: Page) -> Screen:
    """What it does, on a page."""
    found = headed.result
    return (
        heading(f"What if: {found.asked}", page),
        facts(headed.heading, page),
        note(finding(found), page),
        Text(),
        table(ROWS.table(found.rows), page),
        note(HOW.format(found.paths), page),
        note(f"Set: {_named(found.changed)}.", page),
    )


def finding(found: WhatIf) -> str:
    """What the leading result does, in a sentence."""
    first = found.rows[0]
    ends = f"from {level_text(first.before)} to {level_text(first.after)}"
    if not _real(first.change):
        return f"{first.measure.label} goes {ends}, within noise."
    return f"{first.measure.label} goes {ends}."


def _named(changed: tuple[str, ...]) -> str:
    rest = len(changed) - NAMED
    return ", ".join(changed[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _real(change: Estimate) -> bool:
    return beyond_noise(change.value, change.standard_error)


def _level(name: str, row: Row) -> tuple[Content, ...]:
    return (bridge.level(getattr(row, name), row.measure.unit)[0],)


ROWS: Spec[Row] = Spec(
    (
        text("label", "Result", lambda row: row.measure.label, least=20),
        shown("unit", "Unit", lambda row: row.measure.unit or "probability", optional=3),
        several(Column("before", "Run", "number", align="right"), cells=lambda row: _level("before", row)),
        several(Column("after", "What if", "number", align="right"), cells=lambda row: _level("after", row)),
        several(
            Column("change", "Change", "number", align="right"),
            Column("change_mc", "±", "number", style="note", align="right"),
            cells=lambda row: bridge.changed(row.change, row.measure.unit),
        ),
        shown("told", "Beyond noise?", lambda row: "yes" if _real(row.change) else "no", optional=2),
    ),
    id="whatif",
    row_id=lambda row: row.measure.name,
)

RESULT: Spec[Row] = Spec(
    (
        told("name", str, lambda row: row.measure.name),
        told("unit", str, lambda row: row.measure.unit),
        told("before", Estimate),
        told("after", Estimate),
        told("change", Estimate),
    ),
    id="whatif-results",
)
DOCUMENT: Document[Headed[WhatIf]] = document(
    told("asked"),
    told("each", int, lambda found: found.paths),
    told("changed", tuple[str, ...]),
    told("results", Many(RESULT), lambda found: found.rows),
    name="whatif/1",
    title="What a scenario or other numbers do to the headlines: bubblerisk whatif RUN --json",
)
