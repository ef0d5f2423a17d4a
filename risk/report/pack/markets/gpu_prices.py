"""GPU prices: rents by generation, the market behind them, and what the hardware is worth as collateral."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from risk.analysis.bands import band
from risk.analysis.flows import stocks, year_labels
from risk.axes import ordinal
from risk.report.charts import STACK, Bars, Lines, Series, Tone
from risk.report.formats import show
from risk.report.pack.base.cells import (
    Line,
    across,
    paired_cells,
    subtitle,
    year_columns,
    year_grid,
    year_table,
)
from risk.report.pack.base.results import Array, Results, series
from risk.report.pack.markets import fans, gpu_lives, useful_work
from risk.report.pack.markets.fans import Quantity
from risk.report.sheet import At, Band, Paragraph, Sheet
from risk.report.table import Column, Content, Formula, Table, number_of
from risk.units import SCALE

SHOWN = ("h100_contract", "h100_spot", "h100_clearing", "b200_contract", "utilization", "fleet", "undeployed")
"""Path series shown with their quantiles."""

QUANTILES = (("p5", 0.05), ("p50", 0.5), ("p95", 0.95))
LEVELS = tuple(level for _, level in QUANTILES)
MILLION = 1e6
CHART = 20
"""Rows that a chart is high: two rows of charts and the tables between them fill a page."""


def sheet(results: Results, rent: Quantity) -> Sheet:
    """Build the sheet; `rent` is the fan of the H100 contract rent."""
    labels = year_labels(results.run.calendar)
    spread, fleet = _spread(results, labels), _fleet(results, labels)
    half = 1 + across(labels)
    fan = fans.chart(rent, results.labels, "h100-rent", 22)
    return Sheet(
        "GPUPrices",
        "GPU prices – rents, utilization, fleet and collateral",
        subtitle(results, "USD per GPU-hour unless a unit is shown; at the end of each year"),
        "P",
        (
            Band((At(fan, 1, half - 1), At(_three_rents(results), half))),
            spread,
            _rents(results, labels, "contract", "One-year contract rent by generation"),
            _rents(results, labels, "spot", "Spot rent by generation"),
            Band((At(_fleet_chart(labels, fleet), 1, half - 1), At(_utilization(labels, spread), half))),
            fleet,
            _collateral(results, labels),
            *gpu_lives.blocks(results),
            useful_work.table(results),
            Paragraph(
                "Fleet counts at the base date are stylised: what recorded spending could buy.", "note"
            ),
        ),
        question="What do GPUs rent for, how full are they, and what would a lender get for them?",
        grid=year_grid(labels),
        landscape=False,
    )


def _year_ends(results: Results) -> list[int]:
    return [results.run.calendar.steps(year)[-1] for year in results.run.calendar.years]


def _spread(results: Results, labels: Sequence[str]) -> Table:
    """Quantiles over paths at year's end."""
    rows: list[tuple[Content, ...]] = []
    ids: list[str] = []
    for name in SHOWN:
        variable = series(name)
        values = results.run.series(name)[_year_ends(results)]
        found = band(values, LEVELS, unit=np.float32(SCALE[variable.unit]))
        for (key, _), quantile, errors in zip(QUANTILES, found.quantiles, found.standard_error, strict=True):
            unit = "" if variable.unit == "fraction" else f", {variable.unit}"
            label = f"{key.upper()}  {variable.label}{unit}"
            rows.append((label, *paired_cells(quantile, errors, variable.unit)))
            ids.append(f"{name}_{key}")
    columns = (Column("label", "Over paths"), *year_columns(labels))
    note = (
        "± = standard error of the quantile. Clearing = the rent at which all energized units would be let."
    )
    return Table(
        "rents",
        columns,
        tuple(rows),
        "The rental market, quantiles over paths at year's end",
        note,
        tuple(ids),
    )


def _launched(results: Results) -> list[list[bool]]:
    """Whether a generation is on sale as planned at each year's end: (generation, year)."""
    ends = [ordinal(results.labels[t]) for t in _year_ends(results)]
    launches = results.register.tables["gpu.generation"].words("launch")
    return [[not launch or ordinal(launch) <= end for end in ends] for launch in launches]


def _rents(results: Results, labels: Sequence[str], kind: str, title: str) -> Table:
    """Mean rent by generation, from its planned launch on."""
    found = stocks(results.run, f"gpu.{kind}_rent")
    return _by_generation(
        results, labels, f"rent-{kind}", f"{title}, mean over paths, USD/h", found.mean, found.standard_error
    )


def _by_generation(
    results: Results, labels: Sequence[str], identifier: str, title: str, mean: Array, error: Array
) -> Table:
    launched = _launched(results)
    rows = []
    for g, name in enumerate(results.run.entities["gpu.fleet"]):
        shown = np.where(launched[g], mean[:, g], np.nan)
        rows.append((name, *paired_cells(shown, error[:, g], "USD/h")))
    columns = (Column("label", "Generation"), *year_columns(labels))
    note = "–: not launched by plan. The launch quarter is random around the plan."
    return Table(identifier, columns, tuple(rows), title, note, results.run.entities["gpu.fleet"])


def _fleet(results: Results, labels: Sequence[str]) -> Table:
    """Energized fleet by generation, in H100 equivalents."""
    found = stocks(results.run, "gpu.fleet")
    lines = [Line(name, name, *found.entity(name), "H100e M") for name in found.entities]
    total = Line("total", "Fleet", found.mean.sum(axis=1), None, "H100e M", bold=True)
    title = "Energized fleet at year's end, mean over paths, millions of H100 equivalents"
    return year_table(
        "fleet", title, labels, [*lines, total], "Generation", "", {"total": list(found.entities)}
    )


def _collateral(results: Results, labels: Sequence[str]) -> Table:
    """What a buyer pays for a used GPU: the present value of the rents it has left."""
    found = stocks(results.run, "gpu.collateral")
    title = "Collateral value of one GPU before any forced sale, mean over paths, USD thousand"
    return _by_generation(results, labels, "collateral", title, found.mean / 1e3, found.standard_error / 1e3)


def _three_rents(results: Results) -> Lines:
    """Medians of spot, contract and clearing rent of an H100."""
    names: tuple[tuple[str, str, Tone, bool], ...] = (
        ("h100_contract", "One-year contract", "main", False),
        ("h100_spot", "Spot", "orange", False),
        ("h100_clearing", "Clearing", "grey", True),
    )
    medians = {name: results.band(name).at(0.5) for name, *_ in names}
    lines = [Series(name=t, values=medians[n].tolist(), tone=tone, dashed=d) for n, t, tone, d in names]
    ends = ", ".join(f"{text.lower()} {show(float(medians[name][-1]), 'price')}" for name, text, *_ in names)
    return Lines(
        id="three-rents",
        title="H100: three rents, medians",
        alt=f"At {results.labels[-1]} the median H100 rents are: {ends} USD/h.",
        x_title="Quarter",
        y_title="USD/h",
        format="price",
        labels=results.labels,
        series=lines,
        first=fans.first_year_end(results.labels),
        height=CHART,
    )


def _fleet_chart(labels: Sequence[str], fleet: Table) -> Bars:
    """The fleet by generation."""
    bars = []
    for name, tone in zip(fleet.row_ids[:-1], STACK, strict=False):
        cells = fleet.rows[fleet.row_number(name)]
        values = [Formula(f"{{fleet.y{i}[{name}]}}", number_of(cells[1 + 2 * i])) for i in range(len(labels))]
        bars.append(Series(name=name, values=values, tone=tone))
    start, end = (sum(number_of(s.values[i]) for s in bars) for i in (0, -1))
    alt = (
        f"The mean energized fleet grows from {start:,.0f} to {end:,.0f} million H100 equivalents by "
        f"{labels[-1]}."
    )
    return Bars(
        id="fleet-chart",
        title="Energized fleet by generation, means",
        alt=alt,
        x_title="Year's end",
        y_title="H100e, millions",
        format="count",
        labels=labels,
        series=bars,
        stacked=True,
        height=CHART,
    )


def _utilization(labels: Sequence[str], spread: Table) -> Lines:
    """Quantiles of utilization at year's end."""
    tones: tuple[Tone, ...] = ("light", "main", "light")
    lines = []
    for (key, _), tone in zip(QUANTILES, tones, strict=True):
        cells = spread.rows[spread.row_number(f"utilization_{key}")]
        values = [
            Formula(f"{{rents.y{i}[utilization_{key}]}}", number_of(cells[1 + 2 * i]))
            for i in range(len(labels))
        ]
        lines.append(Series(name=key.upper(), values=values, tone=tone, dashed=key != "p50"))
    low, high = (number_of(line.values[-1]) for line in (lines[0], lines[2]))
    alt = f"At the end of {labels[-1]} nine paths in ten have utilization between {low:.0%} and {high:.0%}."
    return Lines(
        id="utilization",
        title="Utilization: billed over energized GPU-hours",
        alt=alt,
        x_title="Year's end",
        y_title="Share",
        format="share",
        labels=labels,
        series=lines,
        every=1,
        height=CHART,
    )
