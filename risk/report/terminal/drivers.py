"""The drivers screen: which uncertain assumptions move the tail, and what each explains of the loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.analysis import attribution, metrics
from risk.analysis.attribution import Driver
from risk.analysis.shares import Shares, open_places, shares
from risk.analysis.statistics import THIN_TAIL, Estimate, significant
from risk.report.formats import show, supported
from risk.report.terminal.numbers import number
from risk.report.terminal.page import Cell, Column, Page, Screen, grid, heading, note
from risk.report.terminal.summary import Heading, estimate_data, heading_data
from risk.report.terminal.summary import heading as run_heading
from risk.report.terminal.verdict import facts, next_steps
from risk.runs import Run

SCHEMA = "bubblerisk.drivers/1"
MONEY = "USD bn"
SHOWN = 15
"""Drivers on a screen unless more are asked for."""


@dataclass(frozen=True)
class Drivers:
    """What moves the expected shortfall of the headline loss, the largest swing first.

    Attributes
    ----------
    explained : first-order shares of the variance of the headline loss, by assumption.
    places : ranks by share that two standard errors leave open, in the order of `found`.
    """

    heading: Heading
    found: tuple[Driver, ...]
    explained: Shares
    places: tuple[str, ...]


def drivers(run: Run) -> Drivers:
    """Find what moves the tail of a run: conditional means over its own paths, nothing is simulated."""
    loss = metrics.values(run, run.variable(metrics.HEADLINE))
    ranked = attribution.ranked(run)
    found = attribution.drivers(ranked, loss, metrics.HEADLINE_TAIL)
    explained = shares(ranked, loss)
    places = open_places([explained.single[driver.id] for driver in found])
    return Drivers(run_heading(run), found, explained, tuple(places))


def screen(found: Drivers, page: Page, top: int = SHOWN, hints: Sequence[str] = ()) -> Screen:
    """The `top` largest drivers on a page.

    Parameters
    ----------
    hints : commands to go on with.
    """
    parts: list[RenderableType] = [
        heading(f"What moves the tail of the headline loss: {found.heading.title}", page),
        facts(found.heading, page),
        note(_finding(found), page),
        Text(),
        _table(found, top, page),
        note(_how(found, top), page),
    ]
    if hints:
        parts.append(next_steps(hints, page))
    return tuple(parts)


def _finding(found: Drivers) -> str:
    if not math.isfinite(found.explained.total.value):
        return f"{found.heading.paths:,} paths are too few to say which assumptions move the tail."
    clear = sum(not driver.noise for driver in found.found)
    total = found.explained.total
    share = f"{100.0 * total.value:.0f}% (± {100.0 * total.standard_error:.1f})"
    return (
        f"{clear} of {len(found.found)} uncertain assumptions move ES 97.5% beyond noise. One by one they "
        f"explain {share} of the variance of the loss; the rest is what happens on a path, and combinations."
    )


def _how(found: Drivers, top: int) -> str:
    all_of_them = len(found.found)
    more = f" {all_of_them - top} more: --top {all_of_them}." if all_of_them > top else ""
    return (
        "Lowest, highest: ES 97.5% over the tenth of paths on which the assumption is lowest or highest, "
        "less that of all paths, USD bn, the others as they fall: conditional means, not re-runs. Share: of "
        "the variance of the loss that the assumption explains by itself (first order). ± is a standard "
        f"error; noise, two of them. * Fewer than {THIN_TAIL} paths in the tail.{more}"
    )


def _table(found: Drivers, top: int, page: Page) -> RenderableType:
    headings = (
        Column("Assumption", least=22),
        Column("Lowest", "right"),
        Column("± SE", "right"),
        Column("Highest", "right"),
        Column("± SE", "right"),
        Column("Noise?"),
        Column("Rank corr.", "right", optional=1),
        Column("± SE", "right", optional=1),
        Column("Share", "right"),
        Column("± SE", "right"),
        Column("Rank by share", "right", optional=2),
    )
    pairs = zip(found.found[:top], found.places, strict=False)
    return grid(headings, [_row(driver, found.explained, place) for driver, place in pairs], page)


def _row(driver: Driver, explained: Shares, place: str) -> tuple[Cell, ...]:
    rank, share = driver.rank_correlation, explained.single[driver.id]
    return (
        driver.id,
        *_change(driver.low),
        *_change(driver.high),
        "yes" if driver.noise else "no",
        _known(rank.value, "number.2"),
        _known(rank.standard_error, "number.3"),
        _known(share.value, "rate"),
        _known(100.0 * share.standard_error, "number.2"),
        place,
    )


def _change(estimate: Estimate) -> tuple[str, str]:
    error = estimate.standard_error
    return change(estimate), _known(significant(error, error), supported("usd_bn", error))


def _known(value: float, form: str) -> str:
    return show(value, form) if math.isfinite(value) else "–"


def change(estimate: Estimate) -> str:
    """A change in USD bn with its sign, and a star where few paths lie in the tail."""
    words = number(estimate.value, estimate.standard_error, MONEY)
    sign = "+" if estimate.value > 0.0 and words[:1].isdigit() else ""
    return sign + words + ("*" if estimate.thin else "")


def drivers_data(found: Drivers, top: int | None = None) -> dict[str, Any]:
    """Drivers as plain data for JSON, all of them by default; changes in USD bn, shares as fractions."""
    pairs = list(zip(found.found, found.places, strict=True))[:top]
    return {
        **heading_data(found.heading),
        "measure": "expected shortfall 97.5% of headline_loss",
        "unit": MONEY,
        "explained": estimate_data(found.explained.total),
        "drivers": [
            {
                "id": driver.id,
                "lowest_tenth": estimate_data(driver.low),
                "highest_tenth": estimate_data(driver.high),
                "swing": driver.swing,
                "noise": driver.noise,
                "rank_correlation": estimate_data(driver.rank_correlation),
                "first_order_share": estimate_data(found.explained.single[driver.id]),
                "place": place,
            }
            for driver, place in pairs
        ],
    }
