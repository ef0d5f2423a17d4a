"""Summary: verdict and loss on one page, their pictures on another. Numbers are links to other sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import isfinite
from typing import Any

from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import Estimate
from risk.report.charts import Exceedance, Fan
from risk.report.content import Cell, Content, Formula, number_of, value_of
from risk.report.intervals import half, lopsided
from risk.report.pack.base.cells import Tables, counted, shortened, subtitle
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.verdict import sowhat
from risk.report.pack.verdict.metrics import estimates
from risk.report.record import Field
from risk.report.sheet import Heading, Paragraph, Sheet, Tile, Tiles
from risk.report.spec import Spec, shown
from risk.report.table import Table

LABEL_COLUMNS = 4
CLAIM_WIDTH = 41.0
"""Columns of the grid that a claim covers, and their width."""

PRINTED_UNITS = ("USD bn", "USD bn/y", "USD/h", "bp")
"""Units that a fact does not show of itself."""

TILES = {"mean": "Mean", "p50": "Median", "var95": "VaR 95%", "es975": "ES 97.5%"}
LIVE = {"var95": ("var", "95"), "es975": ("es", "975")}
"""Tiles of the headline loss that Trace computes from the tail: its column and row."""

SHOWN_DRIVERS = 5
CHART_ROWS = 14
"""Height of a chart: both and the tables below them fill the second page."""
WHOLE = 100.0
"""USD bn from which a tile shows no decimals."""


def sheet(results: Results, tables: Tables, rent: Fan, losses: Exceedance) -> Sheet:
    """Build the sheet; `rent` and `losses` are the charts it shows."""
    return Sheet(
        "Summary",
        "Summary – is the AI build-out a bubble, and what would it cost lenders?",
        subtitle(results),
        "P",
        (
            Paragraph(sowhat.lead(results), "lead"),
            _classes(results, tables),
            _claims(results, tables, "bear"),
            _claims(results, tables, "bull"),
            Heading(f"First-round credit loss to {results.labels[-1]}, {results.lines[0].label}, USD bn"),
            _tiles(results, tables, HEADLINE),
            _lines(results, tables),
            _left(results, tables),
            *_feedback(results, tables),
            *(Paragraph(text, "bullet") for text in sowhat.bullets(results, tables)),
            *(Paragraph(text, "alert") for text in sowhat.alerts(results)),
            Paragraph(sowhat.care(results), "note"),
            replace(rent, id="summary-rent", height=CHART_ROWS),
            replace(losses, id="summary-exceedance", height=CHART_ROWS),
            _drivers(results, tables),
            _tail(results, tables),
        ),
        grid=_grid(results),
        landscape=False,
    )


def _grid(results: Results) -> tuple[float, ...]:
    """Widths of the columns: id, claim, probability, error, (prior run, change,) (range,) reading, timing."""
    claim = (CLAIM_WIDTH / LABEL_COLUMNS,) * LABEL_COLUMNS
    if results.verdict.ranged:  # a range, then one word instead of two
        rest = (7.9, 8.1, 6.1, 10.0, 12.4, 19.0, 7.4) if results.prior else (13.0, 12.5, 12.0, 22.0, 11.5)
        return (4.5, *claim, *rest)
    if results.prior:
        return (4.5, *claim, 7.9, 7.4, 7.0, 10.3, 15.6, 15.6, 7.1)
    return (4.5, *claim, 13.0, 12.5, 17.0, 17.0, 11.5)


def _link(
    tables: Tables, table: str, column: str, key: str, header: str, form: str = "text", **look: Any
) -> Field[str]:
    """Links to a column of another table, from rows of the same names."""
    return shown(key, header, lambda row: tables.link(table, column, row), form, **look)


def _numbers(results: Results, tables: Tables, table: str) -> Iterator[Field[str]]:
    """A probability, live over the patterns, and links to the rest of its row of `table`."""

    def live(row: str) -> Content:
        cell = tables.link(table, "p", row)
        if isinstance(cell, Cell) and row in results.patterns.names:
            return replace(cell, content=counted(results, row))
        return cell

    yield shown("p", "P", live, "probability", style="bar")
    yield _link(tables, table, "p_mc", "mc", "± 95%", "margin")
    if results.prior:
        yield _link(tables, table, "prior", "prior", "Prior", "probability")
        yield _link(tables, table, "change", "change", "Change, pp", "change")
    ranged = results.verdict.ranged
    if ranged:
        yield _link(tables, table, "range", "range", "Over inputs", align="right")
    yield _link(tables, table, "words", "words", "Reading", span=1 if ranged else 2)
    yield _link(tables, table, "median", "when", "When", "quarter")


def _classes(results: Results, tables: Tables) -> Table:
    def label(name: str) -> Content:
        return value_of(tables.content("classes", "label", name))

    first: Field[str] = shown("label", f"Outcome by {results.verdict.by}", label, span=1 + LABEL_COLUMNS)
    spec = Spec(
        (first, *_numbers(results, tables, "classes")),
        id="summary-classes",
        bold=lambda name: "_" not in name,
    )
    return spec.table(found.name for found in results.verdict.classes)


def _claims(results: Results, tables: Tables, side: str) -> Table:
    labels = {c.id: shortened(c.label, CLAIM_WIDTH) for c in results.verdict.claims if c.side == side}
    first: tuple[Field[str], ...] = (
        shown("id", "", lambda name: name),
        shown("claim", f"{side.capitalize()} propositions", lambda name: labels[name], span=LABEL_COLUMNS),
    )
    return Spec((*first, *_numbers(results, tables, "claims")), id=f"summary-{side}").table(labels)


def _tiles(results: Results, tables: Tables, name: str) -> Tiles:
    """Five numbers of a loss with their Monte Carlo error."""
    m = results.metric(name)
    found = {"mean": m.mean, **estimates(m)}
    tiles = []
    for key, label in TILES.items():
        cell = tables.content("metrics", key, name)
        own = cell.format if isinstance(cell, Cell) and cell.format else "usd_bn"
        form = "usd_bn.0" if abs(number_of(cell)) >= WHOLE else own
        tiles.append(Tile(label, _live(tables, key, name), form, _error_note(found[key])))
    worst = _live(tables, "max", name)
    return Tiles((*tiles, Tile("Worst path", worst, "usd_bn.0", f"of {results.run.paths:,}")))


def _lines(results: Results, tables: Tables) -> Table:
    """Every line of credit loss: its mean, in which outcome it falls, how far it is beyond the cycle."""
    found = {"mean": "All paths", "bust": "Bust", "correction": "Correction", "durable": "Durable"}
    header = f"Mean credit loss to {results.labels[-1]}, USD bn"
    return _by_line(results, tables, "summary-lines", header, {**found, "excess": "Beyond cycle"})


def _left(results: Results, tables: Tables) -> Table:
    """Of every line its loss a year, and what the end leaves."""
    found = {"rate": "A year", "expected_rate": "Cycle, a year", "left": "Left", "due": "Due in 2 years"}
    header = f"Loss a year over par owed; left at the end of {results.labels[-1]}"
    return _by_line(results, tables, "summary-left", header, {**found, "ahead": "Lost by then"})


def _by_line(
    results: Results, tables: Tables, identifier: str, header: str, rows: Mapping[str, str]
) -> Table:
    """Links to rows of the table of all lines, one line of credit loss a row."""
    labels = {line.name: line.label for line in results.lines}
    spans = (1, 2, 1, 1, 2) if results.prior else (1,) * len(rows)

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
    spans = (1, 2, 1, 1, 2) if results.prior else (1,) * len(heads)
    fields = (
        _link(tables, "feedback", key, key, header, span=span, align="right")
        for (key, header), span in zip(heads.items(), spans, strict=True)
    )
    label = f"Feedback: all couplings on over all off, {found.paths:,} paths"
    first: Field[str] = shown("label", label, str, span=1 + LABEL_COLUMNS)
    yield Spec((first, *fields), id="summary-feedback").table(found.worlds)


def _line_link(tables: Tables, row: str, form: str, line: str) -> Content:
    return tables.link("loss-lines", line, row, form)


def _live(tables: Tables, key: str, name: str) -> Formula:
    """A number of a loss: of the headline's tail as computed from its paths, else as Metrics has it."""
    if name == HEADLINE and key == "max":
        return Formula("MAX(Tail_Loss)", tables.number("metrics", key, name))
    if name == HEADLINE and key in LIVE:
        return tables.at("tail-measures", *LIVE[key])
    return tables.at("metrics", key, name)


def _error_note(estimate: Estimate) -> str:
    star = "*" if estimate.thin else ""
    size = half(estimate)
    if not isfinite(size):
        return f"one path: no error{star}"
    decimals = 0 if size >= 9.95 else 1
    if not lopsided(estimate):
        return f"± {size:,.{decimals}f} (95% MC){star}"
    low, high = estimate.interval
    decimals = 0 if high >= WHOLE else decimals
    return f"{low:,.{decimals}f} to {high:,.{decimals}f} (95%){star}"


def _drivers(results: Results, tables: Tables) -> Table:
    """The five assumptions that move the tail most."""
    noisy = {driver.id for driver in results.drivers if driver.noise}

    def label(name: str) -> str:
        return f"{value_of(tables.content('drivers', 'label', name))}{' (noise)' if name in noisy else ''}"

    spec: Spec[str] = Spec(
        (
            shown("label", "ES 97.5 moves with (USD bn)", label, span=1 + LABEL_COLUMNS),
            _link(tables, "drivers", "low", "low", "Lowest tenth", "usd_change"),
            _link(tables, "drivers", "high", "high", "Highest tenth", "usd_change"),
            _link(tables, "drivers", "high_se", "se", "± SE", "usd_error", align="center"),
        ),
        id="summary-drivers",
    )
    return spec.table(driver.id for driver in results.drivers[:SHOWN_DRIVERS])


def _tail(results: Results, tables: Tables) -> Table:
    """What is true in the worst paths."""

    def label(name: str) -> str:
        text, unit = (value_of(tables.content("tail", column, name)) for column in ("label", "unit"))
        return f"{text}, {unit}" if unit in PRINTED_UNITS else str(text)

    header = f"In the worst {TAIL:.0%} of paths, on average"
    spec: Spec[str] = Spec(
        (
            shown("label", header, label, span=1 + LABEL_COLUMNS),
            _link(tables, "tail", "tail", "tail", "Worst", align="right"),
            _link(tables, "tail", "all", "all", "All paths", align="right"),
        ),
        id="summary-tail",
    )
    return spec.table(tables["tail"].row_ids)
