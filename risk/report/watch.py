"""The watch list and what readings say, in tables and sentences, for the screens and the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from risk.analysis.contrasts import Difference
from risk.analysis.estimate import Estimate
from risk.calibrate.hindcast.hindcast import figure
from risk.calibrate.watch.past import IGNORANT, Decided
from risk.calibrate.watch.tripwires import Newest, Tripwire
from risk.calibrate.watch.update import FLOOR, Held, Update
from risk.calibrate.watch.watching import BUST, Outside, Watch
from risk.report import spec
from risk.report.content import Cell, Content
from risk.report.intervals import half
from risk.report.pack.base.cells import (
    error_cell,
    level_cell,
    level_text,
    margin_cell,
    money,
    probability_text,
    value_cell,
)
from risk.report.pack.base.fields import chance, itself, probability
from risk.report.record import Field
from risk.report.spec import Spec

FAIL = "FAIL"

ABOUT = (
    "Crossed: probability that what is watched is read past the threshold in a quarter from its registration "
    "to its date, errors of readings in. If so, if not: how likely the event is on the paths that "
    "remain. Moves P: by how much knowing it moves the event's probability on average, up or down. Bits: "
    "mutual information; what settles the event has as many as its entropy. Warned: share of the paths with "
    "the event on which it is crossed before. Lead: middle half of the quarters between. ± is half of a 95% "
    "interval of sampling noise, no doubt about the model."
)
JUDGED = "*: no reading judges it; it is ranked for what it would tell."
SCORES = (
    "Brier: squared error of the probability; log: minus the logarithm of what was given to what came. One "
    f"half scores {IGNORANT[0]:.2f} and {IGNORANT[1]:.2f}; smaller is better."
)
READ = (
    "P5, P50, P95: of the paths, measured as the reading was. FAIL: outside. A reading weighs by its error, "
    "5% at least, and by the volatility of what was left of its quarter on its day. Alone: change of P(bust) "
    "by it, in points; so far: by all up to it, as they were published. Left: so many equally weighted paths "
    f"would say as much; below {FLOOR} nothing is told."
)
MOVED_SAID = "± is half of a 95% interval of sampling noise, of the change the paired one. Loss in USD bn."


def watched(newest: Newest | None, labelled: bool = False) -> str:
    """A newest reading with its day; with its own unit, and `labelled`, where it is of something else."""
    if newest is None:
        return "–"
    value = f"{figure(newest.value)}{_unit(newest.unit)}" if labelled else figure(newest.value)
    return f"{f'{newest.label} ' if labelled else ''}{value} ({newest.date})"


def _unit(unit: str) -> str:
    return "%" if unit == "%" else "" if unit in ("1", "multiple", "fraction") else f" {unit}"


def wire(of: Tripwire) -> str:
    """What would have to be read, and by when."""
    side = "above" if of.above else "below"
    return f"{side} {figure(of.level)}{_unit(of.unit)} by {of.by}"


def label_of(of: Tripwire) -> str:
    """A tripwire in a label: what is read, and past what."""
    return f"{of.label} {wire(of)}"


def sentence(of: Tripwire) -> str:
    """A tripwire in a sentence: what it is, how likely, and what it would tell."""
    told, now = of.told, f" (last {watched(of.newest)})" if of.newest and of.judged else ""
    return (
        f"{of.label} {wire(of)}{now}: {probability_text(told.crossed)}; P(bust) is "
        f"{probability_text(told.given)} if so and {probability_text(told.rest)} if not."
    )


@dataclass(frozen=True)
class Row:
    """A tripwire with the probability of its crossing by what was read since; None where nothing was."""

    of: Tripwire
    later: Estimate | None


def rows(found: Watch) -> tuple[Row, ...]:
    """Tripwires, that which tells most first."""
    return tuple(Row(tripwire, found.updated.get(tripwire.id)) for tripwire in found.tripwires)


def _moves(found: Estimate) -> tuple[Content, Content]:
    """An expected change in points."""
    return Cell(found.value, "rate"), Cell(half(found), "margin") if found.standard_error >= 0 else "–"


def _bits(found: Estimate) -> tuple[Content, Content]:
    return Cell(found.value, "number.3"), Cell(half(found), "number.3") if found.standard_error >= 0 else "–"


def _lead(of: Tripwire) -> str:
    lead = of.told.lead
    return f"{lead.early} to {lead.late} q" if lead else "–"


def _warned(of: Tripwire) -> Content:
    return "–" if of.told.warned is None else probability(of.told.warned)[0]


def _last(of: Tripwire) -> str:
    return watched(of.newest) if of.judged or of.newest is None else f"beside: {watched(of.newest)}"


def tripwires(later: bool) -> Spec[Row]:
    """Table of tripwires; `later` with a column of what readings since the base date make of each."""
    now: tuple[Field[Row], ...] = (chance("later", "By readings", optional=3),) if later else ()
    fields = (*TRIPWIRE, *now, *MORE)
    return Spec(fields, id="watch-tripwires", row_id=lambda row: row.of.id)


TRIPWIRE: tuple[Field[Row], ...] = (
    spec.text("words", "Watched", lambda row: row.of.words, least=18),
    spec.shown("wire", "Tripwire", lambda row: _wire(row.of), least=24),
    spec.shown(
        "newest", "Last read", lambda row: _last(row.of), align="right", optional=2, least=10, width=17
    ),
    chance("crossed", "Crossed", lambda row: row.of.told.crossed, rest=7),
    chance("given", "If so", lambda row: row.of.told.given, rest=8),
    chance("rest", "If not", lambda row: row.of.told.rest, rest=9),
    spec.measure(
        "moves",
        "Moves P",
        lambda row: row.of.told.change,
        _moves,
        "± 95%",
        form="rate",
        note="margin",
        rest=6,
    ),
    spec.shown("lead", "Lead", lambda row: _lead(row.of), align="right", optional=3),
)

MORE: tuple[Field[Row], ...] = (
    spec.measure(
        "bits",
        "Bits",
        lambda row: row.of.told.information,
        _bits,
        "± 95%",
        form="number.3",
        rest=6,
        optional=4,
    ),
    spec.shown("warned", "Warned", lambda row: _warned(row.of), align="right", optional=5),
)
"""What does not print."""


def _wire(of: Tripwire) -> str:
    return f"{of.label} {wire(of)}{'' if of.judged else ' *'}"


OUTSIDE: Spec[Outside] = Spec(
    (
        spec.text("words", "Watched", least=18),
        spec.text("reason", "Why no path says it", least=30),
        spec.shown(
            "newest", "Read all the same", lambda row: watched(row.newest, True), optional=1, least=16
        ),
    ),
    id="watch-outside",
    row_id=lambda row: row.item,
)


def reason(row: Outside) -> str:
    """Why no path says what is watched, and what is read of it all the same."""
    read = f" Read all the same: {watched(row.newest, True)}." if row.newest else ""
    return f"{row.words}: {row.reason[0].lower()}{row.reason[1:]}{read}"


DECIDED: Spec[Decided] = Spec(
    (
        spec.text("words", "Watched", lambda row: row.tripwire.words, least=18),
        spec.shown("wire", "Tripwire", lambda row: _wire(row.tripwire), least=24),
        spec.flag("crossed", "Crossed"),
        spec.figure("value", "Read"),
        spec.text("date", "Of", span=2),
        spec.figure("probability", "P before", form="share"),
        spec.figure("brier", "Brier", form="number.3"),
        spec.figure("logarithm", "Log", form="number.2"),
    ),
    id="watch-decided",
    row_id=lambda row: row.tripwire.id,
    note=SCORES,
)


def scored(found: Watch) -> str:
    """How tripwires that are decided were forecast, in a sentence."""
    if not found.decided:
        return "No tripwire is decided yet."
    n = len(found.decided)
    brier = sum(one.brier for one in found.decided) / n
    log = sum(one.logarithm for one in found.decided) / n
    better = "better" if brier < IGNORANT[0] else "no better"
    return f"{n} tripwires are decided: Brier {brier:.3f}, log {log:.2f}; {better} than one half for each."


def finding(found: Watch) -> str:
    """What tells most, in a sentence or two."""
    if not found.tripwires:
        return "Nothing that is registered lies ahead of this run."
    best = found.tripwires[0]
    told = best.told
    event = "P(bust)" if found.event == "Bust" else f"P({found.event})"
    return (
        f"Most is told by {best.words}: {best.label} {wire(best)} has a probability of "
        f"{probability_text(told.crossed)}. {event}, {probability_text(found.probability)} here, would "
        f"be {probability_text(told.given)} with it and {probability_text(told.rest)} without."
    )


def _read(row: Held) -> Content:
    return Cell(FAIL if row.outside else "inside", style="flag")


def _points(found: Estimate | None) -> tuple[Content, Content]:
    if found is None:
        return "–", "–"
    return Cell(100.0 * found.value, "usd_change"), Cell(100.0 * half(found), "usd_error")


def _how(row: Held) -> str:
    return row.why if row.why else f"±{row.error:.0%} in logs"


HELD: Spec[Held] = Spec(
    (
        spec.text("label", "Read since the base date", least=18),
        spec.shown("how", "Weighs", _how, least=12, optional=1),
        spec.text("date", "Of", lambda row: row.score.date),
        spec.text("unit", "Unit", lambda row: row.score.unit, optional=3, span=2),
        spec.figure("value", "Read", lambda row: row.score.value),
        spec.figure("low", "P5", lambda row: row.score.low, style="engine"),
        spec.figure("median", "P50", lambda row: row.score.median, style="engine", optional=2),
        spec.figure("high", "P95", lambda row: row.score.high, style="engine"),
        spec.figure(
            "percentile", "Percentile", lambda row: row.score.pit, form="share", style="engine", optional=2
        ),
        spec.shown("found", "90%", _read, align="center"),
        spec.measure(
            "alone", "Alone", None, _points, "± 95%", form="usd_change", note="usd_error", rest=6, optional=5
        ),
        spec.measure("after", "So far", None, _points, "± 95%", form="usd_change", note="usd_error", rest=4),
        spec.figure("effective", "Left", form="count", type=float | None),
    ),
    id="watch-readings",
    note=READ,
)


def _estimated(of: Difference, found: Estimate) -> tuple[Content, Content]:
    if not of.unit:
        return level_cell(found), margin_cell(found)
    value, error = found.value, found.standard_error
    return value_cell(value, error, of.unit, thin=found.thin), error_cell(value, half(found), of.unit, error)


def _changed(of: Difference) -> tuple[Content, Content]:
    if of.unit:
        return _sum(of.change)
    return _points(of.change)


def _sum(found: Estimate) -> tuple[Content, Content]:
    return Cell(found.value, "usd_change"), Cell(half(found), "usd_error")


MOVED: Spec[Difference] = Spec(
    (
        spec.text("label", "Result", least=24, span=2),
        spec.measure("before", "As run", itself, lambda row: _estimated(row, row.before), "± 95%", rest=2),
        spec.measure(
            "after", "With readings", itself, lambda row: _estimated(row, row.after), "± 95%", rest=2, span=2
        ),
        spec.measure(
            "change",
            "Change (points, USD bn)",
            itself,
            _changed,
            "± 95%",
            form="usd_change",
            note="usd_error",
            span=2,
        ),
    ),
    id="watch-moved",
    note=MOVED_SAID,
    row_id=lambda row: row.name,
)


def told(found: Update) -> str:
    """What readings since the base date do to a run, in a sentence or two."""
    if found.stress:
        return "Readings are held against the base case: a stress is no forecast."
    if not found.held:
        return f"Nothing that the run can be held against describes a time after its base date, {found.base}."
    if not found.weighing:
        return f"No reading since {found.base} weighs the paths; the table says why."
    if found.exhausted:
        return f"{found.why[0].upper()}{found.why[1:]}; a new base date is due."
    by = {row.name: row for row in found.moved}
    bust, loss = by[BUST], by["headline_loss"]
    change, noise = 100.0 * bust.change.value, 100.0 * half(bust.change)
    chances = f"{level_text(bust.before)} to {level_text(bust.after)}"
    return (
        f"By what was read since {found.base} ({_counted(found)}) P(bust) goes from {chances} "
        f"({change:+z.1f} points, ±{noise:.1f}), the mean headline loss from {money(loss.before.value)} to "
        f"{money(loss.after.value)}; {found.effective:,.0f} of {found.paths:,} paths' worth are left."
    )


def _counted(found: Update) -> str:
    n = len(found.weighing)
    return "one reading" if n == 1 else f"{n} readings"


def misses(found: Update) -> Iterator[str]:
    """A sentence for each reading outside its interval; red wherever it is shown."""
    for held in found.held:
        if held.outside:
            yield f"{held.sentence}."
