"""The estimates screen: what data say of numbers of the register, module by module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from risk.assumptions.schema import Entry
from risk.calibrate.estimate import Answer, Estimate
from risk.report.record import Document, Field, Many, Record, told
from risk.report.spec import Spec, count, flag, shown, text
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.report.terminal.values import with_unit

NEEDS = "see docs/data.md"
DIGITS = ".4g"


@dataclass(frozen=True)
class Asked:
    """Answers of some modules, and the file that was written of them ("" = none)."""

    answers: tuple[Answer, ...]
    written: str = ""
    changed: int = 0


def _number(x: float) -> str:
    return f"{x:{DIGITS}}" if x == x else "–"


def _prior(e: Estimate) -> str:
    return "fixed" if e.prior is None else f"{_number(e.prior[0])} – {_number(e.prior[1])}"


def _interval(e: Estimate) -> list[float]:
    return list(e.finding.limits)


ESTIMATES: Spec[Estimate] = Spec(
    (
        text("entry", "Entry", lambda e: e.finding.entry, least=24),
        text("unit", "Unit", optional=3),
        shown("value", "Register", lambda e: _number(e.value), align="right"),
        shown("prior", "Prior, 90%", _prior, align="right", optional=2),
        shown("estimate", "Estimate", lambda e: _number(e.finding.estimate), align="right"),
        shown("error", "± SE", lambda e: f"±{e.finding.error:.2g}", align="right"),
        count("n", "n", lambda e: e.finding.n),
        flag("inside", "Inside?"),
        flag("second", "Second opinion?", lambda e: e.finding.second, no="", optional=4),
        text("method", "Method", lambda e: e.finding.method, optional=1, least=24),
    ),
    id="estimates",
)

ESTIMATE: Record[Estimate] = Record(
    (
        told("entry", get=lambda e: e.finding.entry),
        told("unit"),
        told("value", float),
        told("prior", list[float] | None),
        told("estimate", float, lambda e: e.finding.estimate),
        told("standard_error", float, lambda e: e.finding.error),
        told("interval", list[float], _interval),
        told("n", int, lambda e: e.finding.n),
        told("inside", bool),
        told("second_opinion", bool, lambda e: e.finding.second),
        told("method", get=lambda e: e.finding.method),
        told("diagnostics", get=lambda e: e.finding.diagnostics),
    )
)

KEPT: Record[Entry] = Record(
    (
        told("entry", get=lambda e: e.id),
        told("data", get=lambda e: e.estimate.data if e.estimate else ""),
        told("date", get=lambda e: str(e.estimate.date) if e.estimate else ""),
        told("note"),
    )
)

_FIELDS: tuple[Field[Answer], ...] = (
    told("module", get=lambda a: a.module.name),
    told("title", get=lambda a: a.module.title),
    told("data", list[str]),
    told("missing", list[str]),
    told("estimates", Many(ESTIMATE)),
    told("kept", Many(KEPT)),
)

DOCUMENT: Document[Asked] = Document(
    (
        told("modules", Many(Record(_FIELDS)), lambda found: found.answers),
        told("written"),
        told("changed", int),
    ),
    name="estimate/1",
    title="What data say of the register's numbers: bubblerisk estimate --json",
)


def screen(found: Asked, page: Page) -> Screen:
    """One table a module, its diagnostics below; of a module without data what the register says of it."""
    lines: Screen = ()
    for answer in found.answers:
        lines = (*lines, *_module(answer, page), Text())
    if found.written:
        lines = (*lines, note(f"{found.written}: {found.changed} changes to read, compare and adopt.", page))
    return (*lines, note(HOW, page))


HOW = (
    "SE: standard error. Inside: the estimate lies inside the prior's 90%; of a number held fixed, the "
    "number inside the estimate's 90%. Second opinions are never written into a scenario."
)


def _module(answer: Answer, page: Page) -> Screen:
    title = heading(f"{answer.module.name}: {answer.module.title}", page)
    if answer.missing:
        return (
            title,
            note(f"needs {', '.join(answer.missing)} ({NEEDS}): --data DIR", page),
            *_kept(answer, page),
        )
    return (
        title,
        note(", ".join(answer.data), page),
        table(ESTIMATES.table(answer.estimates), page),
        *(note(f"{e.finding.entry}: {e.finding.diagnostics}", page) for e in _told_once(answer.estimates)),
    )


def _told_once(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Estimates whose diagnostics were not told of another."""
    return list({e.finding.diagnostics: e for e in reversed(estimates) if e.finding.diagnostics}.values())[
        ::-1
    ]


def _kept(answer: Answer, page: Page) -> Screen:
    """What was estimated before, by which command and on which data."""
    if not answer.kept:
        return (note("Nothing of the register was estimated by it.", page),)
    told = [
        note(
            f"{e.id} = {with_unit(e.value, e.unit)}: bubblerisk estimate {answer.module.name} --data DIR on "
            f"{e.estimate.data}, {e.estimate.date}. {e.note}",
            page,
        )
        for e in answer.kept
        if e.estimate
    ]
    return (note("The register has of it:", page), *told)
