"""Totals of the register that must agree, each within the tolerance of reconciliations.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from risk.assumptions import locate
from risk.assumptions.draft import Draft, Raw
from risk.assumptions.entries import accepted
from risk.assumptions.expression import Nothing, Ref, Scope, Unknown
from risk.assumptions.plausible import Outlier
from risk.assumptions.problems import Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import read as load
from risk.assumptions.schema import Entry, Note, Record, Text
from risk.assumptions.table import Row
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import Site, validate
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions.register import Assumptions

CODE = "A026"

SLIPS = (0.1, 10, 0.01, 100, 0.001, 1000)
"""Factors by which one number read otherwise is tried, to find the one that does not fit."""


class Reconciliation(Record):
    """Two readings of one quantity: ``[[reconciliation]]`` in reconciliations.toml.

    Attributes
    ----------
    id : its name in messages.
    left, right : expressions, compared in `unit`.
    tolerance : the larger over the smaller may be one plus this.
    at_most : only the left side may not be the larger.
    each : a table, compared row by row; `where` chooses among its rows.
    why : why the two must agree, and why no closer.
    source : where that is known from.
    """

    id: Text
    left: Text
    right: Text
    tolerance: Annotated[float, Field(gt=0)]
    unit: Text
    why: Text
    source: Text
    at_most: bool = False
    each: Note = ""
    where: Note = ""

    def holds(self, left: float, right: float) -> bool:
        """Return whether two readings agree."""
        most = 1 + self.tolerance
        return left <= right * most and (self.at_most or right <= left * most)


def read(document: Document) -> tuple[list[tuple[Reconciliation, Site]], list[Problem]]:
    """Return the valid reconciliations of a file, and what is wrong with the others."""
    found: list[tuple[Reconciliation, Site]] = []
    problems: list[Problem] = []
    rows = document.data.get("reconciliation", [])
    for i, raw in enumerate(rows if isinstance(rows, list) else []):
        site = Site(document, ("reconciliation", i))
        record, refused = validate(Reconciliation, raw, site)
        problems += refused
        if record is None:
            continue
        if record.unit not in SCALE:
            problems.append(site.problem("A009", ("unit",), f"unknown unit '{record.unit}'"))
        elif record.each and record.each not in TABLES:
            problems.append(site.problem("A021", ("each",), f"'{record.each}' is no entity table"))
        else:
            found.append((record, site))
    return found, problems


def check(
    draft: Draft, entries: Mapping[str, Entry], rows: Mapping[str, Mapping[int, Row]]
) -> tuple[list[Problem], list[Outlier]]:
    """Return the totals of a sound register that do not agree, and those that a reason lets in."""
    document = draft.documents.get("reconciliations")
    if document is None or draft.problems:
        return [], []
    declared, problems = read(document)
    outliers = []
    for record, site in declared:
        try:
            for scope, left, right in _broken(record, entries, rows):
                said, let_in = _told(draft, record, scope, left, right, site)
                problems += said
                outliers += let_in
        except (Unknown, SyntaxError, ZeroDivisionError, ValueError, IndexError) as error:
            reason = f"reconciliation '{record.id}' cannot be computed: {error}"
            problems.append(site.problem("A018", (), reason, key=True))
    return problems, outliers


@dataclass(frozen=True)
class Agreement:
    """Two readings of one quantity in a register.

    Attributes
    ----------
    id : of the reconciliation; `row` : of the table it is made for, "" without one.
    left, right : in `unit`.
    most : what the larger over the smaller may be; with `at_most`, the left over the right.
    why : why the two must agree, and why no closer.
    """

    id: str
    row: str
    left: float
    right: float
    unit: str
    most: float
    at_most: bool
    why: str


def agreements(register: Assumptions) -> tuple[Agreement, ...]:
    """Return both readings of every total that a register as loaded from its folder holds twice."""
    document, _ = load(locate.register(FilePath(register.directory)) / locate.BASE / "reconciliations.toml")
    rows = {name: dict(enumerate(table.rows)) for name, table in register.tables.items()}
    return tuple(
        Agreement(
            record.id,
            rows[record.each][scope.at].id if record.each else "",
            left / SCALE[record.unit],
            right / SCALE[record.unit],
            record.unit,
            1.0 + record.tolerance,
            record.at_most,
            record.why,
        )
        for record, _ in read(document)[0]
        for scope, left, right in _readings(record, register.entries, rows)
    )


def _broken(
    record: Reconciliation, entries: Mapping[str, Entry], rows: Mapping[str, Mapping[int, Row]]
) -> Iterator[tuple[Scope, float, float]]:
    """Yield where two readings do not agree."""
    for scope, left, right in _readings(record, entries, rows):
        if not record.holds(left, right):
            yield scope, left, right


def _readings(
    record: Reconciliation, entries: Mapping[str, Entry], rows: Mapping[str, Mapping[int, Row]]
) -> Iterator[tuple[Scope, float, float]]:
    """Yield two readings of one quantity: scope with what was read, left and right in base units."""
    for at in list(rows.get(record.each, {})) if record.each else (0,):
        scope = Scope(entries, rows, record.each, at)
        if record.where and not scope.matches(record.where, at):
            continue
        try:
            left, right = scope.number(record.left), scope.number(record.right)
        except Nothing:
            continue
        yield scope, left, right


def _told(
    draft: Draft, record: Reconciliation, scope: Scope, left: float, right: float, site: Site
) -> tuple[list[Problem], list[Outlier]]:
    members = list(dict.fromkeys(scope.read))
    suspects = [ref for ref in members if _mends(record, scope, ref)] or members
    row = f" of {scope.rows[record.each][scope.at].id}" if record.each else ""
    scale = SCALE[record.unit]
    numbers = f"{left / scale:.4g} against {right / scale:.4g} {record.unit}"
    bound = f"{'at most ' if record.at_most else 'within '}a factor of {1 + record.tolerance:g}"
    for ref in members:
        raw, key = _home(draft, ref)
        if accepted(raw.table, raw.locate, key):
            place = raw.locate((key,))
            most = 1 + record.tolerance
            lowest, ratio = (0.0 if record.at_most else 1 / most), left / right if right else 0.0
            line = place.document.line((*place.path, key))
            reason = str(raw.table["accept"])
            field = f"{key}, in {record.id}"
            name, file = _name(scope, ref), place.document.name
            return [], [Outlier(name, field, ratio, lowest, most, "1", reason, file, line)]
    raw, key = _home(draft, suspects[0])
    reason = f"{record.id}{row}: {numbers}, but they agree {bound} ({record.why})"
    others = [_place(draft, scope, ref) for ref in suspects[:8]]
    more = f" and {len(suspects) - 8} more" if len(suspects) > 8 else ""
    told = f"look at {', '.join(others)}{more}"
    declared = f"declared in {site.document.name}:{site.document.line(site.path)}; {_KEEP}"
    return [raw.problem(CODE, (key,), reason, told, declared)], []


_KEEP = 'to keep it, add accept = "why" where it stands'


def _mends(record: Reconciliation, scope: Scope, ref: Ref) -> bool:
    """Return whether one number read otherwise by a power of ten would make the readings agree."""
    for factor in SLIPS:
        tried = Scope(scope.entries, scope.rows, scope.table, scope.at, (ref, factor))
        if record.holds(tried.number(record.left), tried.number(record.right)):
            return True
    return False


def _home(draft: Draft, ref: Ref) -> tuple[Raw, str]:
    name, i, column = ref
    return (draft.rows[name][i], column) if column else (draft.entries[name], "value")


def _name(scope: Scope, ref: Ref) -> str:
    name, i, column = ref
    return f"{name}.{scope.rows[name][i].id}" if column else name


def _place(draft: Draft, scope: Scope, ref: Ref) -> str:
    raw, key = _home(draft, ref)
    site = raw.locate((key,))
    place = f"{site.document.name}:{site.document.line((*site.path, key))}"
    return f"{_name(scope, ref)}{f' {key}' if ref[2] else ''} ({place})"
