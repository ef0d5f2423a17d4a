"""The maturity wall of pooled loans: what falls due, what becomes of it, and how weak the books are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from risk.analysis.flows import flows, stocks
from risk.report.content import Cell, Formula
from risk.report.guards import Adds
from risk.report.pack.base.cells import Row, error_cell
from risk.report.pack.base.names import words
from risk.report.pack.base.results import Array, Results
from risk.report.pack.base.yearly import ALL, BILLION, flow, line, made_of, paired, years
from risk.report.pack.credit.losses import whole
from risk.report.table import Table

TABLE = "maturity-wall"
SEGMENTS = ("b_loans", "software", "direct_lending")
FATES: Mapping[str, str] = {
    "refinanced": "   … refinanced",
    "extended": "   … amended and extended",
    "wall_defaulted": "   … defaulted",
}
FLOWS = {"due": "   Falling due, USD bn", **FATES}
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
    found = {key: flows(run, f"credit.{key}") for key in FLOWS}
    state = {key: stocks(run, f"credit.{key}") for key in BOOK}
    rows: dict[str, Row] = {}
    for name in SEGMENTS:
        rows[name] = (words(name),)
        means, errors = ({key: found[key].entity(name)[i] for key in FLOWS} for i in range(2))
        for key, label in FLOWS.items():
            row = f"{name}_{key}"
            rows[row] = flow(TABLE, row, label, means[key], errors[key])
        rows[f"{name}_otherwise"] = _otherwise(name, means, errors)
        for key, label in BOOK.items():
            mean, error = state[key].entity(name)
            if mean.any():
                rows[f"{name}_{key}"] = line(label, mean, error, "fraction")
    title = "The maturity wall, mean over paths"
    made = made_of(TABLE, title, labels, "Maturities", rows, NOTE, every=True)
    return replace(made, guards=tuple(map(_bounded, SEGMENTS)))


def _otherwise(name: str, means: Mapping[str, Array], errors: Mapping[str, Array]) -> Row:
    """What is left of the amount due; its error is bounded by those of the rows above added up."""
    due, *fates = (whole(means[key] / BILLION) for key in FLOWS)
    bounds = whole(np.sum([*errors.values()], axis=0) / BILLION)
    pairs = []
    for key, amount, bound, *parts in zip([*years(means["due"]), ALL], due, bounds, *fates, strict=True):
        text, rest = "-".join(f"{{{TABLE}.{key}[{name}_{what}]}}" for what in FLOWS), amount - fsum(parts)
        pairs.append((Cell(Formula(text, rest), "usd_bn", "calculation"), error_cell(rest, bound, "USD bn")))
    return paired("   … paid otherwise", pairs)


def _bounded(name: str) -> Adds:
    text = f"What becomes of the wall is not more than what is due: {name}"
    fates = tuple(f"{name}_{fate}" for fate in FATES)
    return Adds(text, (ALL,), fates, f"{name}_due", how="all years", rule="≤")
