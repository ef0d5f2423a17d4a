"""GPU prices: rents by generation, the market behind them, and what the hardware is worth as collateral."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from risk.analysis.bands import band
from risk.analysis.flows import stocks, year_ends
from risk.axes import ordinal
from risk.report.charts import Bars, Lines, Series, Tone
from risk.report.content import number_of
from risk.report.formats import show
from risk.report.pack.base.cells import Row, across, paired_cells, subtitle, year_grid
from risk.report.pack.base.quarters import first_year_end
from risk.report.pack.base.results import Results, series
from risk.report.pack.base.yearly import made_of, shown, spread, summed, yearly_bars
from risk.report.pack.markets import fans, gpu_lives
from risk.report.sheet import At, Paragraph, Sheet, Strip
from risk.report.table import Table
from risk.runs.passes import at_quarters
from risk.units import SCALE

SHOWN = ("h100_contract", "h100_spot", "h100_clearing", "b200_contract", "utilization", "fleet", "undeployed")
"""Path series shown with their quantiles."""

LEVELS = (0.05, 0.5, 0.95)
CHART = 20
"""Rows that a chart is high: two rows of charts and the tables between them fill a page."""

RENTS: tuple[tuple[str, str, Tone, bool], ...] = (
    ("h100_contract", "One-year contract", "main", False),
    ("h100_spot", "Spot", "orange", False),
    ("h100_clearing", "Clearing", "grey", True),
)
"""Rents of an H100 drawn together."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    labels, market, fleet = results.years, _market(results), _fleet(results)
    half = 1 + across(labels)
    fan = fans.chart(fans.rent(results), "h100-rent", 22)
    return Sheet(
        "GPUPrices",
        "GPU prices – rents, utilization, fleet and collateral",
        subtitle(results, "USD an hour unless a unit is shown; at the end of each year"),
        "P",
        screen=(
            Strip((At(fan, 1, half - 1), At(_three_rents(results), half))),
            market,
            _by_generation(results, "contract_rent", "rent-contract", f"One-year contract {RENT}"),
            _by_generation(results, "spot_rent", "rent-spot", f"Spot {RENT}"),
            Strip((At(_fleet_chart(labels, fleet), 1, half - 1), At(_utilization(labels, market), half))),
            fleet,
            _by_generation(results, "collateral", "collateral", COLLATERAL, 1e3, _aged(results)),
            *gpu_lives.blocks(results),
            Paragraph(
                "Fleet counts at the base date are stylised: what recorded spending could buy.", "note"
            ),
        ),
        question="What do GPUs rent for, how full are they, and what would a lender get for them?",
        grid=year_grid(labels),
    )


def _market(results: Results) -> Table:
    """Quantiles over paths at year's end."""
    rows: dict[str, Row] = {}
    for name in SHOWN:
        variable = series(name)
        values = at_quarters(results.run, name, year_ends(results.run.calendar)).values()
        found = band(values, LEVELS, unit=np.float32(SCALE[variable.unit]))
        unit = "" if variable.unit == "fraction" else f", {variable.unit}"
        rows |= spread(found, variable.unit, f"{{}}  {variable.label}{unit}", f"{name}_{{}}")
    title = "The rental market, quantiles over paths at year's end"
    note = (
        "± = standard error of the quantile. Clearing = the rent at which all energized units would be let."
    )
    return made_of("rents", title, results.years, "Over paths", rows, note)


def _launched(results: Results) -> list[list[bool]]:
    """Whether a generation is on sale as planned at each year's end: (generation, year)."""
    ends = [ordinal(results.labels[t]) for t in year_ends(results.run.calendar)]
    launches = results.register.tables["gpu.generation"].words("launch")
    return [[not launch or ordinal(launch) <= end for end in ends] for launch in launches]


RENT = "rent by generation, mean over paths, USD/h"
COLLATERAL = "Collateral value of one GPU before any forced sale, mean over paths, USD thousand"
"""What a buyer pays for a used GPU: the present value of the rents it has left."""


def _by_generation(
    results: Results, key: str, identifier: str, title: str, scale: float = 1.0, more: str = ""
) -> Table:
    """A price by generation, from its planned launch on."""
    found, launched = stocks(results.run, f"gpu.{key}"), _launched(results)
    rows: dict[str, Row] = {}
    for g, name in enumerate(results.run.entities["gpu.fleet"]):
        mean = np.where(launched[g], found.mean[:, g] / scale, np.nan)
        rows[name] = (name, *paired_cells(mean, found.standard_error[:, g] / scale, "USD/h"))
    note = f"–: not launched by plan. The launch quarter is random around the plan.{more}"
    return made_of(identifier, title, results.years, "Generation", rows, note)


def _aged(results: Results) -> str:
    """Which unit of a generation is valued."""
    life = results.register.number("gpu.collateral_life")
    return (
        f" Of the oldest units of a generation: a buyer counts on {life:g} years of service from the day a "
        "unit was new, and pays nothing for one of that age."
    )


def _fleet(results: Results) -> Table:
    """Energized fleet by generation, in H100 equivalents."""
    title = "Energized fleet at year's end, mean over paths, millions of H100 equivalents"
    return summed(
        "fleet", title, stocks(results.run, "gpu.fleet"), "Generation", "Fleet", "H100e M", named=str
    )


def _three_rents(results: Results) -> Lines:
    """Medians of spot, contract and clearing rent of an H100."""
    medians = {name: results.band(name).at(0.5) for name, *_ in RENTS}
    lines = [Series(name=t, values=medians[n].tolist(), tone=tone, dashed=d) for n, t, tone, d in RENTS]
    ends = ", ".join(f"{text.lower()} {show(float(medians[name][-1]), 'price')}" for name, text, *_ in RENTS)
    return Lines(
        id="three-rents",
        title="H100: three rents, medians",
        alt=f"At {results.labels[-1]} the median H100 rents are: {ends} USD/h.",
        x_title="Quarter",
        y_title="USD/h",
        format="price",
        labels=results.labels,
        series=lines,
        first=first_year_end(results.labels),
        height=CHART,
    )


def _fleet_chart(labels: Sequence[str], fleet: Table) -> Bars:
    """The fleet by generation."""
    bars = {name: shown(fleet, name) for name in fleet.row_ids[:-1]}
    start, end = (sum(number_of(values[i]) for values in bars.values()) for i in (0, -1))
    alt = (
        f"The mean energized fleet grows from {start:,.0f} to {end:,.0f} million H100 equivalents by "
        f"{labels[-1]}."
    )
    title, axes = "Energized fleet by generation, means", ("Year's end", "H100e, millions")
    return yearly_bars("fleet-chart", title, labels, bars, alt, CHART, *axes)


def _utilization(labels: Sequence[str], market: Table) -> Lines:
    """Quantiles of utilization at year's end."""
    tones: dict[str, Tone] = {"p5": "light", "p50": "main", "p95": "light"}
    lines = [
        Series(name=key.upper(), values=shown(market, f"utilization_{key}"), tone=tone, dashed=key != "p50")
        for key, tone in tones.items()
    ]
    low, high = (number_of(line.values[-1]) for line in (lines[0], lines[2]))
    alt = f"At the end of {labels[-1]} nine paths in ten have utilization between {low:.0%} and {high:.0%}."
    return Lines(
        id="utilization",
        title="Utilization: billed over energized hours",
        alt=alt,
        x_title="Year's end",
        y_title="Share",
        format="share",
        labels=labels,
        series=lines,
        every=1,
        height=CHART,
    )
