"""Capex: what each of the Big Five plans, how it pays, and how much capital is deployed in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from risk.analysis import deployment
from risk.analysis.flows import Yearly, flows
from risk.report.charts import Bars, Lines, Series, Tone
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.formats import show
from risk.report.guards import ROUNDING, SINGLE, Adds, Condition
from risk.report.pack.base.cells import UPPER_BOUND, Row, Tables, across, error_cell, subtitle, year_grid
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Array, Results
from risk.report.pack.base.yearly import (
    below,
    chances,
    line,
    made_of,
    paired,
    ratio,
    shown,
    spread,
    yearly_bars,
    years,
)
from risk.report.sheet import At, Paragraph, Sheet, Strip
from risk.report.table import Table

USES = (
    *("capex", "lease_additions", "spv_additions", "lab_equity", "maturities", "payout", "spv_support"),
    "cash_build",
)
SOURCES = ("cfo", "cash_drawn", "lease_additions", "spv_additions", "bonds", "private_credit", "equity")
MEMO = ("planned", "cut")
BIG_FIVE = "funding-BigFive"
BILLION, TRILLION = 1e9, 1e12
CHART = 14
"""Rows of a chart: with the tables that print it fits two pages."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels = results.years
    firms = results.run.entities["funding.capex"]
    found = {key: flows(results.run, f"funding.{key}") for key in {*USES, *SOURCES, *MEMO}}
    tables = [_firm(labels, firm, found) for firm in firms]
    deployed = deployment.deployment(results.run)
    cumulative = _deployment(deployed)
    half = 1 + across(labels)
    stylised = "Balance sheets at the base date are stylised; reported capex and cash flow follow filings."
    return Sheet(
        "Capex",
        "Capex – plans, funding and the ceiling of deployable capital",
        subtitle(results),
        "P",
        (
            Strip(
                (
                    At(_by_firm(labels, firms, tables), 1, half - 1),
                    At(_ceiling_chart(deployed, cumulative), half, half),
                )
            ),
            cumulative,
            _multipliers(results),
            _power(results),
            _big_five(firms, tables, found),
            Paragraph(f"{UPPER_BOUND} {stylised}", "note"),
        ),
        question="Who spends how much, out of which pocket, and does it reach the ceiling?",
        screen=tuple(tables),
        grid=year_grid(labels),
    )


def firm_table(firm: str) -> str:
    """Id of a firm's table."""
    return f"funding-{firm}"


def _firm(labels: Sequence[str], firm: str, found: dict[str, Yearly]) -> Table:
    """Uses, sources and their sums of one firm."""

    def lines(side: str, keys: Sequence[str]) -> dict[str, Row]:
        return {f"{side}_{key}": line(words(key), *found[key].entity(firm)) for key in keys}

    uses, sources = lines("use", USES), lines("source", SOURCES)
    rows = {"uses": ("Uses",), **uses, "sources": ("Sources",), **sources, **lines("memo", MEMO)}
    title = f"{firm}: uses and sources of funds, mean over paths"
    made = made_of(firm_table(firm), title, labels, "USD bn", rows)
    how = "all years, means over paths"
    equal = Adds(f"{firm}: sources equal uses", tuple(years(labels)), ("sources",), "uses", ROUNDING, how)
    return replace(made.totaled(years(labels), {"uses": uses, "sources": sources}), guards=(equal,))


def _big_five(firms: Sequence[str], tables: Sequence[Table], found: dict[str, Yearly]) -> Table:
    """Live sums over the firms' tables."""
    first = tables[0]
    rows = []
    for number, name in enumerate(first.row_ids):
        cells: list[Content] = [first.rows[number][0]]
        _, _, key = name.partition("_")
        for i, parts in enumerate(zip(*(shown(table, name) for table in tables), strict=True)):
            total = fsum(map(number_of, parts))
            text = "+".join(f"{{{table.id}.y{i}[{name}]}}" for table in tables)
            cells.append(Cell(Formula(text, total), "usd_bn.0", "calculation"))
            bound = fsum(found[key].standard_error[i]) / BILLION if key else None
            cells.append(None if bound is None else error_cell(total, bound, "USD bn"))
        rows.append(tuple(cells))
    title = f"Big Five ({', '.join(firms)}): uses and sources of funds, mean over paths"
    return Table(BIG_FIVE, first.columns, tuple(rows), title, "", first.row_ids, first.total)


def _deployment(deployed: deployment.Deployment) -> Table:
    """Cumulative capital deployed, and how likely the ceiling is reached."""
    label = "{} of cash capex, leases and SPVs, USD tn"
    rows = spread(deployed.cumulative, "multiple", label, scale=TRILLION)
    low, high = (level / TRILLION for level in deployed.ceiling)
    for row, level, reached in zip(("low", "high"), (low, high), deployed.reached, strict=True):
        rows[row] = chances(f"Probability that USD {level:.1f} tn is deployed by then", reached)
    title = "Capital deployed since the start of the base year, against the thesis page's ceiling"
    note = (
        f"Ceiling USD {low:.1f}–{high:.1f} tn (thesis page); reported against, never imposed. Probabilities: "
        "± 95% MC."
    )
    return made_of("deployed", title, deployed.labels, "Cumulative", rows, note)


def _multipliers(results: Results) -> Table:
    """The three multipliers as money and as multiples of cash flow."""
    parts = {part.name: line(words(part.name), part.amount) for part in deployment.multipliers(results.run)}
    rows: dict[str, Row] = {
        "cash": line("Cash flow from operations", deployment.cash_flow(results.run)),
        **parts,
        "build": ("Build: cash capex, leases and SPVs",),
    }
    title = "The ceiling's three multipliers: where the capital comes from, mean over paths"
    note = (
        "The page multiplies cash flow reinvested in full by vehicles off the balance sheet and by "
        "leverage. Here the three parts are sums of the funding waterfall and add up to the build."
    )
    made = made_of("multipliers", title, results.years, "USD bn", rows, note)
    made = made.totaled(years(results.years), {"build": parts})
    names = {name: words(name).partition(",")[0] for name in parts} | {"build": "Build"}
    over = {
        f"{row}_ratio": ratio(made, f"   {name}, over cash flow", row, "cash", "number.2")
        for row, name in names.items()
    }
    return below(made, over)


def _power(results: Results) -> Table:
    """How often power binds, what was energized, and what waits."""
    bound = (
        (Cell(e.value, "rate"), error_cell(e.value, e.standard_error, "fraction"))
        for e in deployment.power_bound(results.run)
    )
    energized = flows(results.run, "power").entity("energized_gw")
    rows = {
        "bound": paired("Share of path-quarters with a binding power cap", bound),
        "energized": line("Power energized for AI in the year, world, GW", *energized, "GW"),
        "leases": line("Leases signed, not commenced, present value, USD bn", _leases_left(results)),
    }
    note = "Leases start evenly and cannot be cancelled, so what is left of them is the same on every path."
    return made_of("power", "Power and leases", results.years, "Power and leases", rows, note)


def _leases_left(results: Results) -> Array:
    """Leases that have not commenced by each year's end, USD; cents are rounding."""
    signed = results.register.tables["capex.firm"].numbers("lease_not_commenced").sum()
    present = results.register.number("capex.lease_present_value") * signed
    added = flows(results.run, "funding.lease_additions").mean.sum(axis=1)
    left: Array = np.maximum(present - np.cumsum(added), 0.0).round(-3)
    return left


def _by_firm(labels: Sequence[str], firms: Sequence[str], tables: Sequence[Table]) -> Bars:
    """Cash capex by firm and year."""
    parts = {firm: shown(table, "use_capex") for firm, table in zip(firms, tables, strict=True)}
    totals = [fsum(map(number_of, year)) for year in zip(*parts.values(), strict=True)]
    top = int(np.argmax(totals))
    alt = f"Mean cash capex of the Big Five peaks at USD {totals[top]:,.0f}bn in {labels[top]}."
    title = "Cash capex by firm, mean over paths"
    return yearly_bars("capex-firms", title, labels, parts, alt, CHART)


def _ceiling_chart(deployed: deployment.Deployment, table: Table) -> Lines:
    """Cumulative capital against the ceiling."""
    tones: dict[str, Tone] = {"p5": "light", "p50": "main", "p95": "light"}
    series = [Series(name=row.upper(), values=shown(table, row), tone=tone) for row, tone in tones.items()]
    for level, text in zip(deployed.ceiling, ("low end", "high end"), strict=True):
        flat = [level / TRILLION] * len(deployed.labels)
        series.append(Series(name=f"Ceiling, {text}", values=flat, tone="bad", dashed=True))
    chance = deployed.reached[0][-1]
    alt = (
        f"Median cumulative deployment is USD {deployed.cumulative.at(0.5)[-1] / TRILLION:.1f} tn by "
        f"{deployed.labels[-1]}; it reaches the low end of the ceiling on "
        f"{show(chance.value, 'probability')} of paths."
    )
    return Lines(
        id="capex-ceiling",
        title="Cumulative capital deployed against the ceiling",
        alt=alt,
        x_title="Year",
        y_title="USD tn",
        format="number.1",
        labels=deployed.labels,
        series=series,
        every=1,
        height=CHART,
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """What firms spend is what the engine says, and what the multipliers say."""
    for name in ("capex_2027", "capex_2028", "capex_2030"):
        if (year := results.year(name)) is not None:
            text = f"Capex {results.years[year]}: firms add up to the engine's mean"
            sides = t.at(BIG_FIVE, f"y{year}", "use_capex"), t.at("metrics", "mean", name)
            yield Condition(text, *sides, ROUNDING, "Capex v. Metrics")
    every = years(results.years)
    build = t[BIG_FIVE].sum(every, ("use_capex", "use_lease_additions", "use_spv_additions"))
    parts = t["multipliers"].sum(every, ("build",))
    yield Condition("The three multipliers add up to the build", parts, build, ROUNDING, "all years")
    until = results.run.span("deployed_2026_2030")
    if until.years[0] == results.run.calendar.base.year and str(until.year) in results.years:
        value = t.at("deployed", f"y{results.years.index(str(until.year))}", "p50")
        middle = t.at("metrics", "p50", "deployed_2026_2030")
        text, how = f"Capital deployed by {until.year}, median", "path series v. outcome, USD tn"
        yield Condition(text, value, middle / 1000, SINGLE * 10, how)
