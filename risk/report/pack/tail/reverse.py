"""Reverse: what leads to a bust, the ways to it that occurred, and what warns of it. For the screen only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from risk.analysis.estimate import NORMAL_95, Estimate
from risk.analysis.reverse.answer import Reverse
from risk.analysis.reverse.coordinates import Coordinate
from risk.analysis.reverse.grid import SHOWN as FEWEST
from risk.analysis.reverse.grid import Grid
from risk.analysis.reverse.nearest import Step
from risk.analysis.reverse.rules import Rule
from risk.analysis.reverse.signs import Sign
from risk.analysis.reverse.ways import Mark, Way
from risk.report import reversed as said
from risk.report.content import Cell, Content
from risk.report.guards import EXACT, Condition, Within
from risk.report.pack.base.cells import Tables, known, shortened, subtitle
from risk.report.pack.base.fields import billions, chance, dollars, itself, number, probability
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import REVERSED, Results
from risk.report.sheet import At, HeatMap, Paragraph, Sheet, Strip
from risk.report.spec import Spec, measure, shown
from risk.report.table import Table

BESIDE = 12
"""Coordinates of the way beside the rules; all of them below."""

GRID = (40.0, *(9.0,) * 13)
RULE, COORDINATE = 39.0, 35.0
"""Widths of a bound and of a coordinate in words."""

SCORE = "number.2", "usd_error.2"
Cells = tuple[Content, Content]


def sheet(results: Results) -> Sheet:
    """Build the sheet; of too few paths it says how many there are."""
    found = results.reverse
    title, question = f"Reverse – what leads to a {REVERSED}?", f"What leads to a {REVERSED}, and what warns?"
    if isinstance(found, str):
        words = (Paragraph(f"{found}.", "finding"),)
        of = subtitle(results, explained=True)
        return Sheet("Reverse", title, of, "P", question=question, screen=words, grid=GRID)
    return Sheet(
        "Reverse",
        title,
        subtitle(results, "scores in standard deviations from the middle of what is drawn", explained=True),
        "P",
        question=question,
        screen=(
            Paragraph(said.finding(found, called), "finding"),
            Paragraph(said.nearest_text(found.nearest, found.words), "body"),
            Strip((At(facts(results, found), 1, 3), At(heat(found.grid, found.words), 5))),
            ways(results, found),
            Strip((At(rules(found), 1, 5), At(way(found), 7))),
            Paragraph(f"{said.RULES_HOW} {HOW_NEAR.format(found.nearest.near)}", "note"),
            *signs(found),
            steps(found),
            Paragraph(_again(results, found), "note"),
        ),
        grid=GRID,
    )


def called(coordinate: Coordinate) -> str:
    """A coordinate in words."""
    return coordinate.label or assumption(coordinate.id)


def _again(results: Results, found: Reverse) -> str:
    run = results.run.id
    return (
        f"bubblerisk reverse {run} --if {found.words} simulates the most likely path again and holds it "
        f"against the condition; any other condition is asked in the same way. bubblerisk path {run} "
        f"{found.path} tells the path quarter by quarter."
    )


def _score(found: Estimate) -> Cells:
    return known(found.value), known(found.standard_error)


def _fact(fact: tuple[str, str, Any]) -> Cells:
    """A number and its error, if it has one."""
    found = fact[2]
    if isinstance(found, Estimate):
        margin = known(NORMAL_95 * found.standard_error, "usd_error.2")
        return probability(found) if fact[0] == "probability" else (known(found.value), margin)
    form = {"path": "general", "loss": "usd_bn"}.get(
        fact[0], "count" if isinstance(found, int) else "number.2"
    )
    return Cell(found, form), None


FACTS: Spec[tuple[str, str, Any]] = Spec(
    (
        shown("label", "Fact", lambda fact: fact[1]),
        measure("value", "Value", lambda fact: fact, _fact, "± 95%", suffix="mc"),
    ),
    id="reverse-facts",
    title="The condition and the most likely way",
    row_id=lambda fact: fact[0],
)


def facts(results: Results, found: Reverse) -> Table:
    """How often, how many coordinates, which path, how far."""
    near = found.nearest
    loss = float(results.loss[found.path])
    return FACTS.table(
        (
            ("probability", f"P({found.words})", found.probability),
            ("met", "Paths that meet it", found.met),
            ("tested", "Coordinates (assumptions; shocks by year)", found.tested),
            ("moved", "Of them moved beyond chance", found.found),
            ("counted", "Of them with nine tenths of the move: they count", len(near.steps)),
            ("path", "The most likely path, by id", found.path),
            ("distance", "Its distance from the middle, sd", near.distances[0]),
            ("typical", "Median distance of the paths that meet it, sd", near.typical),
            ("everywhere", "Median distance of all paths, sd", near.everywhere),
            ("loss", "Headline loss on it, USD bn", loss),
        )
    )


STEPS: Spec[Step] = Spec(
    (
        shown("label", "Assumption, or shocks of a year", lambda s: called(s.moved.coordinate)),
        shown(
            "drawn",
            "Drawn on the path",
            lambda s: said.amount(s.moved.coordinate, s.value),
            align="right",
            span=2,
        ),
        number("score", "Score of the path", None, "number.2"),
        measure("near", "Nearest paths", None, _score, "± SE", *SCORE),
        measure(
            "shift", "All that meet it", lambda s: s.moved.shift, _score, "± SE", "number.2", "usd_error.2"
        ),
        shown("up", "High means", lambda s: s.moved.coordinate.up or "–", span=3),
    ),
    id="reverse-steps",
    row_id=lambda s: s.moved.coordinate.id,
)


def steps(found: Reverse) -> Table:
    """The coordinates that count, along the way."""
    note = (
        f"Score: standard deviations from the middle, 0 the median of all paths. "
        f"{HOW_NEAR.format(found.nearest.near)} The path's own score is one draw, without error: only what "
        "the nearest paths share is the way."
    )
    title = f"What was drawn on path {found.path}, and all coordinates that count"
    return STEPS.table(found.nearest.steps, title=title, note=note)


WAY: Spec[Step] = Spec(
    (
        shown("label", "Score of", lambda s: shortened(called(s.moved.coordinate), COORDINATE), span=4),
        measure("near", "Nearest paths", None, _score, "± SE", *SCORE),
        measure("shift", "All that meet it", lambda s: s.moved.shift, _score, "± SE", *SCORE),
    ),
    id="reverse-way",
    title="The most likely way: where the nearest paths lie furthest from the middle",
    row_id=lambda s: s.moved.coordinate.id,
)
HOW_NEAR = (
    "Nearest paths: mean score of the {} that meet the condition nearest to the middle; all that meet it: "
    "counted on the half of the paths on which the coordinate was not chosen."
)


def way(found: Reverse) -> Table:
    """The way in short: what the nearest paths share."""
    return WAY.table(found.nearest.steps[:BESIDE])


@dataclass(frozen=True)
class _Line:
    """A line of a way: the k-th mark of its course and of its causes; the way itself on the first."""

    number: int
    way: Way
    place: int

    @property
    def first(self) -> bool:
        return self.place == 0

    @property
    def id(self) -> str:
        return f"w{self.number}" if self.first else f"w{self.number}_{self.place}"

    def mark(self, marks: tuple[Mark, ...]) -> Mark | None:
        return marks[self.place] if self.place < len(marks) else None


def _way(get: Callable[[Way], Any], cells: Callable[[Any], Cells]) -> Callable[[_Line], Cells]:
    """Cells of a whole way, which stand on its first line."""
    return lambda line: cells(get(line.way)) if line.first else (None, None)


def _mark(get: Callable[[Way], tuple[Mark, ...]]) -> Callable[[_Line], Cells]:
    """Mean score of a line's mark."""

    def cells(line: _Line) -> Cells:
        mark = line.mark(get(line.way))
        return (None, None) if mark is None else _score(mark.score)

    return cells


def _word(mark: Mark | None) -> str:
    return "" if mark is None else mark.label or assumption(mark.id)


def ways(results: Results, found: Reverse) -> Table:
    """The ways that occurred, the most frequent first, some lines each."""
    labels = results.labels
    lines = [
        _Line(number, way, place)
        for number, way in enumerate(found.ways.ways, start=1)
        for place in range(max(len(way.course), len(way.causes)))
    ]

    def when(line: _Line) -> Content:
        quarter = line.way.quarter
        return labels[round(quarter.value)] if line.first and quarter is not None else None

    spec: Spec[_Line] = Spec(
        (
            shown("course", "Way, by its course", lambda n: f"{n.number}. {_word(n.mark(n.way.course))}"),
            measure("at", "Mean score", itself, _mark(lambda w: w.course), "± SE", *SCORE),
            chance("share", "Share", itself, _way(lambda w: w.share, probability)),
            shown("medoid", "Medoid, path", lambda n: n.way.medoid if n.first else None, "general"),
            dollars("loss", "Mean loss", itself, _way(lambda w: w.loss, billions)),
            shown("when", "Median date", when, "quarter"),
            shown("cause", "Its causes", lambda n: _word(n.mark(n.way.causes)), span=3),
            measure("cause_at", "Mean score", itself, _mark(lambda w: w.causes), "± SE", *SCORE),
        ),
        id="reverse-ways",
        title="Ways that occurred",
        note=f"{said.ways_text(found.ways)} Course and causes: what sets a way apart most. Share: of the "
        "paths that meet the condition. Medoid: the path in the middle. All is counted on the half of "
        "the paths that did not choose the groups. Mean loss: headline, USD bn.",
        row_id=lambda n: n.id,
        guards=(Within("Shares of ways beyond one", ("share",), 0, 1, "Reverse"),),
    )
    return spec.table(lines)


@dataclass(frozen=True)
class _Side:
    """A line of a rule: one of its bounds; its figures on the first."""

    number: int
    rule: Rule
    place: int

    @property
    def words(self) -> str:
        return shortened(f"{self.number}. {said.bound_text(self.rule.bounds[self.place], called)}", RULE)


def _rule(get: Callable[[Rule], Estimate]) -> Callable[[_Side], Cells]:
    return lambda side: probability(get(side.rule)) if side.place == 0 else (None, None)


RULES: Spec[_Side] = Spec(
    (
        shown("words", "Rule: all of its bounds hold", lambda side: side.words),
        chance("coverage", "Coverage", itself, _rule(lambda r: r.coverage)),
        chance("density", "Density", itself, _rule(lambda r: r.density)),
    ),
    id="reverse-rules",
    title="Rules in plain words",
    row_id=lambda side: f"r{side.number}_{side.place}",
    guards=(Within("Coverage or density beyond one", ("coverage", "density"), 0, 1, "Reverse"),),
)


def rules(found: Reverse) -> Table | Paragraph:
    """The rules, a line a bound, or that there is none."""
    if not found.rules:
        return Paragraph("No rule holds: nothing that is drawn tells these paths apart.", "body")
    return RULES.table(
        _Side(number, rule, place)
        for number, rule in enumerate(found.rules, start=1)
        for place in range(len(rule.bounds))
    )


def _lead(found: Estimate) -> Cells:
    low, high = found.interval
    return Cell(found.value, "number.1"), f"{low:.0f} to {high:.0f}"


def _area(found: Estimate) -> Cells:
    return known(found.value), known(found.standard_error, "usd_error.3")


SIGNS: Spec[Sign] = Spec(
    (
        shown("words", "Series", lambda s: s.series.label),
        shown("threshold", "Alarm", said.threshold_text, span=3),
        chance("hits", "Hits", lambda s: s.hits),
        chance("false", "False alarms", lambda s: s.false_alarms),
        chance("rings", "When it rings", lambda s: s.rings),
        measure("lead", "Lead, quarters", lambda s: s.lead, _lead, "95%", suffix="mc"),
        measure("area", "AUC", lambda s: s.area, _area, "± SE", *SCORE),
    ),
    id="reverse-signs",
    title="First signs",
    guards=(Within("Rates beyond one", ("hits", "false", "rings", "area"), 0, 1, "Reverse"),),
)
HOW = (
    "Hits: paths that meet the condition on which the alarm rings in time; false alarms: paths that do not "
    "on which it rings; when it rings: share that meets it. Lead: median over the hits. AUC 0.5 = blind."
)


def signs(found: Reverse) -> tuple[Table | Paragraph, ...]:
    """First signs with threshold, lead and rates, or that there is none."""
    how = said.signs_text(found.signs)
    if not found.signs.signs:
        return (Paragraph(how, "body"),)
    return (SIGNS.table(found.signs.signs, note=f"{how} {HOW}"),)


def heat(found: Grid, words: str) -> HeatMap:
    """Probability by rent fall and refinancing spread."""
    cells = found.cells
    return HeatMap(
        "reverse-map",
        f"P({words}) by the fall of the contract rent and the high-yield spread",
        "Rent fell by",
        f"Mean high-yield spread of the year to {found.quarter}, bp",
        said.edge_labels(found.falls, said.percent),
        said.edge_labels(found.spreads, said.whole),
        tuple(tuple(cell.value if cell.n else None for cell in row) for row in cells),
        tuple(tuple(cell.n for cell in row) for row in cells),
        fewest=FEWEST,
        note=said.grid_text(found, words),
        alt=said.grid_finding(found, words),
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """The condition's probability is that of Metrics; of the first paths of a long run within its error."""
    if isinstance(results.reverse, str):
        return
    here, there = t.at("reverse-facts", "value", "probability"), t.at("classes", "p", REVERSED)
    slack, how = EXACT, "Reverse v. Metrics"
    if results.first is not results.run:
        slack, how = 4.0 * results.reverse.probability.standard_error, f"{how}, within four standard errors"
    yield Condition(f"P({REVERSED}) on Reverse", here, there, slack, how)
