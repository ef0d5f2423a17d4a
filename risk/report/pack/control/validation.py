"""Validation: what the model is for, what was tested, how large its limits are, whether it still holds."""

from __future__ import annotations

from collections.abc import Iterator

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
        (*_front(results), *_tested(results), *_signed(results)),
        question="For which use was the model made, who approved it, and is it past a trigger?",
        grid=GRID,
    )


def _front(results: Results) -> Iterator[Block]:
    """Where the run stands, uses, and the monitoring plan."""
    found = results.validation
    assert found is not None
    if found.reasons:
        yield Paragraph(tables.draft(found), "alert")
    yield Paragraph(tables.standing(found), "finding")
    yield Paragraph(tables.ABOUT, "note")
    for kind in tables.KINDS:
        own = [use for use in found.uses if use.kind == kind]
        yield tables.uses(kind).table(own) if own else Paragraph(f"No {kind} use is declared.")
    if found.states:
        yield tables.STATES.table(found.states, title="Monitoring plan")


def _tested(results: Results) -> Iterator[Block]:
    """Figures and sizes, where there are any."""
    found = results.validation
    assert found is not None
    if found.figures:
        yield tables.FIGURES.table(tables.figures(found), title="What was tested")
    if found.sizes:
        title = "What limitations do to the headlines: P(bust), mean and P95 of the headline loss, USD bn"
        yield tables.sized(dict(results.register.limits)).table(tables.sizes(found), title=title)


def _signed(results: Results) -> Iterator[Block]:
    """Overrides, approvals, signatures, and what has moved since the last one."""
    found = results.validation
    assert found is not None
    yield Heading("Overrides, approvals and sign-off")
    yield from (Paragraph(words, "bullet") for words in tables.none(found))
    if found.overrides:
        yield tables.OVERRIDES.table(found.overrides)
    if found.approvals:
        yield tables.APPROVALS.table(found.approvals)
    yield Paragraph(tables.signed(found), "alert" if found.altered else "bullet")
    if found.signatures:
        yield tables.SIGNATURES.table(found.signatures)
    yield Paragraph(tables.drifted(found.drift), "bullet")
    if found.drift and found.drift.moved:
        yield tables.DRIFT.table(found.drift.moved)
