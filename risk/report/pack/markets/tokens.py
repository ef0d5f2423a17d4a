"""Tokens: what they cost by generation and phase, what hits save, what coupling would move."""

from __future__ import annotations

from collections.abc import Iterator

from risk.analysis.tokens import lacking
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.pack.markets import decode
from risk.report.sheet import Block, Heading, Paragraph, Sheet
from risk.report.tokens import said, tables
from risk.report.tokens.found import Tokens, tokens

GRID = (44.0, *(12.0,) * 11)


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where the register does not say what is served."""
    if lacking(results.register):
        return None
    found = tokens(results.run, results.token_moves)
    return Sheet(
        "Tokens",
        "Tokens – what they cost, and what that would move",
        subtitle(results, "rents in USD an hour, costs in USD a million tokens"),
        "P",
        question="What does a token cost on each generation, and what would cache hits or newer chips move?",
        screen=(*_arithmetic(found), *_coupling(found, results.run.id), *_page(results)),
        grid=GRID,
    )


def _arithmetic(found: Tokens) -> Iterator[Block]:
    """Phases, costs, hits and the fall of prices, each under its sentence."""
    yield Paragraph(said.finding(found), "finding")
    yield tables.inputs(found)
    yield tables.phases(found)
    yield tables.costs(found)
    yield Paragraph(said.hits_finding(found), "finding")
    yield tables.hits_table(found)
    yield Paragraph(said.decline_finding(found), "finding")
    yield tables.decline_table(found)


def _coupling(found: Tokens, run: str) -> Iterator[Block]:
    """Why paths do not hear of it, and what they would do."""
    yield Heading("Why no path hears of it")
    yield Paragraph(said.WHY, "note")
    if found.moves is None:
        yield Paragraph(said.UNMEASURED.format(run[:8]), "bullet")
        return
    yield Paragraph(said.moves_finding(found.moves), "finding")
    yield tables.MOVES.table(found.moves.moved, note=said.moves_note(found.moves))


def _page(results: Results) -> Iterator[Block]:
    """The page's own table, recomputed."""
    yield Heading("The page's own table")
    yield Paragraph(said.PAGE, "note")
    yield from decode.blocks(results)
