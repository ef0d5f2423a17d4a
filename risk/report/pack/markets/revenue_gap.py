"""Revenue gap: what capex requires, what customers pay, and which definition changes the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from risk.analysis import gap, statistics
from risk.analysis.flows import by_year, rates, year_labels
from risk.report.charts import Lines, Series, Tone
from risk.report.guards import ROUNDING, SINGLE, Condition
from risk.report.pack.base.cells import (
    UPPER_BOUND,
    Line,
    Tables,
    across,
    margin_cell,
    paired_cells,
    probability_cell,
    probability_text,
    subtitle,
    year_columns,
    year_grid,
    year_table,
)
from risk.report.pack.base.names import SEGMENTS, words
from risk.report.pack.base.results import Results
from risk.report.pack.markets import decode, value_chain
from risk.report.sheet import At, Band, Paragraph, Sheet
from risk.report.table import Column, Content, Formula, Table, number_of

BILLION = 1e9
HALF = 0.5
_LENS = dict(gap.LENSES)
_BASIS = dict(gap.BASES)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels = year_labels(results.run.calendar)
    found = gap.definitions(results.run, results.revenue)
    lenses = _lenses(results, labels, found)
    half = 1 + across(labels)
    charts = (
        At(_chart(labels, lenses), 1, half - 1),
        At(value_chain.demand_chart(results, labels), half, half),
    )
    return Sheet(
        "RevenueGap",
        "Revenue gap – required against realised revenue, and who earns it",
        subtitle(results, "USD billions a year unless a unit is shown"),
        "P",
        (
            Paragraph(finding(found), "finding"),
            Band(charts),
            lenses,
            _gaps(labels, lenses, found),
            _flips(results, labels, found),
            _coverage(results, labels),
            _segments(results, labels),
            *value_chain.tables(results, labels),
            Paragraph(UPPER_BOUND, "note"),
            *decode.blocks(results),
        ),
        question="Do customers pay enough for the capex, by any definition, and when?",
        grid=year_grid(labels),
        landscape=False,
    )


def definition_id(found: gap.Definition) -> str:
    """Row of a definition in every table."""
    return f"{found.lens}_{found.basis}"


def _label(found: gap.Definition) -> str:
    proposition = f" ({found.proposition})" if found.proposition else ""
    return f"{_LENS[found.lens]}; {_BASIS[found.basis].lower()}{proposition}"


def finding(found: Sequence[gap.Definition]) -> str:
    """Which definitions change the answer, in a sentence."""
    base = found[0]
    assert base.short is not None
    flipped = [f"{_LENS[d.lens]}, {_BASIS[d.basis].lower()}" for d in found if _flipped(base, d) == "yes"]
    start = (
        f"By the definition of B1 revenue falls short in every tested year on {probability_text(base.short)} "
        "of paths. "
    )
    if not flipped:
        return start + "No other definition that the run can test puts that on the other side of one half."
    many = f"{len(flipped)} definitions put" if len(flipped) > 1 else "One definition puts"
    return start + f"{many} that on the other side of one half: {'; '.join(flipped)}."


def _flipped(base: gap.Definition, other: gap.Definition) -> str:
    """Whether a definition puts the shortfall on the other side of one half."""
    if other is base:
        return "base"
    if base.short is None or other.short is None:
        return "not kept"
    return "yes" if (base.short.value > HALF) != (other.short.value > HALF) else "no"


def _lenses(results: Results, labels: Sequence[str], found: Sequence[gap.Definition]) -> Table:
    """Revenue on two bases and required revenue through every lens."""
    lines = []
    for basis, label in gap.BASES:
        paths = by_year(results.revenue.basis(basis), results.run.calendar, average=True)
        errors = np.array([statistics.mean(year).standard_error for year in paths])
        mean = next(d.realised for d in found if d.basis == basis)
        lines.append(Line(basis, f"Realised: {label.lower()}", mean, errors, "USD bn/y"))
    recorded = rates(results.run, "required")
    for lens, label in gap.LENSES:
        mean = next(d.required for d in found if d.lens == lens)
        error = recorded.entity(lens)[1] if lens in recorded.entities else None
        lines.append(Line(lens, f"Required: {label}", mean, error, "USD bn/y"))
    note = (
        "Realised with internal use = external revenue + internal use over the compute share of revenue. "
        "Lab subsidy is not revenue. Vintage = capital charges on AI capex since 2021 and fleet operating "
        "cost, over the compute share."
    )
    return year_table(
        "lenses", "Realised and required revenue, mean over paths, USD bn a year", labels, lines, "", note
    )


def _gaps(labels: Sequence[str], lenses: Table, found: Sequence[gap.Definition]) -> Table:
    """Gap and coverage at the means, live."""
    columns = [Column("label", "Lens and basis")]
    for i, label in enumerate(labels):
        columns += [Column(f"y{i}", label, "usd_bn.0", style="calculation")]
        columns += [Column(f"c{i}", "cover", "share", style="calculation")]
    rows = []
    for d in found:
        cells: list[Content] = [_label(d)]
        for i, _ in enumerate(labels):
            need, have = (f"{{lenses.y{i}[{row}]}}" for row in (d.lens, d.basis))
            required, realised = (
                number_of(lenses.rows[lenses.row_number(r)][1 + 2 * i]) for r in (d.lens, d.basis)
            )
            cells += [
                Formula(f"{need}-{have}", required - realised),
                Formula(f"{have}/{need}", realised / required),
            ]
        rows.append(tuple(cells))
    title = "The gap (required less realised) and coverage (realised over required), at the means"
    ids = tuple(definition_id(d) for d in found)
    return Table(
        "gaps", tuple(columns), tuple(rows), title, "A negative gap means that revenue is enough.", ids
    )


def _flips(results: Results, labels: Sequence[str], found: Sequence[gap.Definition]) -> Table:
    """Probability of a shortfall in every tested year by definition, and which of them change the answer."""
    columns = (
        Column("label", "Lens and basis"),
        Column("p", "P(short)", "probability", style="engine"),
        Column("mc", "± 95%", "margin", style="note"),
        Column("closing", "Mean revenue is enough from", span=4),
        Column("flips", "Other side of one half than B1?", span=5, align="center"),
        Column("proposition", "Proposition", span=3, align="center"),
    )
    rows = []
    for d in found:
        closing = d.closing or f"not by {labels[-1]}"
        proposition = d.proposition or "–"
        rows.append(
            (
                _label(d),
                probability_cell(d.short),
                margin_cell(d.short),
                closing,
                _flipped(found[0], d),
                proposition,
            )
        )
    tested = str(results.run.window("propositions.gap_years")).replace("-", "–")
    note = (
        f"P(short): revenue below the requirement in every calendar year {tested}. 'Not kept' and "
        "–: the run keeps this lens as a mean only. Internal use is the largest single reason why "
        "definitions differ."
    )
    title = "Which definition flips the verdict"
    return Table("flips", columns, tuple(rows), title, note, tuple(definition_id(d) for d in found))


def _coverage(results: Results, labels: Sequence[str]) -> Table:
    """Distribution of the vintage lens's coverage by calendar year."""
    rows: list[tuple[Content, ...]] = []
    ids: list[str] = []
    for basis, label in gap.BASES:
        quantiles, short = gap.coverage_by_year(results.run, results.revenue.basis(basis))
        for name, values, errors in zip(
            ("P5", "P50", "P95"), quantiles.quantiles, quantiles.standard_error, strict=True
        ):
            rows.append((f"{name} of coverage: {label.lower()}", *paired_cells(values, errors, "fraction")))
            ids.append(f"{name.lower()}_{basis}")
        cells: list[Content] = [f"P(coverage below 100%): {label.lower()}"]
        for estimate in short:
            cells += [probability_cell(estimate), margin_cell(estimate)]
        rows.append(tuple(cells))
        ids.append(f"short_{basis}")
    columns = (Column("label", "Vintage lens, cash date"), *year_columns(labels))
    title = "Coverage of required revenue by calendar year: flows over flows on each path"
    return Table(
        "coverage",
        columns,
        tuple(rows),
        title,
        "Quantiles: ± standard error. Probabilities: ± 95% MC.",
        tuple(ids),
    )


def _segments(results: Results, labels: Sequence[str]) -> Table:
    """End-customer revenue by segment; the sum is live."""
    found = rates(results.run, "revenue.segment")
    lines = [Line(name, words(name, SEGMENTS), *found.entity(name), "USD bn/y") for name in found.entities]
    total = Line("total", "End-customer AI revenue", found.mean.sum(axis=1), None, "USD bn/y", bold=True)
    title = "End-customer revenue by segment: one pool, no double count; mean over paths, USD bn a year"
    return year_table(
        "segments", title, labels, [*lines, total], "Segment", totals={"total": list(found.entities)}
    )


def _chart(labels: Sequence[str], lenses: Table) -> Lines:
    """Realised against required revenue, means by year."""
    shown: tuple[tuple[str, str, Tone, bool], ...] = (
        ("with_internal", "Realised, internal use in", "main", False),
        ("external", "Realised, external only", "light", False),
        ("vintage", "Required: vintage", "bad", True),
        ("cahn", "Required: Cahn", "orange", True),
        ("jpmorgan", "Required: J.P. Morgan", "grey", True),
    )
    series = []
    for row, name, tone, dashed in shown:
        cells = lenses.rows[lenses.row_number(row)]
        values = [Formula(f"{{lenses.y{i}[{row}]}}", number_of(cells[1 + 2 * i])) for i in range(len(labels))]
        thin = row == "jpmorgan"  # as bright as the first dashed line
        series.append(Series(name=name, values=values, tone=tone, dashed=dashed, thin=thin))
    last = [number_of(s.values[-1]) for s in series]
    alt = (
        f"In {labels[-1]} mean revenue is USD {last[0]:,.0f}bn with internal use and USD {last[1]:,.0f}bn "
        f"without, against USD {last[2]:,.0f}bn required by the vintage lens."
    )
    return Lines(
        id="gap-lenses",
        title="Realised (solid) and required (dashed) revenue, means",
        alt=alt,
        x_title="Year",
        y_title="USD bn a year",
        format="count",
        labels=labels,
        series=series,
        every=1,
        height=20,
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Revenue is what the engine says, and value added what flows into the chain."""
    shown = {"segments add up": ("segments", "total"), "path series": ("lenses", "external")}
    for name in ("revenue_2028", "revenue_2030"):
        if (year := results.year(name)) is not None:
            mean = t.at("metrics", "mean", name)
            for text, (table, row) in shown.items():
                here, slack = t.at(table, f"y{year}", row), SINGLE * number_of(mean)
                title = f"Revenue {results.years[year]}: {text}"
                yield Condition(title, here, mean, slack, "RevenueGap v. Metrics")
    if (year := results.year("coverage_2030")) is not None:
        sides = t.at("coverage", f"y{year}", "p50_with_internal"), t.at("metrics", "p50", "coverage_2030")
        title = f"Coverage {results.years[year]}, median"
        yield Condition(title, *sides, SINGLE, "path series v. outcome")
    years = [f"y{i}" for i in range(len(results.years))]
    earned, flowing = (t[table].sum(years, ("total",)) for table in ("layers", "inflow"))
    how = "all years, all layers"
    yield Condition("Value added equals the external inflow", earned, flowing, ROUNDING, how)
