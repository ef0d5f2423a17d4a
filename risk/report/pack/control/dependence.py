"""Dependence: how shocks move together, as the register asks and as the draws of the run do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np

from risk.analysis.dependence import Dependence
from risk.report.guards import Condition
from risk.report.pack.base.cells import Tables, known, subtitle
from risk.report.pack.base.results import Results
from risk.report.sheet import HeatMap, Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table
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


def sheet(results: Results, found: Dependence) -> Sheet:
    """Build the sheet."""
    return Sheet(
        "Dependence",
        "Dependence – how the shocks move together",
        subtitle(results, "correlation of standardised quarterly innovations"),
        "F",
        (
            Paragraph(_finding(found), "finding"),
            _declared(found),
            _map(found),
            _realised(found),
            _difference(found),
            _sources(results),
            *(Paragraph(text, "bullet") for text in _notes(results)),
            Paragraph(_note(found), "note"),
        ),
        question="Which shocks are drawn together, who says so, and do the draws obey?",
        grid=(34.0, *(10.0,) * 2 * len(found.factors)),
        landscape=False,
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


def _columns(found: Dependence, first: str, style: str) -> tuple[Column, ...]:
    columns = [Column("factor", first)]
    for letter in found.factors:
        engine = style == "engine"
        columns.append(Column(letter, letter, DECIMALS, style="engine" if engine else "calculation"))
        columns.append(Column(f"{letter}_se", "±" if engine else "", DECIMALS, style="note", align="right"))
    return tuple(columns)


def label(letter: str) -> str:
    """A factor by its letter and its name."""
    return f"{letter}  {FACTORS.get(letter, '')}"


def _declared(found: Dependence) -> Table:
    columns = (
        Column("factor", "Factor"),
        *(Column(letter, letter, "number.2", style="engine") for letter in found.factors),
    )
    rows: tuple[tuple[Content, ...], ...] = tuple(
        (label(letter), *(float(x) for x in row))
        for letter, row in zip(found.factors, found.declared, strict=True)
    )
    note = (
        "Zero means no linear dependence; all factors of a quarter still share one Student-t mixing variable."
    )
    return Table("correlation", columns, rows, "Declared in the register", note, found.factors)


def _map(found: Dependence) -> HeatMap:
    values = tuple(tuple(float(x) for x in row) for row in found.realised)
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
    )


def _realised(found: Dependence) -> Table:
    rows = []
    for i, letter in enumerate(found.factors):
        cells: list[Content] = [label(letter)]
        for j, _ in enumerate(found.factors):
            cells += [float(found.realised[i, j]), _error(found, i, j)]
        rows.append(tuple(cells))
    note = (
        f"{found.paths:,} paths × {found.quarters} quarters drawn again from the run's seed; ± is the "
        "standard error with paths as the independent units."
    )
    columns = _columns(found, "Factor", "engine")
    return Table("realised", columns, tuple(rows), "Realised in the draws", note, found.factors)


def _error(found: Dependence, i: int, j: int) -> Content:
    return Cell("exact", style="note") if i == j else known(float(found.standard_error[i, j]), "usd_error.3")


def _difference(found: Dependence) -> Table:
    rows = []
    for i, letter in enumerate(found.factors):
        cells: list[Content] = [label(letter)]
        for j, other in enumerate(found.factors):
            text = f"{{realised.{other}[{letter}]}}-{{correlation.{other}[{letter}]}}"
            gap = float(found.realised[i, j]) - float(found.declared[i, j])
            cells += [Formula(text, gap), None]
        rows.append(tuple(cells))
    columns = _columns(found, "Factor", "calculation")
    return Table("difference", columns, tuple(rows), "Realised less declared", "", found.factors)


def _sources(results: Results) -> Table:
    columns = (
        Column("id", "Entry"),
        Column("source", "Source", span=3),
        Column("grade", "Grade"),
        Column("as_of", "As of", span=2, align="center"),
    )
    rows = []
    for identifier in (CORRELATION, DEGREES_OF_FREEDOM):
        entry = results.register.entry(identifier)
        source = results.register.source_title(entry.source)
        rows.append((identifier, source, entry.grade, entry.as_of.isoformat()))
    return Table("correlation-sources", columns, tuple(rows), "Where it comes from")


def _notes(results: Results) -> list[str]:
    """What the register says of both entries."""
    return [results.register.entry(identifier).note for identifier in (CORRELATION, DEGREES_OF_FREEDOM)]


def _note(found: Dependence) -> str:
    return (
        "Innovations are multivariate Student-t with 3 to 8 degrees of freedom by path, clipped at five "
        "standard deviations, which takes at most two hundredths of a correlation away. Uncertain "
        "assumptions are drawn independently of one another and of the shocks; every other dependence "
        "in the model comes from its couplings."
    )


def conditions(found: Dependence, t: Tables) -> Iterator[Condition]:
    """The matrix is a correlation matrix, and the draws obey it."""
    pairs = _pairs(found.factors)
    skew = "+".join(f"ABS({{correlation.{b}[{a}]}}-{{correlation.{a}[{b}]}})" for a, b in pairs)
    yield Condition("Correlation matrix is symmetric", Formula(skew, 0.0), 0, 1e-12, "Dependence")
    first, last = found.factors[0], found.factors[-1]
    whole = f"{{correlation.{first}[{first}]}}:{{correlation.{last}[{last}]}}"
    determinant = float(np.linalg.det(found.declared))
    text = "Correlation matrix is positive semi-definite: its determinant"
    yield Condition(text, 0, Formula(f"MDETERM({whole})", determinant), 1e-12, "recomputed", "≤")
    yield Condition("… and its smallest Cholesky pivot", 0, found.pivot, 1e-12, "engine", "≤")
    worst = max(abs(found.realised - found.declared).max(), 0.0)
    gaps = [f"ABS({{difference.{b}[{a}]}})" for a, b in pairs]
    error = float(found.standard_error.max())
    bound = SURE * error + CLIP if isfinite(error) else 2.0  # one path: nothing is too far
    live = Formula(f"MAX({','.join(gaps)})", float(worst))
    yield Condition("Realised correlation against declared", live, bound, 0.0, "4 SE, and the clip", "≤")


def _pairs(factors: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for i, a in enumerate(factors) for b in factors[i + 1 :]]
