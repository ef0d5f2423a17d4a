"""Dependence: how shocks move together, as the register asks and as the draws of the run do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, combinations
from math import fsum, isfinite

import numpy as np

from risk.analysis.dependence import Dependence, dependence
from risk.assumptions import Entry
from risk.report import spec
from risk.report.content import Cell, Content, Formula, Style
from risk.report.guards import Condition
from risk.report.pack.base.cells import known, subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import HeatMap, Paragraph, Sheet
from risk.report.spec import Spec
from risk.report.table import Column, Table
from risk.shocks.draw import CORRELATION, DEGREES_OF_FREEDOM

FACTORS = {
    "M": "Macro and credit (up is stress)",
    "Z": "AI demand",
    "E": "Algorithmic efficiency",
    "H": "Hardware launch",
    "P": "Power delivery",
    "L": "Funding window of AI labs",
}

DECIMALS = "number.3"
SURE = 4.0
"""Standard errors that a realised correlation may lie from the declared one: one in 16,000 by chance."""

CLIP = 0.02
"""Correlation that the clip of the shocks at five standard deviations may take away."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    found = dependence(results.run)
    entries = [results.register.entry(identifier) for identifier in (CORRELATION, DEGREES_OF_FREEDOM)]
    titles = {entry.id: results.register.source_title(entry.source) for entry in entries}
    return Sheet(
        "Dependence",
        "Dependence – how the shocks move together",
        subtitle(results, "correlation of standardised quarterly innovations"),
        "F",
        screen=(
            Paragraph(_finding(found), "finding"),
            _declared(found),
            _map(found),
            _realised(found),
            _difference(found),
            SOURCES.table(replace(entry, source=titles[entry.id]) for entry in entries),
            *(Paragraph(entry.note, "bullet") for entry in entries),
            Paragraph(NOTE, "note"),
        ),
        question="Which shocks are drawn together, who says so, and do the draws obey?",
        grid=(34.0, *(10.0,) * 2 * len(found.factors)),
    )


def _finding(found: Dependence) -> str:
    gaps = np.abs(found.realised - found.declared)
    i, j = np.unravel_index(int(gaps.argmax()), gaps.shape)
    pair = f"{found.factors[min(i, j)]}–{found.factors[max(i, j)]}"
    sound = "is positive semi-definite" if found.pivot >= 0.0 else "is NOT positive semi-definite"
    return (
        f"The declared matrix {sound}; the largest difference of the draws from it is "
        f"{gaps[i, j]:.3f} ({pair}, ±{_three(found.standard_error[i, j])})."
    )


def _three(error: float) -> str:
    return f"{error:.3f}" if isfinite(error) else "–"


def label(letter: str) -> str:
    """A factor by its letter and its name."""
    return f"{letter}  {FACTORS.get(letter, '')}"


def _declared(found: Dependence) -> Table:
    columns = [Column(letter, letter, "number.2", style="engine") for letter in found.factors]
    rows: Iterator[tuple[Content, ...]] = (
        (label(a), *map(float, row)) for a, row in zip(found.factors, found.declared, strict=True)
    )
    note = (
        "Zero means no linear dependence; all factors of a quarter still share one Student-t mixing variable."
    )
    return Table(
        "correlation",
        (Column("factor", "Factor"), *columns),
        tuple(rows),
        "Declared in the register",
        note,
        found.factors,
        guards=_is_correlation(found),
    )


def _is_correlation(found: Dependence) -> tuple[Condition, ...]:
    """The matrix is symmetric and positive semi-definite."""
    skew = "+".join(f"ABS({{correlation.{b}[{a}]}}-{{correlation.{a}[{b}]}})" for a, b in _pairs(found))
    apart = fsum(abs(found.declared - found.declared.T)[np.triu_indices(len(found.factors))])
    first, last = found.factors[0], found.factors[-1]
    whole = f"{{correlation.{first}[{first}]}}:{{correlation.{last}[{last}]}}"
    determinant = Formula(f"MDETERM({whole})", float(np.linalg.det(found.declared)))
    text = "Correlation matrix is positive semi-definite: its determinant"
    return (
        Condition("Correlation matrix is symmetric", Formula(skew, apart), 0, 1e-12, "Dependence"),
        Condition(text, 0, determinant, 1e-12, "recomputed", "≤"),
        Condition("… and its smallest Cholesky pivot", 0, found.pivot, 1e-12, "engine", "≤"),
    )


def _obeyed(found: Dependence) -> Condition:
    """The draws have the declared correlation, within their error and the clip of the shocks."""
    gaps = ",".join(f"ABS({{difference.{b}[{a}]}})" for a, b in _pairs(found))
    worst, error = float(abs(found.realised - found.declared).max()), float(found.standard_error.max())
    bound = SURE * error + CLIP if isfinite(error) else 2.0  # one path: nothing is too far
    how = "4 SE, and the clip"
    return Condition(
        "Realised correlation against declared", Formula(f"MAX({gaps})", worst), bound, 0.0, how, "≤"
    )


def _pairs(found: Dependence) -> tuple[tuple[str, str], ...]:
    return tuple(combinations(found.factors, 2))


def _map(found: Dependence) -> HeatMap:
    values = tuple(tuple(float(x) for x in row) for row in found.realised)
    one, two = max(_pairs(found), key=lambda pair: abs(_between(found, *pair)))
    return HeatMap(
        "correlation-map",
        "Realised in the draws, in color",
        "Factor",
        "Factor",
        tuple(label(letter) for letter in found.factors),
        found.factors,
        values,
        format="number.2",
        low=-1.0,
        middle=0.0,
        high=1.0,
        alt=f"{label(one)} and {label(two)} move together most: {_between(found, one, two):+.2f}.",
    )


def _between(found: Dependence, one: str, two: str) -> float:
    """Realised correlation of two factors."""
    return float(found.realised[found.factors.index(one), found.factors.index(two)])


def _realised(found: Dependence) -> Table:
    def cells(i: int, j: int) -> tuple[Content, Content]:
        error = known(float(found.standard_error[i, j]), "usd_error.3")
        return float(found.realised[i, j]), Cell("exact", style="note") if i == j else error

    note = (
        f"{found.paths:,} paths × {found.quarters} quarters drawn again from the run's seed; ± is the "
        "standard error with paths as the independent units."
    )
    made = Table("realised", _columns(found, "engine", "±"), _rows(found, cells), "Realised in the draws")
    return replace(made, note=note, row_ids=found.factors)


def _difference(found: Dependence) -> Table:
    def cells(i: int, j: int) -> tuple[Content, Content]:
        place = f"{found.factors[j]}[{found.factors[i]}]"
        gap = float(found.realised[i, j]) - float(found.declared[i, j])
        return Formula(f"{{realised.{place}}}-{{correlation.{place}}}", gap), None

    columns, rows = _columns(found, "calculation"), _rows(found, cells)
    made = Table("difference", columns, rows, "Realised less declared", row_ids=found.factors)
    return replace(made, guards=(_obeyed(found),))


def _columns(found: Dependence, style: Style, error: str = "") -> tuple[Column, ...]:
    """A number and its error a factor."""
    columns = [Column("factor", "Factor")]
    for letter in found.factors:
        columns.append(Column(letter, letter, DECIMALS, style=style))
        columns.append(Column(f"{letter}_se", error, DECIMALS, style="note", align="right"))
    return tuple(columns)


def _rows(
    found: Dependence, cells: Callable[[int, int], tuple[Content, Content]]
) -> tuple[tuple[Content, ...], ...]:
    """A row a factor; `cells` gives a number and its error."""
    places = range(len(found.factors))
    return tuple(
        (label(letter), *chain.from_iterable(cells(i, j) for j in places))
        for i, letter in enumerate(found.factors)
    )


SOURCES: Spec[Entry] = Spec(
    (
        spec.text("id", "Entry"),
        spec.text("source", "Source", span=3),
        spec.text("grade", "Grade"),
        spec.text("as_of", "As of", lambda entry: entry.as_of.isoformat(), span=2, align="center"),
    ),
    id="correlation-sources",
    title="Where it comes from",
)

NOTE = (
    "Innovations are multivariate Student-t with 3 to 8 degrees of freedom by path, clipped at five "
    "standard deviations, which takes at most two hundredths of a correlation away. Uncertain "
    "assumptions are drawn independently of one another and of the shocks; every other dependence "
    "in the model comes from its couplings."
)
