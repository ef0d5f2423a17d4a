"""Assumptions: every number of the register, where it comes from, and how old and how good it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from typing import Any

from risk.analysis.thesis_page import LOST, counts, fates
from risk.assumptions import Entry
from risk.assumptions.priors import Dirichlet, Prior
from risk.assumptions.table import Row, units
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table

LIST = "assumptions"
STALE, FRESH = "STALE", "ok"
FIXED = "fixed"
PRINTED_COLUMNS = 11
"""Columns up to the date; age, owner and place in the file are for the screen."""

LONGEST_LIST = 16
SHORT = 8
"""Characters up to which a number is printed in full."""


@dataclass(frozen=True)
class Assumption:
    """One line of the sheet; value and quantiles in `unit`."""

    id: str
    note: str
    value: str | float
    unit: str
    shape: str
    quantiles: tuple[float, float, float] | None
    source: str
    locator: str
    as_of: date
    grade: str
    owner: str
    place: str
    changed: str


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    entries = list(_entries(results))
    return Sheet(
        "Assumptions",
        "Assumptions – every number, its source, its age and its grade",
        subtitle(results, "values as in the files; to change one, edit the file and line named"),
        "F",
        (Paragraph(summary(results), "finding"), _table(results, entries)),
        question="What went in, from where, how old is it, and how good is the evidence?",
        freeze="header",
        landscape=False,
        printed_columns=PRINTED_COLUMNS,
    )


def stale(results: Results, as_of: date) -> bool:
    """Whether a date is older than the register allows at the date of the run."""
    return (results.as_of - as_of).days > stale_days(results)


def stale_days(results: Results) -> int:
    """Age in days from which an assumption is stale."""
    return results.register.integer("run.stale_days")


def all_rows(results: Results) -> list[Assumption]:
    """Entries, the uncertain ones first, then the cells of the entity tables."""
    entries = sorted(_entries(results), key=lambda a: a.shape == FIXED)
    return [*entries, *_cells(results)]


def summary(results: Results) -> str:
    """How many there are, of which kind, and what became of the thesis page's figures."""
    entries = results.register.entries.values()
    grades = Counter(entry.grade for entry in entries)
    kinds = ", ".join(f"{n} {words(grade)}" for grade, n in grades.most_common())
    uncertain = sum(entry.prior is not None for entry in entries)
    figures = counts(fates(results.register))
    fate = ", ".join(f"{n} {kind}" for kind, n in figures.items() if kind != LOST)
    return (
        f"{len(entries)} entries ({kinds}); printed are the {uncertain} uncertain ones. "
        "Those that are fixed and the cells of the entity tables follow below, on screen only. Thesis page: "
        f"{sum(figures.values())} figures "
        f"reconciled ({fate})."
    )


def _entries(results: Results) -> Iterator[Assumption]:
    for identifier, entry in results.register.entries.items():
        changed = "; ".join(sorted({f"{field} by {name}" for field, name in entry.origins.items()}))
        yield Assumption(
            id=identifier,
            note=_explained(entry),
            value=_value(entry.value),
            unit=entry.unit,
            shape=entry.prior.shape.replace("_", " ") if entry.prior else FIXED,
            quantiles=_quantiles(entry.prior),
            source=results.register.source_title(entry.source),
            locator=entry.locator,
            as_of=entry.as_of,
            grade=words(entry.grade),
            owner=entry.owner,
            place=f"{entry.file}:{entry.line}",
            changed=changed,
        )


def _quantiles(prior: Prior | None) -> tuple[float, float, float] | None:
    """P5, P50 and P95 of a prior in its entry's unit; None where it is of a vector, or there is none."""
    if prior is None or isinstance(prior, Dirichlet):
        return None
    low, middle, high = (prior.quantile(p) for p in (0.05, 0.5, 0.95))
    return low, middle, high


def _cells(results: Results) -> Iterator[Assumption]:
    """Every numeric cell of every entity table as a line."""
    owners = _owners(results)
    changed = {(c.id, c.field): c.scenario for c in results.register.changes}
    for name, table in results.register.tables.items():
        for file, line, row in zip(table.files, table.lines, table.rows, strict=True):
            for key, unit in units(table.model).items():
                where = changed.get((f"{name}.{row.id}", key), "")
                yield Assumption(
                    id=f"{name}[{row.id}].{key}",
                    note=row.note,
                    value=_value(getattr(row, key)),
                    unit=unit,
                    shape=FIXED,
                    quantiles=None,
                    source=results.register.source_title(row.source),
                    locator=row.locator,
                    as_of=row.as_of,
                    grade=words(row.grade) + (", stylised" if getattr(row, "stylised", False) else ""),
                    owner=_owner(row) or owners.get(name.partition(".")[0], ""),
                    place=f"{file}:{line}",
                    changed=f"by {where}" if where else "",
                )


def _owner(row: Row) -> str:
    """Who answers for a row; where `owner` names who owns what, nobody of its own."""
    return "" if "owner" in row.key else row.owner


def _owners(results: Results) -> dict[str, str]:
    """Who owns most entries of a section: rows of its tables without an owner are theirs."""
    counts: dict[str, Counter[str]] = {}
    for entry in results.register.entries.values():
        counts.setdefault(entry.section, Counter())[entry.owner] += 1
    return {section: count.most_common(1)[0][0] for section, count in counts.items()}


def _value(value: Any) -> str | float:
    """A scalar as it is, a short vector in words, of a long one or a matrix the number of values."""
    if isinstance(value, tuple):
        text = _listed(value)
        return text if len(text) <= LONGEST_LIST else f"{text.count(' ') + 1} values"
    whole = isinstance(value, int) and abs(value) >= 10**15  # a seed keeps its digits
    return value if isinstance(value, str) else str(value) if whole else float(value)


def _listed(value: tuple[Any, ...]) -> str:
    return "; ".join(
        " ".join(_short(x) for x in row) if isinstance(row, tuple) else _short(row) for row in value
    )


def _explained(entry: Entry) -> str:
    """What an entry is, with the values that do not fit their column."""
    value = entry.value
    if not isinstance(value, tuple) or len(_listed(value)) <= LONGEST_LIST:
        return entry.note
    return f"{entry.note} Values: {_listed(value)}".strip()


def _short(value: float) -> str:
    return f"{value:.6g}"


def _number(value: str | float) -> Content:
    if isinstance(value, str) or not isfinite(value):
        return str(value)
    decimals = max(0, 4 - len(f"{abs(value):.0f}"))  # four digits are enough of a quantile
    return Cell(value, "general" if len(f"{value:.10g}") <= SHORT else f"number.{decimals}")


def _table(results: Results, entries: Sequence[Assumption]) -> Table:
    rows = all_rows(results)
    columns = (
        Column("id", "Id", width=28, style="id"),
        Column("note", "What it is", width=39),
        Column("value", "Value", "general", width=10.5, align="right"),
        Column("unit", "Unit", width=8.5),
        Column("shape", "Prior", width=10),
        Column("p5", "P5", "general", width=8, align="right"),
        Column("p50", "P50", "general", width=8, align="right"),
        Column("p95", "P95", "general", width=8, align="right"),
        Column("source", "Source", width=27),
        Column("grade", "Grade", width=11),
        Column("as_of", "As of", "date", width=10.5),
        Column("age", "Age, days", "count", width=7, style="calculation"),
        Column("stale", "Stale?", width=7.5, style="flag", align="center"),
        Column("owner", "Owner", width=10.5),
        Column("locator", "Where in it", width=24),
        Column("place", "File and line", width=21),
        Column("changed", "Changed", width=11),
    )
    cells = tuple(_row(results, a) for a in rows)
    return Table(
        LIST,
        columns,
        cells,
        row_ids=tuple(a.id for a in rows),
        excel_name="tblAssumptions",
        printed_rows=sum(a.shape != FIXED for a in entries),
    )


def _row(results: Results, a: Assumption) -> tuple[Content, ...]:
    old = stale(results, a.as_of)
    quantiles: tuple[Content, ...] = (
        ("",) * 3 if a.quantiles is None else tuple(_number(q) for q in a.quantiles)
    )
    value = _number(a.value)
    if a.changed:
        known = value if isinstance(value, Cell) else Cell(value)
        value = replace(known, bold=True)
    return (
        a.id,
        a.note,
        value,
        a.unit,
        a.shape,
        *quantiles,
        a.source,
        a.grade,
        a.as_of,
        Formula("As_Of-{row.as_of}", (results.as_of - a.as_of).days),
        Formula(f'IF({{row.age}}>Stale_Days,"{STALE}","{FRESH}")', STALE if old else FRESH),
        a.owner,
        a.locator,
        a.place,
        a.changed,
    )
