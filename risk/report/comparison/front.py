"""The page to read: outcome classes and losses of every scenario, and how they differ from base."""

from __future__ import annotations

from collections.abc import Sequence

from risk.analysis import contrasts, metrics
from risk.analysis.metrics import HEADLINE, HEADLINE_TAIL
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES
from risk.report.charts import Ranges
from risk.report.comparison.scenario import Compared, significant
from risk.report.pack.base.cells import margin_cell, pair, probability_cell
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Column, Content, Formula, Table, number_of

BILLION = 1e9
WITHOUT = "loss_without_software"
NOTE = (
    "'Beyond noise': the difference to base exceeds two standard errors. Runs of equal seed and size share "
    "their draws, so the error of a difference is that of the differences path by path."
)


def sheet(compared: Sequence[Compared], subtitle: str) -> Sheet:
    """Build the sheet."""
    end = compared[0].results.labels[-1]
    losses = _losses(compared, HEADLINE, f"Headline credit loss to {end}, AI-exposed, USD bn")
    return Sheet(
        "Comparison",
        "Scenarios compared – verdict and loss",
        subtitle,
        "P",
        (
            _verdict(compared),
            losses,
            _losses(compared, WITHOUT, f"Headline loss to {end} without software borrowers, USD bn"),
            _chart(compared, losses),
            Paragraph(NOTE, "note"),
        ),
        question="How do verdict and loss move from scenario to scenario, and is it more than noise?",
        grid=(30.0, *(9.5,) * 16),
        pages=1,
    )


_APART: tuple[Content, ...] = ("–", "–", "other dates")


def _beyond(difference: Estimate, scenario: Compared) -> str:
    if scenario.is_base:
        return "base"
    return "beyond noise" if significant(difference) else "noise"


def _verdict(compared: Sequence[Compared]) -> Table:
    """Outcome classes by scenario, and how the probability of a bust moves."""
    columns = [Column("label", "Scenario")]
    for name, label in CLASSES:
        short = label.replace("Durable, ", "")
        columns += [Column(name, short.capitalize(), "probability", style="engine")]
        columns += [Column(f"{name}_mc", "± 95%", "margin", style="note")]
    columns += [Column("change", "Bust v. base", "change.1", style="calculation", span=2)]
    columns += [Column("change_se", "± SE", "standard_error.2", style="note"), Column("noise", "", span=2)]
    rows = []
    for scenario in compared:
        cells: list[Content] = [scenario.title]
        for name, _ in CLASSES:
            p = scenario.results.verdict.outcome(name).probability
            cells += [probability_cell(p), margin_cell(p)]
        moved = scenario.change("bust", contrasts.probability)
        formula = Formula(f"{{row.bust}}-{{verdict.bust[{compared[0].name}]}}", moved.value)
        told = (formula, moved.standard_error, _beyond(moved, scenario))
        cells += told if scenario.comparable("bust") else _APART
        rows.append(tuple(cells))
    ids, by = tuple(scenario.name for scenario in compared), compared[0].results.verdict.by
    return Table("verdict", tuple(columns), tuple(rows), f"Outcome classes by {by}", "", ids, frozenset({0}))


def _losses(compared: Sequence[Compared], name: str, title: str) -> Table:
    """Mean, median, P95 and shortfall of a loss, and their difference to base."""
    columns = [Column("label", "Scenario")]
    for key, header in (("mean", "Mean"), ("p5", "P5"), ("p50", "P50"), ("p95", "P95"), ("es", "ES 97.5")):
        columns += [
            Column(key, header, "usd_bn", style="engine"),
            Column(f"{key}_se", "± SE", "usd_error", style="note"),
        ]
    columns += [Column("change", "ES v. base", "usd_change", style="calculation", span=2)]
    columns += [Column("change_se", "± SE", "usd_error", style="note"), Column("noise", "", span=2)]
    rows = []
    for scenario in compared:
        m = metrics.metric(
            scenario.results.run.variable(name),
            metrics.values(scenario.results.run, scenario.results.run.variable(name)),
        )
        estimates = (m.mean, m.quantiles[1], m.quantiles[4], m.quantiles[7], m.shortfall[1])
        cells: list[Content] = [
            scenario.title,
            *(cell for e in estimates for cell in pair(_base_units(e), "USD bn")),
        ]
        moved = scenario.change(name, contrasts.shortfall(HEADLINE_TAIL), BILLION)
        formula = Formula(f"{{row.es}}-{{{name}.es[{compared[0].name}]}}", moved.value)
        told = (formula, moved.standard_error, _beyond(moved, scenario))
        cells += told if scenario.comparable(name) else _APART
        rows.append(tuple(cells))
    ids = tuple(scenario.name for scenario in compared)
    return Table(
        name, tuple(columns), tuple(rows), title, "* fewer than 500 paths in the tail.", ids, frozenset({0})
    )


def _base_units(estimate: Estimate) -> Estimate:
    """An estimate in USD bn as one in USD, for `pair`."""
    value, error = estimate.value * BILLION, estimate.standard_error * BILLION
    return Estimate(value, error, estimate.n, tail=estimate.tail)


def _chart(compared: Sequence[Compared], losses: Table) -> Ranges:
    """P5 to P95 of the headline loss."""
    names = [scenario.name for scenario in compared]
    values: dict[str, list[Content]] = {}
    for key in ("p5", "p50", "p95"):
        cells = (losses.rows[losses.row_number(name)][losses.index(key)] for name in names)
        values[key] = [
            Formula(f"{{{losses.id}.{key}[{name}]}}", number_of(cell))
            for name, cell in zip(names, cells, strict=True)
        ]
    tops = {name: number_of(v) for name, v in zip(names, values["p95"], strict=True)}
    worst = max(tops, key=lambda name: tops[name])
    alt = f"The largest P95 of the headline loss is that of {worst}, USD {tops[worst]:,.0f}bn."
    return Ranges(
        id="loss-ranges",
        title="Headline loss, USD bn: P5 – median (color changes) – P95",
        alt=alt,
        x_title="Scenario",
        y_title="USD bn",
        format="count",
        labels=[scenario.title for scenario in compared],
        height=max(14, 2 * len(names)),
        p5=values["p5"],
        p50=values["p50"],
        p95=values["p95"],
    )
