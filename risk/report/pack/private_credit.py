"""Private credit: what is lent, what defaults, what is lost, and who bears it."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis.flows import Yearly, flows, stocks, year_labels
from risk.report.charts import STACK, Bars, Series
from risk.report.pack.elements import (
    ERROR,
    UPPER_BOUND,
    YEAR,
    Line,
    error_cell,
    paired_cells,
    subtitle,
    year_columns,
    year_grid,
    year_table,
)
from risk.report.pack.names import words
from risk.report.pack.results import Array, Results
from risk.report.pack.value_chain import TOLERANCE
from risk.report.sheet import At, Band, Paragraph, Sheet
from risk.report.table import Cell, Check, Column, Content, Formula, Table, number_of

BILLION = 1e9
ALL_YEARS = "All years"
FIRST_ROUND = (
    "First round only: credit losses are booked once, at the holder who bears them. Clearing between "
    "institutions, fire-sale rounds and mark-to-market are not in this version of the model."
)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels = year_labels(results.run.calendar)
    instruments, holders = _losses(results, labels, "instrument"), _losses(results, labels, "holder")
    half = 1 + len(labels)
    return Sheet(
        "PrivateCredit",
        "Private credit – exposure, default, loss and who bears it",
        subtitle(results),
        "P",
        (
            Paragraph(_round(results), "finding"),
            Band(
                (
                    At(_chart(labels, instruments, "Credit loss by instrument, means"), 1, half - 1),
                    At(_chart(labels, holders, "Credit loss by holder, means"), half),
                )
            ),
            instruments,
            holders,
            _conservation(labels, instruments, holders),
            _segments(results, labels),
            Paragraph(UPPER_BOUND, "note"),
        ),
        question="How much is lent, how much of it is lost, and by whom?",
        grid=(*year_grid(labels), YEAR, ERROR),
    )


def _round(results: Results) -> str:
    """What the losses leave out, while the run cannot answer the proposition on cascades."""
    pending = [c.id for c in results.verdict.claims if c.probability is None]
    return FIRST_ROUND if pending else "Credit losses are booked once, at the holder who bears them."


def _segments(results: Results, labels: Sequence[str]) -> Table:
    """Exposure, default rate, loss and recovery by segment and year."""
    exposure = stocks(results.run, "credit.exposure")
    rate, defaulted, loss = (
        flows(results.run, f"credit.{key}") for key in ("default_rate", "defaulted", "loss")
    )
    rows: list[tuple[Content, ...]] = []
    ids: list[str] = []
    for name in exposure.entities:
        rows.append((words(name), *(None,) * (2 * len(labels))))
        rows.append(_row("   Exposure at year's end, USD bn", *exposure.entity(name), BILLION, "USD bn"))
        rows.append(_row("   Defaults of the year, share of exposure", *rate.entity(name), 1.0, "fraction"))
        rows.append(_row("   Defaulted principal, USD bn", *defaulted.entity(name), BILLION, "USD bn"))
        rows.append(_row("   Credit loss, USD bn", *loss.entity(name), BILLION, "USD bn"))
        rows.append(_recovery(name, defaulted, loss))
        ids += [
            f"{name}{suffix}" for suffix in ("", "_exposure", "_rate", "_defaulted", "_loss", "_recovery")
        ]
    columns = (Column("label", "Segment"), *year_columns(labels))
    note = (
        "Recovery = 1 – loss over defaulted principal, of the means; its ± is an upper bound. Neoclouds "
        "have a sheet."
    )
    bold = frozenset(range(0, len(rows), 6))
    return Table(
        "credit-segments",
        columns,
        tuple(rows),
        "Segments of pooled loans, mean over paths",
        note,
        tuple(ids),
        bold,
    )


def _row(label: str, mean: Array, error: Array, scale: float, unit: str) -> tuple[Content, ...]:
    return (label, *paired_cells(mean / scale, error / scale, unit))


def _recovery(name: str, defaulted: Yearly, loss: Yearly) -> tuple[Content, ...]:
    """Live ratio of the rows above; its error by the delta method, dependence taken as full."""
    cells: list[Content] = ["   Recovery"]
    (lost, lost_se), (gone, gone_se) = loss.entity(name), defaulted.entity(name)
    for i, (a, b) in enumerate(zip(lost, gone, strict=True)):
        if b <= 0.0:
            cells += ["–", "–"]
            continue
        formula = f"1-{{credit-segments.y{i}[{name}_loss]}}/{{credit-segments.y{i}[{name}_defaulted]}}"
        bound = a / b * (lost_se[i] / a + gone_se[i] / b) if a else gone_se[i] / b
        cells += [
            Cell(Formula(formula, 1.0 - a / b), "rate", "calculation"),
            error_cell(1.0, float(bound), "fraction"),
        ]
    return tuple(cells)


def _losses(results: Results, labels: Sequence[str], by: str) -> Table:
    """Loss by instrument or holder, years across, with live sums."""
    found = flows(results.run, f"losses.{by}")
    lines = [Line(name, words(name), *found.entity(name)) for name in found.entities]
    total = Line("total", "All", found.mean.sum(axis=1), bold=True)
    title = f"First-round credit loss by {by}, mean over paths, USD bn"
    made = year_table(
        f"losses-{by}", title, labels, [*lines, total], by.capitalize(), "", {"total": list(found.entities)}
    )
    bounds = found.standard_error.sum(axis=0) / BILLION
    rows = []
    for number, (name, row) in enumerate(zip(made.row_ids, made.rows, strict=True)):
        parts = [f"{{{made.id}.y{i}[{name}]}}" for i in range(len(labels))]
        amount = sum(number_of(row[1 + 2 * i]) for i in range(len(labels)))
        error = error_cell(amount, float(bounds[number]), "USD bn") if number < len(bounds) else None
        rows.append((*row, Cell(Formula("+".join(parts), amount), "usd_bn", "calculation"), error))
    extra = (
        Column("all", ALL_YEARS, "usd_bn", style="calculation"),
        Column("all_se", "±", "usd_error", style="note", align="right"),
    )
    return Table(made.id, (*made.columns, *extra), tuple(rows), title, "", made.row_ids, made.total)


def _conservation(labels: Sequence[str], instruments: Table, holders: Table) -> Table:
    """What is lost on instruments is borne by holders, year by year."""
    cells: list[Content] = ["Losses by holder equal losses by instrument"]
    for i, _ in enumerate(labels):
        left, right = (number_of(t.rows[t.row_number("total")][1 + 2 * i]) for t in (instruments, holders))
        condition = f"ABS({{losses-instrument.y{i}[total]}}-{{losses-holder.y{i}[total]}})<={TOLERANCE}"
        cells += [Check(condition, abs(left - right) <= TOLERANCE), None]
    columns = [Column("label", "Conservation")]
    for i, label in enumerate(labels):
        columns += [Column(f"y{i}", label), Column(f"e{i}", "")]
    return Table("conservation", tuple(columns), (tuple(cells),), "", "", ("check",))


def _chart(labels: Sequence[str], table: Table, title: str) -> Bars:
    """Loss by year, stacked."""
    series = []
    for name, tone in zip(table.row_ids[:-1], STACK, strict=False):
        cells = table.rows[table.row_number(name)]
        values = [
            Formula(f"{{{table.id}.y{i}[{name}]}}", number_of(cells[1 + 2 * i])) for i in range(len(labels))
        ]
        series.append(Series(name=words(name), values=values, tone=tone))
    sums = {s.name: sum(number_of(v) for v in s.values) for s in series}
    largest = max(sums, key=lambda name: sums[name])
    alt = (
        f"{largest} bear the largest mean credit loss, USD {sums[largest]:,.0f}bn of "
        f"{sum(sums.values()):,.0f}bn."
    )
    return Bars(
        id=f"chart-{table.id}",
        title=title,
        alt=alt,
        x_title="Year",
        y_title="USD bn",
        format="count",
        labels=labels,
        series=series,
        stacked=True,
        height=15,
    )
