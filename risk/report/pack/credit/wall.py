"""The maturity wall of pooled loans: what falls due, what becomes of it, and how weak the books are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from risk.analysis.flows import Yearly, flows, stocks
from risk.report.pack.base.cells import Line, error_cell, year_cells, year_columns
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Results
from risk.report.pack.credit.losses import BILLION, all_columns
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

SEGMENTS = ("b_loans", "software", "direct_lending")
FATES: Mapping[str, str] = {
    "refinanced": "   … refinanced",
    "extended": "   … amended and extended",
    "wall_defaulted": "   … defaulted",
}
BOOK: Mapping[str, str] = {
    "in_kind": "   Paying in kind at year's end, share of the book",
    "weak": "   Of the weakest rating at year's end, share of the book",
}
NOTE = (
    "What was extended falls due again within the year and is counted again. Paid otherwise: by sponsors and "
    "sales of assets. B-rated loans pay in cash."
)


def table(results: Results, labels: Sequence[str]) -> Table:
    """By segment and year: what falls due and what becomes of it; then the state of the book."""
    run = results.run
    found = {key: flows(run, f"credit.{key}") for key in ("due", *FATES)}
    state = {key: stocks(run, f"credit.{key}") for key in BOOK}
    rows: list[tuple[Content, ...]] = []
    ids: list[str] = []
    bold = []
    for name in SEGMENTS:
        bold.append(len(rows))
        rows.append((words(name), *(None,) * (2 * len(labels) + 2)))
        ids.append(name)
        for key, label in {"due": "   Falling due, USD bn", **FATES}.items():
            rows.append(_flow(f"{name}_{key}", label, found[key], name))
            ids.append(f"{name}_{key}")
        rows.append(_otherwise(name, found, rows[-len(FATES) - 1 :]))
        ids.append(f"{name}_otherwise")
        for key, label in BOOK.items():
            mean, error = state[key].entity(name)
            if mean.any():
                rows.append((label, *year_cells(Line(key, label, mean, error, "fraction")), None, None))
                ids.append(f"{name}_{key}")
    columns = (Column("label", "Maturities"), *year_columns(labels), *all_columns())
    title = "The maturity wall, mean over paths"
    return Table("maturity-wall", columns, tuple(rows), title, NOTE, tuple(ids), frozenset(bold))


def _flow(row: str, label: str, found: Yearly, name: str) -> tuple[Content, ...]:
    """A flow by year and its live sum over the years."""
    mean, error = found.entity(name)
    text = "+".join(f"{{maturity-wall.y{i}[{row}]}}" for i in range(len(mean)))
    amount = fsum(mean) / BILLION
    return (
        label,
        *year_cells(Line(row, label, mean, error)),
        Cell(Formula(text, amount), "usd_bn", "calculation"),
        error_cell(amount, fsum(error) / BILLION, "USD bn"),
    )


def _otherwise(
    name: str, found: Mapping[str, Yearly], above: Sequence[tuple[Content, ...]]
) -> tuple[Content, ...]:
    """What is left of the amount due; its error is bounded by those of the rows above added up."""
    years = len(found["due"].labels)
    bounds = [fsum(found[key].entity(name)[1][i] for key in found) / BILLION for i in range(years)]
    cells: list[Content] = ["   … paid otherwise"]
    for i, column in enumerate([*(f"y{i}" for i in range(years)), "all"]):
        due, *fates = (number_of(row[1 + 2 * i]) for row in above)
        rest = due - fsum(fates)
        parts = "".join(f"-{{maturity-wall.{column}[{name}_{key}]}}" for key in FATES)
        bound = [*bounds, fsum(bounds)][i]
        cells += [
            Cell(Formula(f"{{maturity-wall.{column}[{name}_due]}}{parts}", rest), "usd_bn", "calculation"),
            error_cell(rest, bound, "USD bn"),
        ]
    return tuple(cells)
