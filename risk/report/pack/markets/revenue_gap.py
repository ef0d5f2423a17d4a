"""Revenue gap: what capex requires, what customers pay, and which definition changes the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from risk.analysis import gap
from risk.analysis.flows import rates
from risk.report import spec
from risk.report.charts import Lines, Series, Tone
from risk.report.content import Content, number_of
from risk.report.guards import ROUNDING, SINGLE, Condition
from risk.report.pack.base import fields
from risk.report.pack.base.cells import (
    UPPER_BOUND,
    Row,
    Tables,
    across,
    probability_text,
    subtitle,
    year_grid,
)
from risk.report.pack.base.names import SEGMENTS, words
from risk.report.pack.base.results import Results
from risk.report.pack.base.yearly import chances, line, made_of, shown, spread, summed, years
from risk.report.pack.markets import value_chain
from risk.report.sheet import At, Paragraph, Sheet, Strip
from risk.report.spec import Spec
from risk.report.table import Column, Table

HALF = 0.5
_LENS = dict(gap.LENSES)
_BASIS = dict(gap.BASES)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels = results.years
    found = gap.definitions(results.run)
    lenses, inflow, demand = _lenses(results, found), value_chain.inflow(results), value_chain.demand(results)
    half = 1 + across(labels)
    return Sheet(
        "RevenueGap",
        "Revenue gap – required against realised revenue, and who earns it",
        subtitle(results, "USD billions a year unless a unit is shown"),
        "P",
        (
            Paragraph(finding(found), "finding"),
            Strip(
                (At(_chart(labels, lenses), 1, half - 1), At(value_chain.demand_chart(demand), half, half))
            ),
            lenses,
            _gaps(labels, lenses, found),
            _flips(results, found),
            _coverage(results),
            _segments(results),
            inflow,
            value_chain.layers(results, inflow),
            demand,
            Paragraph(UPPER_BOUND, "note"),
        ),
        question="Do customers pay enough for the capex, by any definition, and when?",
        grid=year_grid(labels),
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
    return "yes" if (base.short.value > HALF) != (other.short.value > HALF) else "no"


def _lenses(results: Results, found: Sequence[gap.Definition]) -> Table:
    """Revenue on two bases and required revenue through every lens."""
    recorded = rates(results.run, "required")
    rows: dict[str, Row] = {}
    for basis, label in gap.BASES:
        own = next(d for d in found if d.basis == basis)
        rows[basis] = line(f"Realised: {label.lower()}", own.realised, own.error, "USD bn/y")
    for lens, label in gap.LENSES:
        mean = next(d.required for d in found if d.lens == lens)
        error = recorded.entity(lens)[1] if lens in recorded.entities else None
        rows[lens] = line(f"Required: {label}", mean, error, "USD bn/y")
    note = (
        "Realised with internal use = external revenue + internal use over the compute share of revenue. "
        "Lab subsidy is not revenue. Vintage = capital charges on all AI capex still in use and fleet "
        "operating cost, over the compute share."
    )
    title = "Realised and required revenue, mean over paths, USD bn a year"
    return made_of("lenses", title, results.years, "", rows, note)


def _gaps(labels: Sequence[str], lenses: Table, found: Sequence[gap.Definition]) -> Table:
    """Gap and coverage at the means, live."""
    columns = [Column("label", "Lens and basis")]
    for i, label in enumerate(labels):
        columns.append(Column(f"y{i}", label, "usd_bn.0", style="calculation"))
        columns.append(Column(f"c{i}", "cover", "share", style="calculation"))
    rows = []
    for d in found:
        cells: list[Content] = [_label(d)]
        for need, have in zip(shown(lenses, d.lens), shown(lenses, d.basis), strict=True):
            cells += [need - have, have / need]
        rows.append(tuple(cells))
    title = "The gap (required less realised) and coverage (realised over required), at the means"
    note, ids = "A negative gap means that revenue is enough.", tuple(map(definition_id, found))
    return Table("gaps", tuple(columns), tuple(rows), title, note, ids)


def _flips(results: Results, found: Sequence[gap.Definition]) -> Table:
    """Probability of a shortfall in every tested year by definition, and which of them change the answer."""
    later, tested = f"not by {results.years[-1]}", results.run.window("propositions.gap_years")
    made: Spec[gap.Definition] = Spec(
        (
            spec.text("label", "Lens and basis", _label),
            fields.chance("p", "P(short)", lambda d: d.short),
            spec.text("closing", "Mean revenue is enough from", lambda d: d.closing or later, span=4),
            spec.text(
                "flips",
                "Other side of one half than B1?",
                lambda d: _flipped(found[0], d),
                span=5,
                align="center",
            ),
            spec.text("proposition", "Proposition", lambda d: d.proposition or "–", span=3, align="center"),
        ),
        id="flips",
        title="Which definition flips the verdict",
        note="P(short): revenue below the requirement in every calendar year "
        f"{str(tested).replace('-', '–')}. Enough from: in that year and every later one. Internal use is "
        "the largest single reason why definitions differ.",
        row_id=definition_id,
    )
    return made.table(found)


def _coverage(results: Results) -> Table:
    """Distribution of the vintage lens's coverage by calendar year."""
    rows: dict[str, Row] = {}
    for basis, label in gap.BASES:
        quantiles, short = gap.coverage_by_year(results.run, basis)
        rows |= spread(quantiles, "fraction", f"{{}} of coverage: {label.lower()}", f"{{}}_{basis}")
        rows[f"short_{basis}"] = chances(f"P(coverage below 100%): {label.lower()}", short)
    title = "Coverage of required revenue by calendar year: flows over flows on each path"
    note = "Quantiles: ± standard error. Probabilities: ± 95% MC."
    return made_of("coverage", title, results.years, "Vintage lens, cash date", rows, note)


def _segments(results: Results) -> Table:
    """End-customer revenue by segment; the sum is live."""
    return summed(
        "segments",
        "End-customer revenue by segment: one pool, no double count; mean over paths, USD bn a year",
        rates(results.run, "revenue.segment"),
        "Segment",
        "End-customer AI revenue",
        named=lambda name: words(name, SEGMENTS),
    )


DRAWN: tuple[tuple[str, str, Tone, bool], ...] = (
    ("with_internal", "Realised, internal use in", "main", False),
    ("external", "Realised, external only", "light", False),
    ("vintage", "Required: vintage", "bad", True),
    ("cahn", "Required: Cahn", "orange", True),
    ("jpmorgan", "Required: J.P. Morgan", "grey", True),
)


def _chart(labels: Sequence[str], lenses: Table) -> Lines:
    """Realised against required revenue, means by year."""
    series = []
    for row, name, tone, dashed in DRAWN:
        thin = row == "jpmorgan"  # as bright as the first dashed line
        series.append(Series(name=name, values=shown(lenses, row), tone=tone, dashed=dashed, thin=thin))
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
        height=24,
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
    earned, flowing = (t[table].sum(years(results.years), ("total",)) for table in ("layers", "inflow"))
    how = "all years, all layers"
    yield Condition("Value added equals the external inflow", earned, flowing, ROUNDING, how)
