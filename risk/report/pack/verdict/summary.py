"""Summary: the verdict and the loss on one printed page. Numbers are links to the sheets they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import Estimate
from risk.report import charts
from risk.report.intervals import half, lopsided
from risk.report.pack.base import patterns
from risk.report.pack.base.cells import Tables, shortened, subtitle
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.markets import fans
from risk.report.pack.markets.fans import Quantity
from risk.report.pack.tail import exceedance
from risk.report.pack.verdict import sowhat
from risk.report.sheet import At, Band, Heading, Paragraph, Sheet, Tile, Tiles
from risk.report.table import Cell, Column, Content, Formula, Table, number_of, value_of

WITHOUT = "loss_without_software"
LABEL_COLUMNS = 4
CLAIM_WIDTH, PANEL_WIDTH, TAIL_WIDTH = 40.0, 35.0, 49.0
"""Columns of the grid that a claim covers; room for a claim, and for the names beside the charts."""

PRINTED_UNITS = ("USD bn", "USD bn/y", "USD/h", "bp")
"""Units that a fact does not show of itself."""

TILES = (("mean", "Mean"), ("p50", "Median"), ("var95", "VaR 95%"), ("es975", "ES 97.5%"))
LIVE = {"var95": ("var", "95"), "es975": ("es", "975"), "max": ("", "")}
"""Tiles of the headline loss that Trace computes from the tail: its column and row."""

SHOWN_DRIVERS = 5
GUTTER = 3.0
CHART_ROWS, MORE_ROWS = 18, 4
"""Height of the charts; a page with the run before is wider, and so has room for more rows."""
WHOLE = 100.0
"""USD bn from which a tile shows no decimals."""


def sheet(results: Results, tables: Tables, rent: Quantity) -> Sheet:
    """Build the sheet; `rent` is the fan of the H100 contract rent."""
    half = _half(results)
    return Sheet(
        "Summary",
        "Summary – is the AI build-out a bubble, and what would it cost lenders?",
        subtitle(results),
        "P",
        (
            Paragraph(sowhat.lead(results), "lead"),
            _verdict(results, tables),
            *_losses(results, tables),
            _pictures(results, tables, rent),
            *(Paragraph(text, "bullet") for text in sowhat.bullets(results, tables)),
            Paragraph(sowhat.care(results), "note"),
        ),
        grid=(*half, GUTTER, *half),
        pages=1,
        freeze="title",
    )


def _verdict(results: Results, tables: Tables) -> Band:
    """Outcome classes over the bull propositions, and the bear propositions beside them."""
    half = len(_half(results))
    below = len(results.verdict.classes) + 2
    return Band(
        (
            At(_classes(results, tables), 1, half),
            At(_claims(results, tables, "bear"), half + 2),
            At(_claims(results, tables, "bull"), 1, half, down=below),
        )
    )


def _losses(results: Results, tables: Tables) -> tuple[Band, Band]:
    """The headline loss, and beside it the loss without software borrowers."""
    half, last = len(_half(results)), results.labels[-1]
    left = Heading(f"First-round credit loss to {last}, AI-exposed, USD bn")
    right = Heading("… without software borrowers")
    tiles = [_tiles(results, tables, name) for name in (HEADLINE, WITHOUT)]
    return (
        Band((At(left, 1, half), At(right, half + 2))),
        Band((At(tiles[0], 1, half), At(tiles[1], half + 2))),
    )


def _pictures(results: Results, tables: Tables, rent: Quantity) -> Band:
    """Fan and exceedance curve, and beside them what moves the tail and what is true in it."""
    half = len(_half(results))
    panel = half + 5  # the tables start at the third column of the right half
    fan = fans.chart(rent, "summary-rent", _chart_rows(results))
    return Band(
        (
            At(fan, 1, half - 3),
            At(_exceedance(results), half - 2, panel - half + 2),
            At(_drivers(results, tables), panel),
            At(_tail(results, tables), panel, down=SHOWN_DRIVERS + 2),
        )
    )


def _half(results: Results) -> tuple[float, ...]:
    """Widths of one half: id, claim, probability, error, (prior run, change,) reading, timing."""
    before = (7.5, 11.0) if results.prior else ()
    return (4.5, *(10.0,) * LABEL_COLUMNS, 9.4, 7.5, *before, 15.6, 15.6, 8.5)


def _chart_rows(results: Results) -> int:
    return CHART_ROWS + (MORE_ROWS if results.prior else 0)


def _columns(results: Results, first: Sequence[Column]) -> tuple[Column, ...]:
    before = (
        (Column("prior", "Prior", "probability"), Column("change", "Change, pp", "change"))
        if results.prior
        else ()
    )
    return (
        *first,
        Column("p", "P", "probability", style="bar"),
        Column("mc", "± 95%", "margin"),
        *before,
        Column("words", "Reading", span=2),
        Column("when", "When", "quarter"),
    )


def _numbers(results: Results, tables: Tables, table: str, row: str) -> tuple[Content, ...]:
    """A probability, live over the patterns, and links to the rest of its row."""
    probability, error = (tables.link(table, column, row) for column in ("p", "p_mc"))
    if row in results.patterns.names and isinstance(probability, Cell):
        probability = replace(probability, content=patterns.probability(results, row))
    before: tuple[Content, ...] = ()
    if results.prior:
        before = tuple(tables.link(table, column, row) for column in ("prior", "change"))
    return (probability, error, *before, tables.link(table, "words", row), tables.link(table, "median", row))


def _classes(results: Results, tables: Tables) -> Table:
    columns = _columns(
        results, (Column("label", f"Outcome by {results.verdict.by}", span=1 + LABEL_COLUMNS),)
    )
    rows = []
    for found in results.verdict.classes:
        label = value_of(tables.content("classes", "label", found.name))
        rows.append((str(label), *_numbers(results, tables, "classes", found.name)))
    main = frozenset(i for i, found in enumerate(results.verdict.classes) if "_" not in found.name)
    return Table("summary-classes", columns, tuple(rows), total=main)


def _claims(results: Results, tables: Tables, side: str) -> Table:
    title = "Bear propositions" if side == "bear" else "Bull propositions"
    first = Column("id", ""), Column("claim", title, span=LABEL_COLUMNS)
    rows = []
    for claim in results.verdict.claims:
        if claim.side == side:
            rows.append(
                (
                    claim.id,
                    shortened(claim.label, CLAIM_WIDTH),
                    *_numbers(results, tables, "claims", claim.id),
                )
            )
    return Table(f"summary-{side}", _columns(results, first), tuple(rows))


def _tiles(results: Results, tables: Tables, name: str) -> Tiles:
    """Five numbers of a loss with their Monte Carlo error."""
    m = results.metric(name)
    estimates: dict[str, Estimate] = {
        "mean": m.mean,
        "p50": m.quantiles[4],
        "var95": m.var[0],
        "es975": m.shortfall[1],
    }
    tiles = []
    for key, label in TILES:
        cell = tables.content("metrics", key, name)
        value = number_of(cell)
        form = (
            "usd_bn.0"
            if abs(value) >= WHOLE
            else cell.format
            if isinstance(cell, Cell) and cell.format
            else "usd_bn"
        )
        tiles.append(Tile(label, _live(tables, key, name), form, _error_note(estimates[key])))
    worst = _live(tables, "max", name)
    tiles.append(Tile("Worst path", worst, "usd_bn.0", f"of {results.run.paths:,}"))
    return Tiles(tuple(tiles))


def _live(tables: Tables, key: str, name: str) -> Formula:
    """A number of a loss: of the headline's tail as computed from its paths, else as Metrics has it."""
    if name != HEADLINE or key not in LIVE:
        return tables.at("metrics", key, name)
    column, row = LIVE[key]
    if not row:
        return Formula("MAX(Tail_Loss)", tables.number("metrics", key, name))
    return tables.at("tail-measures", column, row)


def _error_note(estimate: Estimate) -> str:
    star = "*" if estimate.thin else ""
    size = half(estimate)
    if not isfinite(size):
        return f"one path: no error{star}"
    decimals = 0 if size >= 9.95 else 1
    if not lopsided(estimate):
        return f"± {size:,.{decimals}f} (95% MC){star}"
    low, high = estimate.interval
    return f"{low:,.{decimals}f} to {high:,.{decimals}f} (95% MC){star}"


def _exceedance(results: Results) -> charts.Exceedance:
    """Loss exceedance with Monte Carlo limits."""
    probability, loss = exceedance.curve(results)
    low, high = exceedance.limits(probability, results.run.paths)
    var_95, var_99 = (e.value for e in results.metric(HEADLINE).var)
    before = results.before(HEADLINE)
    return charts.Exceedance(
        id="summary-exceedance",
        title="Chance that the headline loss exceeds x",
        alt=f"One path in 20 loses more than USD {var_95:,.0f}bn, one in 100 more than USD {var_99:,.0f}bn.",
        x_title="Loss, USD bn",
        y_title="Probability (log scale)",
        format="count",
        height=_chart_rows(results),
        loss=loss.tolist(),
        probability=probability.tolist(),
        lower=low,
        upper=high,
        prior=None if before is None else exceedance.exceeded(before.loss, loss),
        markers=(charts.Marker(label="VaR 95%", loss=var_95, probability=0.05),),
    )


def _drivers(results: Results, tables: Tables) -> Table:
    """The five assumptions that move the tail most."""
    columns = (
        Column("label", "ES 97.5 moves with (USD bn)", span=6 if results.prior else 4),
        Column("low", "Lowest tenth", "usd_change"),
        Column("high", "Highest tenth", "usd_change"),
        Column("se", "± SE", "usd_error", align="center"),
    )
    rows = []
    for d in results.drivers[:SHOWN_DRIVERS]:
        label = str(value_of(tables.content("drivers", "label", d.id)))
        numbers = (tables.link("drivers", column, d.id) for column in ("low", "high", "high_se"))
        label += " (noise)" if d.noise else ""
        rows.append((shortened(label, PANEL_WIDTH), *numbers))
    return Table("summary-drivers", columns, tuple(rows))


def _tail(results: Results, tables: Tables) -> Table:
    """What is true in the worst paths."""
    columns = (
        Column("label", f"In the worst {TAIL:.0%} of paths, on average", span=7 if results.prior else 5),
        Column("tail", "Worst", align="right"),
        Column("all", "All paths", align="right"),
    )
    rows = []
    for name in tables["tail"].row_ids:
        label = str(value_of(tables.content("tail", "label", name)))
        unit = str(value_of(tables.content("tail", "unit", name)))
        label += f", {unit}" if unit in PRINTED_UNITS else ""
        numbers = (tables.link("tail", column, name) for column in ("tail", "all"))
        rows.append((shortened(label, TAIL_WIDTH), *numbers))
    return Table("summary-tail", columns, tuple(rows))
