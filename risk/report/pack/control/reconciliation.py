"""Reconciliation: what became of every figure of the thesis page, and where the page contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import fsum
from typing import Any

from risk.analysis.thesis_page import (
    CONTEXT,
    EVIDENCE,
    LOST,
    NOT_USED,
    REPLACED,
    VALUE,
    Contradicted,
    Fated,
    contradictions,
    counts,
    fates,
)
from risk.assumptions.figures import Span
from risk.report import spec
from risk.report.content import Formula, number_of
from risk.report.guards import Condition, Counted
from risk.report.pack.base.cells import Row, Tables, subtitle, table_of
from risk.report.pack.base.results import Results
from risk.report.record import Field, lifted
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec
from risk.report.table import Column, Table

MEANING = {
    VALUE: "the register takes it as a value, in its unit",
    EVIDENCE: "it argues for an assumption or a target",
    REPLACED: "something better stands in its place",
    NOT_USED: "it bears on the model and is no input",
    CONTEXT: "it bears on nothing in the model",
}
"""Fates in the order they are counted, and what each means."""

NONE = "–"
DIGITS = 3
"""Significant digits of a number that is set beside one of the page, which prints no more."""

GROUPED = 10_000
"""Number from which thousands are set apart, so that years are not."""

GRID = (5.0, 46.0, 52.0, 13.0, 13.0, 16.0, 11.0, 10.0, 60.0, 40.0, 18.0, 40.0)


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    figures, found = fates(results.register), contradictions(results.register)
    numbered = [*enumerate(figures, start=1)]
    replaced = [row for row in numbered if row[1].fate == REPLACED]
    return Sheet(
        "Reconciliation",
        "Reconciliation – every figure of the thesis page, and what became of it",
        subtitle(results, "“AI Infrastructure & Datacenter”, 2026-05-30"),
        "C",
        screen=(
            Paragraph(sentence(counts(figures), found), "finding"),
            _counts(figures),
            CONTRADICTIONS.table(enumerate(found, start=1), title=f"The {len(found)} contradictions"),
            REPLACEMENTS.table(
                replaced, title=f"What stands in the place of the {len(replaced)} replaced figures"
            ),
            FIGURES.table(
                numbered,
                title=f"All {len(figures)} figures by section, in the page's order",
                excel_name="tblPageFigures",
            ),
        ),
        question="Which of the page's figures does the model rest on, and which did it not take, and why?",
        grid=GRID,
        quoted=True,
    )


def sentence(number: dict[str, int], found: Sequence[Contradicted]) -> str:
    """Return what became of the figures in one sentence."""
    told = ", ".join(f"{number[fate]} {fate}" for fate in MEANING)
    lost = f"{number[LOST]} are unaccounted for" if number[LOST] else "none is unaccounted for"
    return f"{sum(number.values())} figures: {told}; {lost}. {len(found)} contradictions."


def _counts(figures: Sequence[Fated]) -> Table:
    """Live counts of the list below, by part of the page."""
    rows: dict[str, Row] = {}
    for i, part in enumerate(dict.fromkeys(figure.part for figure in figures)):
        quoted = part.replace('"', '""')
        where = f'COUNTIFS({{page-figures.part}},"{quoted}",{{page-figures.fate}},'
        rows[f"part-{i}"] = (part, *_counted(where, [figure for figure in figures if figure.part == part]))
    rows["total"] = ("All parts", *_counted("COUNTIF({page-figures.fate},", figures))
    columns = (
        Column("part", "Part of the page", span=3),
        *(Column(f"f{i}", fate.capitalize(), "count", style="calculation") for i, fate in enumerate(MEANING)),
    )
    note = "; ".join(f"{fate}: {meaning}" for fate, meaning in MEANING.items()) + "."
    made = table_of("page-fates", columns, rows, "What became of them", note)
    return replace(made, total=frozenset({len(rows) - 1}))


def _counted(where: str, figures: Sequence[Fated]) -> Iterator[Formula]:
    number = counts(figures)
    return (Formula(f'{where}"{fate}")', number[fate]) for fate in MEANING)


def told(span: Span | None) -> str:
    """Return a number or range in a few digits."""
    if span is None:
        return NONE
    low, high = (_short(end) for end in span)
    return low if low == high else f"{low}–{high}"


def _short(number: float) -> str:
    if abs(number) >= 10**DIGITS:
        return f"{number:,.0f}" if abs(number) >= GROUPED else f"{number:.0f}"
    text = f"{number:.{DIGITS}g}"
    return text if "e" not in text else f"{number:.3f}"


def _numbered(*fields: Field[Any]) -> tuple[Field[tuple[int, Any]], ...]:
    """Fields of figures or contradictions that are counted from one."""
    number: Field[tuple[int, Any]] = spec.count("number", "No.", lambda row: row[0], align="center")
    rest: tuple[Field[tuple[int, Any]], ...] = lifted(lambda row: row[1], fields)
    return number, *rest


def _id(row: tuple[int, Any]) -> str:
    return str(row[1].id)


RATIO: Field[Any] = spec.figure("ratio", "Ratio", form="price", align="right")
FIGURE: tuple[Field[Fated], ...] = (
    spec.text("name", "Figure"),
    spec.text("value", "As printed", align="right"),
    spec.text("today", "Today", lambda figure: told(figure.today), align="right"),
)

CONTRADICTIONS: Spec[tuple[int, Contradicted]] = Spec(
    _numbered(
        spec.text("claim", "The page says"),
        spec.text("reading", "Why both cannot hold, and what the model uses"),
        spec.text("says", "It says", lambda c: told(c.says), align="right"),
        spec.text("against", "Against", lambda c: told(c.against), align="right"),
        spec.text("unit", "Unit", span=2),
        RATIO,
    ),
    id="page-contradictions",
    note="Both sides are computed from the figures below, the register and a few facts that the page lacks "
    "(assumptions/base/contradictions.toml). Ratio: the second over the first, middle over middle.",
    row_id=_id,
    guards=(
        Counted(
            "Contradictions of the thesis page without both sides",
            ({"says": NONE}, {"against": NONE}),
            "computed from the figures",
        ),
    ),
)
REPLACEMENTS: Spec[tuple[int, Fated]] = Spec(
    _numbered(spec.text("part", "Part of the page"), *FIGURE, spec.text("unit", "Unit", span=2), RATIO),
    id="page-replaced",
    row_id=_id,
)
FIGURES: Spec[tuple[int, Fated]] = Spec(
    _numbered(
        spec.text("section", "Section of the page"),
        *FIGURE,
        spec.text("unit", "Unit"),
        spec.text("fate", "Fate"),
        RATIO,
        spec.text("why", "What became of it", lambda figure: figure.why or NONE),
        spec.text("by", "Entries and figures behind it", lambda figure: ", ".join(figure.by) or NONE),
        spec.text("part", "Part of the page"),
        spec.text("also", "Also printed in", lambda figure: "; ".join(figure.also) or NONE),
    ),
    id="page-figures",
    row_id=_id,
    guards=(
        Counted("Figures of the thesis page without one fate", ({"fate": LOST},), "Reconciliation"),
        Counted(
            "Page figures without a reason",
            tuple({"fate": fate, "why": NONE} for fate in (REPLACED, CONTEXT, NOT_USED)),
            "replaced, context or not used, and why blank",
        ),
        Counted(
            "Replaced page figures without today's number",
            ({"fate": REPLACED, "today": NONE},),
            "computed from the register",
        ),
    ),
)


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Every figure that is listed is counted."""
    listed = len(t["page-figures"].rows)
    cells = [t.at("page-fates", f"f{i}", "total") for i in range(len(MEANING))]
    total = Formula(f"SUM({','.join(cell.text for cell in cells)})", fsum(map(number_of, cells)))
    rows = Formula("ROWS({page-figures.fate})", listed)
    yield Condition("Fates of page figures add up", total, rows, 0.0, "Reconciliation")
