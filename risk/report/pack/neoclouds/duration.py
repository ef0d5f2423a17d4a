"""Duration: contracted cash against debt service to come, by quarter, and what must be refinanced when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

import numpy as np

from risk.analysis import ladder
from risk.analysis.bands import Band
from risk.analysis.flows import year_labels
from risk.analysis.ladder import Rung
from risk.assumptions.tables import HoldcoNote
from risk.axes import ended
from risk.report.charts import LINES, Bars, Lines, Series
from risk.report.formats import show
from risk.report.pack.base.cells import error_cells, subtitle, typical_error, value_cell, yearly_bars
from risk.report.pack.base.results import Array, Results
from risk.report.pack.markets import fans
from risk.report.sheet import At, Paragraph, Sheet
from risk.report.sheet import Band as Side
from risk.report.table import Cell, Column, Content, Formula, Table

BILLION = 1e9
LABEL, QUARTER = 28.0, 5.2
CHART = 22
KINDS = (
    ("amortization", "Scheduled amortization"),
    ("balloons", "Balloons"),
    ("notes", "HoldCo notes and converts"),
)
QUANTILES = ("p5", "p50", "p95")


LEAST_QUARTERS = 27
"""Columns a sheet has at least: its tables that do not go by quarters need as many."""


def grid(results: Results, label: float = LABEL, quarter: float = QUARTER) -> tuple[float, ...]:
    """Columns of a sheet: a label, and one column a quarter."""
    return (label, *(quarter,) * max(len(results.labels), LEAST_QUARTERS))


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Duration",
        "Duration – do contracts outlast the debt?",
        subtitle(results),
        "P",
        (
            Paragraph(finding(results), "finding"),
            _charts(results),
            refinancing(results),
            coverage(results),
            lives(results),
            ladder_table(results, "ladder", "by HoldCo", results.firm_ladder, _LADDER_NOTE),
            ladder_table(results, "ladder-payers", "by payer, single facilities", results.payer_ladder),
        ),
        question="How long do contracts carry the debt, and what must be refinanced when?",
        grid=grid(results),
        landscape=False,
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
    """One group of rows a firm or a class of payers."""
    quarters = results.labels
    columns = [Column("label", "Contracted cash / debt service to come")]
    columns += [Column(fans.column_key(q), fans.short(q), "number.2", style="engine") for q in quarters]
    rows: list[tuple[Content, ...]] = []
    ids: list[str] = []
    bold = []
    for number, rung in enumerate(rungs):
        bold.append(len(rows))
        rows.append((f"{rung.name} ({len(rung.members)})", *(None,) * len(quarters)))
        ids.append(f"group{number}")
        for name, row in _rung_rows(rung).items():
            rows.append(row)
            ids.append(f"{name}{number}")
    title = f"Duration ladder {by} (number of facilities)"
    return Table(identifier, tuple(columns), tuple(rows), title, note, tuple(ids), frozenset(bold))


def _rung_rows(rung: Rung) -> dict[str, tuple[Content, ...]]:
    """Rows of a group by name; without an error where every path has the same median."""
    rows: dict[str, tuple[Content, ...]] = {}
    for key, quantile in zip(QUANTILES, rung.covered.quantiles, strict=True):
        rows[key] = (f"   {key.upper()}", *_values(quantile))
    middle, errors = rung.covered.at(0.5), rung.covered.error(0.5)
    if typical_error(middle, errors):
        cells = error_cells(middle, errors, "multiple")
        rows["se"] = ("   ± of P50", *(fans.narrow(cell, QUARTER) for cell in cells))
    if rung.written is not None:
        rows["written"] = ("   As written", *_values(rung.written))
    rows["owing"] = ("   Still owing", *(Cell(float(v), "share") for v in rung.owing))
    return rows


def _values(values: Array) -> list[Content]:
    return [value_cell(float(v), 0.0, "multiple") for v in values]


def coverage(results: Results) -> Table:
    """Contracted coverage of every facility at year-ends."""
    quarters, labels = _dates(results)
    bands = ladder.facilities_at(results.run, "contracted_coverage", quarters)
    columns = [Column("label", "Contracted cash / debt service"), Column("base", "Base date", style="engine")]
    for label in labels[1:]:
        for q in QUANTILES:
            columns.append(Column(f"{q}_{label}", f"{ended(label)}\n{q.upper()}", "number.2", style="engine"))
    rows = []
    for f in results.facilities:
        found = bands[f.name].quantiles
        later = (value_cell(float(v), 0.0, "multiple") for v in found[:, 1:].T.ravel())
        rows.append((f.name, value_cell(float(f.contracted[0] / f.service[0]), 0.0, "multiple"), *later))
    note = (
        "Contracted cash over debt service to come, over the paths on which the facility has debt left "
        "(their share: next table); – where fewer than 100 do. Standard errors: P50 at most "
        f"{_largest(bands, 1):.2f}, P5 {_largest(bands, 0):.2f}, P95 {_largest(bands, 2):.2f}."
    )
    title = "Contracted coverage by facility at year-ends (stylised)"
    return Table("facility-coverage", tuple(columns), tuple(rows), title, note, _names(results))


def lives(results: Results) -> Table:
    """Maturity gap, debt service coverage and what still owes, by facility at year-ends."""
    run = results.run
    quarters, labels = _dates(results)
    gaps, paths = ladder.facilities_at(run, "maturity_gap", quarters), run.facility("maturity_gap").shape[1]
    ratios = ladder.facilities_at(run, "dscr", quarters[1:])
    columns = [Column("label", "Medians")]
    gap_labels = ("base", *(ended(q) for q in labels[1:]))
    columns += [Column(f"gap_{q}", f"Gap\n{q}", "years", style="engine") for q in gap_labels]
    columns += [Column(f"dscr_{q}", f"DSCR\n{ended(q)}", "number.2", style="engine") for q in labels[1:]]
    columns += [Column(f"owing_{q}", f"Left\n{ended(q)}", "share", style="engine") for q in labels[1:]]
    rows = []
    for f in results.facilities:
        gap, owing = gaps[f.name].at(0.5), gaps[f.name].count[1:] / paths
        cells = ("–" if np.isnan(v) else Cell(float(v), "years", bold=v > 0.0) for v in gap)
        rows.append((f.name, *cells, *_values(ratios[f.name].at(0.5)), *(float(v) for v in owing)))
    note = (
        "Gap = years by which the debt outlasts the contracts, average lives. DSCR of the year's last "
        "quarter. Left = share of paths with debt left, neither repaid nor in default; – where fewer "
        f"than 100 have. Standard errors: gap at most {_largest(gaps, 1):.1f} years, DSCR "
        f"{_largest(ratios, 1):.2f}."
    )
    title = "Maturity gap, debt service coverage and debt left by facility at year-ends (stylised)"
    return Table("facility-lives", tuple(columns), tuple(rows), title, note, _names(results))


def _names(results: Results) -> tuple[str, ...]:
    return tuple(f.name for f in results.facilities)


def _dates(results: Results) -> tuple[tuple[int, ...], list[str]]:
    """The base date and year-ends: positions and quarters."""
    quarters = ladder.year_ends(results.run)
    return quarters, [results.labels[t] for t in quarters]


def _largest(bands: Mapping[str, Band], level: int) -> float:
    """Largest standard error of one quantile over facilities and dates."""
    return max(float(np.nanmax(b.standard_error[level], initial=0.0)) for b in bands.values())


def _charts(results: Results) -> Side:
    """The ladder's medians, and what falls due."""
    half = len(grid(results)) // 2 - 3  # the first column is the widest
    return Side((At(_ladder_chart(results), 1, half), At(_wall(results), half + 1)))


def _ladder_chart(results: Results) -> Lines:
    """Median coverage by firm; a line ends with the firm's last debt of the base date."""
    quarters = results.labels
    series = []
    for number, (rung, tone) in enumerate(zip(results.firm_ladder, LINES, strict=False)):
        values: list[Content] = [
            None if np.isnan(v) else Formula(f"{{ladder.{fans.column_key(q)}[p50{number}]}}", float(v))
            for q, v in zip(quarters, rung.covered.at(0.5), strict=True)
        ]
        series.append(Series(name=rung.name, values=values, tone=tone, dashed=number % 2 == 1))
    return Lines(
        id="ladder-chart",
        title="Contracted cash over debt service to come, medians by HoldCo",
        alt=finding(results),
        x_title="Quarter",
        y_title="Multiple",
        format="years",
        labels=quarters,
        series=series,
        first=fans.first_year_end(quarters),
        height=CHART,
    )


def due(results: Results) -> dict[str, Array]:
    """What falls due of the base book by kind, (year, firm) in USD; runs to the end of the horizon."""
    calendar, firms = results.run.calendar, results.register.tables["neoclouds.firm"].names
    found = {kind: np.zeros((len(calendar.years), len(firms))) for kind, _ in KINDS}
    for facility in results.facilities:
        firm = firms.index(facility.firm)
        for y, year in enumerate(calendar.years):
            for t in calendar.steps(year):
                found["amortization"][y, firm] += facility.repaid[t]
                found["balloons"][y, firm] += facility.bullet[t]
    for note in results.register.rows(HoldcoNote):
        if note.quarter_due <= calendar.quarters:
            year = calendar.years.index(calendar.year[note.quarter_due])
            found["notes"][year, firms.index(note.firm)] += note.amount * BILLION
    return found


def refinancing(results: Results) -> Table:
    """What falls due by year: of it balloons and notes must be refinanced or repaid from cash."""
    labels = year_labels(results.run.calendar)
    firms = results.register.tables["neoclouds.firm"].names
    amounts = due(results)
    columns = [Column("label", "USD bn")]
    columns += [Column(f"y{i}", label, "usd_bn.2", style="engine", span=2) for i, label in enumerate(labels)]
    columns.append(Column("all", "All years", "usd_bn.2", style="calculation", span=2))
    lines: dict[str, tuple[str, Array]] = {kind: (label, amounts[kind].sum(axis=1)) for kind, label in KINDS}
    bullets = amounts["balloons"] + amounts["notes"]
    lines |= {
        f"firm_{name}": (f"   {name}", bullets[:, i]) for i, name in enumerate(firms) if bullets[:, i].any()
    }
    rows = [_due_row(identifier, label, yearly) for identifier, (label, yearly) in lines.items()]
    total = ["Refinancing need: balloons and notes"]
    cells: list[Content] = [*total]
    for i, _ in enumerate(labels):
        formula = f"{{refinancing.y{i}[balloons]}}+{{refinancing.y{i}[notes]}}"
        cells.append(Cell(Formula(formula, float(bullets[i].sum()) / BILLION), style="calculation"))
    cells.append(_sum_of("need", [float(v) / BILLION for v in bullets.sum(axis=1)]))
    rows.insert(len(KINDS), tuple(cells))
    ids = [*lines]
    ids.insert(len(KINDS), "need")
    note = (
        "The base book as contracted, before any default, with what is still to be drawn; drawn revolvers "
        "and notes of new cohorts come on top."
    )
    title = "Refinancing need by year, base book (stylised)"
    return Table("refinancing", tuple(columns), tuple(rows), title, note, tuple(ids), frozenset({len(KINDS)}))


def _due_row(identifier: str, label: str, yearly: Array) -> tuple[Content, ...]:
    amounts = [float(v) / BILLION for v in yearly]
    return (label, *amounts, _sum_of(identifier, amounts))


def _sum_of(row: str, amounts: list[float]) -> Formula:
    parts = "+".join(f"{{refinancing.y{i}[{row}]}}" for i in range(len(amounts)))
    return Formula(parts, fsum(amounts))


def _wall(results: Results) -> Bars:
    """The debt wall of the base book."""
    labels = year_labels(results.run.calendar)
    amounts = due(results)
    parts = {
        label: [
            Formula(f"{{refinancing.y{i}[{kind}]}}", float(v) / BILLION)
            for i, v in enumerate(amounts[kind].sum(axis=1))
        ]
        for kind, label in KINDS
    }
    need = (amounts["balloons"] + amounts["notes"]).sum(axis=1) / BILLION
    top = int(need.argmax())
    alt = (
        f"Of the base book USD {need.sum():,.1f}bn must be refinanced or repaid at once, most in "
        f"{labels[top]} ({need[top]:,.1f}bn)."
    )
    return yearly_bars("wall", "What falls due of the base book", labels, parts, alt, CHART)
