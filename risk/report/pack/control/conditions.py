"""What the sheet of checks recomputes, from the verdict to revenue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from risk.analysis.flows import year_labels
from risk.report.guards import EXACT, ROUNDING, SINGLE, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control import origins
from risk.report.pack.control.checks import count, total_gap
from risk.report.pack.markets import capex
from risk.report.pack.markets.fans import Quantity, chart_id
from risk.report.pack.paths import path_conditions
from risk.report.pack.tail import loss_conditions
from risk.report.pack.verdict.metrics import QUANTILES
from risk.report.table import Formula, number_of, value_of


def conditions(results: Results, tables: Tables, fans: Sequence[Quantity]) -> list[Condition]:
    """Every check of the pack."""
    return [
        *_verdict(tables),
        *_metrics(results, tables),
        *_fans(fans),
        *loss_conditions.conditions(results, tables),
        *_capex(results, tables),
        *_revenue(results, tables),
        *origins.register_conditions(results, tables),
        *origins.run_conditions(results, tables),
        *path_conditions.conditions(results, tables),
    ]


def _verdict(t: Tables) -> Iterator[Condition]:
    def classes(*names: str, column: str = "p") -> Formula:
        return t["classes"].sum((column,), names)

    three = ("bust", "correction", "durable")
    yield Condition(
        "Outcome classes sum to one", classes(*three), 1, EXACT, "they are exclusive and exhaustive"
    )
    for i in range(2):
        found = classes(*three, column=f"alternative{i}")
        yield Condition(f"… under alternative definition {i + 1}", found, 1, EXACT, "the same")
    parts = classes("durable_paid", "durable_unpaid")
    yield Condition(
        "Paid and unpaid parts sum to durable", parts, t.at("classes", "p", "durable"), EXACT, "Metrics"
    )
    outside = "+".join(f'COUNTIF({{{t}.p}},"{c}")' for t in ("claims", "classes") for c in ("<0", ">1"))
    yield count("Probabilities outside [0, 1]", outside, "counted over propositions and classes")
    bust = ("classes", "bust"), ("claims", "B1")
    unpaid = ("classes", "durable_unpaid"), ("claims", "B1")
    weaker = (("B1", "B1x"), ("B5", "B5x"), ("U1", "U1x"), ("U4", "U4x"))
    nested = [(("claims", a), ("claims", b)) for a, b in weaker]
    for (left, a), (right, b) in (bust, unpaid, *nested):
        if all(
            isinstance(value_of(t.content(table, "p", row)), float) for table, row in ((left, a), (right, b))
        ):
            text = f"P({a}) is not larger than P({b})"
            yield Condition(
                text, t.at(left, "p", a), t.at(right, "p", b), EXACT, "the first implies the second", "≤"
            )


def _metrics(results: Results, t: Tables) -> Iterator[Condition]:
    pairs = pairwise(QUANTILES)
    order = "+".join(f"SUMPRODUCT(--({{metrics.{b}}}<{{metrics.{a}}}))" for a, b in pairs)
    yield count("Quantiles out of order, over all outcomes", order, "P1 ≤ P5 ≤ … ≤ P99")
    ends = "SUMPRODUCT(--({metrics.p1}<{metrics.min}))+SUMPRODUCT(--({metrics.max}<{metrics.p99}))"
    yield count("Quantiles beyond the range, over all outcomes", ends, "min ≤ P1, P99 ≤ max")
    inside = "SUMPRODUCT(--({metrics.mean}<{metrics.min}))+SUMPRODUCT(--({metrics.max}<{metrics.mean}))"
    yield count("Means beyond the range, over all outcomes", inside, "min ≤ mean ≤ max")
    for var, quantile in (("var95", "p95"), ("var99", "p99")):
        gaps = total_gap(f"{{metrics.{var}}}", f"{{metrics.{quantile}}}")
        yield Condition(
            f"{var.upper()} equals {quantile.upper()}", Formula(gaps, 0.0), 0, EXACT, "summed over outcomes"
        )
    steps = (("var95", "es95"), ("es95", "es975"), ("es975", "es99"), ("var99", "es99"))
    tails = "+".join(f"SUMPRODUCT(--({{metrics.{b}}}<{{metrics.{a}}}-{EXACT}))" for a, b in steps)
    yield count("Tail measures out of order", tails, "VaR ≤ ES, and ES rises with the level")
    paths = "SUMPRODUCT(--({metrics.n}<>N_Paths))"
    yield count("Outcomes that rest on another number of paths", paths, "n in every row against the manifest")
    less, more = (t.at("metrics", "mean", name) for name in ("loss_without_software", "headline_loss"))
    yield Condition("Loss without software is not larger", less, more, EXACT, "means", "≤")
    lowest = t.at("metrics", "min", "headline_loss")
    yield Condition("Losses are not negative", 0, lowest, EXACT, "smallest headline loss on any path", "≤")
    for name in ("exposed_recovery", "generic_recovery"):
        label = f"Recovery in [0, 1]: {name.partition('_')[0]}"
        yield Condition(label, t.at("metrics", "max", name), 1, EXACT, "largest on any path", "≤")
        yield Condition(
            f"{label}, lower end", 0, t.at("metrics", "min", name), EXACT, "smallest on any path", "≤"
        )
    floor = results.register.number("gpu.lowest_utilization")
    lowest = t.at("metrics", "min", "utilization_low")
    yield Condition("Utilization within its bounds", floor, lowest, SINGLE, "lowest quarter on any path", "≤")


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
            t[table].sum([f"y{i}" for i in years.values()], (side,)) for side in ("uses", "sources")
        )
        yield Condition(f"{firm}: sources equal uses", sources, uses, ROUNDING, "all years, means over paths")
    lines = ("use_capex", "use_lease_additions", "use_spv_additions")
    every = [f"y{i}" for i in years.values()]
    build, parts = t[capex.BIG_FIVE].sum(every, lines), t["multipliers"].sum(every, ("build",))
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
    earned, flowing = (t[x].sum([f"y{i}" for i in years.values()], ("total",)) for x in ("layers", "inflow"))
    yield Condition(
        "Value added equals the external inflow", earned, flowing, ROUNDING, "all years, all layers"
    )
    for name in ("internal", "lab_recycled"):
        share = t["demand"].sum((f"y{max(years.values())}",), (f"{name}_share",))
        yield Condition(f"Share of demand at most one: {name}", share, 1, 0.0, "last year", "≤")
