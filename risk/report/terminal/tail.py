"""The tail screen: what moves the worst paths, what is true in them, and which they are."""

from __future__ import annotations

from rich.text import Text

from risk.analysis.attribution import Driver
from risk.analysis.statistics import THIN_TAIL, Estimate
from risk.analysis.worst import Told, Worst, WorstPath, worst
from risk.report.formats import show
from risk.report.record import Document, Many, told
from risk.report.spec import Spec, count, figure, flag, measure, shown, text
from risk.report.terminal.drivers import change
from risk.report.terminal.numbers import error, interval, number, probability, with_error
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.report.terminal.summary import Headed, document
from risk.report.terminal.verdict import facts
from risk.runs import Run

MOST_DRIVERS, MOST_PATHS = 10, 10
MONEY = "USD bn"


def tail(run: Run, share: float) -> Headed[Worst]:
    """Describe the worst `share` of a run's paths."""
    return Headed.of(run, worst(run, share, MOST_PATHS))


def screen(found: Headed[Worst], page: Page) -> Screen:
    """The tail on a page."""
    w = found.result
    title = f"The worst {_percent(w.share)} of paths by headline loss: {found.heading.title}"
    return (
        heading(title, page),
        facts(found.heading, page),
        note(_what(w), page),
        Text(),
        heading("What moves it", page),
        table(DRIVERS.table(w.drivers[:MOST_DRIVERS]), page),
        note(_how(w), page),
        Text(),
        heading(f"What is true in the worst {_percent(w.share)}", page),
        table(LIFTS.table(w.lifts), page),
        note("Lift: how many times as often as on all paths. ± is half of a 95% interval.", page),
        Text(),
        heading("The worst paths", page),
        table(PATHS.table(w.worst), page),
    )


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g}%"


def _what(w: Worst) -> str:
    thin = " * Fewer than 500 paths lie in this tail." if w.paths < THIN_TAIL else ""
    return (
        f"{w.paths:,} paths lose USD bn {with_error(w.threshold, MONEY)} or more; "
        f"their mean loss is {with_error(w.shortfall, MONEY)}.{thin}"
    )


def _how(w: Worst) -> str:
    return (
        f"Change of the mean loss of the worst {_percent(w.share)}, USD bn, over the tenth of paths on which "
        "the assumption is lowest and highest, the others as they fall: conditional means, not re-runs. "
        "± is half of a 95% interval of one end, or its ends where it is not symmetric. Noise: both ends "
        "differ by no more than two standard errors "
        f"of their difference. * Fewer than {THIN_TAIL} paths."
    )


def _change(estimate: Estimate) -> tuple[str, str]:
    return change(estimate), error(estimate, MONEY).lstrip("±")


def _rank(estimate: Estimate) -> tuple[str, str]:
    return show(estimate.value, "number.2"), show(1.96 * estimate.standard_error, "number.2")


def _probability(estimate: Estimate) -> tuple[str, str]:
    return probability(estimate), interval(estimate).lstrip("±")


def _times(lift: Estimate | None) -> tuple[str, str]:
    if lift is None:
        return "–", ""
    return number(lift.value, lift.standard_error, "multiple"), error(lift, "multiple").lstrip("±")


DRIVERS: Spec[Driver] = Spec(
    (
        text("id", "Assumption", least=20),
        measure("lowest_tenth", "Lowest tenth", lambda d: d.low, _change, "±"),
        measure("highest_tenth", "Highest tenth", lambda d: d.high, _change, "±"),
        measure("rank_correlation", "Rank corr.", None, _rank, "±", optional=1),
        flag("noise", "Noise?"),
    ),
    id="tail-drivers",
)
LIFTS: Spec[Told] = Spec(
    (
        shown("code", "", lambda each: each.id if each.id[:1].isupper() else ""),
        told("id"),
        text("label", "Outcome or proposition", least=24),
        measure("tail", "In the tail", lambda each: each.found.tail, _probability, "±"),
        measure("everywhere", "All paths", lambda each: each.found.everywhere, _probability, "±", rest=1),
        measure("lift", "Lift", lambda each: None if each.found.never else each.found.lift, _times, "±"),
    ),
    id="tail-lifts",
)
PATHS: Spec[WorstPath] = Spec(
    (
        count("path", "Path", form="general"),
        figure("loss", "Loss, USD bn", form="usd_bn"),
        text("outcome", "Outcome"),
        told("propositions", list[str], lambda p: p.claims),
        shown("claims", "Propositions that hold", lambda p: " ".join(p.claims), least=24),
    ),
    id="tail-paths",
)

DOCUMENT: Document[Headed[Worst]] = document(
    told("share", float),
    told("tail_paths", int, lambda w: w.paths),
    told("unit", get=lambda w: MONEY),
    told("threshold", Estimate),
    told("mean_loss", Estimate, lambda w: w.shortfall),
    told("drivers", Many(DRIVERS)),
    told("lifts", Many(LIFTS)),
    told("worst", Many(PATHS)),
    name="tail/1",
    title="The worst paths of a run: bubblerisk tail RUN --json",
)
"""Losses in USD bn."""
