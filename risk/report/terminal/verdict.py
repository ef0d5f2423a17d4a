"""The verdict screen: outcome classes, propositions, the headline loss, and what to read with care."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from textwrap import wrap

from rich.console import Group, RenderableType
from rich.text import Text

from risk.analysis.fans import Fan
from risk.analysis.metrics import Metric
from risk.analysis.statistics import Histogram
from risk.analysis.verdict import Claim, OutcomeClass, Verdict
from risk.report.content import Cell, Content
from risk.report.intervals import parameter_range, reading
from risk.report.table import Column, Table
from risk.report.terminal import feedback, losses
from risk.report.terminal.headed import Heading, titles
from risk.report.terminal.numbers import interval, number, probability
from risk.report.terminal.page import FILL, WORDS, Page, Screen, beside, heading, line, note, table
from risk.report.terminal.pictures import axis, columns, sparkline
from risk.report.terminal.summary import Summary
from risk.report.validation import DRAFT
from risk.shocks.stream import BLOCK

HEIGHT = 6
LINES = 12
"""Of the answer."""
REST = "The answer goes on: --json and the sheet Summary have all of it."
BESIDE = 100
"""Width from which pictures stand side by side."""

INDENTED = {"durable_paid": "  paid: no B1", "durable_unpaid": "  unpaid: B1"}
SIDES = {"bear": "Bear case", "bull": "Bull case"}
MARGINS = Column("p", "P", align="right"), Column("margin", "± 95% MC", align="right")
RANGE = Column("range", "over inputs", align="right")
RANGED = (
    "Over inputs: between these ends P lies on nine in ten draws of what is not known (5% to 95%); – where "
    "that cannot be told from noise. The reading is of these ranges."
)
"""What a column of bands says, and that ± is not it."""


def screen(summary: Summary, page: Page) -> Screen:
    """A run's verdict on a page."""
    return (
        *titles(summary.heading, page),
        *_draft(summary, page),
        *_outcomes(summary.verdict, page),
        Text(),
        *_claims(summary.verdict, page),
        Text(),
        *losses.tables(summary, page),
        *((_rent_in_words(summary.rent, page),) if page.plain else (Text(), pictures(summary, page))),
        Text(),
        *((*feedback.lines(summary.feedback, page), Text()) if summary.feedback else ()),
        note(care(summary), page),
        Text(),
        *_answer(summary, page),
    )


def _answer(summary: Summary, page: Page) -> Screen:
    """The answer in a dozen lines at most, which end the screen: what matters least goes first."""
    heights = [len(wrap(page.say(text), page.width)) for text in summary.told]
    most = LINES if sum(heights) <= LINES else LINES - 1
    kept = [text for text, end in zip(summary.told, accumulate(heights), strict=True) if end <= most]
    lines = (
        line(text, page, "bold" if i == 0 else WORDS["FAIL"] if text in summary.red else "")
        for i, text in enumerate(kept)
    )
    return *lines, *((note(REST, page),) if len(kept) < len(heights) else ())


def _draft(summary: Summary, page: Page) -> Screen:
    """Why it is a draft, and a blank line; nothing where no trigger is past."""
    if not summary.draft:
        return ()
    return line(f"{DRAFT}: {' '.join(summary.draft)}", page, WORDS["FAIL"]), Text()


def _outcomes(verdict: Verdict, page: Page) -> Screen:
    columns = (
        Column("label", f"Outcome by {verdict.by}"),
        *_columns(verdict),
        Column("bar", "", style="bar", optional=1),
        Column("words", reading(verdict), least=22),
    )
    rows = tuple(
        (INDENTED.get(c.name, c.label), *_chance(c, verdict), c.probability.value, c.words)
        for c in verdict.classes
    )
    lines = _timing_and_alternatives(verdict)
    return table(Table("outcomes", columns, rows), page), *(note(line, page) for line in lines)


def _columns(verdict: Verdict) -> tuple[Column, ...]:
    return (*MARGINS, RANGE) if verdict.ranged else MARGINS


def _chance(found: Claim | OutcomeClass, verdict: Verdict) -> tuple[Content, ...]:
    """A probability, its error, and its range over parameters where ranges were measured."""
    p = found.probability
    known = ("–", "") if p is None else (probability(p), interval(p))
    return (*known, parameter_range(found.band)) if verdict.ranged else known


def _timing_and_alternatives(verdict: Verdict) -> list[str]:
    lines = []
    when = verdict.bust_timing
    if when:
        middle = f"half of these paths: {when.early} to {when.late}"
        lines.append(f"On paths that end in a bust enough has broken by {when.median} ({middle}).")
    for label, estimates in verdict.alternatives.items():
        ranges = [f" ({parameter_range(band)})" for band in verdict.ranges.get(label, ())] or [""] * 3
        shares = (
            f"{found.label.lower()} {probability(estimate)}{beyond}"
            for found, estimate, beyond in zip(verdict.classes, estimates, ranges, strict=False)
        )
        lines.append(f"{label[0].upper()}{label[1:]}: {', '.join(shares)}.")
    return lines


def _claims(verdict: Verdict, page: Page) -> Screen:
    columns = (
        Column("id", ""),
        Column("label", "Proposition", least=28),
        *_columns(verdict),
        Column("when", "When", align="right", optional=1),
        Column("words", reading(verdict), least=14),
    )
    rows: list[tuple[Content, ...]] = []
    side = ""
    for claim in verdict.claims:
        if claim.side != side:
            side = claim.side
            rows.append(("", Cell(SIDES[side], bold=True), *("",) * (len(columns) - 2)))
        rows.append(_claim(claim, verdict))
    notes = ["When: the median quarter over the paths on which it comes true."]
    notes += [RANGED] if verdict.ranged else []
    notes += [f"{claim.id} is pending. {claim.pending}" for claim in verdict.claims if claim.pending]
    return table(Table("claims", columns, tuple(rows)), page), *(note(line, page) for line in notes)


def _claim(claim: Claim, verdict: Verdict) -> tuple[Content, ...]:
    chance = _chance(claim, verdict)
    if claim.probability is None:
        return claim.id, claim.label, *chance, "", "pending"
    when = claim.timing.median if claim.timing else ""
    return claim.id, claim.label, *chance, when, claim.words


def pictures(summary: Summary, page: Page) -> RenderableType:
    """Histogram of the loss and lines of the rent, beside each other where there is room."""
    picture = histogram(summary.histogram, marks(summary.loss), summary.loss.variable.unit, page)
    rent = _rent(summary.rent, page)
    if page.width >= BESIDE:
        return beside(picture, rent)
    return Group(picture, Text(), rent)


def marks(metric: Metric) -> dict[str, float]:
    """What stands below the histogram of an outcome."""
    return {"P50": metric.quantiles[4].value, "P95": metric.var[0].value}


def histogram(found: Histogram, marks: dict[str, float], unit: str, page: Page, height: int = HEIGHT) -> Text:
    """Histogram with its ends and marks; bins beyond P95 stand out."""
    span = float(found.edges[-1] - found.edges[0])
    low, high = (number(float(end), span / 100.0, unit) if end else "0" for end in found.edges[[0, -1]])
    lines = columns(found, height, page, marks.get("P95", float("inf")))
    ends = f"{low}{high:>{len(found.counts) - len(low)}}"
    return Text("\n").join([*lines, Text(axis(found, marks)), Text(page.say(ends), style="dim")])


def _rent(rent: Fan, page: Page) -> Text:
    top = float(rent.quantiles[4].max())
    lines = [heading(f"{rent.variable.label}, {rent.variable.unit}", page)]
    for name, values in _lines(rent):
        spark = sparkline(values, top, page)
        lines.append(Text.assemble(f"{name:<4}", (spark, FILL), page.say(f" {_ends(rent, values)}")))
    lines.append(Text(page.say(f"    {rent.labels[0]} – {rent.labels[-1]}"), style="dim"))
    return Text("\n").join(lines)


def _rent_in_words(rent: Fan, page: Page) -> Text:
    ends = ", ".join(f"{name} {_ends(rent, values)}" for name, values in _lines(rent))
    span = f"{rent.labels[0]} – {rent.labels[-1]}"
    return Text(page.say(f"{rent.variable.label}, {rent.variable.unit}, {span}: {ends}"))


def _lines(rent: Fan) -> tuple[tuple[str, list[float]], ...]:
    return ("P50", list(rent.quantiles[2])), ("P5", list(rent.quantiles[0]))


def _ends(rent: Fan, values: Sequence[float]) -> str:
    first, last = (number(float(values[i]), 0.0, rent.variable.unit) for i in (0, -1))
    return f"{first} → {last}"


def care(found: Summary) -> str:
    """Why the numbers are read with care."""
    beyond = "" if found.verdict.ranged else f" {unmeasured(found.heading)}"
    return f"Read with care: {found.care.words}. ± is sampling noise only, not model error.{beyond}"


def unmeasured(run: Heading) -> str:
    """How ranges over what is not known are measured; empty where a run is too short for it."""
    again = f"bubblerisk run {run.scenario} --paths {run.paths} --seed {run.seed} --band"
    return f"How far P depends on inputs is not measured: {again}." if run.paths >= BLOCK else ""
