"""Metrics: the verdict in full, every proposition, and the distribution of every outcome."""

from __future__ import annotations

from risk.analysis import statistics
from risk.analysis.metrics import LEVELS, Metric, values
from risk.analysis.statistics import Estimate
from risk.report.pack.base.cells import (
    error_cell,
    probability_cell,
    probability_text,
    subtitle,
    value_cell,
)
from risk.report.pack.base.results import Results
from risk.report.pack.verdict import propositions
from risk.report.sheet import Sheet
from risk.report.table import Cell, Column, Content, Table
from risk.units import SCALE

THRESHOLD = "run.loss_threshold"
"""Entry with the loss of which the pack prints the probability; without it nothing is printed."""

WIDTH = 8.4
GRID = (47.0, 10.0, *(WIDTH,) * 21)
TAILS = ("var95", "var99", "es95", "es975", "es99")
_TAIL_HEADERS = ("VaR 95", "VaR 99", "ES 95", "ES 97.5", "ES 99")
QUANTILES = tuple(f"p{round(100 * level)}" for level in LEVELS)
_NOTE = (
    "* fewer than 500 paths in the tail. VaR and ES are of the upper tail, whichever direction is good. "
    "Numbers end with the first digit that their Monte Carlo error touches; the errors stand in the table "
    "below, on screen."
)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Metrics",
        "Metrics – every probability and every distribution",
        subtitle(results, "USD billions unless a unit is shown; errors of the quantiles are on screen only"),
        "P",
        (
            propositions.classes(results),
            propositions.claims(results),
            propositions.definitions(results),
            _distribution(results),
            _errors(results),
        ),
        question="How likely is each proposition, and how far do the outcomes spread?",
        grid=(*GRID, WIDTH) if _threshold(results) is not None else GRID,
    )


def _distribution(results: Results) -> Table:
    """One row an outcome: moments, quantiles, tails."""
    threshold = _threshold(results)
    columns = [Column("label", "Outcome"), Column("unit", "Unit"), _number("mean", "Mean")]
    columns += [Column("se", "SE of mean", "number", style="note")]
    columns += [_number("sd", "Std dev"), _number("skew", "Skew")]
    columns += [_number(key, key.upper()) for key in QUANTILES]
    columns += [_number(key, header) for key, header in zip(TAILS, _TAIL_HEADERS, strict=True)]
    if threshold is not None:
        columns += [Column("above", f"P(> {threshold:,.0f})", "probability", style="engine")]
    columns += [_number("min", "Min"), _number("max", "Max"), Column("n", "n", "count", style="engine")]
    rows = tuple(_metric_row(results, m, threshold) for m in results.metrics)
    names = tuple(m.variable.name for m in results.metrics)
    return Table("metrics", tuple(columns), rows, "Distribution of the outcomes", _NOTE, names)


def _number(key: str, header: str) -> Column:
    return Column(key, header, "number", style="engine")


def _metric_row(results: Results, m: Metric, threshold: float | None) -> tuple[Content, ...]:
    unit, error = m.variable.unit, m.mean.standard_error

    def shown(value: float) -> Content:
        return value_cell(value, error, unit)

    def estimated(estimate: Estimate) -> Content:
        return value_cell(estimate.value, estimate.standard_error, unit, thin=estimate.thin)

    return (
        m.variable.label,
        unit,
        shown(m.mean.value),
        error_cell(m.mean.value, error, unit),
        shown(m.deviation),
        Cell(m.skewness, "number.1"),
        *(estimated(q) for q in m.quantiles),
        *(estimated(e) for e in (*m.var, *m.shortfall)),
        *_above(results, m, threshold),
        shown(m.minimum),
        shown(m.maximum),
        m.mean.n,
    )


def _above(results: Results, m: Metric, threshold: float | None) -> tuple[Content, ...]:
    """Probability that a loss exceeds the threshold; nothing without a threshold, "–" for other outcomes."""
    if threshold is None:
        return ()
    if m.variable.unit != "USD bn" or "loss" not in m.variable.name:
        return ("–",)
    return (probability_cell(statistics.probability(values(results.run, m.variable) > threshold)),)


def _threshold(results: Results) -> float | None:
    if THRESHOLD not in results.register.entries:
        return None
    return results.register.number(THRESHOLD) / SCALE["USD bn"]


def _errors(results: Results) -> Table:
    """Standard errors of quantiles and tail measures, in the columns of the table above."""
    columns = [Column("label", "Outcome"), Column("unit", "Unit"), Column("blank", "", span=4)]
    columns += [Column(k, k.upper(), "number", style="note") for k in QUANTILES]
    columns += [Column(k, h, "number", style="note") for k, h in zip(TAILS, _TAIL_HEADERS, strict=True)]
    rows = []
    for m in results.metrics:
        estimates = (*m.quantiles, *m.var, *m.shortfall)
        errors = [error_cell(e.value, e.standard_error, m.variable.unit) for e in estimates]
        rows.append((m.variable.label, m.variable.unit, None, *errors))
    note = (
        "Quantiles: half the 95% order-statistic interval over 1.96. Expected shortfall: influence formula."
    )
    names = tuple(m.variable.name for m in results.metrics)
    title = "Standard errors of the quantiles and tail measures"
    return Table("metric-errors", tuple(columns), tuple(rows), title, note, names, printed_rows=0)


def class_text(results: Results, name: str) -> str:
    """Probability of an outcome class, as printed."""
    return probability_text(results.verdict.outcome(name).probability)
