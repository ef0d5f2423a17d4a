"""Depreciation lives that the value of GPUs implies, and the quarters in which rents fall below cash cost."""

from __future__ import annotations

from risk.analysis import gpu_lives
from risk.analysis.gpu_lives import LEVELS, LONGEST, RENTS, Kept
from risk.analysis.statistics import Estimate
from risk.assumptions.tables import CapexFirm
from risk.report.pack.base.cells import (
    error_cell,
    margin_cell,
    probability_cell,
    probability_text,
    value_cell,
)
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph
from risk.report.table import Column, Content, Table

VALUED = {
    ("numeraire", "spot"): "at spot: what it would fetch",
    ("newest", "contract"): "at one-year contracts: what it earns",
}
"""Value paths shown: spot of the newest is not kept by path."""

DATES = ("h100_2028", "h100_2030")
"""Outcomes by whose dates crossings are counted."""

NEVER = "never"


def blocks(results: Results) -> tuple[Paragraph | Table, ...]:
    """Implied lives, set against the accounts, and crossings of cash cost."""
    found = {key: gpu_lives.kept(results.run, *key) for key in VALUED}
    return _finding(results, found), _lives(results, found), _accounts(results, found), _crossings(results)


def _finding(results: Results, found: dict[tuple[str, str], Kept]) -> Paragraph:
    books = results.register.tables["capex.firm"].numbers("useful_life")
    shortest = float(books.min())
    one, other = found.values()
    lives = [told(kept.lives()[1]) for kept in (one, other)]
    numeraire, newest = (results.run.register.roles[role] for role, _ in found)
    return Paragraph(
        f"Value and book: the value of an {numeraire} falls as fast as a book life of {lives[0]} years "
        f"(median over paths), of a {newest} of {lives[1]}; the big five write servers off over "
        f"{shortest:g} to {books.max():g} years. The value falls faster than the shortest of these lives on "
        f"{probability_text(one.shorter(shortest))} of paths for the {numeraire} and "
        f"{probability_text(other.shorter(shortest))} for the {newest}.",
        "finding",
    )


def _lives(results: Results, found: dict[tuple[str, str], Kept]) -> Table:
    """Implied life over paths."""
    roles = results.run.register.roles
    columns = [Column("label", "Unit bought at the base date")]
    for level in LEVELS:
        key = f"p{round(100 * level)}"
        columns.append(Column(key, key.upper(), "years", style="engine"))
        columns.append(Column(f"{key}_se", "±", "usd_error.2", style="note", align="right"))
    rows = []
    for (role, kind), kept in found.items():
        cells: list[Content] = [f"{roles[role]}, {VALUED[role, kind]}"]
        for life in kept.lives():
            cells += _life_cells(life)
        rows.append(tuple(cells))
    horizon = next(iter(found.values())).horizon
    note = (
        "The life whose straight line, from the same value at the base date, has the same average book value "
        f"over {horizon:g} years as the path's value: what rents still earn an efficient owner (formula of "
        "docs/model/gpu-repricing.md with the owner's cost and one expected decline). Two things pull apart: "
        "value counts up to four more years of service whatever the unit's age, which makes lives longer; a "
        f"server in the accounts starts new, an {roles['numeraire']} of the base date does not, which makes "
        "its life shorter. ± = standard error of the quantile. Other generations' rents are not kept by path."
    )
    title = "Depreciation life that the value path implies, years, over paths"
    return Table("implied-lives", tuple(columns), tuple(rows), title, note, tuple(role for role, _ in found))


def _life_cells(found: Estimate) -> tuple[Content, Content]:
    """A life and its error; in words where the value hardly falls."""
    if found.value > LONGEST:
        return told(found), "–"
    return value_cell(found.value, found.standard_error, "year"), error_cell(
        found.value, found.standard_error, "year"
    )


def told(found: Estimate) -> str:
    """A life in years, in words."""
    return f"> {LONGEST:g}" if found.value > LONGEST else f"{found.value:.1f}"


def _accounts(results: Results, found: dict[tuple[str, str], Kept]) -> Table:
    """Useful lives in the accounts, and on how many paths value falls faster."""
    columns = [Column("label", "Accounts"), Column("life", "Useful life", "years", "years", style="input")]
    columns.append(Column("blank", ""))
    for role, _ in found:
        header = f"{results.run.register.roles[role]} value falls faster"
        columns.append(Column(role, header, "probability", style="engine"))
        columns.append(Column(f"{role}_mc", "± 95%", "margin", style="note"))
    rows = []
    firms = results.register.rows(CapexFirm)
    for firm in firms:
        years = firm.useful_life
        chances = [kept.shorter(years) for kept in found.values()]
        cells = [cell for p in chances for cell in (probability_cell(p), margin_cell(p))]
        rows.append((firm.name, years, None, *cells))
    sources = sorted({firm.source for firm in firms})
    note = (
        f"Useful lives of servers in the register (capex.firm.useful_life; source {', '.join(sources)}): the "
        "model moves nothing by them. Share of paths on which the implied life is shorter."
    )
    title = "Implied lives against the lives in the accounts"
    names = tuple(firm.name for firm in firms)
    return Table("accounting-lives", tuple(columns), tuple(rows), title, note, names)


def _crossings(results: Results) -> Table:
    """First quarter in which an hour that runs earns less than it costs."""
    dates = results.dates(DATES)
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
    costs, roles = _costs(results), results.run.register.roles
    rows = [
        (
            f"{roles[role]}, {kind}",
            costs[roles[role]],
            None,
            *_by_path(results, series, costs[roles[role]], dates),
        )
        for (role, kind), series in RENTS.items()
    ]
    note = (
        "First quarter in which an hour that runs earns less than its cash operating cost at an efficient "
        "owner (gpu.generation.opex); it earns rent times utilization, since idle hours cost as well. "
        f"{results.labels[0]} to {results.labels[-1]}; P5, P50, P95: by then so many of all paths have "
        "crossed; never = not within the run. Rents of other generations are not kept by path; their mean "
        f"contract rent times mean utilization comes below cost: {_others(results, costs)}."
    )
    title = "Crossing of cash cost: when rent no longer pays for running the unit"
    ids = tuple("_".join(key) for key in RENTS)
    return Table("crossings", tuple(columns), tuple(rows), title, note, ids)


def _costs(results: Results) -> dict[str, float]:
    """Cash operating cost by generation, USD/h."""
    costs = results.register.tables["gpu.generation"].numbers("opex").tolist()
    return dict(zip(results.run.entities["gpu.contract_rent"], costs, strict=True))


def _others(results: Results, costs: dict[str, float]) -> str:
    kept = {results.run.register.roles[role] for role, _ in RENTS}
    told = [
        f"{name} {found or NEVER}"
        for name, cost in costs.items()
        if name not in kept
        for found in [gpu_lives.mean_crossing(results.run, name, "contract", cost)]
    ]
    return ", ".join(told)


def _by_path(results: Results, series: str, cost: float, dates: tuple[str, ...]) -> list[Content]:
    """Chances and quantiles of a crossing."""
    found = gpu_lives.crossing(results.run, series, cost, dates)
    cells: list[Content] = []
    for chance in (*found.by, found.never):
        cells += [probability_cell(chance), margin_cell(chance)]
    return [*cells, *(quarter or NEVER for quarter in found.first)]
