"""Reconciliation: what became of every figure of the thesis page, and of the places where it is in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from risk.report.pack.checks import Condition, count
from risk.report.pack.elements import Tables, subtitle
from risk.report.pack.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Column, Content, Formula, Table

TRAPS = 18
"""Places where the page contradicts itself or the record."""

USED, SUPERSEDED, NOT_USED, LOST = "used", "superseded", "not used", "UNACCOUNTED"
RESULT = "result:"

PRINTED = 30
"""Figures that are printed: the list is for looking up."""

Figure = Mapping[str, Any]


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    figures: Sequence[Figure] = results.register["page_figures"]
    return Sheet(
        "Reconciliation",
        "Reconciliation – every figure of the thesis page, and what became of it",
        subtitle(results, "“AI Infrastructure & Datacenter”, 2026-05-30"),
        "C",
        (Paragraph(_finding(figures), "finding"), _counts(figures), _traps(figures), _table(figures)),
        question="Which of the page's figures does the model rest on, and which did it not take, and why?",
        grid=(6.0, 27.0, 17.0, 10.0, 10.0, 38.5, 59.0, 36.0),
        landscape=False,
        printed_columns=7,
    )


def fate(figure: Figure) -> str:
    """What became of a figure; exactly one thing, or it is unaccounted for."""
    told = (bool(figure["used_by"]), bool(figure["superseded_by"]), bool(figure["not_used"]))
    return (USED, SUPERSEDED, NOT_USED)[told.index(True)] if sum(told) == 1 else LOST


def _finding(figures: Sequence[Figure]) -> str:
    fates = Counter(map(fate, figures))
    told = ", ".join(f"{fates[name]} {name}" for name in (USED, SUPERSEDED, NOT_USED))
    lost = f"{fates[LOST]} are unaccounted for" if fates[LOST] else "none is unaccounted for"
    return f"{len(figures)} figures: {told}; {lost}."


def _counts(figures: Sequence[Figure]) -> Table:
    """Live counts of the list below."""
    fates = Counter(map(fate, figures))
    meaning = {
        USED: "an assumption or a target rests on it",
        SUPERSEDED: "something better stands in its place",
        NOT_USED: "no input of these mechanisms",
        LOST: "nothing is said of it: an error",
    }
    rows = tuple(
        (name, Formula(f'COUNTIF({{page-figures.fate}},"{name}")', fates[name]), meaning[name])
        for name in (USED, SUPERSEDED, NOT_USED, LOST)
    )
    columns = (
        Column("label", "Fate", span=2),
        Column("n", "Figures", "count", style="calculation"),
        Column("what", "Which means", span=4),
    )
    return Table("page-fates", columns, rows, "What became of them", "", (USED, SUPERSEDED, "left", "lost"))


def _traps(figures: Sequence[Figure]) -> Table:
    """The traps in their order: which reading the model takes."""
    columns = (
        Column("trap", "Trap", "count", align="center"),
        Column("name", "Figure"),
        Column("value", "As printed"),
        Column("unit", "Unit"),
        Column("fate", "Fate"),
        Column("by", "Reading used"),
        Column("why", "Why"),
        Column("section", "Section of the page"),
    )
    found = sorted((f for f in figures if f["trap"]), key=lambda f: int(f["trap"]))
    rows = tuple((int(f["trap"]), str(f["name"]), *_told(f), str(f["section"])) for f in found)
    note = (
        "A trap is a place where the page contradicts itself, or the record; one may concern several figures."
    )
    return Table("page-traps", columns, rows, f"The {TRAPS} traps", note)


def _told(figure: Figure) -> tuple[Content, ...]:
    by, why = reading(figure)
    return str(figure["value"]), str(figure["unit"]), fate(figure), by, why


def reading(figure: Figure) -> tuple[str, str]:
    """What the figure is used by or gave way to, and why."""
    if figure["used_by"]:
        return ", ".join(name.removeprefix(RESULT) for name in figure["used_by"]), str(figure["why"])
    if figure["superseded_by"]:
        return str(figure["superseded_by"]), str(figure["why"])
    return "–", str(figure["not_used"] or figure["why"])


def _table(figures: Sequence[Figure]) -> Table:
    columns = (
        Column("number", "No.", "count", align="center"),
        Column("name", "Figure"),
        Column("value", "As printed"),
        Column("unit", "Unit"),
        Column("fate", "Fate"),
        Column("by", "Used by, or superseded by"),
        Column("why", "Why"),
        Column("section", "Section of the page"),
    )
    rows = tuple(
        (i, str(f["name"] or f["id"]), *_told(f), str(f["section"])) for i, f in enumerate(figures, start=1)
    )
    return Table(
        "page-figures",
        columns,
        rows,
        f"Every figure in the page's order; printed: the first {min(PRINTED, len(rows))} of {len(rows)}",
        "",
        tuple(str(f["id"]) for f in figures),
        excel_name="tblPageFigures",
        printed_rows=PRINTED,
    )


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """None is unaccounted for, each has a fate with its reason, and every trap is answered."""
    figures: Sequence[Figure] = results.register["page_figures"]
    lost = sum(fate(f) == LOST for f in figures)
    live = Formula(f'COUNTIF({{page-figures.fate}},"{LOST}")', lost)
    yield Condition("Figures of the thesis page without one fate", live, 0, 0.0, "Reconciliation")
    total = Formula("SUM({page-fates.n})", len(figures))
    listed = Formula("ROWS({page-figures.fate})", len(figures))
    yield Condition("Fates of page figures add up", total, listed, 0.0, "Reconciliation")
    answered = len({f["trap"] for f in figures if f["trap"]})
    each = "+".join(f"(COUNTIF({{page-traps.trap}},{i})>0)" for i in range(1, TRAPS + 1))
    yield Condition(
        "Traps of the thesis page answered", Formula(each, answered), TRAPS, 0.0, "Reconciliation"
    )
    yield count(
        "Page figures without a reason", _unexplained(figures), "superseded or not used, and why blank"
    )


def _unexplained(figures: Sequence[Figure]) -> str:
    return 'COUNTIFS({page-figures.fate},"<>used",{page-figures.why},"")'
