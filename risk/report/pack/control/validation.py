"""Validation: what the model is for, what was tested, how large its limits are, whether it still holds."""

from __future__ import annotations

from collections.abc import Iterator

from risk.calibrate.validation.validation import Validation
from risk.report import validation as tables
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Block, Heading, Paragraph, Sheet

GRID = (46.0, 50.0, 9.5, 8.0, 9.5, 8.0, 9.5, 8.0, 8.0, 8.0)
"""Two columns of words, then numbers with their errors."""


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where nobody has asked how the run stands."""
    found = results.validation
    if found is None:
        return None
    return Sheet(
        "Validation",
        "Validation – what is it for, what was tested, and does it still hold?",
        subtitle(results, "declared and measured in assumptions/validation"),
        "C",
        screen=(*_front(found), *_signed(found), *_watched(found), *_moved(results, found)),
        question="For which use was the model made, who approved it, and is it past a trigger?",
        grid=GRID,
    )


def _front(found: Validation) -> Iterator[Block]:
    """Where the run stands, and what was tested."""
    if found.reasons:
        yield Paragraph(tables.draft(found), "alert")
    yield Paragraph(tables.standing(found), "finding")
    yield Paragraph(tables.ABOUT, "note")
    if found.figures:
        yield tables.FIGURES.table(tables.figures(found), title="What was tested")


def _watched(found: Validation) -> Iterator[Block]:
    """The monitoring plan, and what the model is for."""
    if found.states:
        yield tables.STATES.table(found.states, title="Monitoring plan")
    for kind in tables.KINDS:
        own = [use for use in found.uses if use.kind == kind]
        yield tables.uses(kind).table(own) if own else Paragraph(f"No {kind} use is declared.")


def _moved(results: Results, found: Validation) -> Iterator[Block]:
    """What limitations do when they are moved, and what has moved since the last signature, if anything."""
    if found.sizes:
        title = "What limitations do to the headlines: P(bust), mean and P95 of the headline loss, USD bn"
        yield tables.sized(dict(results.register.limits)).table(tables.sizes(found), title=title)
    if found.drift and found.drift.moved:
        yield tables.DRIFT.table(found.drift.moved)


def _signed(found: Validation) -> Iterator[Block]:
    """Overrides, approvals, signatures, and in a sentence what has moved since the last one."""
    yield Heading("Overrides, approvals and sign-off")
    yield from (Paragraph(words, "bullet") for words in tables.none(found))
    if found.overrides:
        yield tables.OVERRIDES.table(found.overrides)
    if found.approvals:
        yield tables.APPROVALS.table(found.approvals)
    if found.signatures:
        yield tables.SIGNATURES.table(found.signatures)
    else:
        yield Paragraph(tables.signed(found), "alert" if found.altered else "bullet")
    yield Paragraph(tables.drifted(found.drift), "bullet")
