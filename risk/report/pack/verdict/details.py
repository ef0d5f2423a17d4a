"""What the answer is made of, Summary's second page: propositions and losses; for the screen the worst."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from risk.analysis.metrics import HEADLINE
from risk.report.content import Cell, Content, Formula, number_of, value_of
from risk.report.intervals import reading
from risk.report.pack.base.cells import Tables, shortened
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.verdict import sowhat
from risk.report.pack.verdict.grid import LABEL_COLUMNS, LABEL_WIDTH, NUMBER_WIDTH, NUMBERS, link, probability
from risk.report.record import Field
from risk.report.sheet import Block, Heading, Paragraph, Tile, Tiles
from risk.report.spec import Spec, shown
from risk.report.table import Table

FIRST = "summary-bear"
"""The table that the second page begins with."""

CLAIM_WIDTH = LABEL_WIDTH + NUMBER_WIDTH
"""A claim covers a column of numbers too."""

PRINTED_UNITS = ("USD bn", "USD bn/y", "USD/h", "bp")
"""Units that a fact does not show of itself."""

TILES = {"mean": "Mean", "p50": "Median", "var95": "VaR 95%", "es975": "ES 97.5%"}
LIVE = {"var95": ("var", "95"), "es975": ("es", "975")}
"""Tiles of the headline loss that Trace computes from the tail: its column and row."""

WHOLE = 100.0
"""USD bn from which a tile shows no decimals."""


def details(results: Results, tables: Tables) -> Iterator[Block]:
    """The second page: propositions and losses."""
    yield _claims(results, tables, "bear")
    yield _claims(results, tables, "bull")
    yield Heading(f"First-round credit loss to {results.labels[-1]}, {results.lines[0].label}, USD bn")
    yield _tiles(results, tables, HEADLINE)
    yield _lines(results, tables)
    yield _left(results, tables)
    yield from _feedback(results, tables)
    yield from (Paragraph(text, "bullet") for text in sowhat.bullets(results, tables))
    yield Paragraph(sowhat.care(results), "note")


def _claims(results: Results, tables: Tables, side: str) -> Table:
    labels = {c.id: shortened(c.label, CLAIM_WIDTH) for c in results.verdict.claims if c.side == side}
    ranged, before = results.verdict.ranged, results.prior is not None
    fields: list[Field[str]] = [
        shown("id", "", lambda name: name),
        shown("claim", f"{side.capitalize()} propositions", labels.__getitem__, span=1 + LABEL_COLUMNS),
        probability(results, tables, "claims"),
    ]
    if ranged:
        fields.append(link(tables, "claims", "range", "range", "Inputs", align="right", span=2))
    if before:
        fields.append(link(tables, "claims", "prior", "prior", "Prior", "probability"))
        fields.append(link(tables, "claims", "change", "change", "Change, pp", "change"))
    words = NUMBERS - 3 - 2 * ranged - 2 * before
    fields.append(link(tables, "claims", "words", "words", reading(results.verdict), span=words))
    fields.append(link(tables, "claims", "median", "when", "When", "quarter"))
    return Spec(tuple(fields), id=f"summary-{side}").table(labels)


def _tiles(results: Results, tables: Tables, name: str) -> Tiles:
    """Five numbers of a loss."""
    tiles = []
    for key, label in TILES.items():
        cell = tables.content("metrics", key, name)
        own = cell.format if isinstance(cell, Cell) and cell.format else "usd_bn"
        form = "usd_bn.0" if abs(number_of(cell)) >= WHOLE else own
        tiles.append(Tile(label, _traced(tables, key, name), form))
    worst = _traced(tables, "max", name)
    return Tiles((*tiles, Tile("Worst path", worst, "usd_bn.0", f"of {results.run.paths:,}")))


def _lines(results: Results, tables: Tables) -> Table:
    """Every line of credit loss: its mean, in which outcome it falls, how far it is beyond the cycle."""
    found = {"mean": "All paths", "bust": "Bust", "correction": "Correction", "durable": "Durable"}
    header = f"Mean credit loss to {results.labels[-1]}, USD bn"
    return _by_line(results, tables, "summary-lines", header, {**found, "excess": "Beyond cycle"})


def _left(results: Results, tables: Tables) -> Table:
    """Of every line its loss a year, and what the end leaves."""
    found = {"rate": "A year", "expected_rate": "Cycle, a year", "left": "Left", "due": "Due in 2 years"}
    header = "Loss a year over par; left at the end"
    return _by_line(results, tables, "summary-left", header, {**found, "ahead": "Lost by then"})


def _by_line(
    results: Results, tables: Tables, identifier: str, header: str, rows: Mapping[str, str]
) -> Table:
    """Links to rows of the table of all lines, one line of credit loss a row."""
    labels = {line.name: line.label for line in results.lines}
    spans = (2,) * (NUMBERS - len(rows)) + (1,) * (2 * len(rows) - NUMBERS)

    def number(row: str, header: str, span: int) -> Field[str]:
        form = "rate" if row.endswith("rate") else "usd_bn.0"
        get = partial(_line_link, tables, row, form)
        return shown(row, header, get, form, span=span, align="right")

    first: Field[str] = shown("label", header, labels.__getitem__, span=1 + LABEL_COLUMNS)
    fields = (number(*each, span) for each, span in zip(rows.items(), spans, strict=True))
    return Spec((first, *fields), id=identifier).table(labels)


def _feedback(results: Results, tables: Tables) -> Iterator[Table]:
    """What all couplings multiply and what the loop returns, one scenario a row, where it was measured."""
    found = results.feedback
    if found is None:
        return
    heads = {"mean": "Mean", "shortfall": "ES 97.5%", "bust": "P(bust)", "second_round": "Marks"}
    heads |= {"gain": "Loop gain"}
    spans = (2, 2, 2, 2, 1)
    fields = (
        link(tables, "feedback", key, key, header, span=span, align="right")
        for (key, header), span in zip(heads.items(), spans, strict=True)
    )
    label = f"Feedback: all couplings on over all off, {found.paths:,} paths"
    first: Field[str] = shown("label", label, str, span=1 + LABEL_COLUMNS)
    yield Spec((first, *fields), id="summary-feedback").table(found.worlds)


def _line_link(tables: Tables, row: str, form: str, line: str) -> Content:
    return tables.link("loss-lines", line, row, form)


def _traced(tables: Tables, key: str, name: str) -> Formula:
    """A number of a loss: of the headline's tail as computed from its paths, else as Metrics has it."""
    if name == HEADLINE and key == "max":
        return Formula("MAX(Tail_Loss)", tables.number("metrics", key, name))
    if name == HEADLINE and key in LIVE and LIVE[key][1] in tables["tail-measures"].row_ids:
        return tables.at("tail-measures", *LIVE[key])  # of a long run only the rarest part is listed
    return tables.at("metrics", key, name)


def worst(results: Results, tables: Tables) -> Table:
    """What is true in the worst paths."""

    def label(name: str) -> str:
        text, unit = (value_of(tables.content("tail", column, name)) for column in ("label", "unit"))
        return f"{text}, {unit}" if unit in PRINTED_UNITS else str(text)

    header = f"In the worst {TAIL:.0%} of paths, on average"
    spec: Spec[str] = Spec(
        (
            shown("label", header, label, span=2 + LABEL_COLUMNS),
            link(tables, "tail", "tail", "tail", "Worst", align="right", span=2),
            link(tables, "tail", "all", "all", "All paths", align="right", span=2),
        ),
        id="summary-tail",
    )
    return spec.table(tables["tail"].row_ids)
