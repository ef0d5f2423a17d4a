"""The verdict in full: outcome classes, every proposition, and what each of them says."""

from __future__ import annotations

from risk.analysis.statistics import Estimate
from risk.analysis.verdict import Claim, OutcomeClass, Timing
from risk.report.pack.base.cells import error_cell, margin_cell, probability_cell
from risk.report.pack.base.results import Results
from risk.report.table import Column, Content, Formula, Table

_BEFORE = (Column("prior", "Prior run", "probability"), Column("change", "Change, points", "change.1"))


def definitions(results: Results) -> Table:
    """What each proposition says exactly."""
    columns = (Column("label", "Proposition"), Column("statement", "Says", span=21))
    rows = []
    for c in results.verdict.claims:
        rows.append((f"{c.id}  {c.label}", c.statement))
        if c.probability is None and c.pending:
            rows.append(("   pending", c.pending))
    return Table(
        "definitions", columns, tuple(rows), "What each proposition says, fixed before results were seen"
    )


def _probabilities(prefix: str, header: str) -> tuple[Column, Column]:
    return (
        Column(prefix, header, "probability", style="engine"),
        Column(f"{prefix}_mc", "± 95%", "margin", style="note"),
    )


def classes(results: Results) -> Table:
    """The outcome classes, and what they become under other definitions."""
    verdict = results.verdict
    others = list(verdict.alternatives)
    columns = [
        Column("label", f"Outcome class, by {verdict.by}"),
        Column("median", "When, median", "quarter"),
        *_probabilities("p", "P"),
        Column("se", "SE", "standard_error", style="note"),
        Column("words", "Reading", span=4),
        *_BEFORE,
    ]
    for i, _ in enumerate(others):
        columns += _probabilities(f"alternative{i}", f"Alt. {i + 1}")
    rows = tuple(_class_row(results, position) for position in range(len(verdict.classes)))
    told = "; ".join(f"{i + 1}: {other}" for i, other in enumerate(others))
    note = f"Alternatives {told}. ± is the half-width of the 95% Monte Carlo interval. {results.apart}"
    names = tuple(found.name for found in verdict.classes)
    return Table("classes", tuple(columns), rows, "Outcome classes", note.rstrip(), names)


def _class_row(results: Results, position: int) -> tuple[Content, ...]:
    """One class: probability, reading, the run before, and the other definitions."""
    verdict = results.verdict
    found = verdict.classes[position]
    p = found.probability
    when = verdict.bust_timing.median if found.name == "bust" and verdict.bust_timing else "–"
    prior = results.before(found.name)
    before = prior.verdict.outcome(found.name).probability if prior else None
    others: list[Content] = []
    for three in verdict.alternatives.values():
        others += _probability_cells(three[position] if position < len(three) else None)
    error = error_cell(p.value, p.standard_error, "fraction")
    return (
        _class_label(found),
        when,
        *_probability_cells(p),
        error,
        found.words,
        *_change(p, before),
        *others,
    )


def _change(now: Estimate, before: Estimate | None) -> tuple[Content, Content]:
    """Probability in the run before, and the change since."""
    if before is None:
        return "–", "–"
    return probability_cell(before), Formula("{row.p}-{row.prior}", now.value - before.value)


def _class_label(found: OutcomeClass) -> str:
    parts = {
        "durable_paid": "   of it paid for: none of B1, B2, B4, B5i, B7",
        "durable_unpaid": "   of it unpaid: B1, but none of B2, B4, B5i, B7",
    }
    return parts.get(found.name, found.label)


def _probability_cells(estimate: Estimate | None) -> tuple[Content, Content]:
    return probability_cell(estimate), margin_cell(estimate)


def claims(results: Results) -> Table:
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
        Column("median", "When, median", "quarter"),
        Column("late", "Quartile ", "quarter"),
        *_BEFORE,
    ]
    rows = tuple(_claim_row(results, claim) for claim in results.verdict.claims)
    bars = f"Bars: version {results.verdict.version} of the file of propositions. "
    note = (
        bars
        + "Quartile, median and quartile of the quarter in which it happens, over the paths on which it does."
    )
    ids = tuple(claim.id for claim in results.verdict.claims)
    return Table("claims", tuple(columns), rows, "Propositions", note, ids)


def _claim_row(results: Results, claim: Claim) -> tuple[Content, ...]:
    p, when = claim.probability, claim.timing or Timing("–", "–", "–")
    label = f"{claim.id}  {claim.label}"
    earlier = prior.verdict.claims if (prior := results.before(claim.id)) else ()
    before = next((c.probability for c in earlier if c.id == claim.id), None)
    if p is None:
        return (label, claim.side, "pending", *("–",) * 4, "not yet in the model", *("–",) * 5)
    error = error_cell(p.value, p.standard_error, "fraction")
    timing = (when.early, when.median, when.late)
    numbers = (*_probability_cells(p), error, *p.interval)
    return (label, claim.side, *numbers, claim.words, *timing, *_change(p, before))
