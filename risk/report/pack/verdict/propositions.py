"""The verdict in full: outcome classes, every proposition, and what each of them says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple
from math import isfinite
from typing import Any

from risk.analysis.statistics import Estimate
from risk.analysis.verdict import Claim, OutcomeClass
from risk.report import answer
from risk.report.content import Content, Formula, value_of
from risk.report.guards import EXACT, Adds, Condition, Within, together
from risk.report.intervals import parameter_range, reading
from risk.report.pack.base.cells import Tables, error_cell, probability_cell
from risk.report.pack.base.fields import chance, probability
from risk.report.pack.base.results import Results
from risk.report.record import Field
from risk.report.spec import Spec, several, shown, text
from risk.report.table import Column, Table

PARTS = {
    "durable_paid": "   of it paid for: none of B1, B2, B4, B5i, B7",
    "durable_unpaid": "   of it unpaid: B1, but none of B2, B4, B5i, B7",
}
"""Classes that split another."""

ENDS = (
    Column("low", "95% low", "rate", style="note"),
    Column("high", "95% high", "rate", style="note"),
)
WHEN = (
    Column("early", "Quartile", "quarter"),
    Column("median", "When, median", "quarter"),
    Column("late", "Quartile ", "quarter"),
)
BEFORE = (Column("prior", "Prior run", "probability"), Column("change", "Change, points", "change.1"))

RANGED = (
    "Inputs: where P lies over what is not known, 5% to 95% of the draws of all uncertain inputs; – = not "
    "told from noise. The reading is of it."
)
"""What the column of ranges says."""

THREE = ("bust", "correction", "durable")
IMPLIED = (
    *(("classes", "bust", "claims", "B1"), ("classes", "durable_unpaid", "claims", "B1")),
    *(("claims", name, "claims", f"{name}x") for name in ("B1", "B5", "U1", "U4")),
)
"""Rows of which the first implies the second."""


def definitions(results: Results) -> Table:
    """What each proposition says exactly."""
    columns = (Column("label", "Proposition"), Column("statement", "Says", span=15))
    rows = []
    for c in results.verdict.claims:
        rows.append((f"{c.id}  {c.label}", c.statement))
        if c.probability is None and c.pending:
            rows.append(("   pending", c.pending))
    title = "What each proposition says, fixed before results were seen"
    return Table("definitions", columns, tuple(rows), title)


def classes(results: Results) -> Table:
    """The outcome classes, and what they become under other definitions."""
    verdict = results.verdict
    names = tuple(found.name for found in verdict.classes)
    when = {"bust": verdict.bust_timing.median} if verdict.bust_timing else {}
    others = [dict(zip(names, found, strict=False)) for found in verdict.alternatives.values()]
    prior = results.prior.verdict.classes if results.prior else ()
    before = {found.name: found.probability for found in prior if results.before(found.name)}
    told = "; ".join(f"{i}: {other}" for i, other in enumerate(verdict.alternatives, start=1))
    margin = "± is the half-width of the 95% Monte Carlo interval."
    note = (
        f"Alternatives {told}. {margin} {RANGED if results.verdict.ranged else ''} {STANDS} {results.apart}"
    )
    spec: Spec[OutcomeClass] = Spec(
        (
            shown("label", f"Outcome class, by {verdict.by}", lambda c: PARTS.get(c.name, c.label)),
            shown("median", "When, median", lambda c: when.get(c.name, "–"), "quarter"),
            *_probability(probability),
            *_reading(results, lambda c: c.words),
            *_standing(results),
            _before(before, lambda c: c.name),
            *(chance(f"alternative{i}", f"Alt. {i + 1}", _named(found)) for i, found in enumerate(others)),
        ),
        id="classes",
        title="Outcome classes",
        note=" ".join(note.split()),
        row_id=lambda c: c.name,
        guards=(
            Adds("Outcome classes sum to one", ("p",), THREE, 1, EXACT, "they are exclusive and exhaustive"),
            *(_alternative(i) for i in range(len(others))),
            Adds("Paid and unpaid parts sum to durable", ("p",), tuple(PARTS), "durable", EXACT, "Metrics"),
        ),
    )
    return spec.table(verdict.classes)


STANDING = (
    Column("definitions", "Def.", align="right"),
    Column("scenarios", "Scen.", align="right"),
    Column("loss", "Loss, USD bn", "usd_bn.1"),
    Column("beyond", "Beyond cycle", "usd_bn.1"),
    Column("rate", "A year", "rate"),
    Column("software", "Beside", "usd_bn.1"),
)
"""Ranges beside that over inputs, and what lenders lose on the paths of a class."""

STANDS = (
    "Def., Scen.: least and largest P over these definitions and those of earlier versions, and over the "
    "shipped scenarios on 1,024 paths each, the run's own in. Loss: mean on the paths of the class, of AI "
    "infrastructure; beyond what the cycle takes; a year over par owed; Beside: software borrowers' loss."
)


def _standing(results: Results) -> tuple[Field[OutcomeClass], ...]:
    found = {standing.found.name: standing for standing in results.answer.standings}
    first, *beside = (line.name for line in results.lines)

    def cells(item: OutcomeClass) -> tuple[Content, ...]:
        own = found[item.name]
        lost = [own.lines.get(first), own.beyond, own.rate, *(own.lines.get(name) for name in beside[:1])]
        known = [x.value if x is not None and isfinite(x.value) else "–" for x in lost]
        return answer.span(own.definitions), answer.span(own.scenarios), *known, *("–",) * (4 - len(known))

    return (several(*STANDING, cells=cells),)


def _alternative(i: int) -> Adds:
    text = f"… under alternative definition {i + 1}"
    return Adds(text, (f"alternative{i}",), THREE, 1, EXACT, "the same")


def _named(found: Mapping[str, Estimate]) -> Callable[[OutcomeClass], Estimate | None]:
    return lambda item: found.get(item.name)


def _probability(cells: Callable[[Any], tuple[Content, Content]]) -> tuple[Field[Any], Field[Any]]:
    """Probability with its margin, and its standard error."""

    def error(item: Any) -> Content:
        p = item.probability
        return error_cell(p.value, p.standard_error, "fraction") if p else "–"

    p: Field[Any] = chance("p", "P", lambda item: item.probability, cells)
    return p, shown("se", "SE", error, "standard_error", style="note")


def _reading(results: Results, words: Callable[[Any], str]) -> tuple[Field[Any], ...]:
    """A probability in words, behind its range over parameters where ranges were measured."""
    if not results.verdict.ranged:
        return (shown("words", reading(results.verdict), words, span=4),)
    return (
        shown("range", "Inputs", lambda item: parameter_range(item.band) or "–", align="right"),
        shown("words", reading(results.verdict), words, span=3),
    )


def _before(before: Mapping[str, Estimate | None], name: Callable[[Any], str]) -> Field[Any]:
    """Probability in the run before, and the change since."""

    def cells(item: Any) -> tuple[Content, Content]:
        old, new = before.get(name(item)), item.probability
        if old is None or new is None:
            return "–", "–"
        return probability_cell(old), Formula("{row.p}-{row.prior}", new.value - old.value)

    return several(*BEFORE, cells=cells)


def claims(results: Results) -> Table:
    """Every proposition with interval, reading, timing and the run before."""
    prior = results.prior.verdict.claims if results.prior else ()
    before = {c.id: c.probability for c in prior if results.before(c.id)}
    spec: Spec[Claim] = Spec(
        (
            shown("label", "Proposition", lambda c: f"{c.id}  {c.label}"),
            text("side", "Side"),
            *_probability(lambda p: probability(p) if p else ("pending", "–")),
            several(*ENDS, cells=lambda c: c.probability.interval if c.probability else ("–", "–")),
            *_reading(results, lambda c: c.words if c.probability else "not yet in the model"),
            several(*WHEN, cells=lambda c: astuple(c.timing) if c.timing else ("–",) * 3),
            _before(before, lambda c: c.id),
        ),
        id="claims",
        title="Propositions",
        note=(
            f"Bars: version {results.verdict.version} of the file of propositions. Quartile, median and "
            "quartile of the quarter in which it happens, over the paths on which it does."
        ),
        row_id=lambda c: c.id,
    )
    return spec.table(results.verdict.claims)


def conditions(t: Tables) -> Iterator[Condition]:
    """Probabilities are such, and what implies another thing is not likelier than it."""
    inside = [Within("", ("p",), 0, 1).condition(t[table]) for table in ("claims", "classes")]
    yield together("Probabilities outside [0, 1]", inside, "counted over propositions and classes")
    for one, a, other, b in IMPLIED:
        if all(isinstance(value_of(t.content(x, "p", row)), float) for x, row in ((one, a), (other, b))):
            first, second = t.at(one, "p", a), t.at(other, "p", b)
            how = "the first implies the second"
            yield Condition(f"P({a}) is not larger than P({b})", first, second, EXACT, how, "≤")
