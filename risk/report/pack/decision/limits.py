"""Limits: what the model does not do or does badly, which way that errs, and who answers for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from risk.assumptions import plausible
from risk.assumptions.plausible import Outlier
from risk.assumptions.schema import Limit
from risk.calibrate import replay
from risk.report.content import Formula
from risk.report.pack.base.cells import subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import Heading, Paragraph, Sheet
from risk.report.spec import Spec, quoted, shown, text
from risk.report.table import Table
from risk.report.validation import size_in_words, sizes

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
    limits, outliers = results.register.limits.values(), results.register.outliers
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
            table(results, "limits", ordered, "Limitations of the model") if ordered else Paragraph(_NONE),
            table(results, "limits-out", outside, "Risks out of scope") if outside else Paragraph(_NONE),
            *([OUTLIERS.table(outliers)] if outliers else []),
            *_validation(results),
            *_forbidden(results),
        ),
        question="What does the model leave out, which way does that err, and who answers for it?",
        grid=(45.0, 31.0, 10.5, 39.0, 42.0, 21.0, 30.0, 11.0, 11.0, 8.0),
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


def table(results: Results, identifier: str, limits: Sequence[Limit], title: str) -> Table:
    """Limits with their owners, and whether their review is due."""

    def due(limit: Limit) -> Formula:
        word = DUE if results.as_of > limit.review_by else FRESH
        return Formula(f'IF(As_Of>{{row.review}},"{DUE}","{FRESH}")', word)

    spec: Spec[Limit] = Spec(
        (
            quoted("limitation", "Limitation"),
            quoted("why", "Why"),
            quoted("bias", "Direction"),
            quoted("size", "Size, where known", lambda limit: size(results, limit)),
            quoted("done", "What we did"),
            shown("scope", "About", lambda limit: SCOPES.get(limit.scope, "Out of scope")),
            quoted("trigger", "Review before, when", lambda limit: limit.trigger or "–"),
            text("owner", "Owner"),
            shown("review", "Review by", lambda limit: limit.review_by, "date"),
            shown("due", "Due?", due, style="flag", align="center"),
        ),
        identifier,
        title,
        row_id=lambda limit: limit.id,
    )
    return spec.table(limits)


def size(results: Results, limit: Limit) -> str:
    """What moving a limitation does to the headlines, and what else is said of its size."""
    found = results.validation
    measured = size_in_words(sizes(found), limit.id) if found and limit.moved else ""
    return " ".join(filter(None, (measured, limit.size))) or UNMEASURED


UNMEASURED = "Not measured yet by this version: make evidence moves it."

OUTLIERS: Spec[Outlier] = Spec(
    (
        shown("number", "Number", lambda o: f"{o.id} {o.field}"),
        quoted("reason", "Why it is kept"),
        text("unit", "Unit"),
        shown("value", "Value", lambda o: plausible.shown(o.value)),
        shown("plausible", "Plausible", lambda o: str(plausible.Range(o.low, o.high))),
        shown("place", "File:line", lambda o: f"{o.file}:{o.line}"),
    ),
    id="outliers",
    title="Inputs outside their plausible range, with the reason",
)
"""Inputs beyond what is plausible that somebody let in."""


def _forbidden(results: Results) -> Iterator[Paragraph]:
    """What the model must not be used for, where that is declared."""
    found = (
        [use.use for use in results.validation.uses if use.kind == "forbidden"] if results.validation else []
    )
    if found:
        yield Paragraph(f"Forbidden uses: {' '.join(found)}", "bullet")


def _validation(results: Results) -> tuple[Heading | Paragraph, ...]:
    """What has been held against evidence, and what has not."""
    status = Counter(target.status for target in results.targets)
    told = ", ".join(f"{n} {word}" for word, n in status.most_common())
    return (
        Heading("Validation status"),
        Paragraph(f"Calibration targets: {told}; the sheet Calibration holds them one by one.", "bullet"),
        Paragraph("Accounting identities hold on the paths that the sheet Checks counts.", "bullet"),
        Paragraph(
            "No backtest of defaults is possible: the market has no default history. What can be replayed "
            f"is the funding of {replay.YEAR[0][:4]} (target T12).",
            "bullet",
        ),
        Paragraph("No compliance with any regulation is claimed.", "bullet"),
    )
