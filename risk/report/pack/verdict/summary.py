"""Summary: the answer on one page, what it is made of on another. Numbers are links to other sheets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from risk.analysis.bridge import Bridge, Step
from risk.analysis.screening import HEADLINES
from risk.calibrate.watch.watching import leading
from risk.report import book, bridge, watch
from risk.report.charts import Fan
from risk.report.content import Cell, Content, Formula, number_of, value_of
from risk.report.pack.base.cells import Tables, shortened, subtitle
from risk.report.pack.base.results import Results
from risk.report.pack.verdict import details, sowhat
from risk.report.pack.verdict.grid import (
    GRID,
    ID_WIDTH,
    LABEL_COLUMNS,
    LABEL_WIDTH,
    NUMBER_WIDTH,
    NUMBERS,
    link,
    probability,
)
from risk.report.sheet import At, Fold, Paragraph, Sheet, Strip
from risk.report.spec import Spec, shown
from risk.report.table import Table

DEED = ID_WIDTH + LABEL_WIDTH + 3 * NUMBER_WIDTH
"""Width of what is done."""

OTHERS, TOTAL = "others", "total"
"""Lines of a bridge that are no step."""
WATCHED, FIRED = "watch-tripwires", "actions-triggers"
EXAMPLE = (
    "These actions are an example and nobody's: put your own in actions.toml. Triggers stand on Actions."
)
CHART_ROWS, BESIDE_BRIDGE = 17, 9
"""Height of the charts that end the first page, and where a bridge stands there too."""

MOST_STEPS = 5
"""Steps of a bridge that have a line of their own."""


def sheet(results: Results, tables: Tables, rent: Fan, capex: Fan) -> Sheet:
    """Build the sheet; the charts are those that it shows."""
    return Sheet(
        "Summary",
        "Summary – is the AI build-out a bubble, and what would it cost lenders?",
        subtitle(results, explained=True),
        "P",
        (
            Paragraph(sowhat.lead(results), "lead"),
            *(Paragraph(text, "alert") for text in sowhat.alerts(results)),
            _classes(results, tables),
            *(Paragraph(text, "bullet") for text in sowhat.changed(results)),
            *_bridge(results, tables),
            *_movers(tables),
            *(Paragraph(text, "bullet") for text in sowhat.beliefs(results)),
            *_watched(results, tables),
            *_actions(results, tables),
            *_book(results),
            Fold("Pictures", (Strip(tuple(_halves(results, rent, capex))),)),
            Fold("What the answer is made of", tuple(details.details(results, tables))),
        ),
        screen=(Fold("In the worst paths", (details.worst(results, tables),)),),
        grid=GRID,
        landscape=False,
        pages=2,
        turns=details.FIRST,
    )


def _bridge(results: Results, tables: Tables) -> Iterator[Fold]:
    """What changed since the run before, input by input, where it was measured."""
    if results.bridge:
        yield Fold("What changed, input by input", tuple(bridged(results.bridge, tables)))


def _halves(results: Results, *charts: Fan) -> Iterator[At]:
    """Charts side by side."""
    columns, height = 1 + LABEL_COLUMNS + NUMBERS, BESIDE_BRIDGE if results.bridge else CHART_ROWS
    for i, chart in enumerate(charts):
        first = 1 + i * columns // len(charts)
        yield At(replace(chart, height=height, every=8), first, columns // len(charts))


def _classes(results: Results, tables: Tables) -> Table:
    """Outcome classes, each with its ranges and with what lenders lose on its paths."""

    def label(name: str) -> Content:
        return value_of(tables.content("classes", "label", name))

    heads = {"range": "Inputs"} if results.verdict.ranged else {}
    heads |= {"definitions": "Definition", "scenarios": "Scenario", "median": "When"}
    heads |= {"loss": "Loss, USD bn", "beyond": "Beyond cycle", "rate": "Loss a year", "software": "Software"}
    spec: Spec[str] = Spec(
        (
            shown("label", f"Outcome by {results.verdict.by}", label, span=1 + LABEL_COLUMNS),
            probability(results, tables, "classes"),
            *(
                link(tables, "classes", key, key, header, align="right", span=_wide(results, key))
                for key, header in heads.items()
            ),
        ),
        id="summary-classes",
        note=sowhat.RANGES,
        bold=lambda name: "_" not in name,
    )
    return spec.table(found.name for found in results.verdict.classes)


def _wide(results: Results, key: str) -> int:
    """Columns of the grid: where no ranges over inputs were measured the first of the others has two."""
    return 2 if key == "definitions" and not results.verdict.ranged else 1


def bridged(found: Bridge, tables: Tables) -> Iterator[Table]:
    """What each input brought since the prior run, that which moved P(bust) most first."""
    lead = HEADLINES[0].name
    steps = sorted(found.steps, key=lambda step: -abs(step.effects[lead].value))
    names = {step.name: bridge.NAMES.get(step.name, step.name) for step in steps[:MOST_STEPS]}
    others = steps[MOST_STEPS:]
    names |= {OTHERS: f"{len(others)} others"} if others else {}
    names |= {TOTAL: "All changes"}

    def change(name: str, measure: str) -> Content:
        return _sum(tables, measure, others) if name == OTHERS else tables.link("bridge", measure, name)

    spec: Spec[str] = Spec(
        (
            shown("label", "What changed", names.__getitem__, span=2 + LABEL_COLUMNS),
            *(
                shown(
                    m.name,
                    f"{m.label}, {m.unit}" if m.unit else m.label,
                    partial(change, measure=m.name),
                    "change",
                    span=2,
                    align="right",
                )
                for m in HEADLINES
            ),
        ),
        id="summary-bridge",
        row_id=str,
        bold=TOTAL.__eq__,
    )
    yield spec.table(names)


def _sum(tables: Tables, measure: str, steps: Sequence[Step]) -> Content:
    """Steps of a bridge together."""
    cells = {step.name: tables.content("bridge", measure, step.name) for step in steps}
    known = {name: cell for name, cell in cells.items() if isinstance(cell, Cell)}
    if not known:
        return "–"
    terms = "+".join(f"{{bridge.{measure}[{name}]}}" for name in known)
    value = math.fsum(map(number_of, known.values()))
    return Cell(Formula(terms, value), next(iter(known.values())).format)


def _movers(tables: Tables) -> Iterator[Table]:
    """What would change the answer."""
    if "movers" not in tables:
        return
    spec: Spec[str] = Spec(
        (
            shown(
                "label",
                "What moves P(bust)",
                lambda name: value_of(tables.content("movers", "label", name)),
                span=2 + LABEL_COLUMNS,
            ),
            link(tables, "movers", "low", "low", "Lowest tenth", "probability", span=2),
            link(tables, "movers", "high", "high", "Highest tenth", "probability", span=3),
            link(tables, "movers", "share", "share", "Explains alone", "rate", span=3),
        ),
        id="summary-movers",
    )
    yield spec.table(tables["movers"].row_ids)


def _watched(results: Results, tables: Tables) -> Iterator[Table]:
    """Tripwires that tell most, no item twice."""
    if results.watch is None or not (first := leading(results.watch)):
        return
    wires = {one.id: one for one in first}
    spec: Spec[str] = Spec(
        (
            shown("label", "What to watch", lambda name: watch.label_of(wires[name]), span=4 + LABEL_COLUMNS),
            link(tables, WATCHED, "newest", "newest", "Last read", span=3, align="right"),
            link(tables, WATCHED, "crossed", "crossed", "Crossed", "probability"),
            link(tables, WATCHED, "given", "given", "Bust if so", "probability"),
            link(tables, WATCHED, "rest", "rest", "If not", "probability"),
        ),
        id="summary-watch",
    )
    yield spec.table(wires)


def _actions(results: Results, tables: Tables) -> Iterator[Table]:
    """What to do, and how often and how early each trigger fires."""
    if results.decision is None:
        return
    said = {each.action.id: each.action for each in results.decision.fired}
    spec: Spec[str] = Spec(
        (
            shown("label", "What to do", lambda name: _shortly(said[name].action, DEED), span=8),
            shown("owner", "Owner", lambda name: _shortly(said[name].owner, 2 * NUMBER_WIDTH), span=2),
            shown("by", "By", lambda name: said[name].by, "quarter"),
            link(tables, FIRED, "fires", "fires", "Fires", "probability"),
            link(tables, FIRED, "given", "given", "Bust if so", "probability"),
            link(tables, FIRED, "lead", "lead", "Lead, q.", "count"),
        ),
        id="summary-actions",
        note=EXAMPLE if results.decision.actions.illustrative else "",
    )
    yield spec.table(said)


def _book(results: Results) -> Iterator[Paragraph]:
    """What the committee's own positions lose, where a book is given."""
    if results.book is not None:
        example = "An example and nobody's book. " if results.book.book.illustrative else ""
        yield Paragraph(f"{example}{book.shortly(results.book)} See Book.", "bullet")


def _shortly(words: str, width: float) -> Cell:
    """The committee's words, as far as there is room."""
    return Cell(shortened(words, width), quoted=True)
