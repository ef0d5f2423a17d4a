"""Drivers: which uncertain assumptions move the tail, and how much of the loss each explains by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf, isfinite

from risk.analysis.attribution import FEWEST_IN_TAIL, Driver, told
from risk.analysis.contrasts import beyond_noise
from risk.analysis.shares import Explained, Shares, explained, shares
from risk.analysis.statistics import Estimate
from risk.report import answer
from risk.report.charts import Tornado
from risk.report.content import Cell, Content, Formula, number_of
from risk.report.guards import EXACT, Condition, Every, Within
from risk.report.pack.base.cells import Tables, error_cell, known, money, shortened, subtitle
from risk.report.pack.base.fields import dollars, fraction
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import Results
from risk.report.pack.decision.why import why
from risk.report.sheet import Paragraph, Sheet
from risk.report.spec import Spec, flag, measure, shown, text
from risk.report.table import Table

TABLE = "drivers"
DRAWN = 15
PRINTED = 25
LABEL = 41.0
SHOWN_LABEL = 34.0
"""Width of a driver's name beside its bar."""


def sheet(results: Results) -> Sheet:
    """Build the sheet."""
    by_share = shares(results.ranked, results.driven)
    found = table(results, by_share)
    return Sheet(
        "Drivers",
        "Drivers – which assumptions move the tail?",
        subtitle(results, "conditional means over the run's own paths, not re-runs", explained=True),
        "P",
        (
            Paragraph(_finding(results, by_share), "finding"),
            *((tornado(results, found),) if told(results.drivers) else ()),
            Paragraph(_interactions(by_share), "body"),
            Paragraph(_note(len(found.rows)), "note"),
            *_movers(results),
            found,
        ),
        screen=tuple(why(results)),
        question="Which uncertain assumptions move the tail, and how much do they explain together?",
        grid=(LABEL, *(9.0,) * 9, 9.5, *(9.0,) * 4),
    )


def _movers(results: Results) -> Iterator[Table]:
    """What moves P(bust), where an input is told from chance."""
    if results.answer.movers:
        yield answer.MOVERS.table(results.answer.movers)


def _finding(results: Results, found: Shares) -> str:
    clear = [d for d in results.drivers if d.clear]
    largest = max(found.single, key=lambda name: found.single[name].value, default="")
    if not isfinite(found.total.value):
        return f"{results.run.paths:,} paths are too few to say which assumptions move the tail."
    share = f"{_percent(found.total)} of the variance"
    if not told(results.drivers):
        return (
            f"{results.run.paths:,} paths are too few to tell which assumptions move the tail; one by one "
            f"they explain {share} of the loss."
        )
    if not clear:
        return f"No assumption moves the tail beyond noise; one by one they explain {share} of the loss."
    top = clear[0]
    return (
        f"{len(clear)} of {len(results.drivers)} uncertain assumptions move the headline ES 97.5 beyond "
        f"noise (about {_by_chance(len(results.drivers))} would seem to by chance), most of all "
        f"{assumption(top.id)} (by {money(top.swing)} from its lowest to its highest tenth). Taken one by "
        f"one they explain {share} of the headline loss, the largest part of it {assumption(largest)}."
    )


def _interactions(found: Shares) -> str:
    if not isfinite(found.total.value):
        return "Interactions: the paths are too few for a curve in an assumption, so no share can be told."
    rest = Estimate(1.0 - found.total.value, found.total.standard_error, found.total.n)
    return (
        f"Interactions: the first-order shares add up to {_percent(found.total)} of the variance of the "
        f"headline loss. The other {_percent(rest)} is what happens on a path (shocks, hazards, regimes) and "
        "what assumptions do only in combination with one another or with what happens; the budget below "
        "tells these apart where it was measured."
    )


def _percent(share: Estimate) -> str:
    error = 100.0 * share.standard_error
    decimals = 0 if error >= 0.95 else 1
    return f"{100.0 * share.value:.{decimals}f}% (± {error:.{decimals}f} SE)"


def _change(estimate: Estimate) -> tuple[Content, Content]:
    decimals = 0 if estimate.standard_error >= 1.0 else 1
    return (
        Cell(estimate.value, f"usd_change.{decimals}" + ("*" if estimate.thin else "")),
        known(estimate.standard_error, f"usd_error.{decimals}"),
    )


def _swing(driver: Driver) -> tuple[Content, Content]:
    form = f"usd_bn.{0 if driver.error >= 1.0 else 1}"
    swing = Cell(Formula("ABS({row.high}-{row.low})", driver.swing), form, "calculation")
    return swing, error_cell(driver.swing, driver.error, "USD bn")


def _correlation(row: Explained) -> Estimate:
    return row.driver.rank_correlation


def _told(row: Explained) -> bool | None:
    return None if row.driver.noise is None else row.driver.clear


def _clear(row: Explained) -> bool:
    return beyond_noise(row.share.value, row.share.standard_error)


def _rank(found: Estimate) -> tuple[Content, Content]:
    return known(found.value), known(found.standard_error)


DRIVERS: Spec[Explained] = Spec(
    (
        shown("label", "Assumption", lambda r: assumption(r.driver.id)),
        dollars("low", "Lowest tenth", lambda r: r.driver.low, _change, "usd_change"),
        dollars("high", "Highest tenth", lambda r: r.driver.high, _change, "usd_change"),
        dollars("swing", "Swing", lambda r: r.driver, _swing, style="calculation"),
        flag("noise", "Beyond noise?", _told, align="center", type=bool | None),
        measure("rank", "Rank corr.", _correlation, _rank, "± SE", "number.2", "usd_error.2"),
        measure("share", "First-order share", None, fraction, "± SE", "rate", "standard_error"),
        flag("share_noise", "Beyond noise?", _clear, align="center"),
        text("place", "Rank by share", align="center", span=2),
    ),
    id=TABLE,
    row_id=lambda r: r.driver.id,
    guards=(
        Every(
            "Shares above one, rank correlations beyond one",
            (Within("", ("share",), -inf, 1), Within("", ("rank",), -1, 1)),
            "over all uncertain assumptions",
        ),
    ),
)


def table(results: Results, found: Shares) -> Table:
    """Every uncertain assumption, the largest swing first."""
    made = DRIVERS.table(explained(results.drivers, found), printed_rows=PRINTED)
    title = f"Every uncertain assumption; printed: the {min(PRINTED, len(made.rows))} with the largest swing"
    return replace(made, title=title)


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """The list is in order."""
    largest = Formula("MAX({drivers.swing})", max(t.numbers(TABLE, "swing")))
    first = t.at(TABLE, "swing", t[TABLE].row_ids[0])
    yield Condition("The first driver has the largest swing", first, largest, EXACT, "Drivers")


def _by_chance(count: int) -> int:
    """Assumptions without any effect that seem to have one, as two standard errors let one in twenty."""
    return max(1, round(0.05 * count))


def _note(count: int) -> str:
    return (
        "Lowest, highest tenth: headline ES 97.5 over the paths on which the assumption lies there, less "
        "that of all paths, USD bn, the others as they fall; * fewer than 500 paths in that tail. Rank "
        "correlation (Spearman) with the headline loss. First-order share: variance of the loss's mean along "
        "a spline in the assumption over the variance of the loss, freed of what chance alone would show, so "
        f"it may fall below zero. Of fewer than {FEWEST_IN_TAIL} paths in the tail of a tenth no error is "
        "told. Rank by share: the ranks that two standard errors leave open. Beyond noise: more than two "
        "standard errors; of as many assumptions without any "
        f"effect about {_by_chance(count)} would seem to have one."
    )


def tornado(results: Results, found: Table) -> Tornado:
    """The largest swings; numbers are links to the table."""
    shown = results.drivers[:DRAWN]
    ends = {
        key: [
            Cell(Formula(f"{{{TABLE}.{key}[{d.id}]}}", number_of(cell)), "usd_change.0")
            for d, cell in zip(shown, found.column(key), strict=False)
        ]
        for key in ("low", "high")
    }
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
        height=28,
        labels=[_label(d) for d in shown],
        low=ends["low"],
        high=ends["high"],
        low_name="Lowest tenth",
        high_name="Highest tenth",
    )


def _label(driver: Driver) -> str:
    return shortened(assumption(driver.id) + (" (noise)" if driver.noise else ""), SHOWN_LABEL)
