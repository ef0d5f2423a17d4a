"""Changes: what was assumed, and what came out, differently from the prior run, and is it more than noise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import isfinite

from risk.analysis import contrasts
from risk.analysis.authors import author, reason
from risk.analysis.contrasts import NOISE, Difference
from risk.analysis.inputs import InputChange, input_changes
from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import NORMAL_95
from risk.report.charts import Step, Waterfall
from risk.report.pack.base.cells import error_cell, known, probability_cell, subtitle, value_cell
from risk.report.pack.base.names import in_words
from risk.report.pack.base.results import Results
from risk.report.sheet import At, Band, Block, Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table

NAME = "Changes"
QUESTION = "What was assumed, and what came out, differently from the prior run, and is it noise?"
ABSENT = "Not in this pack, which compares with no prior run: write it with --prior RUN"
UNKNOWN = "not recorded"

SHOWN = 24

HEADLINES = (HEADLINE, "bust")
"""Results whose change is drawn."""


def sheet(results: Results) -> Sheet | None:
    """Build the sheet; None where the pack has no prior run."""
    if results.prior is None:
        return None
    found = contrasts.differences(results.prior.run, results.run)
    changes = input_changes(results.prior.register, results.register)
    paired = contrasts.share_draws(results.prior.run, results.run)
    return Sheet(
        NAME,
        f"Changes – from run {results.prior.run.id} to run {results.run.id}",
        subtitle(results, "old is the prior run; units as shown"),
        "C",
        tuple(_bands(results, results.prior, found, changes, paired)),
        question=QUESTION,
        grid=(40.0, 9.5, 14.0, 12.0, 11.5, 10.5, 11.0, 22.0, 14.0, 23.5),
        landscape=False,
    )


def _bands(
    results: Results,
    prior: Results,
    found: Sequence[Difference],
    changes: Sequence[InputChange],
    paired: bool,
) -> list[Block | Band]:
    words = _words(results, prior)
    return [
        Paragraph(_finding(results, prior, found, changes), "finding"),
        _identity(results, prior),
        _assumptions(results, changes),
        _results(found, paired),
        _bridge(found),
        Band(tuple(_pictures(found))),
        words,
    ]


def _finding(
    results: Results, prior: Results, found: Sequence[Difference], changes: Sequence[InputChange]
) -> str:
    real = sum(not d.noise for d in found)
    source = results.manifest.specification.source == prior.manifest.specification.source
    model = "the model is the same" if source else "the model's source text differs"
    counted = f"{len(changes)} assumption{'s' if len(changes) != 1 else ''} changed"
    return f"{counted}, {model}; {real} of {len(found)} results moved by more than noise."


def _identity(results: Results, prior: Results) -> Table:
    """What makes a run, side by side."""
    columns = (
        Column("what", "What makes a run"),
        Column("same", "Same?", align="center"),
        Column("old", "Old", span=4, align="left"),
        Column("new", "New", span=4, align="left"),
    )
    one, two = prior.manifest, results.manifest
    facts: dict[str, tuple[Content, Content]] = {
        "Run": (one.id, two.id),
        "Scenario": (f"{one.scenario}: {one.title}", f"{two.scenario}: {two.title}"),
        "Finished": (one.finished, two.finished),
        "Assumptions, digest": (
            _digest(one.specification.assumptions),
            _digest(two.specification.assumptions),
        ),
        "Source, digest": (_digest(one.specification.source), _digest(two.specification.source)),
        "Git commit": tuple(str(m.environment.get("commit") or "–") for m in (one, two)),  # type: ignore[dict-item]
        "Libraries": tuple(_versions(m.specification.versions) for m in (one, two)),  # type: ignore[dict-item]
        "Paths": (Cell(one.paths, "count"), Cell(two.paths, "count")),
        "Seed": (Cell(one.seed, "general"), Cell(two.seed, "general")),
        "Result, digest": (_digest(one.result), _digest(two.result)),
    }
    rows = tuple((name, "yes" if old == new else "no", old, new) for name, (old, new) in facts.items())
    return Table("changes-identity", columns, rows, "Two runs")


def _digest(text: str) -> str:
    """Digits of a fingerprint that tell two apart; the sheet Manifest has them all."""
    return text[:SHOWN]


def _versions(versions: object) -> str:
    return ", ".join(f"{name} {number}" for name, number in dict(versions).items())  # type: ignore[call-overload]


def _assumptions(results: Results, changes: Sequence[InputChange]) -> Table:
    """Every changed number with who changed it and why, as git said when the run was made."""
    columns = (
        Column("id", "Assumption"),
        Column("unit", "Unit"),
        Column("old", "Old", align="right"),
        Column("new", "New", align="right"),
        Column("field", "Field", span=2),
        Column("who", "Who"),  # a name may be long: it wraps
        Column("why", "Why"),
        Column("when", "When"),
        Column("where", "File and line"),
    )
    rows = [_assumption(results, change) for change in changes]
    if not rows:
        rows = [("none", *("",) * 8)]
    note = (
        "Who, when and why are those of the newest commit that touched the lines of the entry, as git said "
        "when the run was made; of a scenario's change, why is its own."
    )
    return Table("changes-assumptions", columns, tuple(rows), "Assumptions changed", note)


def _assumption(results: Results, change: InputChange) -> tuple[Content, ...]:
    known = results.manifest.history
    commit = author(change, results.register, known)
    stated = reason(change, results.register)
    who = (commit.author or commit.subject) if commit else UNKNOWN
    why = stated or (commit.subject if commit and commit.author else UNKNOWN)
    where = f"{change.file}:{change.line}" if change.line else change.file or "–"
    old, new = ("–" if value is None else _short(value) for value in (change.before, change.after))
    return change.id, change.unit, old, new, change.field, who, why, commit.date if commit else "–", where


def _short(value: object) -> str:
    text = in_words(value)
    return text if len(text) <= 60 else f"{text.count(' ') + 1} values"


def _results(found: Sequence[Difference], paired: bool) -> Table:
    columns = (
        Column("label", "Result"),
        Column("unit", "Unit"),
        Column("old", "Old", "number", style="engine", align="right"),
        Column("new", "New", "number", style="engine", align="right"),
        Column("change", "Change", "number", style="calculation", align="right"),
        Column("se", "± SE", "number", style="note", align="right"),
        Column("noise", "Beyond noise?", style="calculation", align="center"),
    )
    how = "the difference path by path, for both runs share their draws" if paired else "both runs together"
    note = (
        f"Beyond noise: the change is more than {NOISE:g} standard errors; the error is that of {how}. "
        "Changes of probabilities and shares are in percentage points."
    )
    rows = tuple(_result(d) for d in found)
    return Table("changes-results", columns, rows, "Results", note, tuple(map(_row_id, found)))


def _result(d: Difference) -> tuple[Content, ...]:
    """Old, new and their live difference; noise is recomputed from change and error."""
    unit = d.unit or "fraction"
    moved = d.change
    if d.unit:
        old, new = (value_cell(e.value, e.standard_error, unit) for e in (d.before, d.after))
    else:
        old, new = probability_cell(d.before), probability_cell(d.after)
    change = value_cell(moved.value, moved.standard_error, unit)
    if isinstance(change, Cell) and isinstance(old, Cell) and isinstance(new, Cell):
        form = change.format if d.unit else "change.1"
        change = Cell(Formula("{row.new}-{row.old}", moved.value), form)
    same = moved.value == 0.0 and moved.standard_error == 0.0
    error = "exact" if same else _error(moved.value, moved.standard_error, unit)
    verdict: Content = "same" if same else "no" if d.noise else "yes"
    if isinstance(error, Cell) and isinstance(change, Cell):
        test = f'IF(ABS({{row.change}})<={NOISE:g}*{{row.se}},"no","yes")'
        verdict = Formula(test, str(verdict))
    return d.label, "probability" if not d.unit else d.unit, old, new, change, error, verdict


def _error(value: float, error: float, unit: str) -> Content:
    """A standard error; where the change is the same on every path but for rounding, still a number."""
    cell = error_cell(value, error, unit)
    return cell if isinstance(cell, Cell) and cell.content != "exact" else known(error, "tolerance")


def _row_id(d: Difference) -> str:
    """A result by name and label, for one outcome has several measures."""
    return f"{d.name}: {d.label}"


def _headline(found: Sequence[Difference]) -> list[Difference]:
    """The first measure of each headline result."""
    known = {d.name: d for d in reversed(found)}
    return [known[name] for name in HEADLINES if name in known]


def _bridge(found: Sequence[Difference]) -> Table:
    """The headline from old to new: the change, and how much of it noise may be."""
    columns = (
        Column("label", "Bridge"),
        Column("unit", "Unit"),
        Column("old", "Old", "number", style="link", align="right"),
        Column("change", "Total change", "number", style="link", align="right"),
        Column("low", "95% low", "number", style="calculation", align="right"),
        Column("high", "95% high", "number", style="calculation", align="right"),
        Column("new", "New", "number", style="link", align="right"),
        Column("told", "Reading"),
    )
    rows = tuple(_bridged(d) for d in _headline(found))
    note = (
        "The interval of the total change is what sampling leaves open. How much of it each assumption "
        "brings needs runs in between: bubblerisk compare, with one change at a time."
    )
    return Table("changes-bridge", columns, rows, "Bridge of the headline", note)


def _bridged(d: Difference) -> tuple[Content, ...]:
    unit = d.unit or "fraction"
    low, high = (d.change.value + side * NORMAL_95 * d.change.standard_error for side in (-1.0, 1.0))
    form = (
        value_cell(d.change.value, d.change.standard_error, unit)
        if d.change.standard_error
        else Cell(0.0, "number")
    )
    shown = form.format if isinstance(form, Cell) else "number"

    def link(column: str, value: float) -> Cell:
        return Cell(Formula(f"{{changes-results.{column}[{_row_id(d)}]}}", value), shown)

    bound = f"{NORMAL_95}*{{changes-results.se[{_row_id(d)}]}}"
    exact = d.change.standard_error == 0.0
    ends: tuple[Content, Content] = ("–", "–") if exact or not isfinite(low) else (
        Cell(Formula(f"{{row.change}}-{bound}", low), shown),
        Cell(Formula(f"{{row.change}}+{bound}", high), shown),
    )  # fmt: skip
    reading = "the same" if exact else "within noise" if d.noise else "beyond noise"
    unit_word = d.unit or "probability"
    old, moved, new = d.before.value, d.change.value, d.after.value
    return d.label, unit_word, link("old", old), link("change", moved), *ends, link("new", new), reading


def _pictures(found: Sequence[Difference]) -> list[At]:
    placed = []
    for i, d in enumerate(_headline(found)):
        unit = d.unit or "probability"
        moved = f"{d.before.value:.3g} to {d.after.value:.3g} {unit}"
        word = "within noise" if d.noise else "beyond noise"
        steps = (
            Step(label="Old", amount=d.before.value, total=True),
            Step(label="Change" if d.unit else "Change, points", amount=d.change.value),
            Step(label="New", amount=d.after.value, total=True),
        )
        chart = Waterfall(
            id=f"chart-change-{d.name}",
            title=f"{d.label}: old, change, new",
            alt=f"{d.label} moves from {moved}, {word}.",
            x_title="Run",
            y_title=unit,
            format="share" if not d.unit else "count",
            steps=steps,
            height=13,
        )
        placed.append(At(chart, *((1, 3) if i == 0 else (5, 5))))
    return placed


def _words(results: Results, prior: Results) -> Table:
    """Claims whose calibrated words changed."""
    columns = (
        Column("id", "Proposition or outcome"),
        Column("blank", ""),
        Column("old", "Old", span=3),
        Column("new", "New", span=3),
    )
    before = {c.id: c.words for c in prior.verdict.claims} | {c.name: c.words for c in prior.verdict.classes}
    now = chain(
        ((c.id, f"{c.id}  {c.label}", c.words) for c in results.verdict.claims),
        ((c.name, c.label, c.words) for c in results.verdict.classes),
    )
    rows = [
        (contrasts.dated(label, name, prior.run, results.run), None, before[name], words)
        for name, label, words in now
        if before.get(name, words) != words
    ]
    if not rows:
        rows = [("none", None, "", "")]
    return Table("changes-words", columns, tuple(rows), "Readings that changed")
