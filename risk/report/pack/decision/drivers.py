"""Drivers: which uncertain assumptions move the tail, and how much of the loss each explains by itself."""

from __future__ import annotations

from math import hypot, isfinite

from risk.analysis.attribution import Driver
from risk.analysis.contrasts import beyond_noise
from risk.analysis.shares import Shares, open_places, shares
from risk.analysis.statistics import Estimate
from risk.report.charts import Tornado
from risk.report.pack.base.cells import error_cell, known, money, shortened, subtitle, value_cell
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import Results
from risk.report.sheet import Paragraph, Sheet
from risk.report.table import Cell, Column, Content, Formula, Table, number_of

TABLE = "drivers"
DRAWN = 15
PRINTED = 40
LABEL = 41.0
SHOWN_LABEL = 34.0
"""Width of a driver's name beside its bar."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    explained = shares(results.ranked, results.loss)
    found = table(results, explained)
    return Sheet(
        "Drivers",
        "Drivers – which assumptions move the tail?",
        subtitle(results, "conditional means over the run's own paths, not re-runs"),
        "P",
        (
            Paragraph(_finding(results, explained), "finding"),
            tornado(results, found),
            Paragraph(_interactions(explained), "body"),
            Paragraph(_note(len(found.rows)), "note"),
            found,
        ),
        question="Which uncertain assumptions move the tail, and how much do they explain together?",
        grid=(LABEL, *(9.0,) * 9, 9.5, *(9.0,) * 4),
        landscape=False,
    )


def _finding(results: Results, explained: Shares) -> str:
    clear = [d for d in results.drivers if not d.noise]
    largest = max(explained.single, key=lambda name: explained.single[name].value, default="")
    if not isfinite(explained.total.value):
        return f"{results.run.paths:,} paths are too few to say which assumptions move the tail."
    share = f"{_percent(explained.total)} of the variance"
    if not clear:
        return f"No assumption moves the tail beyond noise; one by one they explain {share} of the loss."
    top = clear[0]
    return (
        f"{len(clear)} of {len(results.drivers)} uncertain assumptions move the headline ES 97.5 beyond "
        f"noise (about {_by_chance(len(results.drivers))} would seem to by chance), most of all "
        f"{assumption(top.id)} (by {money(top.swing)} from its lowest to its highest tenth). Taken one by "
        f"one they explain {share} of the headline loss, the largest part of it {assumption(largest)}."
    )


def _interactions(explained: Shares) -> str:
    if not isfinite(explained.total.value):
        return "Interactions: the paths do not fill two bins of an assumption, so no share can be told."
    rest = Estimate(1.0 - explained.total.value, explained.total.standard_error, explained.total.n)
    return (
        f"Interactions: the first-order shares add up to {_percent(explained.total)} of the variance of the "
        f"headline loss. The other {_percent(rest)} is what happens on a path (shocks, hazards, regimes) and "
        "what assumptions do only in combination with one another or with what happens; a run cannot tell "
        "these apart, since a path draws both at once."
    )


def _percent(share: Estimate) -> str:
    error = 100.0 * share.standard_error
    decimals = 0 if error >= 0.95 else 1
    return f"{100.0 * share.value:.{decimals}f}% (± {error:.{decimals}f} SE)"


def table(results: Results, explained: Shares) -> Table:
    """Every uncertain assumption, the largest swing first."""
    columns = (
        Column("label", "Assumption"),
        Column("low", "Lowest tenth", "usd_change", style="engine"),
        Column("low_se", "± SE", "usd_error", style="note"),
        Column("high", "Highest tenth", "usd_change", style="engine"),
        Column("high_se", "± SE", "usd_error", style="note"),
        Column("swing", "Swing", "usd_bn", style="calculation"),
        Column("swing_se", "± SE", "usd_error", style="note"),
        Column("noise", "Beyond noise?", align="center"),
        Column("rank", "Rank corr.", "number.2", style="engine"),
        Column("rank_se", "± SE", "usd_error.2", style="note"),
        Column("share", "First-order share", "rate", style="engine"),
        Column("share_se", "± SE", "standard_error", style="note"),
        Column("share_noise", "Beyond noise?", align="center"),
        Column("place", "Rank by share", align="center", span=2),
    )
    ranked = open_places([explained.single[d.id] for d in results.drivers])
    rows = tuple(
        _row(d, explained.single[d.id], place) for d, place in zip(results.drivers, ranked, strict=True)
    )
    ids = tuple(d.id for d in results.drivers)
    title = f"Every uncertain assumption; printed: the {min(PRINTED, len(rows))} with the largest swing"
    return Table(TABLE, columns, rows, title, row_ids=ids, printed_rows=PRINTED)


def _by_chance(count: int) -> int:
    """Assumptions without any effect that seem to have one, as two standard errors let one in twenty."""
    return max(1, round(0.05 * count))


def _note(count: int) -> str:
    return (
        "Lowest, highest tenth: headline ES 97.5 over the paths on which the assumption lies there, less "
        "that of all paths, USD bn, the others as they fall; * fewer than 500 paths in that tail. Rank "
        "correlation (Spearman) with the headline loss. First-order share: variance of the loss's mean over "
        "ten bins of the assumption over the variance of the loss, freed of what chance alone would show, so "
        "it may fall below zero; ± by jackknife over paths. Rank by share: the ranks that two standard "
        "errors leave open. Beyond noise: more than two standard errors; of as many assumptions without any "
        f"effect about {_by_chance(count)} would seem to have one."
    )


def _row(driver: Driver, share: Estimate, place: str) -> tuple[Content, ...]:
    low, high = (_change(e) for e in (driver.low, driver.high))
    error = hypot(driver.low.standard_error, driver.high.standard_error)
    swing = Cell(
        Formula("ABS({row.high}-{row.low})", driver.swing),
        f"usd_bn.{0 if error >= 1.0 else 1}",
        "calculation",
    )
    rank = driver.rank_correlation
    return (
        assumption(driver.id),
        *low,
        *high,
        swing,
        error_cell(driver.swing, error, "USD bn"),
        "no" if driver.noise else "yes",
        known(rank.value),
        known(rank.standard_error),
        value_cell(share.value, share.standard_error, "fraction"),
        error_cell(share.value, share.standard_error, "fraction"),
        "yes" if beyond_noise(share.value, share.standard_error) else "no",
        place,
    )


def _change(estimate: Estimate) -> tuple[Content, Content]:
    decimals = 0 if estimate.standard_error >= 1.0 else 1
    return (
        Cell(estimate.value, f"usd_change.{decimals}" + ("*" if estimate.thin else "")),
        known(estimate.standard_error, f"usd_error.{decimals}"),
    )


def tornado(results: Results, found: Table) -> Tornado:
    """The largest swings; numbers are links to the table."""
    shown = results.drivers[:DRAWN]
    ends: dict[str, list[Content]] = {"low": [], "high": []}
    for key, cells in ends.items():
        for row in range(len(shown)):
            value = number_of(found.rows[row][found.index(key)])
            cells.append(Cell(Formula(f"{{{TABLE}.{key}[{found.row_ids[row]}]}}", value), "usd_change.0"))
    top = shown[0]
    return Tornado(
        id="drivers-tornado",
        title=f"Change of headline ES 97.5 in an assumption's lowest and highest tenth, top {DRAWN}",
        alt=(
            f"{assumption(top.id)} moves the headline ES 97.5 most: USD {top.low.value:+,.0f}bn in its "
            f"lowest tenth, {top.high.value:+,.0f}bn in its highest."
        ),
        x_title="Assumption",
        y_title="Change of ES 97.5, USD bn",
        format="usd_change.0",
        height=36,
        labels=[_label(d) for d in shown],
        low=ends["low"],
        high=ends["high"],
        low_name="Lowest tenth",
        high_name="Highest tenth",
    )


def _label(driver: Driver) -> str:
    return shortened(assumption(driver.id) + (" (noise)" if driver.noise else ""), SHOWN_LABEL)
