"""The register on a page and as documents: entries, tables and rows; whether it is valid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from risk.assumptions import AssumptionErrors, Assumptions, Change, Entry
from risk.assumptions import Table as Entities
from risk.assumptions.normalised import WORDS, outlier_data
from risk.assumptions.page import FATES
from risk.assumptions.plausible import Outlier, Range
from risk.assumptions.priors import Dirichlet
from risk.assumptions.problems import Problem, counted
from risk.assumptions.schema import Source
from risk.assumptions.table import Row, units
from risk.report import spec
from risk.report.record import Document, Keyed, Many, Perhaps, Record, told, whole
from risk.report.spec import Spec
from risk.report.table import Column, Table
from risk.report.terminal.page import Page, Screen, pairs, parts
from risk.report.terminal.values import changed, number, prior, short, with_unit

VALUE = float | str | list[Any]
QUANTILES = ("p5", "p50", "p95")
"""Of an entry's prior."""

ENTRY: Record[Mapping[str, Any]] = Record(
    (
        *whole(
            Entry,
            *("id", "changes", "outliers"),
            **dict.fromkeys(("low", "high"), VALUE | None),
            value=VALUE,
            observed=str,
            prior=Perhaps(Record((told("shape"),), open=True)),
            estimate=Perhaps(Record((told("module"), told("data"), told("date")))),
        ).fields,
        told("origin"),
        told("origins", dict[str, str]),
    )
)

ROW: Record[Mapping[str, Any]] = Record(
    (
        *(told(key, str | None if key == "known_by" else str) for key in sorted(WORDS - {"label"})),
        told("label", absent=True),
    ),
    open=True,
)
"""What every row has, and the label that some have; its other keys are those of its table."""

LIST: Document[Mapping[str, Any]] = Document(
    (told("scenario"), told("entries", Keyed(ENTRY))),
    name="assumptions.list/1",
    title="The register: bubblerisk assumptions list --json",
)

SHOW: Document[Mapping[str, Any]] = Document(
    (told("id"), *ENTRY.fields, *(told(name, float | list[float], absent=True) for name in QUANTILES)),
    name="assumptions.show/1",
    title="One entry: bubblerisk assumptions show ID --json; quantiles where it is uncertain",
)

TABLE: Document[Entities] = Document(
    (
        told("id", get=lambda found: found.name),
        told("units", dict[str, str], lambda found: units(found.model)),
        told("fixed", dict[str, str]),
        told("rows", Many(ROW), lambda found: [row.model_dump(mode="json") for row in found.rows]),
    ),
    name="assumptions.table/1",
    title="A table: bubblerisk assumptions show gpu.generation --json",
)

ONE_ROW: Document[Mapping[str, Any]] = Document(
    (told("id"), told("units", dict[str, str]), told("row", ROW)),
    name="assumptions.row/1",
    title="A row of a table: bubblerisk assumptions show gpu.generation.H100 --json",
)

PROBLEM = whole(Problem, "excerpt", "width")

CHECK: Document[Mapping[str, Any]] = Document(
    (
        told("ok", bool),
        told("summary", absent=True),
        told("digest", absent=True),
        told("entries", int),
        *(told(key, int, absent=True) for key in ("rows", "sources", "page_figures", "contradictions")),
        told("page_fates", Record(tuple(told(fate, int) for fate in FATES.values())), absent=True),
        told("outliers", Many(whole(Outlier, value=VALUE, low=VALUE, high=VALUE)), absent=True),
        told("errors", Many(PROBLEM)),
    ),
    name="assumptions.check/1",
    title="Whether the register is valid: bubblerisk assumptions check --json; every error with its place",
)

ENTRIES: Spec[Entry] = Spec(
    (
        spec.text("id", "id"),
        spec.worded("value", "value", short, type=VALUE, align="right"),
        spec.text("unit", "unit"),
        spec.text("p5", "P5", lambda e: _quantile(e, "p5"), align="right", optional=1),
        spec.text("p95", "P95", lambda e: _quantile(e, "p95"), align="right", optional=1),
        spec.text("grade", "grade"),
        spec.text("as_of", "as of", align="left", optional=3),
        spec.text("owner", "owner", optional=4),
        spec.text("source", "source", optional=2),
    ),
    id="entries",
)


def _quantile(entry: Entry, name: str) -> str:
    """A quantile of a number's prior; of a vector there is no room, and a library would be loaded."""
    found = None if isinstance(entry.prior, Dirichlet) else getattr(entry, name)
    return f"{found:.4g}" if isinstance(found, float) else ""


def quantiles(entry: Entry) -> dict[str, Any]:
    """P5, median and P95 of an entry's prior; none where it is held fixed."""
    return {name: getattr(entry, name) for name in QUANTILES} if entry.prior else {}


def entries_screen(entries: Iterable[Entry], page: Page) -> Screen:
    """Entries, one a line."""
    return parts(ENTRIES.table(entries), page)


def entry_screen(entry: Entry, source: Source, page: Page) -> Screen:
    """All that is known of an entry."""
    known = entry.low is not None and entry.high is not None
    items = [
        (entry.id, with_unit(entry.value, entry.unit)),
        ("labels", ", ".join(entry.labels)),
        ("prior", prior(entry.prior.model_dump(exclude_none=True) if entry.prior else None)),
        ("", ", ".join(f"{name.upper()} {number(x)}" for name, x in quantiles(entry).items())),
        ("domain", entry.domain),
        ("plausible", f"{Range(entry.low, entry.high)}" if known else ""),
        ("accepted", entry.accept),
        ("fixed", entry.fixed),
        ("source", source.title),
        ("", ", ".join(filter(None, (source.publisher, str(source.date or "")))) or source.url),
        ("locator", entry.locator),
        ("as of", f"{entry.as_of}, state at the base date" if entry.state else f"{entry.as_of}"),
        ("known by", str(entry.known_by or "")),
        ("observed", str(entry.observed)),
        ("rule", entry.rule),
        ("grade", entry.grade),
        ("estimate", estimated(entry)),
        ("owner", entry.owner),
        ("note", entry.note),
        ("file", f"{entry.file}:{entry.line}"),
        *_changes(entry.changes),
    ]
    return (pairs(items, page),)


def estimated(entry: Entry) -> str:
    """How what data said of an entry is found again; "" where they were not asked."""
    found = entry.estimate
    return f"bubblerisk estimate {found.module}, on {found.data}, {found.date}" if found else ""


def _changes(changes: Iterable[Change]) -> list[tuple[str, str]]:
    return [
        ("changed", f"{c.field}, before {changed(c.before)}, by {c.scenario}: {c.why} ({c.file}:{c.line})")
        for c in changes
    ]


def table_screen(found: Entities, page: Page) -> Screen:
    """An entity table; where it goes on below itself its key is repeated."""
    hidden = {*WORDS, "accept", "plausible"}
    key = found.model.key
    known = [name for name in found.model.model_fields if name not in hidden]
    names = sorted(known, key=lambda name: name not in key)
    columns = []
    for name in names:
        words = name in key or any(isinstance(getattr(row, name), str) for row in found.rows)
        columns.append(Column(name, _heading(found, name), align="left" if words else "right"))
    rows = tuple(tuple(number(getattr(row, name)) for name in names) for row in found.rows)
    reasons = [(f"fixed: {name}", why) for name, why in found.fixed.items()]
    return (
        *parts(Table(found.name, tuple(columns), rows), page, keys=len(key)),
        *((pairs(reasons, page),) if reasons else ()),
    )


def _heading(found: Entities, name: str) -> str:
    unit = units(found.model).get(name, "")
    return name if unit in ("", "1", "fraction", "multiple") else f"{name} ({unit})"


def row_screen(found: Entities, row: Row, source: Source, page: Page) -> Screen:
    """All that is known of a row."""
    id, at, of = f"{found.name}.{row.id}", found.names.index(row.id), units(found.model)
    items = [
        (id, f"{found.files[at]}:{found.lines[at]}"),
        *((name, with_unit(value, of.get(name, ""))) for name, value in row.model_dump().items()),
        ("source title", source.title),
        *_changes(change for change in found.changes if change.id == id),
    ]
    return (pairs(items, page),)


def valid(assumptions: Assumptions) -> dict[str, Any]:
    """What `CHECK` says of a register that runs."""
    fates = [figure.fates[0] for figure in assumptions.page_figures.values()]
    return {
        "ok": True,
        "digest": assumptions.digest,
        "entries": len(assumptions.entries),
        "rows": sum(len(found.rows) for found in assumptions.tables.values()),
        "sources": len(assumptions.sources),
        "page_figures": len(assumptions.page_figures),
        "contradictions": len(assumptions.contradictions),
        "page_fates": {fate: fates.count(key) for key, fate in FATES.items()},
        "outliers": [outlier_data(outlier, assumptions.directory) for outlier in assumptions.outliers],
        "errors": (),
    }


def valid_text(assumptions: Assumptions, counts: Mapping[str, Any]) -> str:
    """The same in a line, and one for every number that a reason let in."""
    rows, sources = counted(counts["rows"], "row"), counted(counts["sources"], "source")
    entries = counted(counts["entries"], "entry", "entries")
    where = f"{assumptions.directory}, {assumptions.scenario.name}"
    accepted = [f"accepted  {outlier.file}:{outlier.line}  {outlier}" for outlier in assumptions.outliers]
    return "\n".join([f"ok  {where}: {entries}, {rows}, {sources}, 0 errors", *accepted])


def refused(error: AssumptionErrors) -> dict[str, Any]:
    """What documents say of assumptions that are refused."""
    return {"ok": False, "summary": error.reason, "entries": error.entries, "errors": error.problems}
