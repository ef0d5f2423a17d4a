"""The page to read: outcome classes and losses of every scenario, and how they differ from base."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from risk.analysis import contrasts, metrics
from risk.analysis.contrasts import Difference
from risk.analysis.metrics import HEADLINE_TAIL, Metric
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES
from risk.report.content import Content, Formula
from risk.report.pack.base.fields import dollars, itself
from risk.report.pack.scenarios.lines import Case
from risk.report.pack.scenarios.scenarios import POINTS, chances, ranges
from risk.report.record import Field
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec, measure, shown
from risk.report.table import Table
from risk.units import SCALE

NOTE = (
    "'Beyond noise': the difference to base exceeds two standard errors. Runs of equal seed and size share "
    "their draws, so the error of a difference is that of the differences path by path."
)


def sheet(cases: Sequence[Case], subtitle: str) -> Sheet:
    """Build the sheet."""
    end = cases[0].results.labels[-1]
    losses = [
        _losses(cases, line.loss.variable.name, f"Credit loss to {end}, {line.label}, USD bn")
        for line in cases[0].results.lines
    ]
    places = [(losses[0], case.name) for case in cases]
    return Sheet(
        "Comparison",
        "Scenarios compared – verdict and loss",
        subtitle,
        "P",
        (
            _verdict(cases),
            *losses,
            ranges("loss-ranges", cases, places, "p50", max(14, 2 * len(cases))),
            Paragraph(NOTE, "note"),
        ),
        question="How do verdict and loss move from scenario to scenario, and is it more than noise?",
        grid=(30.0, *(9.5,) * 16),
        pages=1,
    )


def _change(
    header: str, forms: tuple[str, str], name: str, moved: Callable[[Case], Difference], formula: str
) -> tuple[Field[Case], Field[Case]]:
    """Difference of a result to base with its error, and whether it is more than noise."""

    def cells(case: Case) -> tuple[Content, Content]:
        change = moved(case).change
        told = Formula(formula, change.value), change.standard_error
        return told if case.comparable(name) else ("–", "–")

    def word(case: Case) -> str:
        told = "base" if case.is_base else "noise" if moved(case).noise else "beyond noise"
        return told if case.comparable(name) else "other dates"

    moves: Field[Case] = measure("change", header, itself, cells, "± SE", *forms, style="calculation", span=2)
    return moves, shown("noise", "", word, span=2)


def _verdict(cases: Sequence[Case]) -> Table:
    """Outcome classes by scenario, and how the probability of a bust moves."""
    formula = f"{{row.bust}}-{{verdict.bust[{cases[0].name}]}}"
    spec: Spec[Case] = Spec(
        (
            shown("label", "Scenario", lambda case: case.label),
            *chances({name: label.removeprefix("Durable, ").capitalize() for name, label in CLASSES}),
            *_change("Bust v. base", POINTS, "bust", lambda case: case.bust, formula),
        ),
        "verdict",
        f"Outcome classes by {cases[0].results.verdict.by}",
        row_id=lambda case: case.name,
        bold=lambda case: case.is_base,
    )
    return spec.table(cases)


def _losses(cases: Sequence[Case], name: str, title: str) -> Table:
    """Mean, median, P95 and shortfall of a loss, and their difference to base."""
    variable = cases[0].results.run.variable(name)
    runs = {case.name: case.results.run for case in cases}
    found = {key: metrics.metric(variable, metrics.values(run, variable)) for key, run in runs.items()}

    def told(key: str, header: str, get: Callable[[Metric], Estimate]) -> Field[Case]:
        return dollars(key, header, lambda case: get(found[case.name]))

    def moved(case: Case) -> Difference:
        return case.change(name, contrasts.shortfall(HEADLINE_TAIL), SCALE["USD bn"])

    formula = f"{{row.es}}-{{{name}.es[{cases[0].name}]}}"
    spec: Spec[Case] = Spec(
        (
            shown("label", "Scenario", lambda case: case.label),
            told("mean", "Mean", lambda m: m.mean),
            told("p5", "P5", lambda m: m.quantiles[1]),
            told("p50", "P50", lambda m: m.quantiles[4]),
            told("p95", "P95", lambda m: m.quantiles[7]),
            told("es", "ES 97.5", lambda m: m.shortfall[1]),
            *_change("ES v. base", ("usd_change", "usd_error"), name, moved, formula),
        ),
        name,
        title,
        "* fewer than 500 paths in the tail.",
        lambda case: case.name,
        lambda case: case.is_base,
    )
    return spec.table(cases)
