"""What the sheet of checks recomputes, from the verdict to the neoclouds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import fsum

from risk.analysis import ladder, neoclouds
from risk.analysis.flows import year_labels
from risk.report.guards import EXACT, ROUNDING, SINGLE, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control import origins
from risk.report.pack.control.checks import count
from risk.report.pack.credit import credit_conditions
from risk.report.pack.credit.credit_conditions import plus
from risk.report.pack.markets import capex
from risk.report.pack.markets.fans import Quantity, chart_id
from risk.report.pack.paths import path_conditions
from risk.report.table import Formula, number_of


def conditions(results: Results, tables: Tables, fans: Sequence[Quantity]) -> list[Condition]:
    """Every check of the pack."""
    return [
        *_fans(fans),
        *_capex(results, tables),
        *_revenue(results, tables),
        *credit_conditions.conditions(results, tables),
        *_operators(results, tables),
        *origins.register_conditions(results, tables),
        *origins.run_conditions(results, tables),
        *path_conditions.conditions(results, tables),
    ]


def _fans(shown: Sequence[Quantity]) -> Iterator[Condition]:
    edges = ("p5", "p25", "p50", "p75", "p95")
    for quantity in shown:
        chart = f"chart-{chart_id(quantity)}"
        pairs = pairwise(edges)
        order = "+".join(f"SUMPRODUCT(--({{{chart}.{b}}}<{{{chart}.{a}}}))" for a, b in pairs)
        yield count(
            f"Fan out of order: {quantity.title}", order, "P5 ≤ P25 ≤ P50 ≤ P75 ≤ P95 in every quarter"
        )
    lowest = min(float(q.band.quantiles[0].min()) for q in shown if q.id == "h100_contract")
    rents = Formula("MIN({chart-h100_contract-fan.p5})", lowest)
    yield Condition("Rents are positive", 0, rents, 0.0, "lowest P5 of the H100 contract rent", "≤")


def _years(results: Results) -> dict[str, int]:
    return {label: i for i, label in enumerate(year_labels(results.run.calendar))}


def _capex(results: Results, t: Tables) -> Iterator[Condition]:
    years = _years(results)
    for name in ("capex_2027", "capex_2028", "capex_2030"):
        year = str(results.run.span(name))
        if year in years:
            total = t.at(capex.BIG_FIVE, f"y{years[year]}", "use_capex")
            mean = t.at("metrics", "mean", name)
            yield Condition(
                f"Capex {year}: firms add up to the engine's mean", total, mean, ROUNDING, "Capex v. Metrics"
            )
    for firm in results.run.entities["funding.capex"]:
        table = capex.firm_table(firm)
        uses, sources = (
            plus(t, [(table, f"y{i}", side) for i in years.values()]) for side in ("uses", "sources")
        )
        yield Condition(f"{firm}: sources equal uses", sources, uses, ROUNDING, "all years, means over paths")
    lines = ("use_capex", "use_lease_additions", "use_spv_additions")
    build = plus(t, [(capex.BIG_FIVE, f"y{i}", line) for i in years.values() for line in lines])
    parts = plus(t, [("multipliers", f"y{i}", "build") for i in years.values()])
    yield Condition("The three multipliers add up to the build", parts, build, ROUNDING, "all years")
    until = results.run.span("deployed_2026_2030")
    if until.years[0] == results.run.calendar.base.year and until.year in years:
        value = t.at("deployed", f"y{years[until.year]}", "p50")
        middle = t.at("metrics", "p50", "deployed_2026_2030")
        scaled = Formula(f"{middle.text}/1000", number_of(middle) / 1000.0)
        yield Condition(
            f"Capital deployed by {until.year}, median",
            value,
            scaled,
            SINGLE * 10,
            "path series v. outcome, USD tn",
        )


def _revenue(results: Results, t: Tables) -> Iterator[Condition]:
    years = _years(results)
    for name in ("revenue_2028", "revenue_2030"):
        year = str(results.run.span(name))
        if year in years:
            mean = t.at("metrics", "mean", name)
            slack = SINGLE * number_of(mean)
            segments = t.at("segments", f"y{years[year]}", "total")
            yield Condition(
                f"Revenue {year}: segments add up", segments, mean, slack, "RevenueGap v. Metrics"
            )
            external = t.at("lenses", f"y{years[year]}", "external")
            yield Condition(f"Revenue {year}: path series", external, mean, slack, "RevenueGap v. Metrics")
    year = str(results.run.span("coverage_2030"))
    if year in years:
        value, other = (
            t.at("coverage", f"y{years[year]}", "p50_with_internal"),
            t.at("metrics", "p50", "coverage_2030"),
        )
        yield Condition(f"Coverage {year}, median", value, other, SINGLE, "path series v. outcome")
    earned, flowing = (plus(t, [(x, f"y{i}", "total") for i in years.values()]) for x in ("layers", "inflow"))
    yield Condition(
        "Value added equals the external inflow", earned, flowing, ROUNDING, "all years, all layers"
    )
    for name in ("internal", "lab_recycled"):
        share = plus(t, [("demand", f"y{max(years.values())}", f"{name}_share")])
        yield Condition(f"Share of demand at most one: {name}", share, 1, 0.0, "last year", "≤")


def _operators(results: Results, t: Tables) -> Iterator[Condition]:
    secured, debt = t.total("holdcos", "secured"), t.total("facilities", "debt")
    yield Condition(
        "Secured debt by HoldCo is the facilities' debt", secured, debt, ROUNDING, "USD bn at the base date"
    )
    due = plus(t, [("refinancing", "all", kind) for kind in ("amortization", "balloons", "notes")])
    lent = (debt, t.total("facilities", "undrawn"), t.total("holdcos", "notes"))
    owed = Formula("+".join(part.text for part in lent), fsum(map(number_of, lent)))
    yield Condition("What falls due is not more than what is owed", due, owed, ROUNDING, "base book", "≤")
    engine = ladder.base_coverage(results.run)
    known = [(f.name, engine[f.name]) for f in results.facilities if f.name in engine]
    text = "+".join(f"{{facilities.cash[{name}]}}" for name, _ in known)
    ours = Formula(text, fsum(t.number("facilities", "cash", name) for name, _ in known))
    how = "sum over facilities: register v. engine at the base date"
    yield Condition("Contracted cash over debt service", ours, fsum(v for _, v in known), SINGLE * 10, how)
    for table in ("facility-defaults", "holdcos"):
        chances = sum(column.key.startswith("p") and column.key[1:].isdigit() for column in t[table].columns)
        falls = "+".join(f"SUMPRODUCT(--({{{table}.p{i + 1}}}<{{{table}.p{i}}}))" for i in range(chances - 1))
        yield count(
            f"Default probabilities that fall over time: {table}", falls or "0", "default is absorbing"
        )
    yield from _distress(results, t)


def _distress(results: Results, t: Tables) -> Iterator[Condition]:
    steps = (("sweep", "lock_up"), ("event", "sweep"), ("cured", "event"))
    order = "+".join(f"SUMPRODUCT(--({{facility-ladder.{b}}}>{{facility-ladder.{a}}}))" for b, a in steps)
    yield count(
        "Rungs of the ladder out of order", order, "whoever sweeps cash has been in lock-up, and so on"
    )
    labels = neoclouds.reached(results.run)
    if labels and labels[-1] == results.labels[-1]:
        kinds = [t.total("facility-ladder", f"{kind}_default") for kind in ("payment", "maturity")]
        both = Formula("+".join(kind.text for kind in kinds), fsum(map(number_of, kinds)))
        ever = t.total("facility-defaults", f"p{len(labels) - 1}")
        yield Condition(
            "Payment and maturity defaults are all defaults", both, ever, EXACT, "summed over facilities"
        )
    firms, paper = t.total("holdcos", "loss"), t.at("metrics", "mean", "neocloud_loss")
    scaled = Formula(f"{firms.text}/1000", number_of(firms) / 1000.0)
    yield Condition("Loss by HoldCo adds up", scaled, paper, ROUNDING, "Neoclouds v. Metrics")
