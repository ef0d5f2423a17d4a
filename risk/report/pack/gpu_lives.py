"""Depreciation lives that the value of GPUs implies, and the quarters in which rents fall below cash cost."""

from __future__ import annotations

import numpy as np

from risk.analysis import gpu_lives, register
from risk.analysis.gpu_lives import LEVELS, RENTS, Kept
from risk.analysis.statistics import Estimate
from risk.report.pack.elements import error_cell, margin_cell, probability_cell, probability_text, value_cell
from risk.report.pack.results import Results
from risk.report.sheet import Paragraph
from risk.report.table import Column, Content, Table

VALUED = {
    ("H100", "spot"): "H100, at spot: what it would fetch",
    ("B200", "contract"): "B200, at one-year contracts: what it earns",
}
"""Value paths shown: spot of the B200 is not kept by path."""

DATES = ("2028Q4", "2030Q4")
NEVER = "never"


def blocks(results: Results) -> tuple[Paragraph | Table, ...]:
    """Implied lives, set against the accounts, and crossings of cash cost."""
    found = {key: gpu_lives.kept(results.run, *key) for key in VALUED}
    return _finding(results, found), _lives(found), _accounts(results, found), _crossings(results)


def _finding(results: Results, found: dict[tuple[str, str], Kept]) -> Paragraph:
    books = register.column(results.register, "capex.firm", "useful_life")
    shortest = float(books.min())
    (_, h100), (_, b200) = found.items()
    lives = [kept.lives()[1].value for kept in (h100, b200)]
    return Paragraph(
        "Value and book: on the median path the value of an H100 falls as fast as a book life of "
        f"{lives[0]:.1f} years, of a B200 of {lives[1]:.1f}; the big five write servers off over "
        f"{shortest:g} to {books.max():g} years. The value falls faster than the shortest of these lives on "
        f"{probability_text(h100.shorter(shortest))} of paths for the H100 and "
        f"{probability_text(b200.shorter(shortest))} for the B200.",
        "finding",
    )


def _lives(found: dict[tuple[str, str], Kept]) -> Table:
    """Implied life over paths."""
    columns = [Column("label", "Unit bought at the base date")]
    for level in LEVELS:
        key = f"p{round(100 * level)}"
        columns.append(Column(key, key.upper(), "years", style="engine"))
        columns.append(Column(f"{key}_se", "±", "usd_error.2", style="note", align="right"))
    rows = []
    for (generation, kind), kept in found.items():
        cells: list[Content] = [VALUED[generation, kind]]
        for life in kept.lives():
            cells += _life_cells(life, kept.horizon)
        rows.append(tuple(cells))
    horizon = next(iter(found.values())).horizon
    note = (
        "The life whose straight line, from the same value at the base date, has the same average book value "
        f"over {horizon:g} years as the market gives. Value = what rents still earn (collateral formula of "
        "docs/model/gpu-repricing.md, no wait for re-letting). It counts up to four more years of service "
        "whatever a unit's age, so that only rents and utilization wear it down: the lives are on the long "
        "side. ± = standard error of the quantile. Other generations' rents are not kept by path."
    )
    title = "Depreciation life that the value path implies, years, over paths"
    return Table("implied-lives", tuple(columns), tuple(rows), title, note, tuple(k[0] for k in found))


def _life_cells(found: Estimate, horizon: float) -> tuple[Content, Content]:
    """A life and its error; in words where the value does not fall."""
    if not np.isfinite(found.value):
        return "no fall", "–"
    return value_cell(found.value, found.standard_error, "year"), error_cell(
        found.value, found.standard_error, "year"
    )


def _accounts(results: Results, found: dict[tuple[str, str], Kept]) -> Table:
    """Useful lives in the accounts, and on how many paths value falls faster."""
    columns = [Column("label", "Accounts"), Column("life", "Useful life", "years", "years", style="input")]
    columns.append(Column("blank", ""))
    for generation, _ in found:
        header = f"{generation} value falls faster"
        columns.append(Column(generation, header, "probability", style="engine"))
        columns.append(Column(f"{generation}_mc", "± 95%", "margin", style="note"))
    rows = []
    for row in register.rows(results.register, "capex.firm"):
        years = float(row["useful_life"])
        chances = [kept.shorter(years) for kept in found.values()]
        cells = [cell for p in chances for cell in (probability_cell(p), margin_cell(p))]
        rows.append((str(row["name"]), years, None, *cells))
    sources = sorted({str(row["source"]) for row in register.rows(results.register, "capex.firm")})
    note = (
        f"Useful lives of servers in the register (capex.firm.useful_life; source {', '.join(sources)}): the "
        "model moves nothing by them. Share of paths on which the implied life is shorter."
    )
    title = "Implied lives against the lives in the accounts"
    names = tuple(str(row["name"]) for row in register.rows(results.register, "capex.firm"))
    return Table("accounting-lives", tuple(columns), tuple(rows), title, note, names)


def _crossings(results: Results) -> Table:
    """First quarter in which a rent lies below cash operating cost."""
    run = results.run
    dates = tuple(date for date in DATES if date in results.labels)
    columns = [
        Column("label", "Rent"),
        Column("cost", "Cash cost, USD/h", "price", style="input"),
        Column("blank", ""),
    ]
    for key, header in (*((f"by_{date}", f"Below by {date}") for date in dates), ("never", "Never below")):
        columns.append(Column(key, header, "probability", style="engine"))
        columns.append(Column(f"{key}_mc", "± 95%", "margin", style="note"))
    for level in LEVELS:
        columns.append(Column(f"p{round(100 * level)}", f"First: P{round(100 * level)}", align="right"))
    columns.append(Column("mean", "Mean rent: from", align="right"))
    rows: list[tuple[Content, ...]] = []
    ids = []
    costs = register.column(results.register, "gpu.generation", "opex")
    for generation, cost in zip(run.entities["gpu.contract_rent"], costs.tolist(), strict=True):
        for kind in ("contract", "spot"):
            mean = gpu_lives.mean_crossing(run, generation, kind, cost) or NEVER
            by_path = _by_path(results, generation, kind, cost, dates)
            rows.append((f"{generation}, {kind}", cost, None, *by_path, mean))
            ids.append(f"{generation}_{kind}")
    note = (
        "First quarter in which a GPU-hour rents for less than its cash operating cost at an efficient "
        f"owner (gpu.generation.opex), {results.labels[0]} to {results.labels[-1]}. P5, P50, P95: by then so "
        "many of all paths have crossed; never = not within the run. Rents by path are kept of the H100 and "
        "of the contract of the B200 only; of the others the quarter in which the mean rent crosses is "
        "shown. Rents of generations not yet launched are what they would ask."
    )
    title = "Crossing of cash cost: when rent no longer pays for running the unit"
    return Table("crossings", tuple(columns), tuple(rows), title, note, tuple(ids))


def _by_path(
    results: Results, generation: str, kind: str, cost: float, dates: tuple[str, ...]
) -> list[Content]:
    """Chances and quantiles of a crossing; dashes where no path keeps the rent."""
    if (generation, kind) not in RENTS:
        return ["–"] * (2 * (len(dates) + 1) + len(LEVELS))
    found = gpu_lives.crossing(results.run, RENTS[generation, kind], cost, dates)
    cells: list[Content] = []
    for chance in (*found.by, found.never):
        cells += [probability_cell(chance), margin_cell(chance)]
    return [*cells, *(quarter or NEVER for quarter in found.first)]
