"""Book: what the committee's positions lose, through what, and past which limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from risk.analysis.book.answer import Answer
from risk.report import book as said
from risk.report import mapping
from risk.report.charts import Exceedance
from risk.report.guards import ROUNDING, Condition
from risk.report.pack.base.cells import Tables, subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Block, Heading, Paragraph, Sheet
from risk.units import SCALE

GRID = (30.0, *(10.0,) * 15)
"""A name, then numbers with their errors; words span several."""


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where no book is given."""
    found = results.book
    if found is None:
        return None
    return Sheet(
        "Book",
        "Book – what do our positions lose?",
        subtitle(
            results,
            f"{found.book.title}; loss above zero, {found.unit}, to {results.labels[-1]}",
            explained=True,
        ),
        "P",
        screen=(*_front(found), *_added(found), *_mapped(results, found)),
        question="What do our positions lose, through what, and how often is a limit broken?",
        grid=GRID,
    )


def _front(found: Answer) -> Iterator[Block]:
    unit = found.unit
    yield Paragraph(said.finding(found), "finding")
    if found.book.illustrative:
        yield Paragraph(said.EXAMPLE, "alert")
    yield said.losses(unit).table(said.lines(found), note=said.RANGES)
    yield _curve(found)
    if found.limits:
        yield said.limits(unit).table(found.limits, note=said.BREACHES)
    yield said.cases(unit).table(said.told_cases(found), note=found.why or said.CASES)


def _curve(found: Answer) -> Exceedance:
    """How often the book loses more than an amount."""
    scale = SCALE[found.unit]
    own = found.curve
    return Exceedance(
        id="book-curve",
        title="How often the book loses more than x",
        alt=f"One path in twenty loses more than {found.whole.p95.value / scale:,.0f} {found.unit}.",
        x_title=f"Loss, {found.unit}",
        y_title="Probability (log scale)",
        format="count",
        height=20,
        loss=(own.loss / scale).tolist(),
        probability=own.probability.tolist(),
        name="The book",
    )


def _added(found: Answer) -> Iterator[Block]:
    unit = found.unit
    yield Heading("What adds up to it")
    own = sorted(found.parts, key=lambda part: -part.es.value)
    yield said.parts(unit, "book-positions", "Positions", "Position").table(own, note=said.ADDED)
    yield said.parts(unit, "book-issuers", "Whose they are", "Issuer").table(found.issuers)
    yield said.parts(unit, "book-instruments", "What they are", "Instrument").table(found.instruments)


def _mapped(results: Results, found: Answer) -> Iterator[Block]:
    yield mapping.MAPPED.table(found.parts, note=f"{mapping.RIDES} {mapping.ABOUT}")
    yield mapping.assumptions(results.register.source_title).table(
        mapping.assumed(found), note=mapping.JUDGED
    )


def conditions(results: Results, tables: Tables) -> Iterable[Condition]:
    """Positions add up to the book, in the mean and in the worst."""
    if "book-positions" not in tables:
        return
    for column, measure in (("mean", "mean"), ("es", "expected shortfall")):
        yield Condition(
            f"Positions add up to the {measure} of the book",
            tables.total("book-positions", column),
            tables.at("book-losses", column, "whole"),
            ROUNDING,
            "sum of the column against the first row of the losses",
        )
