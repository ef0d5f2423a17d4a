"""The bridge from one run to another, and sources dropped, in tables and sentences for screen and sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from risk.analysis.amplification import Measure
from risk.analysis.bridge import EXACT, MODEL, SAMPLING, Bridge, Effects
from risk.analysis.contrasts import beyond_noise
from risk.analysis.estimate import Estimate
from risk.analysis.screening import HEADLINES, REFERENCE
from risk.analysis.sources import Dropped, Sources, Wide
from risk.report.content import Cell, Content
from risk.report.intervals import half
from risk.report.pack.base.cells import error_cell, level_cell, level_text, value_cell
from risk.report.record import Field
from risk.report.spec import Spec, flag, several, shown, text
from risk.report.table import Column

LARGEST = 3
"""Inputs that the sentence names."""

OPTIONAL: Mapping[str, int] = {"bust": 0, "durable": 3, "mean": 1, "shortfall": 2}
"""How early a headline is left out where room is short."""

SAID = (
    "Steps in this order: sampling (all paths of either run less the {0:,} that are compared, and another "
    "seed), model version, then each input as in the newer run with all before it; they add up to the "
    "change. ± 95%, of the difference path by path. Changes of probabilities are in percentage points."
)
SHARES_SAID = (
    "Shapley's share of each {0}: what it adds, on average over all orders in which these may go over; "
    "shares add up to what the inputs do."
)
DRAWN_SAID = f" Of more than {EXACT} groups the orders are drawn, and ± has that too."
DROPPED_SAID = (
    "Every number of a source that can be moved lies anywhere in its plausible range, each place alike "
    "likely, on the same draws; ± 95%. Range: how much of the way to its ends, where the model does not run "
    "farther. Weight: the largest change of any headline over two standard errors of a "
    f"{REFERENCE:,}-path run."
)
NAMES = {SAMPLING: "Sampling", MODEL: "Model version"}


@dataclass(frozen=True)
class Row:
    """A line of the bridge; a level is of a run, else it is a change.

    Attributes
    ----------
    name : for formulas and documents; `label` as it is read.
    """

    name: str
    label: str
    effects: Effects
    level: bool = False
    why: str = ""


def rows(found: Bridge) -> Iterator[Row]:
    """The older run, every step, the whole change, the newer run."""
    yield Row("old", f"Run {found.before[:8]}", found.old, True)
    for step in found.steps:
        yield Row(step.name, NAMES.get(step.name, step.name), step.effects, why=step.why)
    yield Row("total", "All changes", found.total)
    yield Row("new", f"Run {found.after[:8]}", found.new, True)


def shares(found: Bridge) -> Iterator[Row]:
    """Shares of groups, the largest of P(bust) first."""
    largest = sorted(found.groups, key=lambda step: -abs(step.effects[HEADLINES[0].name].value))
    for step in largest:
        yield Row(step.name, step.name, step.effects)


def changed(found: Estimate, unit: str) -> tuple[Content, Content]:
    """A change in its unit, points of a probability, and half of its 95% interval."""
    if not isfinite(found.value):
        return "–", "–"
    if found.value == 0.0 == found.standard_error:
        return Cell(0.0, "number.0"), Cell("exact", style="note")
    if not unit:
        return Cell(found.value, "change.1"), Cell(half(found), "margin") if isfinite(half(found)) else "–"
    error = found.standard_error
    wide = half(found) if isfinite(error) else error
    return value_cell(found.value, error, unit), error_cell(found.value, wide, unit, error)


def level(found: Estimate, unit: str) -> tuple[Content, Content]:
    """A result in its unit and half of its 95% interval."""
    if not unit:
        return level_cell(found), Cell(half(found), "margin")
    error = found.standard_error
    wide = half(found) if isfinite(error) else error
    return value_cell(found.value, error, unit), error_cell(found.value, wide, unit, error)


def _effect(measure: Measure) -> Field[Row]:
    def cells(row: Row) -> tuple[Content, ...]:
        found = row.effects.get(measure.name)
        if found is None:
            return "–", "–"
        return (level if row.level else changed)(found, measure.unit)

    early = OPTIONAL[measure.name]
    header = f"{measure.label}, {measure.unit}" if measure.unit else measure.label
    return several(
        Column(measure.name, header, "number", style="engine", align="right", optional=early),
        Column(f"{measure.name}_mc", "±", "number", style="note", align="right", optional=early),
        cells=cells,
    )


def _row_id(row: Row) -> str:
    return row.name


def _bold(row: Row) -> bool:
    return row.level or row.name == "total"


BRIDGE: Spec[Row] = Spec(
    (text("label", "From and to", least=20), *map(_effect, HEADLINES)),
    id="bridge",
    title="Input by input",
    row_id=_row_id,
    bold=_bold,
)
SHARES: Spec[Row] = Spec(
    (text("label", "Share of", least=20), *map(_effect, HEADLINES)),
    id="bridge-shares",
    title="By group",
    row_id=_row_id,
)


def said(found: Bridge) -> str:
    """What moved P(bust), in a sentence: the largest inputs first."""
    name = HEADLINES[0].name
    total = found.total[name]
    ends = f"{level_text(found.old[name])} to {level_text(found.new[name])}"
    if not beyond_noise(total.value, total.standard_error):
        return f"P(bust) goes from {ends}, within noise."
    real = [s for s in found.inputs if beyond_noise(s.effects[name].value, s.effects[name].standard_error)]
    real.sort(key=lambda step: -abs(step.effects[name].value))
    parts = [f"{step.name} {100.0 * step.effects[name].value:+z.1f}" for step in real[:LARGEST]]
    others = [
        f"{NAMES[step.name].lower()} {100.0 * step.effects[name].value:+z.1f}"
        for step in found.steps
        if not step.inputs and beyond_noise(step.effects[name].value, step.effects[name].standard_error)
    ]
    if not (parts or others):
        return f"P(bust) goes from {ends}; no step alone is beyond noise."
    return f"P(bust) goes from {ends}. In points: {', '.join((*parts, *others))}."


def shares_note(found: Bridge) -> str:
    """What the shares are; why there are none."""
    if not found.groups:
        return f"No shares of groups: {found.lacking}."
    drawn = DRAWN_SAID if len(found.groups) > EXACT else ""
    beside = f" {found.lacking}" if found.lacking else ""
    return SHARES_SAID.format(found.by) + drawn + beside


def together(found: Bridge) -> tuple[str, ...]:
    """Inputs that went over together, and why."""
    return tuple(f"{step.name} go over together: {step.why}" for step in found.steps if step.why)


def _dropped(row: Dropped) -> Row:
    return Row(row.wide.source, row.wide.title, row.changes)


def _drop_effect(measure: Measure) -> Field[Dropped]:
    own = _effect(measure)
    return Field(own.key, _dropped, own.type, own.columns, own.cells, told=False)


def _entries(row: Dropped) -> str:
    count = len(row.wide.entries)
    return row.wide.entries[0] if count == 1 else f"{count} numbers"


SOURCES: Spec[Dropped] = Spec(
    (
        shown("source", "Source", lambda row: row.wide.source, least=16),
        shown("entries", "Wide", _entries, optional=4),
        *map(_drop_effect, HEADLINES),
        shown("reached", "Range", lambda row: Cell(row.reached, "share"), align="right", optional=4),
        shown("weight", "Weight", lambda row: row.weight, form="number.1"),
        flag("real", "Beyond noise?", lambda row: row.weight > 0.0, align="center", optional=5),
    ),
    id="sources",
    title="Without a source",
)


def dropped_said(found: Sources) -> str:
    """How many sources move something, and which most."""
    moving = [row for row in found.dropped if row.weight > 0.0]
    if not moving:
        return f"None of {len(found.dropped)} sources moves a headline beyond noise where it is wrong."
    first = moving[0]
    change = first.changes[HEADLINES[0].name]
    points = f"{100.0 * change.value:+z.1f} ±{100.0 * half(change):.1f} points of P(bust)"
    return (
        f"{len(moving)} of {len(found.dropped)} sources move a headline beyond noise where they are wrong; "
        f"most {first.wide.source} ({points})."
    )


def held(wide: Wide) -> str:
    """What of a source is not drawn, in a line."""
    reasons = dict.fromkeys(wide.held.values())
    names = {why: [id for id, own in wide.held.items() if own == why] for why in reasons}
    return "; ".join(f"{', '.join(ids)}: {why}" for why, ids in names.items())
