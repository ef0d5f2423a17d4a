"""Summary: the answer on one page, what it is made of on another. Numbers are links to other sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from risk.analysis.metrics import HEADLINE
from risk.calibrate.watch.watching import leading
from risk.report import watch
from risk.report.charts import Fan
from risk.report.content import Cell, Content, Formula, number_of, value_of
from risk.report.pack.base.cells import Tables, counted, shortened, subtitle
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.verdict import sowhat
from risk.report.record import Field
from risk.report.sheet import At, Block, Fold, Heading, Paragraph, Sheet, Strip, Tile, Tiles
from risk.report.spec import Spec, shown
from risk.report.table import Table

LABEL_COLUMNS = 4
LABEL_WIDTH, NUMBER_WIDTH, NUMBERS = 32.0, 8.9, 9
"""Of the grid: a label over four columns, then numbers."""
CLAIM_WIDTH = LABEL_WIDTH + NUMBER_WIDTH
"""A claim covers a column of numbers too."""
ID_WIDTH = 4.5
DEED = ID_WIDTH + LABEL_WIDTH + 3 * NUMBER_WIDTH
"""Width of what is done."""

PRINTED_UNITS = ("USD bn", "USD bn/y", "USD/h", "bp")
"""Units that a fact does not show of itself."""

TILES = {"mean": "Mean", "p50": "Median", "var95": "VaR 95%", "es975": "ES 97.5%"}
LIVE = {"var95": ("var", "95"), "es975": ("es", "975")}
"""Tiles of the headline loss that Trace computes from the tail: its column and row."""

WATCHED, FIRED = "watch-tripwires", "actions-triggers"
EXAMPLE = (
    "These actions are an example and nobody's: put your own in actions.toml. Triggers stand on Actions."
)
CHART_ROWS = 15
"""Height of the charts that end the first page."""
WHOLE = 100.0
"""USD bn from which a tile shows no decimals."""


def sheet(results: Results, tables: Tables, rent: Fan, capex: Fan) -> Sheet:
    """Build the sheet; the charts are those that it shows."""
    return Sheet(
        "Summary",
        "Summary – is the AI build-out a bubble, and what would it cost lenders?",
        subtitle(results),
        "P",
        (
            Paragraph(sowhat.lead(results), "lead"),
            *(Paragraph(text, "alert") for text in sowhat.alerts(results)),
            _classes(results, tables),
            *(Paragraph(text, "bullet") for text in sowhat.changed(results)),
            *_movers(tables),
            *(Paragraph(text, "bullet") for text in sowhat.beliefs(results)),
            *_watched(results, tables),
            *_actions(results, tables),
            Fold("Pictures", (Strip(tuple(_halves(rent, capex))),)),
            Fold("What the answer is made of", tuple(_details(results, tables))),
        ),
        grid=(ID_WIDTH, *(LABEL_WIDTH / LABEL_COLUMNS,) * LABEL_COLUMNS, *(NUMBER_WIDTH,) * NUMBERS),
        landscape=False,
        pages=2,
    )


def _halves(*charts: Fan) -> Iterator[At]:
    """Charts side by side."""
    columns = 1 + LABEL_COLUMNS + NUMBERS
    for i, chart in enumerate(charts):
        first = 1 + i * columns // len(charts)
        yield At(replace(chart, height=CHART_ROWS, every=8), first, columns // len(charts))


def _details(results: Results, tables: Tables) -> Iterator[Block]:
    """The second page: propositions, losses, and what is true where they are worst."""
    yield _claims(results, tables, "bear")
    yield _claims(results, tables, "bull")
    yield Heading(f"First-round credit loss to {results.labels[-1]}, {results.lines[0].label}, USD bn")
    yield _tiles(results, tables, HEADLINE)
    yield _lines(results, tables)
    yield _left(results, tables)
    yield from _feedback(results, tables)
    yield from (Paragraph(text, "bullet") for text in sowhat.bullets(results, tables))
    yield Paragraph(sowhat.care(results), "note")
    yield _tail(results, tables)


def _link(
    tables: Tables, table: str, column: str, key: str, header: str, form: str = "text", **look: Any
) -> Field[str]:
    """Links to a column of another table, from rows of the same names."""
    return shown(key, header, lambda row: tables.link(table, column, row), form, **look)


def _live(results: Results, tables: Tables, table: str, row: str) -> Content:
    """A probability that the workbook counts over the patterns."""
    cell = tables.link(table, "p", row)
    if isinstance(cell, Cell) and row in results.patterns.names:
        return replace(cell, content=counted(results, row))
    return cell


def _p(results: Results, tables: Tables, table: str) -> Field[str]:
    return shown("p", "P", partial(_live, results, tables, table), "probability", style="bar")


def _classes(results: Results, tables: Tables) -> Table:
    """Outcome classes, each with its ranges and with what lenders lose on its paths."""

    def label(name: str) -> Content:
        return value_of(tables.content("classes", "label", name))

    heads = {"range": "Inputs"} if results.verdict.ranged else {}
    heads |= {"definitions": "Definition", "scenarios": "Scenario", "median": "When"}
    heads |= {"loss": "Loss, USD bn", "beyond": "Beyond cycle", "rate": "Loss a year", "software": "Software"}
    spec: Spec[str] = Spec(
        (
            shown("label", f"Outcome by {results.verdict.by}", label, span=1 + LABEL_COLUMNS),
            _p(results, tables, "classes"),
            *(
                _link(tables, "classes", key, key, header, align="right", span=_wide(results, key))
                for key, header in heads.items()
            ),
        ),
        id="summary-classes",
        note=sowhat.RANGES,
        bold=lambda name: "_" not in name,
    )
    return spec.table(found.name for found in results.verdict.classes)


def _wide(results: Results, key: str) -> int:
    """Columns of the grid: where no ranges over inputs were measured the first of the others has two."""
    return 2 if key == "definitions" and not results.verdict.ranged else 1


def _claims(results: Results, tables: Tables, side: str) -> Table:
    labels = {c.id: shortened(c.label, CLAIM_WIDTH) for c in results.verdict.claims if c.side == side}
    ranged, before = results.verdict.ranged, results.prior is not None
    fields: list[Field[str]] = [
        shown("id", "", lambda name: name),
        shown("claim", f"{side.capitalize()} propositions", labels.__getitem__, span=1 + LABEL_COLUMNS),
        _p(results, tables, "claims"),
    ]
    if ranged:
        fields.append(_link(tables, "claims", "range", "range", "Inputs", align="right"))
    if before:
        fields.append(_link(tables, "claims", "prior", "prior", "Prior", "probability"))
        fields.append(_link(tables, "claims", "change", "change", "Change, pp", "change"))
    words = NUMBERS - 3 - ranged - 2 * before
    fields.append(_link(tables, "claims", "words", "words", "Reading", span=words))
    fields.append(_link(tables, "claims", "median", "when", "When", "quarter"))
    return Spec(tuple(fields), id=f"summary-{side}").table(labels)


def _movers(tables: Tables) -> Iterator[Table]:
    """What would change the answer."""
    if "movers" not in tables:
        return
    spec: Spec[str] = Spec(
        (
            shown(
                "label",
                "What moves P(bust)",
                lambda name: value_of(tables.content("movers", "label", name)),
                span=2 + LABEL_COLUMNS,
            ),
            _link(tables, "movers", "low", "low", "Lowest tenth", "probability", span=2),
            _link(tables, "movers", "high", "high", "Highest tenth", "probability", span=3),
            _link(tables, "movers", "share", "share", "Explains alone", "rate", span=3),
        ),
        id="summary-movers",
    )
    yield spec.table(tables["movers"].row_ids)


def _watched(results: Results, tables: Tables) -> Iterator[Table]:
    """Tripwires that tell most, no item twice."""
    if results.watch is None or not (first := leading(results.watch)):
        return
    wires = {one.id: one for one in first}
    spec: Spec[str] = Spec(
        (
            shown("label", "What to watch", lambda name: watch.label_of(wires[name]), span=4 + LABEL_COLUMNS),
            _link(tables, WATCHED, "newest", "newest", "Last read", span=3, align="right"),
            _link(tables, WATCHED, "crossed", "crossed", "Crossed", "probability"),
            _link(tables, WATCHED, "given", "given", "Bust if so", "probability"),
            _link(tables, WATCHED, "rest", "rest", "If not", "probability"),
        ),
        id="summary-watch",
    )
    yield spec.table(wires)


def _actions(results: Results, tables: Tables) -> Iterator[Table]:
    """What to do, and how often and how early each trigger fires."""
    if results.decision is None:
        return
    said = {each.action.id: each.action for each in results.decision.fired}
    spec: Spec[str] = Spec(
        (
            shown("label", "What to do", lambda name: _shortly(said[name].action, DEED), span=8),
            shown("owner", "Owner", lambda name: _shortly(said[name].owner, 2 * NUMBER_WIDTH), span=2),
            shown("by", "By", lambda name: said[name].by, "quarter"),
            _link(tables, FIRED, "fires", "fires", "Fires", "probability"),
            _link(tables, FIRED, "given", "given", "Bust if so", "probability"),
            _link(tables, FIRED, "lead", "lead", "Lead, q.", "count"),
        ),
        id="summary-actions",
        note=EXAMPLE if results.decision.actions.illustrative else "",
    )
    yield spec.table(said)


def _shortly(words: str, width: float) -> Cell:
    """The committee's words, as far as there is room."""
    return Cell(shortened(words, width), quoted=True)


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
        _link(tables, "feedback", key, key, header, span=span, align="right")
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
    if name == HEADLINE and key in LIVE:
        return tables.at("tail-measures", *LIVE[key])
    return tables.at("metrics", key, name)


def _tail(results: Results, tables: Tables) -> Table:
    """What is true in the worst paths."""

    def label(name: str) -> str:
        text, unit = (value_of(tables.content("tail", column, name)) for column in ("label", "unit"))
        return f"{text}, {unit}" if unit in PRINTED_UNITS else str(text)

    header = f"In the worst {TAIL:.0%} of paths, on average"
    spec: Spec[str] = Spec(
        (
            shown("label", header, label, span=2 + LABEL_COLUMNS),
            _link(tables, "tail", "tail", "tail", "Worst", align="right", span=2),
            _link(tables, "tail", "all", "all", "All paths", align="right", span=2),
        ),
        id="summary-tail",
    )
    return spec.table(tables["tail"].row_ids)
