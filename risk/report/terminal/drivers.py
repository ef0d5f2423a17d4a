"""The drivers screen: which uncertain assumptions move the tail, and what each explains of the loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.text import Text

from risk.analysis import attribution, metrics
from risk.analysis.attribution import FEWEST_IN_TAIL
from risk.analysis.shares import Explained, explained, shares
from risk.analysis.statistics import THIN_TAIL, Estimate, significant
from risk.report.formats import show, supported
from risk.report.record import Document, Many, told
from risk.report.spec import Spec, flag, measure, text
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.numbers import number
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.runs import Run
from risk.runs.first import first

MONEY = "USD bn"
SHOWN = 15
"""Drivers on a screen unless more are asked for."""


@dataclass(frozen=True)
class Drivers:
    """What moves the expected shortfall of the headline loss, the largest swing first.

    Attributes
    ----------
    found : all drivers, with first-order shares of the variance of the headline loss.
    total : sum of these shares.
    top : drivers that are wanted; None = as many as a screen shows, or all in a document.
    """

    found: tuple[Explained, ...]
    total: Estimate
    top: int | None = None


def drivers(run: Run, top: int | None = None) -> Headed[Drivers]:
    """Find what moves the tail of a run: conditional means over its own paths, nothing is simulated."""
    run = first(run)
    loss = metrics.values(run, run.variable(metrics.HEADLINE))
    ranked = attribution.ranked(run)
    by_share = shares(ranked, loss)
    found = attribution.drivers(ranked, loss, metrics.HEADLINE_TAIL)
    return Headed.of(run, Drivers(explained(found, by_share), by_share.total, top))


def screen(headed: Headed[Drivers], page: Page) -> Screen:
    """The largest drivers on a page."""
    run, found = headed.heading, headed.result
    top = found.top or SHOWN
    return (
        heading(f"What moves the tail of the headline loss: {run.title}", page),
        facts(run, page),
        note(_finding(found, run.paths), page),
        Text(),
        table(DRIVERS.table(found.found[:top]), page),
        note(_how(found, top), page),
    )


def _finding(found: Drivers, paths: int) -> str:
    if not math.isfinite(found.total.value):
        return f"{paths:,} paths are too few to say which assumptions move the tail."
    clear = sum(each.driver.clear for each in found.found)
    total = found.total
    share = f"{100.0 * total.value:.0f}% (SE {100.0 * total.standard_error:.1f})"
    moving = f"{clear} of {len(found.found)} uncertain assumptions move ES 97.5% beyond noise."
    if not attribution.told(each.driver for each in found.found):
        moving = f"{paths:,} paths are too few to tell what moves ES 97.5%."
    return (
        f"{moving} One by one they explain {share} of the variance of the loss; the rest is what happens on "
        "a path, and combinations."
    )


def _how(found: Drivers, top: int) -> str:
    all_of_them = len(found.found)
    more = f" {all_of_them - top} more: --top {all_of_them}." if all_of_them > top else ""
    return (
        "Lowest, highest: ES 97.5% over the tenth of paths on which the assumption is lowest or highest, "
        "less that of all paths, USD bn, the others as they fall: conditional means, not re-runs. Share: of "
        "the variance of the loss that the assumption explains by itself (first order). SE: "
        f"standard error; noise, two of them. – Fewer than {FEWEST_IN_TAIL} paths in that tail. * Fewer than "
        f"{THIN_TAIL}.{more}"
    )


def _change(estimate: Estimate) -> tuple[str, str]:
    error = estimate.standard_error
    return change(estimate), _known(significant(error, error), supported("usd_bn", error))


def _rank(found: Estimate) -> tuple[str, str]:
    return _known(found.value, "number.2"), _known(found.standard_error, "number.3")


def _share(found: Estimate) -> tuple[str, str]:
    return _known(found.value, "rate"), _known(100.0 * found.standard_error, "number.2")


def _known(value: float, form: str) -> str:
    return show(value, form) if math.isfinite(value) else "–"


def change(estimate: Estimate, unit: str = MONEY) -> str:
    """A change with its sign, and a star where few paths lie in the tail; a dash where they tell none."""
    if not math.isfinite(estimate.standard_error):
        return "–"
    words = number(estimate.value, estimate.standard_error, unit)
    sign = "+" if estimate.value > 0.0 and words[:1].isdigit() else ""
    return sign + words + ("*" if estimate.thin else "")


DRIVERS: Spec[Explained] = Spec(
    (
        text("id", "Assumption", lambda r: r.driver.id, least=22),
        measure("lowest_tenth", "Lowest", lambda r: r.driver.low, _change),
        measure("highest_tenth", "Highest", lambda r: r.driver.high, _change),
        told("swing", float, lambda r: r.driver.swing),
        flag("noise", "Noise?", lambda r: r.driver.noise, type=bool | None),
        measure("rank_correlation", "Rank corr.", lambda r: r.driver.rank_correlation, _rank, optional=1),
        measure("first_order_share", "Share", lambda r: r.share, _share),
        text("place", "Rank by share", optional=2, align="right"),
    ),
    id="drivers",
)

DOCUMENT: Document[Headed[Drivers]] = document(
    told("measure", get=lambda found: "expected shortfall 97.5% of headline_loss"),
    told("unit", get=lambda found: MONEY),
    told("explained", Estimate, lambda found: found.total),
    told("drivers", Many(DRIVERS), lambda found: found.found[: found.top]),
    name="drivers/1",
    title="What moves the tail of a run: bubblerisk drivers RUN --json",
)
"""Changes in USD bn, shares as fractions; all drivers unless fewer are asked for."""
