"""Duration: contracted cash against debt service to come, by quarter, and what must be refinanced when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from risk.analysis import ladder
from risk.analysis.bands import Band
from risk.analysis.facilities import Facility
from risk.analysis.ladder import Rung
from risk.analysis.standings import standings
from risk.axes import ended
from risk.report import spec
from risk.report.charts import LINES, Lines, Series
from risk.report.content import Cell, Content, Formula
from risk.report.formats import show
from risk.report.guards import Condition
from risk.report.pack.base.cells import (
    Row,
    Tables,
    error_cells,
    subtitle,
    table_of,
    typical_error,
    value_cell,
)
from risk.report.pack.base.fields import number, part
from risk.report.pack.base.quarters import column_key, first_year_end, narrow, short
from risk.report.pack.base.results import Array, Results
from risk.report.pack.neoclouds import calendar, events
from risk.report.pack.neoclouds.loans import at, gap
from risk.report.sheet import At, Paragraph, Sheet
from risk.report.sheet import Strip as Side
from risk.report.spec import Spec
from risk.report.table import Column, Table

LABEL, QUARTER = 28.0, 5.2
CHART = 22
LEAST_QUARTERS = 27
"""Columns a sheet has at least: its tables that do not go by quarters need as many."""


def grid(results: Results, label: float = LABEL, quarter: float = QUARTER) -> tuple[float, ...]:
    """Columns of a sheet: a label, and one column a quarter."""
    return (label, *(quarter,) * max(len(results.labels), LEAST_QUARTERS))


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    columns, falling, later = grid(results), calendar.refinancing(results), calendar.table(results)
    half = len(columns) // 2 - 3  # the first column is the widest
    return Sheet(
        "Duration",
        "Duration – do contracts outlast the debt?",
        subtitle(results),
        "P",
        screen=(
            Paragraph(finding(results), "finding"),
            Side((At(_ladder_chart(results), 1, half), At(calendar.wall(results, falling, CHART), half + 1))),
            events.heat(results),
            falling,
            calendar.chart(results, later, CHART),
            later,
            coverage(results),
            lives(results),
            ladder_table(results, "ladder", "by HoldCo", results.firm_ladder, _LADDER_NOTE),
            ladder_table(results, "ladder-payers", "by payer, single facilities", results.payer_ladder),
        ),
        question="How long do contracts carry the debt, and what must be refinanced when?",
        grid=columns,
    )


def finding(results: Results) -> str:
    """Which firms are not covered at the base date, and who is best."""
    starts = {rung.name: float(rung.written[0]) for rung in results.firm_ladder if rung.written is not None}
    ranked = sorted(starts, key=starts.__getitem__)
    told = [f"{name} ({show(starts[name], 'price')} times)" for name in ranked]
    short = sum(value < 1.0 for value in starts.values())
    named = f": {', '.join(told[:short])}" if short else f"; the least covered is {told[0]}"
    return (
        f"At the base date the contracts in force cover less than the debt service to come at {short} of "
        f"{len(starts)} HoldCos with facilities{named}; the best covered is {told[-1]}. What they do not "
        "cover depends on renewals, spot rents and lenders."
    )


_LADDER_NOTE = (
    "Duration ladder: what contracts in force will bill until the debt is repaid, operating cost off, "
    "over the principal and interest to come, balloons in. P5–P95 on the paths: payers leave and "
    "renegotiate, expired contracts renew for a year, cash is swept, loans are amended. As written: every "
    "contract runs out, none is renewed, every loan keeps to its schedule. Facilities in default or "
    "repaid are in neither sum, so what is left looks sounder than what was lent: 'still owing' is the "
    "share of facilities and paths with debt left. Of a HoldCo: the ratio of the sums over its "
    "facilities. By payer: the ratios of single facilities, all paths together; ± (standard error) then "
    "counts the facilities of a path as one, an upper bound. – where fewer than 100 paths have debt left. "
    "All rows are stylised."
)


def ladder_table(results: Results, identifier: str, by: str, rungs: Sequence[Rung], note: str = "") -> Table:
    """One group of rows a firm or a class of payers; a page has the chart and the map in its place."""
    quarters = results.labels
    columns = (
        Column("label", "Contracted cash / debt service to come"),
        *(Column(column_key(q), short(q), "number.2", style="engine") for q in quarters),
    )
    rows: dict[str, Row] = {}
    for i, rung in enumerate(rungs):
        rows[f"group{i}"] = (f"{rung.name} ({len(rung.members)})",)
        rows |= {f"{name}{i}": row for name, row in _rung_rows(rung).items()}
    title = f"Duration ladder {by} (number of facilities)"
    return table_of(identifier, columns, rows, title, note, printed_rows=0)


def _rung_rows(rung: Rung) -> dict[str, Row]:
    """Rows of a group by name; without an error where every path has the same median."""
    rows: dict[str, Row] = {}
    for level, quantile in zip(rung.covered.levels, rung.covered.quantiles, strict=True):
        rows[f"p{100 * level:.0f}"] = (f"   P{100 * level:.0f}", *_values(quantile))
    middle, errors = rung.covered.at(0.5), rung.covered.error(0.5)
    if typical_error(middle, errors):
        cells = error_cells(middle, errors, "multiple")
        rows["se"] = ("   ± of P50", *(narrow(cell, QUARTER) for cell in cells))
    if rung.written is not None:
        rows["written"] = ("   As written", *_values(rung.written))
    rows["owing"] = ("   Still owing", *(Cell(float(v), "share") for v in rung.owing))
    return rows


def _values(values: Array) -> list[Content]:
    return [value_cell(float(v), 0.0, "multiple") for v in values]


def coverage(results: Results) -> Table:
    """Contracted coverage of every facility at year-ends."""
    quarters = ladder.year_ends(results.run)
    bands = ladder.facilities_at(results.run, "contracted_coverage", quarters)
    made: Spec[Facility] = Spec(
        (
            spec.text("label", "Contracted cash / debt service", lambda f: f.name),
            number("base", "Base date", lambda f: float(f.contracted[0] / f.service[0]), "number.2"),
            *(
                number(f"p{q}_{label}", f"{ended(label)}\nP{q}", at(bands, i, q), "number.2")
                for i, label in enumerate((results.labels[t] for t in quarters[1:]), start=1)
                for q in (5, 50, 95)
            ),
        ),
        id="facility-coverage",
        title="Contracted coverage by facility at year-ends (stylised)",
        note=(
            "Contracted cash over debt service to come, over the paths on which the facility has debt left "
            "(their share: next table); – where fewer than 100 do. Standard errors: P50 at most "
            f"{_largest(bands, 1):.2f}, P5 {_largest(bands, 0):.2f}, P95 {_largest(bands, 2):.2f}."
        ),
        row_id=lambda f: f.name,
    )
    return made.table(results.facilities)


def lives(results: Results) -> Table:
    """Maturity gap, debt service coverage and what still owes, by facility at year-ends."""
    run = results.run
    quarters = ladder.year_ends(run)
    later = [ended(results.labels[t]) for t in quarters[1:]]
    gaps, paths = ladder.facilities_at(run, "maturity_gap", quarters), standings(run).paths
    ratios = ladder.facilities_at(run, "dscr", quarters[1:])

    def outlasts(f: Facility) -> list[Content]:
        return [gap(years) for years in gaps[f.name].at(0.5).tolist()]

    def owing(f: Facility) -> list[float]:
        return [float(count / paths) for count in gaps[f.name].count[1:]]

    made: Spec[Facility] = Spec(
        (
            spec.text("label", "Medians", lambda f: f.name),
            *(
                spec.shown(f"gap_{q}", f"Gap\n{q}", part(outlasts, i), "years", style="engine")
                for i, q in enumerate(("base", *later))
            ),
            *(number(f"dscr_{q}", f"DSCR\n{q}", at(ratios, i, 50), "number.2") for i, q in enumerate(later)),
            *(number(f"owing_{q}", f"Left\n{q}", part(owing, i), "share") for i, q in enumerate(later)),
        ),
        id="facility-lives",
        title="Maturity gap, debt service coverage and debt left by facility at year-ends (stylised)",
        note=(
            "Gap = years by which the debt outlasts the contracts, average lives. DSCR of the year's last "
            "quarter. Left = share of paths with debt left, neither repaid nor in default; – where fewer "
            f"than 100 have. Standard errors: gap at most {_largest(gaps, 1):.2f} years, DSCR "
            f"{_largest(ratios, 1):.2f}."
        ),
        row_id=lambda f: f.name,
    )
    return made.table(results.facilities)


def _largest(bands: Mapping[str, Band], level: int) -> float:
    """Largest standard error of one quantile over facilities and dates."""
    return max(float(np.nanmax(b.standard_error[level], initial=0.0)) for b in bands.values())


def _ladder_chart(results: Results) -> Lines:
    """Median coverage by firm; a line ends with the firm's last debt of the base date."""
    quarters = results.labels
    series = []
    for i, (rung, tone) in enumerate(zip(results.firm_ladder, LINES, strict=False)):
        values: list[Content] = [
            None if np.isnan(v) else Formula(f"{{ladder.{column_key(q)}[p50{i}]}}", float(v))
            for q, v in zip(quarters, rung.covered.at(0.5), strict=True)
        ]
        series.append(Series(name=rung.name, values=values, tone=tone, dashed=i % 2 == 1))
    return Lines(
        id="ladder-chart",
        title="Contracted cash over debt service to come, medians by HoldCo",
        alt=finding(results),
        x_title="Quarter",
        y_title="Multiple",
        format="years",
        labels=quarters,
        series=series,
        first=first_year_end(quarters),
        height=CHART,
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """What falls due is what is owed."""
    yield from calendar.conditions(results, t)
