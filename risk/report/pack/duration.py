"""The duration ladder: contracted cash against debt service to come, and what must be refinanced when."""

from __future__ import annotations

from math import fsum

import numpy as np

from risk.analysis import register
from risk.analysis.flows import year_labels
from risk.analysis.neoclouds import Rung
from risk.report.charts import STACK, Bars, Lines, Series
from risk.report.formats import show
from risk.report.pack import fans
from risk.report.pack.elements import error_cells, typical_error, value_cell
from risk.report.pack.results import Array, Results
from risk.report.sheet import At, Band
from risk.report.table import Cell, Column, Content, Formula, Table

BILLION = 1e9
LABEL, QUARTER = 50.0, 6.8
KINDS = (
    ("amortization", "Scheduled amortization"),
    ("balloons", "Balloons"),
    ("notes", "HoldCo notes and converts"),
)
QUANTILES = ("p5", "p50", "p95")


def grid(results: Results) -> tuple[float, ...]:
    """Columns of the sheet: a label, and one column a quarter."""
    return (LABEL, *(QUARTER,) * len(results.labels))


def ladder(results: Results) -> Table:
    """One group of rows a class of payer."""
    quarters = results.labels
    columns = [Column("label", "Contracted cash / debt service to come")]
    columns += [Column(fans.column_key(q), fans.short(q), "number.2", style="engine") for q in quarters]
    rows: list[tuple[Content, ...]] = []
    ids: list[str] = []
    bold = []
    for number, rung in enumerate(results.ladder):
        bold.append(len(rows))
        rows.append((f"{rung.name} ({len(rung.members)})", *(None,) * len(quarters)))
        ids.append(f"group{number}")
        for name, row in _rung_rows(rung).items():
            rows.append(row)
            ids.append(f"{name}{number}")
    title = "Duration ladder, base book by payer (number of facilities, all stylised)"
    return Table("ladder", tuple(columns), tuple(rows), title, "", tuple(ids), frozenset(bold))


def ladder_note() -> str:
    """How to read the ladder."""
    return (
        "Duration ladder: what contracts in force will bill until the debt is repaid, operating cost off, "
        "over the principal and interest to come, balloons in. P5–P95 on the paths: payers leave and "
        "renegotiate, expired contracts renew for a year. As written: every contract runs out and none is "
        "renewed. Facilities in default or repaid are in neither sum, so what is left looks sounder than "
        "what was lent: 'still owing' is the share of the facilities due to owe that neither defaulted nor "
        "were repaid. All rows are stylised."
    )


def _rung_rows(rung: Rung) -> dict[str, tuple[Content, ...]]:
    """Rows of a group by name; without an error where every path has the same median."""
    rows: dict[str, tuple[Content, ...]] = {}
    for key, quantile in zip(QUANTILES, rung.covered.quantiles, strict=True):
        rows[key] = (f"   {key.upper()}", *_values(quantile))
    middle, errors = rung.covered.at(0.5), rung.covered.error(0.5)
    if typical_error(middle, errors):
        rows["se"] = ("   ± of P50", *error_cells(middle, errors, "multiple"))
    rows["written"] = ("   As written", *_values(rung.written))
    owing = ("–" if np.isnan(v) else Cell(float(v), "share") for v in rung.alive)
    rows["alive"] = ("   Still owing", *owing)
    return rows


def _values(values: Array) -> list[Content]:
    return [value_cell(float(v), 0.0, "multiple") for v in values]


def charts(results: Results) -> Band:
    """The ladder's medians, and what falls due."""
    half = 1 + len(results.labels) // 2 - 3  # the first column is the widest
    return Band((At(_ladder_chart(results), 1, half), At(_wall(results), half + 1)))


def _ladder_chart(results: Results) -> Lines:
    """Median coverage by group; a line ends with the group's last maturity."""
    quarters = results.labels
    series = []
    for number, (rung, tone) in enumerate(zip(results.ladder, STACK, strict=False)):
        middle = rung.covered.at(0.5)
        values: list[Content] = [
            None if np.isnan(v) else Formula(f"{{ladder.{fans.column_key(q)}[p50{number}]}}", float(v))
            for q, v in zip(quarters, middle, strict=True)
        ]
        last = number == len(results.ladder) - 1
        series.append(Series(name=rung.name, values=values, tone="bad" if last else tone, dashed=last))
    whole = results.ladder[-1]
    lowest = min(results.ladder, key=lambda rung: float(rung.covered.at(0.5)[0]))
    alt = (
        f"At the base date contracted cash covers {show(float(whole.covered.at(0.5)[0]), 'price')} times the "
        "debt service to come over the whole base book, and "
        f"{show(float(lowest.covered.at(0.5)[0]), 'price')} times that of {lowest.name.lower()}."
    )
    return Lines(
        id="ladder-chart",
        title="Contracted cash over debt service to come, medians",
        alt=alt,
        x_title="Quarter",
        y_title="Multiple",
        format="years",
        labels=quarters,
        series=series,
        first=fans.first_year_end(quarters),
        height=16,
    )


def due(results: Results) -> dict[str, Array]:
    """What falls due of the base book by kind, (year, firm) in USD; runs to the end of the horizon."""
    calendar, firms = results.run.calendar, register.words(results.register, "neoclouds.firm")
    found = {kind: np.zeros((len(calendar.years), len(firms))) for kind, _ in KINDS}
    for facility in results.facilities:
        firm = firms.index(facility.firm)
        end = round(4 * facility.debt_end)
        for y, year in enumerate(calendar.years):
            for t in calendar.steps(year):
                last = facility.balloon * facility.debt if t == end else 0.0
                found["amortization"][y, firm] += facility.principal[t] - last
                found["balloons"][y, firm] += last
    for note in register.rows(results.register, "neoclouds.note"):
        t = round(float(note["quarter_due"]))
        if t <= calendar.quarters:
            year = calendar.years.index(calendar.year[t])
            found["notes"][year, firms.index(str(note["firm"]))] += float(note["amount"]) * BILLION
    return found


def refinancing(results: Results) -> Table:
    """What falls due by year: of it balloons and notes must be refinanced or repaid from cash."""
    labels = year_labels(results.run.calendar)
    firms = register.words(results.register, "neoclouds.firm")
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
        "The base book as contracted, before any default; drawn revolvers and notes of new cohorts come on "
        "top."
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
    series = []
    for (kind, label), tone in zip(KINDS, STACK, strict=False):
        values = [
            Formula(f"{{refinancing.y{i}[{kind}]}}", float(v) / BILLION)
            for i, v in enumerate(amounts[kind].sum(axis=1))
        ]
        series.append(Series(name=label, values=values, tone=tone))
    need = (amounts["balloons"] + amounts["notes"]).sum(axis=1) / BILLION
    top = int(need.argmax())
    alt = (
        f"Of the base book USD {need.sum():,.1f}bn must be refinanced or repaid at once, most in "
        f"{labels[top]} ({need[top]:,.1f}bn)."
    )
    return Bars(
        id="wall",
        title="What falls due of the base book",
        alt=alt,
        x_title="Year",
        y_title="USD bn",
        format="count",
        labels=labels,
        series=series,
        stacked=True,
        height=16,
    )
