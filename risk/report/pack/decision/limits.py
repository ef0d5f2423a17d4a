"""Limits: what the model does not do or does badly, which way that errs, and who answers for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from risk.assumptions.plausible import Range, shown
from risk.assumptions.schema import Limit
from risk.calibrate import replay
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Heading, Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table

OUT = "out of scope"
SCOPES = {
    "data": "What is known",
    "model": "How it is modelled",
    "numerical": "How it is computed",
    "validation": "How it is tested",
}
DUE, FRESH = "DUE", "ok"


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    limits = results.register.limits.values()
    inside = [limit for limit in limits if limit.scope != OUT]
    outside = [limit for limit in limits if limit.scope == OUT]
    ordered = sorted(inside, key=lambda limit: list(SCOPES).index(limit.scope))
    return Sheet(
        "Limits",
        "Limits – what these numbers do not hold",
        subtitle(results, "losses are those of lenders; what is listed here stands in limits.toml"),
        "C",
        (
            Paragraph(_finding(inside, outside), "finding"),
            _table(results, "limits", ordered, "Limitations of the model") if ordered else Paragraph(_NONE),
            _table(results, "limits-out", outside, "Risks out of scope") if outside else Paragraph(_NONE),
            *_outliers(results),
            *_validation(results),
        ),
        question="What does the model leave out, which way does that err, and who answers for it?",
        grid=(45.0, 31.0, 10.5, 39.0, 42.0, 21.0, 11.0, 11.0, 8.0),
        landscape=False,
        pages=1,
        printed_columns=5,
    )


_NONE = "None is declared in the register of this run, which is a limitation of its own."


def _finding(inside: Sequence[Limit], outside: Sequence[Limit]) -> str:
    ways = Counter(limit.bias for limit in (*inside, *outside))
    told = ", ".join(f"{n} {_err(way, n)}" for way, n in ways.most_common())
    return f"{len(inside)} limitations and {len(outside)} risks out of scope ({told})."


def _err(way: str, count: int) -> str:
    """A direction as what one or several limitations do."""
    if way == "none":
        return "without a direction"
    if way == "either way":
        return "errs either way" if count == 1 else "err either way"
    return way if count == 1 else way.replace("states ", "state ")


def _table(results: Results, identifier: str, limits: Sequence[Limit], title: str) -> Table:
    columns = (
        Column("limitation", "Limitation"),
        Column("why", "Why"),
        Column("bias", "Direction"),
        Column("size", "Size, where known"),
        Column("done", "What we did"),
        Column("scope", "About"),
        Column("owner", "Owner"),
        Column("review", "Review by", "date"),
        Column("due", "Due?", style="flag", align="center"),
    )
    rows = tuple(_row(results, limit) for limit in limits)
    return Table(identifier, columns, rows, title, "", tuple(limit.id for limit in limits))


def _row(results: Results, limit: Limit) -> tuple[Content, ...]:
    review = limit.review_by
    due = Formula(f'IF(As_Of>{{row.review}},"{DUE}","{FRESH}")', DUE if results.as_of > review else FRESH)
    said = (limit.limitation, limit.why, limit.bias, limit.size, limit.done)
    words = (Cell(text, quoted=True) for text in said)
    about = SCOPES.get(limit.scope, "Out of scope")
    return (*words, about, limit.owner, review, due)


def _outliers(results: Results) -> tuple[Table, ...]:
    """Inputs beyond what is plausible that somebody let in; nothing where there is none."""
    outliers = results.register.outliers
    if not outliers:
        return ()
    columns = (
        Column("number", "Number"),
        Column("why_kept", "Why it is kept"),
        Column("unit", "Unit"),
        Column("value", "Value"),
        Column("plausible", "Plausible"),
        Column("place", "File:line"),
    )
    rows = tuple(
        (
            f"{found.id} {found.field}",
            Cell(found.reason, quoted=True),
            found.unit,
            shown(found.value),
            str(Range(found.low, found.high)),
            f"{found.file}:{found.line}",
        )
        for found in outliers
    )
    return (Table("outliers", columns, rows, "Inputs outside their plausible range, with the reason"),)


def _validation(results: Results) -> tuple[Heading | Paragraph, ...]:
    """What has been held against evidence, and what has not."""
    status = Counter(target.status for target in results.targets)
    told = ", ".join(f"{n} {word}" for word, n in status.most_common())
    return (
        Heading("Validation status"),
        Paragraph(f"Calibration targets: {told}; the sheet Calibration holds them one by one.", "bullet"),
        Paragraph("Accounting identities hold on every path; the sheet Checks recomputes them.", "bullet"),
        Paragraph(
            "No backtest of defaults is possible: the market has no default history. What can be replayed "
            f"is the funding of {replay.YEAR[0][:4]} (target T12).",
            "bullet",
        ),
        Paragraph("No compliance with any regulation is claimed.", "bullet"),
    )
