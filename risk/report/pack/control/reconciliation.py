"""Reconciliation: what became of every figure of the thesis page, and where the page contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from risk.report.guards import Condition
from risk.report.pack.base.cells import Tables, subtitle
from risk.report.pack.base.results import Results
from risk.report.pack.control.checks import count
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Column, Content, Formula, Table

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
PRINTED_COLUMNS = 8


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    figures, found = fates(results.register), contradictions(results.register)
    return Sheet(
        "Reconciliation",
        "Reconciliation – every figure of the thesis page, and what became of it",
        subtitle(
            results, "“AI Infrastructure & Datacenter”, 2026-05-30; the list of all figures is on the screen"
        ),
        "C",
        (
            Paragraph(sentence(counts(figures), found), "finding"),
            _counts(figures),
            _contradictions(found),
            _replaced(figures),
            _table(figures),
        ),
        question="Which of the page's figures does the model rest on, and which did it not take, and why?",
        grid=GRID,
        landscape=False,
        printed_columns=PRINTED_COLUMNS,
    )


def sentence(number: dict[str, int], found: Sequence[Contradicted]) -> str:
    """Return what became of the figures in one sentence."""
    told = ", ".join(f"{number[fate]} {fate}" for fate in MEANING)
    lost = f"{number[LOST]} are unaccounted for" if number[LOST] else "none is unaccounted for"
    return f"{sum(number.values())} figures: {told}; {lost}. {len(found)} contradictions."


def _counts(figures: Sequence[Fated]) -> Table:
    """Live counts of the list below, by part of the page."""
    parts = tuple(dict.fromkeys(figure.part for figure in figures))
    rows: list[tuple[Content, ...]] = []
    for part in parts:
        number = counts([figure for figure in figures if figure.part == part])
        quoted = part.replace('"', '""')
        cells = (
            Formula(
                f'COUNTIFS({{page-figures.part}},"{quoted}",{{page-figures.fate}},"{fate}")', number[fate]
            )
            for fate in MEANING
        )
        rows.append((part, *cells))
    total = counts(figures)
    every = (Formula(f'COUNTIF({{page-figures.fate}},"{fate}")', total[fate]) for fate in MEANING)
    rows.append(("All parts", *every))
    ids = (*(f"part-{i}" for i in range(len(parts))), "total")
    columns = (
        Column("part", "Part of the page", span=3),
        *(Column(f"f{i}", fate.capitalize(), "count", style="calculation") for i, fate in enumerate(MEANING)),
    )
    note = "; ".join(f"{fate}: {meaning}" for fate, meaning in MEANING.items()) + "."
    return Table(
        "page-fates", columns, tuple(rows), "What became of them", note, ids, frozenset({len(parts)})
    )


def _contradictions(found: Sequence[Contradicted]) -> Table:
    """Both sides of every contradiction, and what the model uses."""
    columns = (
        Column("number", "No.", "count", align="center"),
        Column("claim", "The page says"),
        Column("reading", "Why both cannot hold, and what the model uses"),
        Column("says", "It says", align="right"),
        Column("against", "Against", align="right"),
        Column("unit", "Unit", span=2),
        Column("ratio", "Ratio", "price", align="right"),
    )
    rows = tuple(
        (i, c.claim, c.reading, told(c.says), told(c.against), c.unit, _ratio(c))
        for i, c in enumerate(found, start=1)
    )
    note = (
        "Both sides are computed from the figures below, the register and a few facts that the page lacks "
        "(assumptions/base/contradictions.toml). Ratio: the second over the first, middle over middle."
    )
    ids = tuple(c.id for c in found)
    return Table("page-contradictions", columns, rows, f"The {len(rows)} contradictions", note, ids)


def _ratio(found: Contradicted) -> Content:
    if found.says is None or found.against is None or found.says.middle == 0:
        return NONE
    return found.against.middle / found.says.middle


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


def _replaced(figures: Sequence[Fated]) -> Table:
    """The figures that gave way beside what stands in their place: the part of the list that is printed."""
    found = [(i, figure) for i, figure in enumerate(figures, start=1) if figure.fate == REPLACED]
    columns = (
        Column("number", "No.", "count", align="center"),
        Column("part", "Part of the page"),
        Column("name", "Figure"),
        Column("value", "As printed", align="right"),
        Column("today", "Today", align="right"),
        Column("unit", "Unit", span=2),
        Column("ratio", "Ratio", "price", align="right"),
    )
    rows = tuple(
        (
            i,
            figure.part,
            figure.name,
            figure.value,
            told(figure.today),
            figure.unit,
            NONE if figure.ratio is None else figure.ratio,
        )
        for i, figure in found
    )
    title = f"What stands in the place of the {len(rows)} replaced figures"
    return Table("page-replaced", columns, rows, title, "", tuple(figure.id for _, figure in found))


def _table(figures: Sequence[Fated]) -> Table:
    columns = (
        Column("number", "No.", "count", align="center"),
        Column("section", "Section of the page"),
        Column("name", "Figure"),
        Column("value", "As printed", align="right"),
        Column("today", "Today", align="right"),
        Column("unit", "Unit"),
        Column("fate", "Fate"),
        Column("ratio", "Ratio", "price", align="right"),
        Column("why", "What became of it"),
        Column("by", "Entries and figures behind it"),
        Column("part", "Part of the page"),
        Column("also", "Also printed in"),
    )
    rows = tuple(
        (
            i,
            figure.section,
            figure.name,
            figure.value,
            told(figure.today),
            figure.unit,
            figure.fate,
            NONE if figure.ratio is None else figure.ratio,
            figure.why or NONE,
            ", ".join(figure.by) or NONE,
            figure.part,
            "; ".join(figure.also) or NONE,
        )
        for i, figure in enumerate(figures, start=1)
    )
    return Table(
        "page-figures",
        columns,
        rows,
        f"All {len(rows)} figures by section, in the page's order",
        "",
        tuple(figure.id for figure in figures),
        excel_name="tblPageFigures",
        printed_rows=0,
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """None is unaccounted for, each has its reason, and every number that is set beside one is there."""
    figures = fates(results.register)
    lost = counts(figures)[LOST]
    live = Formula(f'COUNTIF({{page-figures.fate}},"{LOST}")', lost)
    yield Condition("Figures of the thesis page without one fate", live, 0, 0.0, "Reconciliation")
    cells = ",".join(f"{{page-fates.f{i}[total]}}" for i in range(len(MEANING)))
    total = Formula(f"SUM({cells})", len(figures))
    listed = Formula("ROWS({page-figures.fate})", len(figures))
    yield Condition("Fates of page figures add up", total, listed, 0.0, "Reconciliation")
    silent = "+".join(
        f'COUNTIFS({{page-figures.fate}},"{fate}",{{page-figures.why}},"{NONE}")'
        for fate in (REPLACED, CONTEXT, NOT_USED)
    )
    yield count("Page figures without a reason", silent, "replaced, context or not used, and why blank")
    blank = f'COUNTIFS({{page-figures.fate}},"{REPLACED}",{{page-figures.today}},"{NONE}")'
    yield count("Replaced page figures without today's number", blank, "computed from the register")
    sides = "+".join(f'COUNTIF({{page-contradictions.{side}}},"{NONE}")' for side in ("says", "against"))
    yield count("Contradictions of the thesis page without both sides", sides, "computed from the figures")
