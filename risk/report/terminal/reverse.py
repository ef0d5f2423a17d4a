"""The reverse-stress screen: how often a condition is met, the ways to it, and what warns of it."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from risk.analysis import metrics
from risk.analysis.estimate import Estimate
from risk.analysis.reverse.answer import Joint, Reverse
from risk.analysis.reverse.consequences import Consequence
from risk.analysis.reverse.grid import SHOWN, Grid
from risk.analysis.reverse.nearest import Step
from risk.analysis.reverse.rules import Rule
from risk.analysis.reverse.signs import Sign
from risk.analysis.reverse.ways import Mark, Way
from risk.axes import Calendar
from risk.report import reversed as said
from risk.report.content import Cell
from risk.report.formats import show
from risk.report.record import Document, Many, Perhaps, Record, told, whole
from risk.report.spec import Spec, count, figure, measure, shown, text
from risk.report.table import Column, Table
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.numbers import error, interval, number, probability, with_error, with_interval
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.runs import Run

MOST_STEPS = 12
"""Coordinates on a screen; a document has all."""


@dataclass(frozen=True)
class Proof:
    """The most likely path simulated again.

    Attributes
    ----------
    holds : it meets the condition again; its series are those that are stored.
    """

    path: int
    holds: bool


@dataclass(frozen=True)
class Stated:
    """A quantity of the condition, on the most likely path."""

    name: str
    label: str
    unit: str
    flag: bool
    value: float


@dataclass(frozen=True)
class Asked:
    """A reverse stress, and whether its path holds up.

    Attributes
    ----------
    proof : None where nothing was simulated again.
    loss : headline loss of the most likely path, USD bn.
    """

    reverse: Reverse
    calendar: Calendar
    loss: float
    proof: Proof | None = None

    @property
    def stated(self) -> tuple[Stated, ...]:
        """What the condition looks at, on the most likely path."""
        path = self.reverse.path
        return tuple(
            Stated(c.name, c.label, c.unit, c.flag, float(c.values[path])) for c in self.reverse.stated
        )


def asked(run: Run, found: Reverse, proof: Proof | None = None) -> Headed[Asked]:
    """A reverse stress of a run, as it is shown."""
    loss = metrics.values(run, run.variable(metrics.HEADLINE))[found.path]
    return Headed.of(run, Asked(found, run.calendar, float(loss), proof))


def screen(headed: Headed[Asked], page: Page) -> Screen:
    """A reverse stress on a page."""
    found = headed.result.reverse
    shown_steps = found.nearest.steps[:MOST_STEPS]
    return (
        heading(f"What leads to '{found.words}': {headed.heading.title}", page),
        facts(headed.heading, page),
        note(said.finding(found), page),
        note(said.counted_text(found), page),
        *_joint(found.joint, page),
        Text(),
        heading("The most likely way", page),
        note(said.nearest_text(found.nearest, found.words), page),
        note(_path(headed.result), page),
        table(STEPS.table(shown_steps), page),
        note(_steps(found, len(shown_steps)), page),
        Text(),
        heading("Ways that occurred", page),
        note(said.ways_text(found.ways), page),
        table(_ways(headed.result.calendar).table(found.ways.ways), page),
        note(WAYS_HOW, page),
        Text(),
        heading("Rules", page),
        *_rules(found, page),
        Text(),
        heading("First signs", page),
        note(said.signs_text(found.signs), page),
        *((table(SIGNS.table(found.signs.signs), page), note(SIGNS_HOW, page)) if found.signs.signs else ()),
        Text(),
        heading("Rent fall and refinancing spread", page),
        table(_grid(found.grid), page),
        note(said.grid_text(found.grid, found.words), page),
        *_then(found.then, page),
    )


def _joint(joint: Joint | None, page: Page) -> Screen:
    if joint is None:
        return ()
    parts = ", ".join(f"'{words}' {with_interval(p)}" for words, p in joint.parts)
    times = with_error(joint.times, "multiple")
    return (
        note(f"By themselves: {parts}; together {times} times as often as if each came by itself.", page),
    )


def _path(asked: Asked) -> str:
    told = ", ".join(map(_stated, asked.stated))
    proof = asked.proof
    if proof is None:
        again = "It was not simulated again."
    elif proof.holds:
        again = "Simulated again it comes out as it is stored, and meets the condition."
    else:
        again = "FAIL: simulated again it does not meet the condition."
    return f"On it: {told}; headline loss USD {show(asked.loss, 'usd_bn')}bn. {again}"


def _stated(stated: Stated) -> str:
    if stated.flag:
        return f"{stated.name} {'comes true' if stated.value > 0.5 else 'does not come true'}"
    return f"{stated.name} {show(stated.value, 'number')}{_unit(stated.unit)}"


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"


def _steps(found: Reverse, count: int) -> str:
    more = len(found.nearest.steps) - count
    rest = f" {more} more in --json." if more > 0 else ""
    return (
        "Scores: standard deviations from the middle of what is drawn, 0 the median. Path: the nearest one. "
        f"Nearest: mean of the {found.nearest.near} nearest paths that meet the condition; all: mean of all "
        "that do (counted on the half of the paths on which the coordinate was not chosen); on all paths it "
        f"is 0. ± is half of a 95% interval.{rest}"
    )


def _rules(found: Reverse, page: Page) -> Screen:
    if not found.rules:
        return (note("No rule holds: nothing that is drawn tells these paths apart.", page),)
    return (table(RULES.table(found.rules), page), note(said.RULES_HOW, page))


def _then(then: tuple[Consequence, ...], page: Page) -> Screen:
    if not then:
        return ()
    how = "Mean, or probability, where the condition is met and on all paths; ± is half of a 95% interval."
    return Text(), heading("Then", page), table(THEN.table(then), page), note(how, page)


def _score(estimate: Estimate) -> tuple[str, str]:
    return show(estimate.value, "number.2"), show(1.96 * estimate.standard_error, "number.2")


def _chance(estimate: Estimate) -> tuple[str, str]:
    return probability(estimate), interval(estimate).lstrip("±")


def _loss(estimate: Estimate) -> tuple[str, str]:
    return number(estimate.value, estimate.standard_error, "USD bn"), error(estimate, "USD bn").lstrip("±")


STEPS: Spec[Step] = Spec(
    (
        text("id", "Coordinate", lambda s: s.moved.coordinate.id, least=20),
        told("label", str, lambda s: s.moved.coordinate.label),
        told("unit", str, lambda s: s.moved.coordinate.unit),
        told("value", float),
        shown("drawn", "Drawn", lambda s: said.amount(s.moved.coordinate, s.value), align="right"),
        figure("score", "Path", form="number.2"),
        measure("near", "Nearest", None, _score, "±"),
        measure("shift", "All", lambda s: s.moved.shift, _score, "±", optional=1),
    ),
    id="reverse-steps",
)

MARK: Record[Mark] = whole(Mark)
WAY: Record[Way] = Record(
    (
        told("share", Estimate),
        told("medoid", int),
        told("course", Many(MARK)),
        told("causes", Many(MARK)),
        told("quarter", Estimate | None),
        told("loss", Estimate),
    )
)
WAYS_HOW = (
    "Share: of the paths that meet the condition, counted on the half on which the groups were not found. "
    "Medoid: the path in the middle of the way. Course and causes: the series and coordinates that set it "
    "apart most, as mean scores, 0 the median of all paths. Loss: mean headline loss, USD bn. ± is half of "
    "a 95% interval."
)


def _ways(calendar: Calendar) -> Spec[Way]:
    def when(way: Way) -> str:
        return "–" if way.quarter is None else calendar.labels[round(way.quarter.value)]

    return Spec(
        (
            measure("share", "Share", None, _chance, "±"),
            count("medoid", "Medoid", form="general"),
            measure("loss", "Loss", None, _loss, "±"),
            shown("when", "Median date", when),
            shown("course", "Course", lambda w: said.marks_text(w.course, lambda m: m.id), least=30),
            shown("causes", "Causes", lambda w: said.marks_text(w.causes, lambda m: m.id), least=30),
        ),
        id="reverse-ways",
    )


RULES: Spec[Rule] = Spec(
    (
        text("words", "Rule", said.rule_text, least=40),
        measure("coverage", "Coverage", None, _chance, "±"),
        measure("density", "Density", None, _chance, "±"),
    ),
    id="reverse-rules",
)

SIGNS_HOW = (
    "Hits: paths that meet the condition on which it rings in time. False: paths that do not on which it "
    "rings. When it rings: share that meets it. Lead: median quarters from the alarm, over the hits. AUC: "
    "chance that a path that meets it went further beyond than one that does not; 0.5 = blind."
)


def _lead(estimate: Estimate) -> tuple[str, str]:
    low, high = estimate.interval
    return show(estimate.value, "number.1"), f"{show(low, 'number.0')}–{show(high, 'number.0')}"


def _area(estimate: Estimate) -> tuple[str, str]:
    return show(estimate.value, "number.2"), show(1.96 * estimate.standard_error, "number.2")


SIGNS: Spec[Sign] = Spec(
    (
        told("series", str, lambda s: s.series.name),
        told("change", bool),
        told("above", bool),
        told("threshold", float),
        told("unit", str),
        told("today", float | None),
        text("words", "Sign", said.sign_text, least=30),
        measure("hits", "Hits", None, _chance, "±"),
        measure("false_alarms", "False", None, _chance, "±"),
        measure("rings", "When it rings", None, _chance, "±", optional=2, rest=2),
        measure("lead", "Lead", None, _lead, "95%"),
        measure("area", "AUC", None, _area, "±", optional=1, rest=1),
    ),
    id="reverse-signs",
)


def _amount(unit: str, estimate: Estimate) -> tuple[str, str]:
    if unit == "probability":
        return _chance(estimate)
    return number(estimate.value, estimate.standard_error, unit), error(estimate, unit).lstrip("±")


def _quantile(unit: str, estimate: Estimate | None) -> str:
    return "–" if estimate is None else with_error(estimate, unit)


THEN: Spec[Consequence] = Spec(
    (
        text("words", "Then", least=20),
        told("label"),
        text("unit", "Unit"),
        told("met", Estimate),
        told("everywhere", Estimate),
        told("change", Estimate),
        told("low", Estimate | None),
        told("middle", Estimate | None),
        told("high", Estimate | None),
        shown("m", "Met", lambda c: _amount(c.unit, c.met)[0], align="right"),
        shown("m_se", "±", lambda c: _amount(c.unit, c.met)[1], align="right"),
        shown("e", "All paths", lambda c: _amount(c.unit, c.everywhere)[0], align="right"),
        shown("e_se", "±", lambda c: _amount(c.unit, c.everywhere)[1], align="right"),
        shown("p5", "P5", lambda c: _quantile(c.unit, c.low), align="right", optional=2),
        shown("p50", "P50", lambda c: _quantile(c.unit, c.middle), align="right", optional=1),
        shown("p95", "P95", lambda c: _quantile(c.unit, c.high), align="right", optional=2),
    ),
    id="reverse-then",
)


def _grid(found: Grid) -> Table:
    """The map as a table: what rests on too few paths is a dot."""
    spreads = said.edge_labels(found.spreads, said.whole)
    falls = said.edge_labels(found.falls, said.percent)
    columns = [Column("fall", "Rent fell by")]
    columns += [Column(f"s{i}", f"{label} bp", align="right") for i, label in enumerate(spreads)]
    rows = [
        (label, *(Cell(probability(cell)) if cell.n >= SHOWN else "·" for cell in row))
        for label, row in zip(falls, found.cells, strict=True)
    ]
    return Table("reverse-grid", tuple(columns), tuple(rows))


GRID: Record[Grid] = Record(
    (
        told("quarter"),
        told("falls", list[float]),
        told("spreads", list[float]),
        told("fewest", int, lambda g: SHOWN),
        told("cells", list[list[Estimate]]),
    )
)
PART: Record[tuple[str, Estimate]] = Record(
    (told("words", str, lambda p: p[0]), told("probability", Estimate, lambda p: p[1]))
)
JOINT: Record[Joint] = Record((told("parts", Many(PART)), told("times", Estimate)))

DOCUMENT: Document[Headed[Asked]] = document(
    told("condition", str, lambda a: a.reverse.words),
    told("met", int, lambda a: a.reverse.met),
    told("probability", Estimate, lambda a: a.reverse.probability),
    told("joint", Perhaps(JOINT), lambda a: a.reverse.joint),
    told("coordinates_tested", int, lambda a: a.reverse.tested),
    told("coordinates_moved", int, lambda a: a.reverse.found),
    told("path", int, lambda a: a.reverse.path),
    told("proved", bool | None, lambda a: None if a.proof is None else a.proof.holds),
    told("path_loss", float, lambda a: a.loss),
    told("stated", Many(whole(Stated))),
    told("next_paths", list[int], lambda a: list(a.reverse.nearest.paths[1:])),
    told("distances", list[float], lambda a: list(a.reverse.nearest.distances)),
    told("median_distance", Estimate, lambda a: a.reverse.nearest.typical),
    told("median_distance_of_all", Estimate, lambda a: a.reverse.nearest.everywhere),
    told("near_paths", int, lambda a: a.reverse.nearest.near),
    told("steps", Many(STEPS), lambda a: a.reverse.nearest.steps),
    told("ways", Many(WAY), lambda a: a.reverse.ways.ways),
    told("prediction_strength", dict[str, float], lambda a: dict(a.reverse.ways.strengths)),
    told("rules", Many(RULES), lambda a: a.reverse.rules),
    told("ahead", int, lambda a: a.reverse.signs.ahead),
    told("dated", bool, lambda a: a.reverse.signs.dated),
    told("last", str, lambda a: a.reverse.signs.last),
    told("too_early", int, lambda a: a.reverse.signs.early),
    told("signs", Many(SIGNS), lambda a: a.reverse.signs.signs),
    told("map", GRID, lambda a: a.reverse.grid),
    told("then", Many(THEN), lambda a: a.reverse.then),
    name="reverse/1",
    title="What leads to a condition: bubblerisk reverse RUN --if CONDITION --json",
)
"""Scores and distances in standard deviations; losses in USD bn."""
