"""Actions: what to do, when, how often and how early that is, and which number to find out before."""

from __future__ import annotations

from collections.abc import Iterator

from risk.report import actions as tables
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Block, Heading, Paragraph, Sheet

GRID = (30.0, *(10.0,) * 12)
"""A name, then numbers with their errors; words span several."""


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where no actions are kept beside the run."""
    found = results.decision
    if found is None:
        return None
    return Sheet(
        "Actions",
        "Actions – what to do, when, and what to find out before",
        subtitle(results, f"payoffs in {found.actions.unit}, beside doing nothing", explained=True),
        "P",
        screen=(*_actions(found), *_information(found)),
        question="Which action is ahead, how early does its trigger fire, and which number decides it?",
        grid=GRID,
    )


def _actions(found: tables.Decision) -> Iterator[Block]:
    """What is declared, and what comes of it."""
    yield Paragraph(tables.said(found), "finding")
    if found.actions.illustrative:
        yield Paragraph(tables.EXAMPLE, "alert")
    yield tables.DECLARED.table(found.fired)
    yield tables.FIRED.table(found.fired, note=tables.FIRED_SAID)
    yield tables.payoffs(found.actions.unit).table(found.fired, note=found.actions.basis)


def _information(found: tables.Decision) -> Iterator[Block]:
    """What inputs are worth, the dearest first, and groups of them by owner."""
    own, unit = found.information, found.actions.unit
    if own is None:
        return
    yield Heading("What to find out next")
    yield tables.worth(unit, "voi-inputs", "Single inputs").table(own.single[: tables.TOP])
    groups = tables.worth(unit, "voi-owners", "All inputs, and those of each owner")
    yield groups.table((own.inputs, *own.groups), note=tables.WORTH_SAID)
