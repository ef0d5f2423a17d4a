"""What the sheet of checks recomputes of exceedance, scenarios, drivers and tail."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from risk.analysis.line_items import HEADLINE as HEADLINE_LINE
from risk.analysis.metrics import HEADLINE
from risk.report.guards import EXACT, SINGLE, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.control.conditions import count
from risk.report.pack.scenarios import lines as scenario_lines
from risk.report.pack.scenarios import scenarios
from risk.report.pack.tail import exceedance
from risk.report.table import Formula, number_of, plain, value_of


def conditions(results: Results, tables: Tables) -> Iterator[Condition]:
    """Every check of the four sheets."""
    yield from _exceedance(tables)
    yield from _scenarios(results, tables)
    yield from _drivers(tables)
    yield from _tail(tables)


def _exceedance(t: Tables) -> Iterator[Condition]:
    table = t[exceedance.TABLE]
    known = [row for row in table.row_ids if plain(t.content(table.id, "loss", row)) != "–"]
    for key in ("loss", "narrow"):
        falls = [f"IF({{{table.id}.{key}[{b}]}}<{{{table.id}.{key}[{a}]}},1,0)" for a, b in pairwise(known)]
        yield count(
            f"Exceedance out of order: {'headline loss' if key == 'loss' else 'without software'}",
            "+".join(falls) or "0",
            "a rarer loss is not smaller",
        )
    above = [f"IF({{{table.id}.narrow[{row}]}}>{{{table.id}.loss[{row}]}},1,0)" for row in known]
    yield count(
        "Points at which the loss without software is larger", "+".join(above) or "0", "at every probability"
    )
    for probability, var in ((0.05, "var95"), (0.01, "var99")):
        row = exceedance.point_id(probability)
        if row in known:
            here, there = t.at(table.id, "loss", row), t.at("metrics", var, HEADLINE)
            text = f"Loss exceeded with probability {probability:.0%} is the VaR"
            yield Condition(text, here, there, EXACT * number_of(there), "Exceedance v. Metrics")


def _scenarios(results: Results, t: Tables) -> Iterator[Condition]:
    table = t[scenarios.VERDICT]
    sums = [
        f"ABS({{{table.id}.bust[{r}]}}+{{{table.id}.correction[{r}]}}+{{{table.id}.durable[{r}]}}-1)"
        for r in table.row_ids
    ]
    yield Condition(
        "Outcome classes of every scenario sum to one",
        Formula("+".join(sums), 0.0),
        0,
        EXACT,
        "summed over scenarios",
    )
    own = results.run.id
    how = "this run, Scenarios v. Metrics"
    end = t.at(scenario_lines.table_id(table.row_number(own)), "end", HEADLINE_LINE)
    middle = t.at("metrics", "p50", HEADLINE)
    yield Condition(
        "Line item of the headline loss ends at its median", end, middle, SINGLE * number_of(middle), how
    )
    here, there = t.at(table.id, "es", own), t.at("metrics", "es975", HEADLINE)
    yield Condition("ES 97.5 among the scenarios", here, there, EXACT * number_of(there), how)


def _drivers(t: Tables) -> Iterator[Condition]:
    outside = 'COUNTIF({drivers.share},">1")+COUNTIF({drivers.rank},">1")+COUNTIF({drivers.rank},"<-1")'
    yield count("Shares above one, rank correlations beyond one", outside, "over all uncertain assumptions")
    largest = Formula("MAX({drivers.swing})", max(t.numbers("drivers", "swing")))
    first = t.at("drivers", "swing", t["drivers"].row_ids[0])
    yield Condition("The first driver has the largest swing", first, largest, EXACT, "Drivers")


def _tail(t: Tables) -> Iterator[Condition]:
    share = Formula("SUM({tail-combinations.share})", sum(t.numbers("tail-combinations", "share")))
    yield Condition("Combinations make up the tail", share, 1, EXACT, "shares of the tail's paths")
    worst = t.at("tail-paths", HEADLINE, "w1")
    most = t.at("metrics", "max", HEADLINE)
    yield Condition(
        "The worst path is the largest loss", worst, most, EXACT * number_of(most), "Tail v. Metrics"
    )
    for claim in t["tail-events"].row_ids:
        if claim in ("B1", "B8") and isinstance(value_of(t.content("claims", "p", claim)), float):
            here, there = t.at("tail-events", "all", claim), t.at("claims", "p", claim)
            yield Condition(f"P({claim}) on all paths", here, there, EXACT, "Tail v. Metrics")
