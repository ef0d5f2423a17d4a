"""The calendar of maturities: what falls due when, of the base book and past the end of the paths too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import fsum

import numpy as np

from risk.analysis.flows import year_labels
from risk.analysis.maturities import maturities
from risk.assumptions.tables import HoldcoNote
from risk.report.charts import Bars, Series, Tone
from risk.report.content import Content, number_of
from risk.report.formats import show
from risk.report.guards import ROUNDING, Condition
from risk.report.pack.base.cells import Row, Tables, error_cell, table_of
from risk.report.pack.base.results import Array, Results
from risk.report.pack.base.yearly import BILLION, yearly_bars, years
from risk.report.table import Column, Table

KINDS = {
    "amortization": "Scheduled amortization",
    "balloons": "Balloons",
    "notes": "HoldCo notes and converts",
}

TABLE = "maturities"
PARTS: Mapping[str, tuple[str, Tone]] = {
    "base": ("Base book, as written", "main"),
    "lent": ("Lent since, as written", "light"),
    "left": ("Owed when the paths end", "bad"),
}
"""Parts of the calendar from the bottom: label and tone."""

NONE = "–"


def due(results: Results) -> dict[str, Array]:
    """What falls due of the base book by kind, (year, firm) in USD; runs to the end of the horizon."""
    calendar, firms = results.run.calendar, results.register.tables["neoclouds.firm"].names
    found = {kind: np.zeros((len(calendar.years), len(firms))) for kind in KINDS}
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
    labels, firms = year_labels(results.run.calendar), results.register.tables["neoclouds.firm"].names
    amounts = due(results)
    need = amounts["balloons"] + amounts["notes"]
    lines = {kind: (label, amounts[kind].sum(axis=1)) for kind, label in KINDS.items()}
    lines["need"] = ("Refinancing need: balloons and notes", need.sum(axis=1))
    for i, name in enumerate(firms):
        if need[:, i].any():
            lines[f"firm_{name}"] = (f"   {name}", need[:, i])
    keys = years(labels)
    made = Table(
        "refinancing",
        (
            Column("label", "USD bn"),
            *(Column(*of, "usd_bn.2", style="engine", span=2) for of in zip(keys, labels, strict=True)),
        ),
        tuple((label, *(float(v) / BILLION for v in yearly)) for label, yearly in lines.values()),
        "Refinancing need by year, base book (stylised)",
        "The base book as contracted, before any default, with what is still to be drawn; drawn revolvers "
        "and notes of new cohorts come on top.",
        tuple(lines),
    ).totaled(keys, {"need": ("balloons", "notes")})
    rows = tuple((*row, made.sum(keys, (line,))) for row, line in zip(made.rows, lines, strict=True))
    every = Column("all", "All years", "usd_bn.2", style="calculation", span=2)
    return replace(made, columns=(*made.columns, every), rows=rows)


def wall(results: Results, falling: Table, height: int) -> Bars:
    """The debt wall of the base book."""
    labels = year_labels(results.run.calendar)
    parts = {label: [falling.sum([y], [kind]) for y in years(labels)] for kind, label in KINDS.items()}
    need = [number_of(falling.cell(y, "need")) for y in years(labels)]
    alt = (
        f"Of the base book USD {fsum(need):,.1f}bn must be refinanced or repaid at once, most in "
        f"{labels[need.index(max(need))]} ({max(need):,.1f}bn)."
    )
    return yearly_bars("wall", "What falls due of the base book", labels, parts, alt, height)


def table(results: Results) -> Table:
    """Principal by year; a dash where a part has none by its nature."""
    found, calendar = maturities(results.run), results.run.calendar
    end, labels = calendar.year[-1], dict(zip(calendar.years, year_labels(calendar), strict=True))
    rows: dict[str, Row] = {}
    for name, (label, _) in PARTS.items():
        rows[name] = (label, *_amounts(getattr(found, name), found.years, name == "left", end))
    owed = zip(found.left / BILLION, found.error / BILLION, strict=True)
    errors = (error_cell(value, error, "USD bn") if value else NONE for value, error in owed)
    rows["error"] = ("   ± (upper bound)", *errors)
    columns = (
        Column("label", "USD bn"),
        *(
            Column(key, labels.get(year, str(year)), "usd_bn.1", style="engine", span=2)
            for key, year in zip(years(found.years), found.years, strict=True)
        ),
    )
    note = (
        "Principal of facilities alone, means over paths. To the end of the run what schedules say, before "
        "any default; lent since: new loans, in equal parts from their last draw. After it what is still "
        "owed then, in equal parts until each loan's date; loans past their date, which were amended, in the "
        "first quarter. Of HoldCo notes issued on the paths the dates are not kept: they are not in it."
    )
    return table_of(TABLE, columns, rows, "When facilities fall due, past the end of the paths", note)


def _amounts(values: Array, of: tuple[int, ...], later: bool, end: int) -> Iterator[Content]:
    """Amounts of the years to the end of the run, or of those after it, in USD bn."""
    for value, year in zip(values.tolist(), of, strict=True):
        yield value / BILLION if value or (year > end) is later else NONE


def chart(results: Results, shown: Table, height: int) -> Bars:
    """The calendar as bars, from its table."""
    keys = years(shown.columns[1:])
    return Bars(
        id="maturities-chart",
        title=f"When facilities fall due: the paths end in {results.labels[-1]}",
        alt=finding(results, shown),
        x_title="Year",
        y_title="USD bn",
        format="count",
        labels=[column.label[:4] for column in shown.columns[1:]],
        series=[
            Series(name=label, values=[_shown(shown, key, name) for key in keys], tone=tone)
            for name, (label, tone) in PARTS.items()
        ],
        stacked=True,
        height=height,
    )


def _shown(shown: Table, key: str, row: str) -> Content:
    """A formula that shows a cell; blank for a dash."""
    return None if shown.cell(key, row) == NONE else shown.at(key, row)


def _after(shown: Table) -> list[str]:
    """Columns of the years in which something of what is owed at the end falls due."""
    return [column.key for column in shown.columns[1:] if shown.cell(column.key, "left") != NONE]


def finding(results: Results, shown: Table) -> str:
    """How much falls due after the end, when most of it does, and until when."""
    keys = _after(shown)
    if not keys:
        return f"Nothing is owed on facilities when the paths end in {results.labels[-1]}."
    own = {key: number_of(shown.cell(key, "left")) for key in keys}
    total, most = fsum(own.values()), max(keys, key=own.__getitem__)
    label = {column.key: column.label for column in shown.columns}
    last = max((key for key in keys if own[key]), key=keys.index, default=most)
    share = show(own[most] / total if total else 0.0, "share")
    return (
        f"USD {show(total, 'usd_bn.0')}bn of facilities is still owed when the paths end in "
        f"{results.labels[-1]} (mean): {share} of it falls due in {label[most]}, the last in "
        f"{label[last]}. What becomes of it is not simulated."
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """No more falls due than is owed; all that is owed when the paths end does."""
    falling = t["refinancing"].sum(("all",), tuple(KINDS))
    owed = t.total("facilities", "debt") + t.total("facilities", "undrawn") + t.total("holdcos", "notes")
    text = "What falls due is not more than what is owed"
    yield Condition(text, falling, owed, ROUNDING, "base book", "≤")
    at_end = float(results.run.mean("facility.debt")[0][-1].sum()) / BILLION
    text = "All that is owed when the paths end falls due"
    yield Condition(text, t[TABLE].sum(_after(t[TABLE]), ("left",)), at_end, ROUNDING, "facilities, means")
