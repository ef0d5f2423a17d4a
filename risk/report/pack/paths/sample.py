"""Sample, TailRows and Patterns: the paths behind the numbers, as rows that formulas recompute from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import fsum

import numpy as np

from risk.analysis import sampling
from risk.analysis.metrics import HEADLINE
from risk.report.content import Content, Formula, number_of
from risk.report.guards import Condition
from risk.report.pack.base.cells import format_of, subtitle
from risk.report.pack.base.names import assumption, readable
from risk.report.pack.base.results import Results
from risk.report.sheet import Sheet
from risk.report.table import Column, Table
from risk.runs.passes import Columns
from risk.units import SCALE

OUTCOMES = (
    *(HEADLINE, "software_loss", "neocloud_loss", "second_round", "exposed_recovery"),
    *("capex_2028", "deployed_2026_2030", "debt_funded_peak", "revenue_2028", "revenue_2030"),
    *("required_2030", "coverage_2030", "h100_2028", "h100_2030", "defaulted_compute_2030", "spread_peak"),
)
"""Outcomes shown of every path, the headline loss first and in full precision."""

DRIVERS = 8
"""Uncertain assumptions shown beside them: those that move the tail most."""

WIDTH, NARROW = 12.2, 9.4
SAMPLE, TAIL, PATTERNS = "sample", "tail-rows", "patterns"


def paths(results: Results) -> Sheet:
    """Build the sheet Sample."""
    ids = results.sampled
    rest = (
        f"{len(ids):,} paths, evenly spaced over their ids (path id = block × 1,024 + row): what is computed "
        "from them is an estimate"
    )
    title = "Sample – single paths, outcomes and drivers"
    question = "Which paths stand behind the numbers?"
    table = _paths(results, SAMPLE, ids, "tblSample")
    return _listing(results, "Sample", title, rest, question, table, "Sample has its rows", len(ids))


def tail(results: Results) -> Sheet:
    """Build the sheet TailRows."""
    share, ids = results.tail_share, results.tail_rows
    part = f"{100.0 * share:g}%"
    rest = (
        f"every path of the worst {part} by headline loss, and one more, for the quantile lies between; "
        "VaR and ES on Trace are exact"
    )
    if share < sampling.SHARES[0]:
        rest += f"; a larger part would be more than {sampling.MOST:,} rows, too many to read or scroll"
    title = f"TailRows – the worst {part} of paths, largest headline loss first"
    question = "Which paths are the tail, and what happened on them?"
    table, text = _paths(results, TAIL, ids, "tblTail"), "TailRows has every path of the tail"
    return _listing(results, "TailRows", title, rest, question, table, text, len(ids))


def _listing(
    results: Results, name: str, title: str, rest: str, question: str, table: Table, text: str, expected: int
) -> Sheet:
    """A sheet of one long table of paths or their patterns, for the screen.

    Parameters
    ----------
    text, expected : what is checked of the number of its rows, and how many the engine says there are.
    """
    guards = tuple(_guards(results.run.paths, table, text, expected))
    return Sheet(
        name,
        title,
        subtitle(results, rest),
        "W",
        question=question,
        screen=(replace(table, guards=guards),),
        freeze="header",
    )


def _paths(results: Results, identifier: str, ids: sampling.Ids, name: str) -> Table:
    """Rows of paths: id, pattern, outcomes, drivers."""
    columns = [Column(key, readable(key), "general", width=NARROW) for key in ("path", "pattern")]
    data: list[Sequence[float]] = [ids.tolist(), (results.patterns.of[ids] + 1).tolist()]
    shown = Columns(results.run, "outcomes", OUTCOMES)
    dated: dict[str, str] = {}
    for key in OUTCOMES:
        dated.setdefault(_dated(results, key), key)  # a short run has the outcomes of two years in one
    for header, key in dated.items():
        unit = results.run.variable(key).unit
        values = shown[key][ids] / SCALE[unit]
        if np.isfinite(values).all():
            columns.append(Column(key, header, format_of(unit), unit, WIDTH))
            data.append(values.tolist() if key == HEADLINE else sampling.rounded(values))
    for i, driver in enumerate(results.drivers[:DRIVERS]):
        unit = driver_unit(results, driver.id)
        draws = results.run.parameters([driver.id])[driver.id][ids] / SCALE[unit]
        columns.append(Column(f"driver{i}", assumption(driver.id), "general", unit, WIDTH + 1.0))
        data.append(sampling.rounded(draws))
    rows: tuple[tuple[Content, ...], ...] = tuple(zip(*data, strict=True))
    return Table(identifier, tuple(columns), rows, excel_name=name, bulk=True)


def _dated(results: Results, key: str) -> str:
    """An outcome's id in words, at the date that the run has: ``capex_2028`` as "Capex 2028"."""
    over = results.run.span(key)
    return re.sub(r"( \d{4})+$", f" {over if over.years else over.year}", readable(key))


def driver_unit(results: Results, identifier: str) -> str:
    """Unit of an uncertain assumption, or of a component of one, like ``gpu.delivery_weights[0]``."""
    return results.register.entry(identifier.partition("[")[0]).unit


def patterns(results: Results) -> Sheet:
    """Build the sheet Patterns."""
    found = results.patterns
    names = found.names
    rest = (
        f"each of the {len(found.counts):,} combinations that occur, and on how many paths: probabilities on "
        "Summary are sums over these rows, exact"
    )
    columns = [
        Column("pattern", "Pattern", "general", width=NARROW),
        Column("paths", "Paths", "count", width=NARROW),
        Column("path", "Lowest path id", "general", width=NARROW),
        *(Column(name, readable(name), "general", width=WIDTH if "_" in name else NARROW) for name in names),
    ]
    numbers = [np.arange(1, len(found.counts) + 1), found.counts, found.example, *found.flags.T]
    rows = tuple(zip(*(column.tolist() for column in numbers), strict=True))
    table = Table(PATTERNS, tuple(columns), rows, excel_name="tblPatterns", bulk=True)
    title = "Patterns – which propositions come true together (1 = holds on the path)"
    question = "On how many paths does each combination of propositions and classes occur?"
    expected = len(found.counts)
    return _listing(results, "Patterns", title, rest, question, table, "Patterns has its rows", expected)


def _guards(paths: int, table: Table, text: str, expected: int) -> Iterator[Condition]:
    """A long table is as long as the engine says, and of numbers alone."""
    keys, ids = [column.key for column in table.columns], table.column("path")
    rows = Formula(f"ROWS({{{table.id}.path}})", len(ids))
    yield Condition(text, rows, expected, 0.0, "rows of the sheet v. engine")
    cells = f"COUNT({{{table.id}.{keys[0]}[0]}}:{{{table.id}.{keys[-1]}[-1]}})"
    empty = len(keys) * len(ids) - sum(map(len, table.numbers))
    blank = Formula(f"{len(keys)}*{rows.text}-{cells}", empty)
    how = "cells that hold no number"
    yield Condition(f"Blanks or text in {table.excel_name}", blank, 0, 0.0, how)
    beyond = sum(not 0 <= number_of(i) < paths for i in ids)
    outside = Formula(f'COUNTIF({{{table.id}.path}},"<0")+COUNTIF({{{table.id}.path}},">="&N_Paths)', beyond)
    yield Condition(f"Path ids out of range in {table.excel_name}", outside, 0, 0.0, "0 to N – 1")
    if table.id == PATTERNS:
        total = Formula(f"SUM({{{PATTERNS}.paths}})", fsum(map(number_of, table.column("paths"))))
        yield Condition(
            "Patterns cover every path", total, Formula("N_Paths", paths), 0.0, "sum of their counts"
        )
