"""The plan screen: what a run would take, and what it would change, before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from risk.analysis.inputs import InputChange
from risk.analysis.provenance import Provenance
from risk.analysis.statistics import Estimate
from risk.report.record import Document, told, whole
from risk.report.terminal.comparison import CHANGES
from risk.report.terminal.page import Page, Screen, heading, line, note, pairs, table
from risk.report.terminal.summary import CARE


@dataclass(frozen=True)
class Target:
    """A standard error that paths are added for.

    Attributes
    ----------
    outcome : its probability has the error.
    standard_error : the largest that will do.
    known : the probability in the longest stored run of these numbers; None where there is none.
    """

    outcome: str
    standard_error: float
    known: Estimate | None


@dataclass(frozen=True)
class Forecast:
    """A run that has not been started.

    Attributes
    ----------
    run : its id; None where it depends on base medians that have not been simulated.
    stored : blocks that are there, of an earlier start or of a run of another length.
    memory, disk, free : bytes; `memory` of all processes together.
    seconds : expected, from an earlier run; None where there was none.
    previous : id of the newest run of the scenario; None where there is none.
    changes : assumptions that differ from it.
    target : standard error that decides the paths; None where their number was given.
    """

    scenario: str
    title: str
    paths: int
    quarters: int
    seed: int
    jobs: int
    folder: str
    run: str | None
    blocks: int
    stored: int
    complete: bool
    memory: int
    disk: int
    free: int
    seconds: float | None
    register: Provenance
    previous: str | None
    changes: tuple[InputChange, ...]
    target: Target | None = None


PLAN: Document[Forecast] = Document(
    (*whole(Forecast, "register").fields, told("register", CARE)),
    name="plan/1",
    title="What a run would take: bubblerisk run --dry-run --json",
)


def screen(plan: Forecast, page: Page, command: str) -> Screen:
    """The plan on a page.

    Parameters
    ----------
    command : what starts it.
    """
    facts = (
        f"{plan.paths:,} paths × {plan.quarters} quarters",
        f"seed {plan.seed}",
        f"{plan.jobs} worker{'s' if plan.jobs > 1 else ''}",
    )
    return (
        heading(f"Plan  {plan.scenario}: {plan.title}", page),
        line(" · ".join(facts), page),
        pairs(_lines(plan), page, indent=2),
        *_changes(plan, page),
        line(f"Nothing was run.  {_next(plan, command)}", page),
    )


def _next(plan: Forecast, command: str) -> str:
    return (
        "It is there already: the same command prints it." if plan.complete else f"Start it with: {command}"
    )


def _lines(plan: Forecast) -> Sequence[tuple[str, str]]:
    r = plan.register
    counts = f"numbers {r.numbers:,}: ok {r.numbers - r.stale:,} · stale {r.stale:,}"
    grades = f"judgement {r.guessed} of {r.uncertain} uncertain · stylised {r.stylised} of {r.firms} firms"
    time = (
        f"~{duration(plan.seconds)}, at the pace of the newest run"
        if plan.seconds is not None
        else "not known yet"
    )
    return (
        ("assumptions", f"{r.entries} entries and {r.rows} rows in {r.files} files"),
        ("", counts),
        ("", grades),
        ("target", _aim(plan) if plan.target else ""),
        ("memory", f"~{size(plan.memory)} in all processes"),
        ("time", "" if plan.complete else time),
        ("would write", _place(plan)),
        ("stored", _stored(plan)),
    )


def _aim(plan: Forecast) -> str:
    assert plan.target is not None
    t = plan.target
    wanted = f"standard error of P({t.outcome}) at most {100.0 * t.standard_error:.2g} pp"
    if t.known is None:
        return f"{wanted}; how many paths more that takes, these will tell"
    return f"{wanted}; {100.0 * t.known.standard_error:.2g} pp on {t.known.n:,} paths"


def _place(plan: Forecast) -> str:
    if plan.complete:
        return f"nothing: {plan.folder}/{plan.run}/ is complete"
    place = (
        f"{plan.folder}/{plan.run}/" if plan.run else f"{plan.folder}/ (its id follows from the base medians)"
    )
    return f"{place}  about {size(plan.disk)}, {size(plan.free)} free"


def _stored(plan: Forecast) -> str:
    if plan.complete or not plan.stored:
        return ""
    return f"{plan.stored} of {plan.blocks} blocks are there already"


def _changes(plan: Forecast, page: Page) -> Screen:
    if not plan.previous:
        return ()
    if not plan.changes:
        return (note(f"  no assumption differs from run {plan.previous}", page),)
    title = heading(f"Assumptions that differ from run {plan.previous} ({len(plan.changes)})", page)
    return Text(), title, table(CHANGES.table(plan.changes), page), Text()


def duration(seconds: float) -> str:
    """A time in the unit a person would use."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def size(count: int) -> str:
    """Bytes in megabytes or gigabytes."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 1):,.0f} MB"
