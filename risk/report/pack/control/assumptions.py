"""Assumptions: every number of the register, where it comes from, and how old and how good it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from typing import Any

from risk.analysis.thesis_page import LOST, counts, fates
from risk.assumptions import Entry
from risk.assumptions.priors import Dirichlet, Prior
from risk.assumptions.table import Row, units
from risk.report import spec
from risk.report.content import Cell, Content, Formula
from risk.report.guards import Counted, Ordered
from risk.report.pack.base.ages import STALE, aged, stale
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec
from risk.report.table import Column, Table

FIXED, JUDGEMENT = "fixed", "judgement*"
LONGEST_LIST = 16
SHORT = 8
"""Characters up to which a number is printed in full."""

PERCENTILES = ("p5", "p50", "p95")
NEEDED = {"source": "source", "as_of": "date", "owner": "owner", "unit": "unit", "grade": "grade"}
"""Columns that no row may leave blank, and what they hold."""


@dataclass(frozen=True)
class Assumption:
    """One line of the sheet; value and quantiles in `unit`.

    Attributes
    ----------
    aged : age in days at the day of the run, and whether that is stale, as formulas.
    changed : by which scenario; "" = as in base.
    """

    id: str
    note: str
    value: str | float
    unit: str
    shape: str
    quantiles: tuple[float, float, float] | None
    source: str
    locator: str
    as_of: date
    aged: tuple[Formula, Formula]
    grade: str
    owner: str
    place: str
    changed: str


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Assumptions",
        "Assumptions – every number, its source, its age and its grade",
        subtitle(results, "values as in the files; to change one, edit the file and line named"),
        "F",
        screen=(Paragraph(summary(results), "finding"), table(results)),
        question="What went in, from where, how old is it, and how good is the evidence?",
        freeze="header",
    )


def summary(results: Results) -> str:
    """How many there are, of which kind, and what became of the thesis page's figures."""
    entries = results.register.entries.values()
    grades = Counter(entry.grade for entry in entries)
    kinds = ", ".join(f"{n} {words(grade)}" for grade, n in grades.most_common())
    uncertain = sum(entry.prior is not None for entry in entries)
    figures = counts(fates(results.register))
    fate = ", ".join(f"{n} {kind}" for kind, n in figures.items() if kind != LOST)
    return (
        f"{len(entries)} entries ({kinds}), the {uncertain} uncertain ones first; the cells of the entity "
        f"tables follow. Thesis page: {sum(figures.values())} figures reconciled ({fate})."
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
            grade=words(entry.grade),
            owner=entry.owner,
            place=f"{entry.file}:{entry.line}",
            changed=changed,
            **_origin(results, entry),
        )


def _origin(results: Results, row: Entry | Row) -> dict[str, Any]:
    """Source, date and age of an entry or a row."""
    return {
        "source": results.register.source_title(row.source),
        "locator": row.locator,
        "as_of": row.as_of,
        "aged": aged(results, row.as_of),
    }


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
                    grade=words(row.grade) + (", stylised" if getattr(row, "stylised", False) else ""),
                    owner=_owner(row) or owners.get(name.partition(".")[0], ""),
                    place=f"{file}:{line}",
                    changed=f"by {where}" if where else "",
                    **_origin(results, row),
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
    """What an entry is, what data spoke of it, and the values that do not fit their column."""
    value, found = entry.value, entry.estimate
    note = f"{entry.note} Data: {found.module}, {found.data}.".strip() if found else entry.note
    if not isinstance(value, tuple) or len(_listed(value)) <= LONGEST_LIST:
        return note
    return f"{note} Values: {_listed(value)}".strip()


def _short(value: float) -> str:
    return f"{value:.6g}"


def _number(value: str | float) -> Content:
    if isinstance(value, str) or not isfinite(value):
        return str(value)
    decimals = max(0, 4 - len(f"{abs(value):.0f}"))  # four digits are enough of a quantile
    return Cell(value, "general" if len(f"{value:.10g}") <= SHORT else f"number.{decimals}")


def _stated(a: Assumption) -> Content:
    """A value; bold where a scenario changed it."""
    value = _number(a.value)
    if not a.changed:
        return value
    return replace(value if isinstance(value, Cell) else Cell(value), bold=True)


def _spread(a: Assumption) -> tuple[Content, ...]:
    return ("",) * len(PERCENTILES) if a.quantiles is None else tuple(map(_number, a.quantiles))


ASSUMPTIONS: Spec[Assumption] = Spec(
    (
        spec.text("id", "Id", width=28, style="id"),
        spec.quoted("note", "What it is", width=39),
        spec.shown("value", "Value", _stated, "general", width=10.5, align="right"),
        spec.text("unit", "Unit", width=8.5),
        spec.text("shape", "Prior", width=10),
        spec.several(
            *(Column(key, key.upper(), "general", width=8, align="right") for key in PERCENTILES),
            cells=_spread,
        ),
        spec.quoted("source", "Source", width=27),
        spec.text("grade", "Grade", width=11),
        spec.shown("as_of", "As of", lambda a: a.as_of, "date", width=10.5),
        spec.several(
            Column("age", "Age, days", "count", width=7, style="calculation"),
            Column("stale", "Stale?", width=7.5, style="flag", align="center"),
            cells=lambda a: a.aged,
        ),
        spec.text("owner", "Owner", width=10.5),
        spec.quoted("locator", "Where in it", width=24),
        spec.text("place", "File and line", width=21),
        spec.text("changed", "Changed", width=11),
    ),
    id="assumptions",
    row_id=lambda a: a.id,
)


def table(results: Results) -> Table:
    """Entries, the uncertain ones first, then the cells of the entity tables."""
    entries = sorted(_entries(results), key=lambda a: a.shape == FIXED)
    rows = [*entries, *_cells(results)]
    old, judged = (
        sum(stale(results, a.as_of) for a in rows),
        sum(a.grade.startswith(JUDGEMENT[:-1]) for a in rows),
    )
    alike = "assumptions: workbook and engine count alike"
    blank = (
        Counted(f"Assumptions without a {what}", ({key: ""},), "entries and cells of tables")
        for key, what in NEEDED.items()
    )
    return ASSUMPTIONS.table(
        rows,
        excel_name="tblAssumptions",
        guards=(
            *blank,
            Counted(f"Stale {alike}", ({"stale": STALE},), "age over Stale_Days at As_Of", old),
            Counted(f"Judgement {alike}", ({"grade": JUDGEMENT},), "by grade", judged),
            Counted("Assumptions dated after the run", ({"age": "<0"},), "age in days"),
            Ordered("Priors with quantiles out of order", PERCENTILES, "P5 ≤ P50 ≤ P95"),
        ),
    )
