"""What is declared of the model's use and of its watch: the files of `assumptions/validation`.

    declared.toml    [[use]] intended, forbidden; [[suite]] tests as evidence; [[trigger]] what is watched
    overrides.toml   [[override]] a result or input that somebody's judgement stands in for
    approvals.toml   [[approval]] who lets the model be used for what, and until when

A register without the folder declares nothing. What is wrong is refused with file, line and column.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from risk.assumptions import load
from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import read as parsed
from risk.assumptions.schema import Note, Record, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.errors import suggestion

FOLDER = "validation"
"""Folder of the register."""

Watch = Literal["moved", "outside", "contradicted", "expired"]
"""What a trigger looks at: a reading that has moved since calibration, a reading outside its forecast, a
target that the run contradicts, an override whose day is over."""

MOVED, OUTSIDE = "moved", "outside"
Share = Annotated[float, Field(gt=0, lt=1)]
Names = Annotated[tuple[Text, ...], Field(strict=False)]
R = TypeVar("R", bound=Record)


class Use(Record):
    """What the model is for, or must not be used for."""

    id: Text
    kind: Literal["intended", "forbidden"]
    use: Text
    why: Text


class Suite(Record):
    """A part of the test suite that is evidence: its files, of which passes are counted."""

    id: Text
    what: Text
    files: Names


class Trigger(Record):
    """Something watched; past it a pack is a draft.

    Attributes
    ----------
    metrics : of readings.toml; empty = all that are scored.
    by : share by which a reading may move; `level` of the interval that should hold it.
    """

    id: Text
    watch: Watch
    label: Text
    why: Text
    action: Text
    owner: Text
    metrics: Names = ()
    by: Share | None = None
    level: Share | None = None


class Override(Record):
    """A number or a result that somebody's judgement stands in for.

    Attributes
    ----------
    subject : id of an entry, target, proposition, outcome or limitation.
    before, after : what it was, and what stands in for it.
    by, approved_by : two roles or people, never the same.
    """

    id: Text
    subject: Text
    before: Text
    after: Text
    why: Text
    by: Text
    approved_by: Text
    date: dt.date
    until: dt.date


class Approval(Record):
    """Leave to use the model for one of its intended uses."""

    id: Text
    use: Text
    by: Text
    role: Text
    date: dt.date
    until: dt.date
    conditions: Note = ""


@dataclass(frozen=True)
class Declared:
    """Everything that is declared; empty where the register has no such folder."""

    uses: tuple[Use, ...] = ()
    suites: tuple[Suite, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    overrides: tuple[Override, ...] = ()
    approvals: tuple[Approval, ...] = ()


FILES: dict[str, dict[str, type[Record]]] = {
    "declared.toml": {"use": Use, "suite": Suite, "trigger": Trigger},
    "overrides.toml": {"override": Override},
    "approvals.toml": {"approval": Approval},
}

Placed = list[tuple[Any, Site]]
"""Valid rows of a table with where they stand."""


def read(folder: Path, metrics: Collection[str]) -> Declared:
    """Read what is declared.

    Parameters
    ----------
    folder : of the register; `metrics` those of its readings.

    Raises
    ------
    AssumptionErrors : everything that is wrong in any file, with line and column.
    """
    found: dict[str, Placed] = {name: [] for tables in FILES.values() for name in tables}
    problems: list[Problem] = []
    for name, tables in FILES.items():
        path = folder / FOLDER / name
        if not path.exists():
            continue
        document, wrong = parsed(path)
        problems += wrong
        strangers = [key for key in document.data if key not in tables]
        problems += [unknown_key(Site(document, ()), (key,), tables) for key in strangers]
        for table, kind in tables.items():
            found[table], wrong = _rows(document, table, kind)
            problems += wrong
    problems += [
        *(p for trigger, site in found["trigger"] for p in _trigger(trigger, site, metrics)),
        *_overrides(found["override"], folder),
        *(p for approval, site in found["approval"] for p in _approval(approval, site, found["use"])),
    ]
    if problems:
        raise AssumptionErrors(problems, sum(map(len, found.values())))
    return Declared(**{f"{name}s": tuple(row for row, _ in rows) for name, rows in found.items()})


def _rows(document: Document, table: str, kind: type[R]) -> tuple[list[tuple[R, Site]], list[Problem]]:
    """Valid rows of a table of a document, and what is wrong with the others."""
    raw, rows, problems = document.data.get(table, []), list[tuple[R, Site]](), list[Problem]()
    if not isinstance(raw, list):
        return [], [document.problem("A005", (table,), f"'{table}' must be rows", f"write [[{table}]]")]
    seen: set[str] = set()
    for i, written in enumerate(raw):
        site = Site(document, (table, i))
        if not isinstance(written, dict):
            problems.append(site.problem("A005", (), f"a row of '{table}' is a table", f"write [[{table}]]"))
            continue
        row, wrong = validate(kind, written, site)
        problems += wrong
        if row is None:
            continue
        id = str(getattr(row, "id", ""))
        if id in seen:
            problems.append(site.problem("A019", ("id",), f"'{id}' is given twice"))
        seen.add(id)
        rows.append((row, site))
    return rows, problems


def _trigger(trigger: Trigger, site: Site, metrics: Collection[str]) -> Iterator[Problem]:
    """Yield what a trigger lacks, has too much, or names that nobody knows."""
    for i, name in enumerate(trigger.metrics):
        if name not in metrics:
            yield site.problem("A018", ("metrics", i), *_unknown("metric", name, metrics))
    wanted = {MOVED: "by", OUTSIDE: "level"}.get(trigger.watch, "")
    for key in ("by", "level"):
        given = getattr(trigger, key) is not None
        if given and key != wanted:
            yield site.problem(
                "A003", (key,), f"'{key}' means nothing to a trigger that watches '{trigger.watch}'", key=True
            )
        if key == wanted and not given:
            yield site.problem(
                "A004", (), f"'{key}' is missing: how far is past '{trigger.watch}'?", key=True
            )
    if trigger.watch == MOVED and not trigger.metrics:
        yield site.problem("A004", (), "'metrics' is missing: which readings are watched?", key=True)


def _overrides(rows: Placed, folder: Path) -> Iterator[Problem]:
    """Yield what is wrong with overrides; the register itself is read where there are any."""
    if not rows:
        return
    register = load(folder)
    claims = [claim.id for claim in register.claims]
    known = {*register.entries, *register.targets, *register.outcomes, *register.limits, *claims}
    for override, site in rows:
        yield from _override(override, site, known)


def _override(override: Override, site: Site, known: Collection[str]) -> Iterator[Problem]:
    """Yield what cannot be true of an override."""
    if override.subject not in known:
        yield site.problem("A018", ("subject",), *_unknown("subject", override.subject, known))
    if override.approved_by.casefold() == override.by.casefold():
        reason = f"approved_by is '{override.approved_by}', who asked for it"
        yield site.problem("A011", ("approved_by",), reason, "another person or role approves it")
    yield from _term(override, site)


def _approval(approval: Approval, site: Site, uses: Placed) -> Iterator[Problem]:
    """Yield what cannot be true of an approval."""
    kinds = {use.id: use.kind for use, _ in uses}
    if approval.use not in kinds:
        yield site.problem("A018", ("use",), *_unknown("use", approval.use, kinds))
    elif kinds[approval.use] == "forbidden":
        yield site.problem("A011", ("use",), f"use '{approval.use}' is forbidden: nobody can approve it")
    yield from _term(approval, site)


def _term(row: Override | Approval, site: Site) -> Iterator[Problem]:
    if row.until <= row.date:
        reason = f"until = {row.until} is not after date = {row.date}"
        yield site.problem("A014", ("until",), reason, "say until when it holds")


def _unknown(what: str, name: str, known: Collection[str]) -> tuple[str, str]:
    meant = suggestion(name, sorted(known))
    return f"{what} '{name}' is unknown", f"did you mean '{meant}'?" if meant else ""
