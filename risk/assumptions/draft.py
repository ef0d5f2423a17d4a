"""The register while it is read: raw tables, where each of their keys stands, and the problems so far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

from risk.assumptions import ranges
from risk.assumptions.companies import Company
from risk.assumptions.entries import ENTRY_KEYS
from risk.assumptions.locate import NAME
from risk.assumptions.measures import Class, Flag, Outcome, Proposition
from risk.assumptions.page import Contradiction, Fact, Figure
from risk.assumptions.plausible import Range
from risk.assumptions.positions import Path
from risk.assumptions.problems import Problem
from risk.assumptions.reader import Document, read, shown
from risk.assumptions.schema import Change, Limit, Record, Source
from risk.assumptions.tables import TABLES
from risk.assumptions.targets import Target
from risk.assumptions.terms import Terms
from risk.assumptions.validation import Site, unknown_key, validate
from risk.errors import suggestion

SECTIONS = ("run", "gpu", "energy", "capex", "revenue", "neoclouds", "credit", "dependence", "propositions")
PARTS = {"holders": "credit"}
"""Files that hold part of a section, by that section: a file of its own where one grows too long."""
WORDS = (
    "outcomes", "targets", "sources", "terms", "page_figures", "contradictions", "limits", "columns",
    "reconciliations", "companies",
)  # fmt: skip
FILES = (*SECTIONS, *PARTS, *WORDS)
REQUIRED = ("run", "sources", "terms")

MAX_ROWS = 10_000

R = TypeVar("R", bound=Record)

_PART = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


@dataclass
class Raw:
    """An entry or a row as it was read, and as scenarios changed it.

    Attributes
    ----------
    table : its keys.
    home : where it stands.
    moved : site of each key that a scenario set.
    changes : what scenarios set.
    """

    table: dict[str, Any]
    home: Site
    moved: dict[str, Site] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def locate(self, at: Path) -> Site:
        """Return the site of a key path."""
        return self.moved.get(str(at[0]), self.home) if at else self.home

    def problem(self, code: str, at: Path, reason: str, *fixes: str) -> Problem:
        """Return a problem at a key path."""
        return self.locate(at).problem(code, at, reason, *fixes)


@dataclass
class Draft:
    """Everything read from a register's base, with what is wrong so far."""

    problems: list[Problem] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    entries: dict[str, Raw] = field(default_factory=dict)
    rows: dict[str, list[Raw]] = field(default_factory=dict)
    removed: dict[str, list[Change]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    terms: Terms | None = None
    companies: dict[str, tuple[Company, Site]] = field(default_factory=dict)
    targets: dict[str, tuple[Target, Site]] = field(default_factory=dict)
    propositions: dict[str, tuple[Proposition, Site]] = field(default_factory=dict)
    figures: dict[str, tuple[Figure, Site]] = field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    facts: dict[str, tuple[Fact, Site]] = field(default_factory=dict)
    contradictions: dict[str, tuple[Contradiction, Site]] = field(default_factory=dict)
    limits: dict[str, tuple[Limit, Site]] = field(default_factory=dict)
    outcomes: dict[str, tuple[Outcome, Site]] = field(default_factory=dict)
    flags: dict[str, tuple[Flag, Site]] = field(default_factory=dict)
    classes: dict[str, tuple[Class, Site]] = field(default_factory=dict)
    ranges: dict[str, dict[str, Range]] = field(default_factory=dict)
    state: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nowcasts: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, dict[str, str]] = field(default_factory=dict)
    version: str = ""

    def whole(self, file: str) -> bool:
        """Return whether a file was read, so that a name missing from it is missing indeed."""
        return file in self.documents


def read_base(folder: FilePath) -> Draft:
    """Read every file of a register's base."""
    return understood(*opened(folder))


def opened(folder: FilePath) -> tuple[dict[str, Document], list[Problem]]:
    """Open every file of a register's base; return those that can be parsed by name, and what is wrong."""
    documents, problems = {}, list(_misplaced(folder))
    for name in FILES:
        path = folder / f"{name}.toml"
        if not path.exists():
            continue
        document, wrong = read(path)
        problems += wrong
        if not wrong:
            documents[name] = document
    return documents, problems


def understood(documents: Mapping[str, Document], problems: Sequence[Problem] = ()) -> Draft:
    """Return what the files of a base say; `problems` were found before."""
    draft = Draft(list(problems), dict(documents))
    for name, document in documents.items():
        _READERS.get(name, _read_section)(draft, name, document)
    return draft


def _misplaced(folder: FilePath) -> Iterator[Problem]:
    """Yield files that nothing reads, and those that are missing."""
    present, where = {path.stem for path in folder.glob("*.toml")}, shown(folder)
    for name in sorted(present - set(FILES)):
        meant = suggestion(name, FILES)
        reason = "nothing reads this file." + (f" Did you mean {meant}.toml?" if meant else "")
        files = "files: " + ", ".join(f"{file}.toml" for file in FILES)
        yield Problem("A020", f"{where}/{name}.toml", 0, 0, reason, (files,))
    for name in REQUIRED:
        if name not in present:
            yield Problem("A001", f"{where}/{name}.toml", 0, 0, "the file is missing")


def _read_section(draft: Draft, name: str, document: Document) -> None:
    section = PARTS.get(name, name)
    for key, item in document.data.items():
        if key == section and isinstance(item, dict):
            _walk(draft, document, item, (key,))
        elif key in SECTIONS:
            reason = f"section '{key}' stands in {name}.toml"
            draft.problems.append(
                document.problem("A020", (key,), reason, f"move it to {key}.toml", key=True)
            )
        else:
            draft.problems.append(unknown_key(Site(document, ()), (key,), {section}))


def _read_propositions(draft: Draft, name: str, document: Document) -> None:
    data = dict(document.data)
    version, rows = data.pop("version", ""), data.pop("proposition", [])
    draft.propositions = _records(draft, document, "proposition", rows, Proposition)
    draft.classes = _records(draft, document, "class", data.pop("class", []), Class)
    _read_section(draft, name, Document(document.name, document.text, data))
    if isinstance(version, bool) or not isinstance(version, (str, int)) or version == "":
        reason = "version is missing; a changed threshold is a new version"
        draft.problems.append(document.problem("A004", ("version",), reason, 'e.g. version = "1"'))
    draft.version = str(version)


def _read_outcomes(draft: Draft, name: str, document: Document) -> None:
    _only(draft, document, "outcome", "flag")
    draft.outcomes = _records(draft, document, "outcome", document.data.get("outcome", []), Outcome)
    draft.flags = _records(draft, document, "flag", document.data.get("flag", []), Flag)


def _read_targets(draft: Draft, name: str, document: Document) -> None:
    _only(draft, document, "target")
    draft.targets = _records(draft, document, "target", document.data.get("target", []), Target)


def _read_figures(draft: Draft, name: str, document: Document) -> None:
    _only(draft, document, "parts", "figure")
    draft.figures = _records(draft, document, "figure", document.data.get("figure", []), Figure)
    parts = document.data.get("parts", {})
    for part, sections in parts.items() if isinstance(parts, dict) else [("parts", None)]:
        if isinstance(sections, list) and all(isinstance(section, str) for section in sections):
            draft.parts[part] = tuple(sections)
        else:
            reason = f"'{part}' must be a part of the page: a list of its headings"
            at = ("parts", part) if isinstance(parts, dict) else ("parts",)
            draft.problems.append(document.problem("A005", at, reason, key=True))


def _read_contradictions(draft: Draft, name: str, document: Document) -> None:
    _only(draft, document, "fact", "contradiction")
    draft.facts = _records(draft, document, "fact", document.data.get("fact", []), Fact)
    rows = document.data.get("contradiction", [])
    draft.contradictions = _records(draft, document, "contradiction", rows, Contradiction)


def _read_limits(draft: Draft, name: str, document: Document) -> None:
    _only(draft, document, "limit")
    draft.limits = _records(draft, document, "limit", document.data.get("limit", []), Limit)


def _read_companies(draft: Draft, name: str, document: Document) -> None:
    _only(draft, document, "company")
    draft.companies = _records(draft, document, "company", document.data.get("company", []), Company)


def _read_terms(draft: Draft, name: str, document: Document) -> None:
    draft.terms, problems = validate(Terms, document.data, Site(document, ()))
    draft.problems += problems


def _read_columns(draft: Draft, name: str, document: Document) -> None:
    (draft.ranges, draft.state, draft.nowcasts, draft.fixed), problems = ranges.read(document)
    draft.problems += problems


def _read_reconciliations(draft: Draft, name: str, document: Document) -> None:
    """Only the frame: they are computed once all numbers are known to be sound."""
    _only(draft, document, "reconciliation")
    list(_rows(draft, document, ("reconciliation",), document.data.get("reconciliation", [])))


def _read_sources(draft: Draft, name: str, document: Document) -> None:
    for key, table in document.data.items():
        site = Site(document, (key,))
        if not isinstance(table, dict):
            draft.problems.append(
                site.problem("A005", (), f"'{key}' is not a source", f"write [{key}]", key=True)
            )
            continue
        if not NAME.fullmatch(key):
            reason = f"'{key}' is not a source key: lower-case letters, digits and hyphens"
            draft.problems.append(site.problem("A007", (), reason, key=True))
        source, problems = validate(Source, table, site)
        draft.problems += problems
        if source is not None:
            draft.sources[key] = source


_READERS = {
    "propositions": _read_propositions,
    "outcomes": _read_outcomes,
    "targets": _read_targets,
    "sources": _read_sources,
    "terms": _read_terms,
    "companies": _read_companies,
    "page_figures": _read_figures,
    "contradictions": _read_contradictions,
    "limits": _read_limits,
    "columns": _read_columns,
    "reconciliations": _read_reconciliations,
}


def _only(draft: Draft, document: Document, *keys: str) -> None:
    strangers = [other for other in document.data if other not in keys]
    draft.problems += [unknown_key(Site(document, ()), (other,), keys) for other in strangers]


def _records(
    draft: Draft, document: Document, key: str, rows: Any, model: type[R]
) -> dict[str, tuple[R, Site]]:
    """Return the valid records of an array of tables by id."""
    found: dict[str, tuple[R, Site]] = {}
    for site, raw in _rows(draft, document, (key,), rows):
        record, problems = validate(model, raw, site)
        draft.problems += problems
        if record is None:
            continue
        name = str(getattr(record, "id"))  # noqa: B009 - every model read here has an id
        if name in found:
            draft.problems.append(site.problem("A019", ("id",), f"'{name}' is given twice"))
        found[name] = record, site
    return found


def _rows(draft: Draft, document: Document, path: Path, rows: Any) -> Iterator[tuple[Site, dict[str, Any]]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        name = ".".join(map(str, path))
        reason = f"'{name}' must be an array of tables"
        draft.problems.append(document.problem("A005", path, reason, f"write [[{name}]]", key=True))
    elif len(rows) > MAX_ROWS:
        draft.problems.append(document.problem("A024", path, f"has more than {MAX_ROWS:,} rows", key=True))
    else:
        yield from ((Site(document, (*path, i)), row) for i, row in enumerate(rows))


def _walk(draft: Draft, document: Document, table: Mapping[str, Any], path: Path) -> None:
    """Find the entries and entity tables under a table that is neither."""
    for key, item in table.items():
        at = (*path, key)
        name = ".".join(map(str, at))
        if isinstance(item, dict):
            _check_part(draft, document, at)
            if _is_entry(item):
                _refuse_twice(draft, document, at, draft.entries)
                draft.entries[name] = Raw(item, Site(document, at))
            elif item:
                _walk(draft, document, item, at)
            else:
                draft.problems.append(document.problem("A004", at, f"[{name}] is empty", key=True))
        elif name in TABLES or _is_rows(item):
            _read_table(draft, document, at, name, item)
        else:
            fix = f"an entry is a table: [{name}] with value, unit, source, as_of, grade and owner"
            draft.problems.append(document.problem("A003", at, f"'{name}' is not an entry", fix, key=True))


def _is_entry(table: Mapping[str, Any]) -> bool:
    return any(
        key == "value" or (key in ENTRY_KEYS and not isinstance(table[key], (dict, list))) for key in table
    )


def _is_rows(item: Any) -> bool:
    return isinstance(item, list) and bool(item) and all(isinstance(row, dict) for row in item)


def _check_part(draft: Draft, document: Document, at: Path) -> None:
    if not _PART.fullmatch(str(at[-1])):
        reason = f"'{at[-1]}' is not a name: letters, digits and underscores, a letter first"
        draft.problems.append(document.problem("A007", at, reason, key=True))


def _read_table(draft: Draft, document: Document, at: Path, name: str, rows: Any) -> None:
    if name not in TABLES:
        meant = suggestion(name, TABLES)
        reason = f"unknown table [[{name}]]." + (f" Did you mean [[{meant}]]?" if meant else "")
        draft.problems.append(document.problem("A021", at, reason, "tables: " + ", ".join(TABLES), key=True))
        return
    _refuse_twice(draft, document, at, draft.rows)
    draft.rows[name] = [Raw(row, site) for site, row in _rows(draft, document, at, rows)]


def _refuse_twice(draft: Draft, document: Document, at: Path, known: Mapping[str, object]) -> None:
    """Say so where another file of the section gives the same entry or table."""
    name = ".".join(map(str, at))
    if name in known:
        reason = f"'{name}' is given in another file too"
        draft.problems.append(document.problem("A019", at, reason, key=True))
