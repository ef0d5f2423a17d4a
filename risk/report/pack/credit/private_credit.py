"""Private credit: what is lent, what defaults, what comes back and what is lost, by instrument."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis.flows import Yearly, flows, stocks, year_labels
from risk.report.pack.base.cells import (
    UPPER_BOUND,
    across,
    paired_cells,
    subtitle,
    year_columns,
    year_grid,
)
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Array, Results
from risk.report.pack.credit import losses, recoveries, shortfall, wall, waterfall
from risk.report.pack.credit.losses import BILLION
from risk.report.sheet import At, Band, Paragraph, Sheet
from risk.report.table import Column, Content, Table

CHARTED = ("notes", "spv", "software", "direct_lending", "b_loans")
ONCE = (
    "Credit losses are booked once, where they arise. Who holds and who bears them, and the marks that "
    "forced sales cause, stand on the sheet Cascade."
)
PARTS = ("", "_exposure", "_rate", "_par", "_loss", "_recovery")
"""Suffixes of a segment's rows."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels = year_labels(results.run.calendar)
    title = "First-round credit loss by instrument, mean over paths, USD bn"
    found = flows(results.run, "losses.instrument")
    instruments = losses.by_year("losses-instrument", title, labels, found, "Instrument")
    recovered = recoveries.by_instrument(results)
    half = 1 + across(labels)
    title, verb = "Credit loss by instrument, means", "the largest mean credit loss"
    chart = losses.chart(labels, instruments, CHARTED, title, verb, height=recoveries.CHART)
    return Sheet(
        "PrivateCredit",
        "Private credit – exposure, default, recovery and loss",
        subtitle(results, "segments of pooled loans are on screen only"),
        "P",
        (
            Paragraph(recoveries.sentence(results), "finding"),
            Paragraph(ONCE),
            Band((At(chart, 1, half - 1), At(recoveries.ranges(results, recovered), half))),
            instruments,
            *waterfall.bands(results),
            recoveries.reconciliation(results),
            shortfall.table(results),
            recovered,
            recoveries.by_regime(results),
            wall.table(results, labels),
            Paragraph(f"{waterfall.NOTE} {UPPER_BOUND}", "note"),
            _segments(results, labels),
        ),
        question="How much is lent, how much of it defaults, and what do lenders get back?",
        grid=year_grid(labels, sums=True),
        landscape=False,
    )


def _segments(results: Results, labels: Sequence[str]) -> Table:
    """Exposure, default rate, loss and recovery by segment and year."""
    run = results.run
    exposure, rate = stocks(run, "credit.exposure"), flows(run, "credit.default_rate")
    par, loss = flows(run, "claims.instrument"), flows(run, "credit.loss")
    rows: list[tuple[Content, ...]] = []
    for name in exposure.entities:
        rows.append((words(name), *(None,) * (2 * len(labels))))
        rows.append(_row("   Exposure at year's end, USD bn", *exposure.entity(name), BILLION, "USD bn"))
        rows.append(_row("   Defaults of the year, share of exposure", *rate.entity(name), 1.0, "fraction"))
        rows.append(_row("   Par in default, USD bn", *par.entity(name), BILLION, "USD bn"))
        rows.append(_row("   Credit loss, USD bn", *loss.entity(name), BILLION, "USD bn"))
        rows.append(_recovery(name, par, loss))
    note = (
        "Recovery = 1 – loss over par in default, of the means; its ± (standard error) is an upper bound. "
        "Par in default includes SPV debt whose sponsor leaves it short, which is no default. Neoclouds have "
        "a sheet."
    )
    return Table(
        "credit-segments",
        (Column("label", "Segment"), *year_columns(labels)),
        tuple(rows),
        "Segments of pooled loans, mean over paths",
        note,
        tuple(f"{name}{part}" for name in exposure.entities for part in PARTS),
        frozenset(range(0, len(rows), len(PARTS))),
        printed_rows=0,
    )


def _row(label: str, mean: Array, error: Array, scale: float, unit: str) -> tuple[Content, ...]:
    return (label, *paired_cells(mean / scale, error / scale, unit))


def _recovery(name: str, par: Yearly, loss: Yearly) -> tuple[Content, ...]:
    """Live ratio of the rows above."""
    (lost, lost_se), (owed, owed_se) = loss.entity(name), par.entity(name)
    cells: list[Content] = ["   Recovery"]
    for i in range(len(lost)):
        formula = f"1-{{credit-segments.y{i}[{name}_loss]}}/{{credit-segments.y{i}[{name}_par]}}"
        top, bottom, top_se, bottom_se = (float(x[i]) for x in (lost, owed, lost_se, owed_se))
        cells += losses.ratio_cells(formula, top, bottom, top_se, bottom_se, whole=True)
    return tuple(cells)
