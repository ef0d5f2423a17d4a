"""The comparison screen: what was assumed differently in two runs, and what came out differently."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.text import Text

from risk.analysis import metrics
from risk.analysis.contrasts import NOISE, Difference, differences, shared_paths
from risk.analysis.explain_change import asked
from risk.analysis.inputs import InputChange, input_changes
from risk.analysis.statistics import Estimate
from risk.analysis.versions import Moved, Versions, versions
from risk.errors import StorageError, UsageError
from risk.report.formats import show
from risk.report.record import Document, Field, Many, Perhaps, Record, told, whole
from risk.report.spec import Spec, several, shown, text
from risk.report.table import Column
from risk.report.terminal.headed import HEADING, Heading
from risk.report.terminal.headed import heading as run_heading
from risk.report.terminal.numbers import number, points, probability
from risk.report.terminal.page import Page, Screen, heading, line, note, table
from risk.report.terminal.values import worded
from risk.runs import Run

HEADLINE = "bust"

UNREAD = "The first run is of another version of the model: its inputs and other results are not compared."
BETWEEN = (
    "Model: the new run as version {0} reads it, less the old one. Thresholds: the new run as version {1} "
    "reads it, less that; the same paths. ± is two standard errors."
)
"""What the columns of two versions are."""


@dataclass(frozen=True)
class Comparison:
    """Two runs.

    Attributes
    ----------
    inputs : entries and rows of the second register.
    shared : paths that both have and that are compared, path by path; 0 where they share no draws.
    versions : what moved where their propositions are of two versions.
    unread : the first register has other keys than today's: neither inputs nor other results are compared.
    """

    before: Heading
    after: Heading
    inputs: int
    changes: tuple[InputChange, ...]
    results: tuple[Difference, ...]
    shared: int
    versions: Versions | None = None
    unread: bool = False

    @property
    def paired(self) -> bool:
        """Whether errors of changes are those of the difference path by path."""
        return self.shared > 0

    @property
    def partly(self) -> bool:
        """Whether a run has paths that the other one lacks; its results here are of the shared ones."""
        return self.paired and self.before.paths != self.after.paths

    @property
    def changed(self) -> tuple[str, ...]:
        """Inputs that differ, each once: its value and its prior are one input."""
        return tuple(sorted({change.id for change in self.changes}))


def compare(before: Run, after: Run, outcome: str = "", when: str = "") -> Comparison:
    """Compare two stored runs; the first may be of a version whose register is not read any more.

    Parameters
    ----------
    outcome, when : a result and a condition that are compared before all others; see `asked`.
    """
    shared, told = shared_paths(before, after), readable(before)
    if (outcome or when) and not told:
        raise UsageError(UNREAD, "compare it without --outcome and --when")
    more = asked(before, after, outcome or metrics.HEADLINE, when, shared) if outcome or when else ()
    return Comparison(
        run_heading(before),
        run_heading(after),
        after.register.inputs,
        input_changes(before.register, after.register) if told else (),
        (*more, *differences(before, after, shared)) if told else (),
        shared,
        versions(before, after),
        unread=not told,
    )


def readable(run: Run) -> bool:
    """Whether a run's register has the keys of today's."""
    try:
        return bool(run.register)
    except StorageError:
        return False


def screen(found: Comparison, page: Page) -> Screen:
    """Both runs on a page."""
    return (
        table(RUNS.table((("old", found.before), ("new", found.after))), page),
        Text(),
        *([note(UNREAD, page)] if found.unread else _differences(found, page)),
        *(_versions(found.versions, page) if found.versions else ()),
        note(how(found), page),
    )


def _differences(found: Comparison, page: Page) -> Screen:
    """What was assumed differently, and what came out differently."""
    return (
        heading(f"Assumptions changed ({len(found.changed)} of {found.inputs:,} inputs)", page),
        table(CHANGES.table(found.changes), page) if found.changes else note("none", page),
        Text(),
        heading("Results", page),
        table(RESULTS.table(found.results), page),
        *([line(words, page)] if (words := bridge(found)) else []),
    )


def _versions(found: Versions, page: Page) -> Screen:
    """What definitions moved, and what the model."""
    return (
        Text(),
        heading(f"Propositions of version {found.old} and {found.new}: what moved because of which", page),
        table(VERSIONS.table(found.rows), page),
        note(BETWEEN.format(found.old, found.new), page),
    )


def change_fields(name: int, value: int, unit: int) -> tuple[Field[InputChange], ...]:
    """Fields of a changed assumption.

    Parameters
    ----------
    name, value : least width of its name, and of what it was and is.
    unit : how early the unit is left out.
    """
    return (
        shown(
            "name", "Assumption", lambda c: c.id if c.field == "value" else f"{c.id} ({c.field})", least=name
        ),
        shown("unit", "Unit", lambda c: c.unit, optional=unit),
        shown("old", "Old", lambda c: worded(c.before), align="right", least=value),
        shown("new", "New", lambda c: worded(c.after), align="right", least=value),
        shown("place", "File", lambda c: c.place, optional=1),
        *whole(InputChange).fields,
    )


CHANGES: Spec[InputChange] = Spec(change_fields(24, 14, 2), id="compare-changes")
"""Changed assumptions, one a line."""


def _ends(found: Difference) -> tuple[str, ...]:
    """What it was, what it is and by how much, and whether chance alone may have moved it."""
    if found.change.value == 0.0:
        same = (_shown(end, found.unit) for end in (found.before, found.after))
        return *same, "", "", "same"
    # What moved is told in the digits its own error supports, and both ends of it in the same.
    error = found.change.standard_error
    old, new = (_shown(end, found.unit, error) for end in (found.before, found.after))
    return old, new, *_change(found), "yes" if found.noise else "no"


def _shown(estimate: Estimate, unit: str, error: float | None = None) -> str:
    if unit or estimate.n == 0:
        return number(estimate.value, estimate.standard_error if error is None else error, unit)
    # A tenth of a point, as changes have; bounds stay bounds.
    return show(estimate.value, "rate") if 0.0 < estimate.value < 1.0 else probability(estimate)


def _change(found: Difference) -> tuple[str, str]:
    return _sized(found.change, found.unit)


def _sized(found: Estimate, unit: str) -> tuple[str, str]:
    """A change with its sign, and two standard errors of it."""
    change, error = found.value, found.standard_error
    if not unit:
        return _or_nothing(points(change)), points(NOISE * error).lstrip("+")
    sign = "+" if change > 0 else ""
    moved = _or_nothing(f"{sign}{number(change, error, unit)}")
    return moved, number(NOISE * error, error, unit)


def _or_nothing(change: str) -> str:
    """A change that rounds to nothing has no sign and no digits."""
    told = change == "not defined" or any(digit in change for digit in "123456789")
    return change if told else "0"


def bridge(found: Comparison) -> str:
    """The headline probability from old to new; what each of several changes adds only more runs can tell."""
    bust = next((result for result in found.results if result.name == HEADLINE), None)
    if bust is None or bust.change.value == 0.0:
        return ""
    ids = found.changed
    cause = "chance" if not ids else ids[0] if len(ids) == 1 else f"{len(ids)} changed inputs"
    size = 100.0 * bust.change.standard_error
    error = f"{size:.1f} {'paired ' if found.paired else ''}SE" if math.isfinite(size) else "not known"
    old, new = _shown(bust.before, ""), _shown(bust.after, "")
    return f"Bridge of P({HEADLINE})  {old} → {cause} {points(bust.change.value)} (±{error}) → {new}"


def how(found: Comparison) -> str:
    """How far chance is taken to reach."""
    if found.partly:
        only = f"Both runs share their first {found.shared:,} paths: results are of these only"
        return f"{only}, and 2 SE is that of the difference path by path."
    if found.paired:
        return "Both runs share their draws: 2 SE is that of the difference path by path."
    return "The runs do not share their draws: 2 SE counts the noise of both."


RESULTS: Spec[Difference] = Spec(
    (
        told("name"),
        text("label", "Result", least=30),
        shown("unit_word", "Unit", lambda d: d.unit, optional=1),
        told("unit", get=lambda d: d.unit or "probability"),
        several(
            Column("old", "Old", align="right"),
            Column("new", "New", align="right"),
            Column("moved", "Change", align="right"),
            Column("error", "2 SE", align="right"),
            Column("verdict", "Noise?"),
            cells=_ends,
        ),
        *(told(name, Estimate) for name in ("before", "after", "change")),
        told("noise", bool),
    ),
    id="compare-results",
)


def _end(key: str, header: str) -> Field[Moved]:
    """A probability or a loss."""
    return shown(key, header, lambda m: _shown(getattr(m, key), m.unit), align="right")


def _move(key: str, header: str) -> Field[Moved]:
    """What moved it by how much, with two standard errors."""

    def cell(m: Moved) -> str:
        found: Estimate = getattr(m, key)
        size, error = _sized(found, m.unit)
        return f"{size} ±{error}" if error and found.value != 0.0 else size

    return shown(key, header, cell, align="right")


VERSIONS: Spec[Moved] = Spec(
    (
        told("name"),
        text("label", "Result", least=24),
        shown("unit_word", "Unit", lambda m: m.unit, optional=1),
        told("unit", get=lambda m: m.unit or "probability"),
        _end("before", "Old"),
        _move("model", "Model"),
        _end("between", "New, old version"),
        _move("thresholds", "Thresholds"),
        _end("after", "New"),
        *(told(name, Estimate) for name in ("before", "model", "between", "thresholds", "after")),
    ),
    id="compare-versions",
)

RUNS: Spec[tuple[str, Heading]] = Spec(
    (
        shown("name", "", lambda run: run[0]),
        shown("run", "", lambda run: run[1].run),
        shown("scenario", "", lambda run: run[1].scenario),
        shown("paths", "", lambda run: f"{run[1].paths:,} paths"),
        shown("seed", "", lambda run: f"seed {run[1].seed}"),
        shown("title", "", lambda run: run[1].title, optional=1),
    ),
    id="compare-runs",
)

TWO_VERSIONS: Record[Versions] = Record((told("old"), told("new"), told("rows", Many(VERSIONS))))
"""What moved between two versions of the propositions."""

DOCUMENT: Document[Comparison] = Document(
    (
        told("before", HEADING),
        told("after", HEADING),
        told("paired", bool),
        told("shared_paths", int, lambda found: found.shared),
        told("assumptions", Many(CHANGES), lambda found: found.changes),
        told("results", Many(RESULTS)),
        told("inputs_compared", bool, lambda found: not found.unread),
        told("versions", Perhaps(TWO_VERSIONS)),
    ),
    name="compare/1",
    title="Two runs compared: bubblerisk compare RUN RUN --json",
)
