"""Metrics: the verdict in full, every proposition, and the distribution of every outcome."""

from __future__ import annotations

from risk.analysis import register, statistics
from risk.analysis.metrics import LEVELS, Metric, values
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import Claim, OutcomeClass, Timing
from risk.report.pack import tail
from risk.report.pack.elements import (
    error_cell,
    margin_cell,
    probability_cell,
    probability_text,
    subtitle,
    value_cell,
)
from risk.report.pack.results import Results
from risk.report.sheet import Sheet
from risk.report.table import Cell, Column, Content, Formula, Table
from risk.units import SCALE

THRESHOLD = "run.loss_threshold"
"""Entry with the loss of which the pack prints the probability; where the register lacks it, nothing is printed."""

WIDTH = 7.8
GRID = (47.0, 10.0, *(WIDTH,) * 21)
TAILS = ("var95", "var99", "es95", "es975", "es99")
_TAIL_HEADERS = ("VaR 95", "VaR 99", "ES 95", "ES 97.5", "ES 99")
QUANTILES = tuple(f"p{round(100 * level)}" for level in LEVELS)
_NOTE = (
    "* fewer than 500 paths in the tail. VaR and ES are of the upper tail, whichever direction is good. Numbers end "
    "with the first digit that their Monte Carlo error touches; the errors stand in the table below."
)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Metrics",
        "Metrics – every probability and every distribution",
        subtitle(results),
        "P",
        (
            _classes(results),
            _claims(results),
            tail.table(results),
            _definitions(results),
            tail.drivers(results),
            _distribution(results),
            _errors(results),
        ),
        question="How likely is each proposition, and how far do the outcomes spread?",
        grid=(*GRID, WIDTH) if _threshold(results) is not None else GRID,
    )


def _definitions(results: Results) -> Table:
    """What each proposition says exactly."""
    columns = (Column("label", "Proposition"), Column("statement", "Says", span=21))
    rows = []
    for c in results.verdict.claims:
        rows.append((f"{c.id}  {c.label}", c.statement))
        if c.probability is None and c.pending:
            rows.append(("   pending", c.pending))
    return Table("definitions", columns, tuple(rows), "What each proposition says, fixed before results were seen")


def _probabilities(prefix: str, header: str) -> tuple[Column, Column]:
    return (
        Column(prefix, header, "probability", style="engine"),
        Column(f"{prefix}_mc", "± 95%", "margin", style="note"),
    )


def _classes(results: Results) -> Table:
    """The outcome classes, and what they become under other definitions."""
    verdict = results.verdict
    others = list(verdict.alternatives)
    columns = [
        Column("label", "Outcome class, by 2030"),
        Column("median", "Median", "quarter"),
        *_probabilities("p", "P"),
        Column("se", "SE", "standard_error", style="note"),
        Column("words", "Reading", span=4),
    ]
    for i, _ in enumerate(others):
        columns += _probabilities(f"alternative{i}", f"Alt. {i + 1}")
        columns.append(Column(f"blank{i}", " " * (i + 1), span=1))
    rows = []
    for position, found in enumerate(verdict.classes):
        when = verdict.bust_timing.median if found.name == "bust" and verdict.bust_timing else "–"
        row: list[Content] = [_class_label(found), when, *_probability_cells(found.probability)]
        row += [error_cell(found.probability.value, found.probability.standard_error, "fraction"), found.words]
        for other in others:
            three = verdict.alternatives[other]
            known = three[position] if position < len(three) else None
            row += [*_probability_cells(known), None]
        rows.append(tuple(row))
    told = "; ".join(f"{i + 1}: {other}" for i, other in enumerate(others))
    note = f"Alternatives {told}. ± is the half-width of the 95% Monte Carlo interval."
    names = tuple(found.name for found in verdict.classes)
    return Table("classes", tuple(columns), tuple(rows), "Outcome classes", note, names)


def _class_label(found: OutcomeClass) -> str:
    parts = {"durable_paid": "   of it paid for: revenue meets the requirement", "durable_unpaid": "   of it unpaid: nothing broken"}
    return parts.get(found.name, found.label)


def _probability_cells(estimate: Estimate | None) -> tuple[Content, Content]:
    return probability_cell(estimate), margin_cell(estimate)


def _claims(results: Results) -> Table:
    """Every proposition with interval, reading, timing and the run before."""
    columns = [
        Column("label", "Proposition"),
        Column("side", "Side"),
        *_probabilities("p", "P"),
        Column("se", "SE", "standard_error", style="note"),
        Column("low", "95% low", "rate", style="note"),
        Column("high", "95% high", "rate", style="note"),
        Column("words", "Reading", span=4),
        Column("early", "Quartile", "quarter"),
        Column("median", "Median", "quarter"),
        Column("late", "Quartile ", "quarter"),
        Column("prior", "Prior run", "probability"),
        Column("change", "Change", "change.1"),
    ]
    rows = tuple(_claim_row(results, claim) for claim in results.verdict.claims)
    bars = f"Bars: version {results.verdict.version} of the file of propositions. "
    note = bars + "Quartile, median and quartile of the quarter in which it happens, over the paths on which it does."
    ids = tuple(claim.id for claim in results.verdict.claims)
    return Table("claims", tuple(columns), rows, "Propositions", note, ids)


def _claim_row(results: Results, claim: Claim) -> tuple[Content, ...]:
    p, when = claim.probability, claim.timing or Timing("–", "–", "–")
    label = f"{claim.id}  {claim.label}"
    before = next((c.probability for c in _prior_claims(results) if c.id == claim.id), None)
    if p is None:
        return (label, claim.side, "pending", *("–",) * 4, "not yet in the model", *("–",) * 5)
    low, high = p.interval
    change: Content = "–"
    cells = probability_cell(p), probability_cell(before)
    if before is not None and not any(isinstance(cell, str) for cell in cells):
        change = Formula("{row.p}-{row.prior}", p.value - before.value)
    error = error_cell(p.value, p.standard_error, "fraction")
    timing = (when.early, when.median, when.late)
    return (label, claim.side, cells[0], margin_cell(p), error, low, high, claim.words, *timing, cells[1], change)


def _prior_claims(results: Results) -> tuple[Claim, ...]:
    return results.prior.verdict.claims if results.prior else ()


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
    if not register.has(results.register, THRESHOLD):
        return None
    return register.number(results.register, THRESHOLD) / SCALE["USD bn"]


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
    note = "Quantiles: half the 95% order-statistic interval over 1.96. Expected shortfall: influence formula."
    names = tuple(m.variable.name for m in results.metrics)
    title = "Standard errors of the quantiles and tail measures"
    return Table("metric-errors", tuple(columns), tuple(rows), title, note, names)


def class_text(results: Results, name: str) -> str:
    """Probability of an outcome class, as printed."""
    return probability_text(results.verdict.outcome(name).probability)
