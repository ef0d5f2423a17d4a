"""Changes: what was assumed, and what came out, differently from the prior run, and is it more than noise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite

from risk.analysis import contrasts
from risk.analysis.authors import author, reason
from risk.analysis.bridge import Bridge
from risk.analysis.contrasts import NOISE, Difference
from risk.analysis.inputs import InputChange, input_changes
from risk.analysis.metrics import HEADLINE
from risk.analysis.screening import HEADLINES as HEADLINES_BRIDGED
from risk.analysis.statistics import NORMAL_95
from risk.report import bridge
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.guards import EXACT, Condition
from risk.report.pack.base.cells import Tables, error_cell, known, probability_cell, subtitle, value_cell
from risk.report.pack.base.names import in_words
from risk.report.pack.base.results import Results
from risk.report.pack.scenarios import steps
from risk.report.sheet import Block, Paragraph, Sheet, Strip
from risk.report.spec import Spec, several, shown, text
from risk.report.table import Column, Table
from risk.runs import Manifest

NAME = "Changes"
QUESTION = "What was assumed, and what came out, differently from the prior run, and is it noise?"
ABSENT = "Not in this pack, which compares with no prior run: write it with --prior RUN"
UNKNOWN = "not recorded"

SHOWN = 24

HEADLINES = (HEADLINE, "bust")
"""Results whose change is drawn."""


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where the pack has no prior run."""
    prior = results.prior
    if prior is None:
        return None
    found = contrasts.differences(prior.run, results.run)
    changes = input_changes(prior.register, results.register)
    return Sheet(
        NAME,
        f"Changes – from run {prior.run.id} to run {results.run.id}",
        subtitle(results, "old is the prior run; units as shown"),
        "C",
        (
            Paragraph(_finding(results, prior, found, changes), "finding"),
            _identity(prior.manifest, results.manifest),
            _assumptions(results, changes),
            _results(found, contrasts.share_draws(prior.run, results.run)),
            BRIDGE.table(_headline(found), note=CLOSED if results.bridge else UNKNOWN_PARTS),
            Strip(steps.pictures(_headline(found), results.bridge)),
            *_bridge(results.bridge),
        ),
        screen=(_words(results, prior),),
        question=QUESTION,
        grid=(40.0, 9.5, 14.0, 12.0, 11.5, 10.5, 11.0, 22.0, 14.0, 23.5),
    )


def _finding(
    results: Results, prior: Results, found: Sequence[Difference], changes: Sequence[InputChange]
) -> str:
    real = sum(not d.noise for d in found)
    source = results.manifest.specification.source == prior.manifest.specification.source
    model = "the model is the same" if source else "the model's source text differs"
    counted = f"{len(changes)} assumption{'s' if len(changes) != 1 else ''} changed"
    return f"{counted}, {model}; {real} of {len(found)} results moved by more than noise."


def _identity(one: Manifest, two: Manifest) -> Table:
    """What makes a run, side by side."""
    columns = (
        Column("what", "What makes a run"),
        Column("same", "Same?", align="center"),
        Column("old", "Old", span=4, align="left"),
        Column("new", "New", span=4, align="left"),
    )
    old, new = _facts(one), _facts(two)
    rows = tuple((what, "yes" if old[what] == new[what] else "no", old[what], new[what]) for what in old)
    return Table("changes-identity", columns, rows, "Two runs")


def _facts(m: Manifest) -> dict[str, Content]:
    """What a run is; of a fingerprint the digits that tell two apart, the sheet Manifest has them all."""
    made = m.specification
    return {
        "Run": m.id,
        "Scenario": f"{m.scenario}: {m.title}",
        "Finished": m.finished,
        "Assumptions, digest": made.assumptions[:SHOWN],
        "Source, digest": made.source[:SHOWN],
        "Git commit": str(m.environment.get("commit") or "–"),
        "Libraries": ", ".join(f"{name} {number}" for name, number in dict(made.versions).items()),
        "Paths": Cell(m.paths, "count"),
        "Seed": Cell(m.seed, "general"),
        "Result, digest": m.result[:SHOWN],
    }


def _assumptions(results: Results, changes: Sequence[InputChange]) -> Table:
    """Every changed number with who changed it and why, as git said when the run was made."""
    register, history = results.register, results.manifest.history

    def commit(change: InputChange) -> tuple[str, str, str]:
        found = author(change, register, history)
        who = (found.author or found.subject) if found else UNKNOWN
        why = reason(change, register) or (found.subject if found and found.author else UNKNOWN)
        return who, why, found.date if found else "–"

    spec: Spec[InputChange] = Spec(
        (
            text("id", "Assumption"),
            text("unit", "Unit"),
            shown("old", "Old", lambda c: _short(c.before), align="right"),
            shown("new", "New", lambda c: _short(c.after), align="right"),
            text("field", "Field", span=2),
            several(Column("who", "Who"), Column("why", "Why"), Column("when", "When"), cells=commit),
            shown("where", "File and line", lambda c: c.place or "–"),
        ),
        "changes-assumptions",
        "Assumptions changed",
        "Who, when and why are those of the newest commit that touched the lines of the entry, as git said "
        "when the run was made; of a scenario's change, why is its own.",
    )
    made = spec.table(changes)
    return made if changes else replace(made, rows=(("none", *("",) * 8),))


def _short(value: object) -> str:
    told = "–" if value is None else in_words(value)
    return told if len(told) <= 60 else f"{told.count(' ') + 1} values"


def _result(d: Difference) -> tuple[Content, ...]:
    unit, moved = d.unit or "fraction", d.change
    if d.unit:
        old, new = (value_cell(e.value, e.standard_error, unit) for e in (d.before, d.after))
    else:
        old, new = probability_cell(d.before), probability_cell(d.after)
    change = value_cell(moved.value, moved.standard_error, unit)
    if isinstance(change, Cell) and isinstance(old, Cell) and isinstance(new, Cell):
        change = Cell(Formula("{row.new}-{row.old}", moved.value), change.format if d.unit else "change.1")
    if moved.value == 0.0 and moved.standard_error == 0.0:
        return old, new, change, "exact", "same"
    error = _error(moved.value, moved.standard_error, unit)
    noise: Content = "no" if d.noise else "yes"
    if isinstance(error, Cell) and isinstance(change, Cell):
        noise = Formula(f'IF(ABS({{row.change}})<={NOISE:g}*{{row.se}},"no","yes")', str(noise))
    return old, new, change, error, noise


def _error(value: float, error: float, unit: str) -> Content:
    """A standard error; where the change is the same on every path but for rounding, still a number."""
    cell = error_cell(value, error, unit)
    return cell if isinstance(cell, Cell) and cell.content != "exact" else known(error, "tolerance")


def _row_id(d: Difference) -> str:
    """A result by name and label, for one outcome has several measures."""
    return f"{d.name}: {d.label}"


RESULTS: Spec[Difference] = Spec(
    (
        text("label", "Result"),
        shown("unit", "Unit", lambda d: d.unit or "probability"),
        several(
            Column("old", "Old", "number", style="engine", align="right"),
            Column("new", "New", "number", style="engine", align="right"),
            Column("change", "Change", "number", style="calculation", align="right"),
            Column("se", "± SE", "number", style="note", align="right"),
            Column("noise", "Beyond noise?", style="calculation", align="center"),
            cells=_result,
        ),
    ),
    id="changes-results",
    title="Results",
    row_id=_row_id,
)
"""Old, new and their live difference; noise is recomputed from change and error."""


def _results(found: Sequence[Difference], paired: bool) -> Table:
    how = "the difference path by path, for both runs share their draws" if paired else "both runs together"
    note = (
        f"Beyond noise: the change is more than {NOISE:g} standard errors; the error is that of {how}. "
        "Changes of probabilities and shares are in percentage points."
    )
    return RESULTS.table(found, note=note)


def _headline(found: Sequence[Difference]) -> list[Difference]:
    """The first measure of each headline result."""
    known = {d.name: d for d in reversed(found)}
    return [known[name] for name in HEADLINES if name in known]


def _bridged(d: Difference) -> tuple[Content, ...]:
    """Old, change, what sampling leaves open of it, and new: links to the results."""
    own = value_cell(d.change.value, d.change.standard_error, d.unit or "fraction")
    exact = d.change.standard_error == 0.0
    shown = own.format if isinstance(own, Cell) and not exact else "number"

    def link(column: str, value: float) -> Cell:
        return Cell(Formula(f"{{changes-results.{column}[{_row_id(d)}]}}", value), shown)

    def end(side: str) -> Content:
        value = d.change.value + float(f"{side}1") * NORMAL_95 * d.change.standard_error
        bound = f"{NORMAL_95}*{{changes-results.se[{_row_id(d)}]}}"
        known = not exact and isfinite(value)
        return Cell(Formula(f"{{row.change}}{side}{bound}", value), shown) if known else "–"

    old, moved, new = d.before.value, d.change.value, d.after.value
    return link("old", old), link("change", moved), end("-"), end("+"), link("new", new)


def _reading(d: Difference) -> str:
    return "the same" if d.change.standard_error == 0.0 else "within noise" if d.noise else "beyond noise"


CLOSED = "The interval of the total change is what sampling leaves open. What each input brings stands below."
UNKNOWN_PARTS = (
    "The interval of the total change is what sampling leaves open. How much of it each assumption "
    "brings needs runs in between: bubblerisk compare OLD NEW --bridge."
)

BRIDGE: Spec[Difference] = Spec(
    (
        text("label", "Bridge"),
        shown("unit", "Unit", lambda d: d.unit or "probability"),
        several(
            Column("old", "Old", "number", style="link", align="right"),
            Column("change", "Total change", "number", style="link", align="right"),
            Column("low", "95% low", "number", style="calculation", align="right"),
            Column("high", "95% high", "number", style="calculation", align="right"),
            Column("new", "New", "number", style="link", align="right"),
            cells=_bridged,
        ),
        shown("told", "Reading", _reading),
    ),
    id="changes-bridge",
    title="Bridge of the headline",
)
"""The headline from old to new: the change, and how much of it noise may be."""


def _bridge(found: Bridge | None) -> Iterator[Block]:
    """What each input brings, where somebody has computed it."""
    if found is None:
        return
    yield Paragraph(bridge.said(found), "finding")
    yield bridge.BRIDGE.table(bridge.rows(found), note=bridge.SAID.format(found.paths))
    yield from (Paragraph(words, "note") for words in bridge.together(found))
    if found.groups:
        yield bridge.SHARES.table(bridge.shares(found), note=bridge.shares_note(found))
    else:
        yield Paragraph(bridge.shares_note(found), "note")


def conditions(results: Results, tables: Tables) -> Iterator[Condition]:
    """The steps of a bridge add up to the change, as the workbook adds them."""
    found = results.bridge
    if found is None:
        return
    rows = [row.name for row in bridge.rows(found)]
    parts = [name for name in rows if name not in ("total", "new")]
    for measure in HEADLINES_BRIDGED:
        values = [tables.content("bridge", measure.name, name) for name in (*parts, "new")]
        if all(isinstance(value, Cell) for value in values):
            total = math.fsum(number_of(value) for value in values[:-1])
            terms = "+".join(f"{{bridge.{measure.name}[{name}]}}" for name in parts)
            new = Formula(f"{{bridge.{measure.name}[new]}}", number_of(values[-1]))
            text = f"Bridge of {measure.label}: the old run and all steps give the new run"
            yield Condition(text, Formula(terms, total), new, EXACT, "recomputed from the table")


def _words(results: Results, prior: Results) -> Table:
    """Claims whose calibrated words changed."""
    columns = (
        Column("id", "Proposition or outcome"),
        Column("blank", ""),
        Column("old", "Old", span=3),
        Column("new", "New", span=3),
    )
    old, new = (
        {c.id: (f"{c.id}  {c.label}", c.words) for c in verdict.claims}
        | {c.name: (c.label, c.words) for c in verdict.classes}
        for verdict in (prior.verdict, results.verdict)
    )
    rows = tuple(
        (contrasts.dated(label, name, prior.run, results.run), None, old[name][1], words)
        for name, (label, words) in new.items()
        if name in old and old[name][1] != words
    )
    return Table("changes-words", columns, rows or (("none", None, "", ""),), "Readings that changed")
