"""The tail screen: what moves the worst paths, what is true in them, and which they are."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from risk.analysis.attribution import FEWEST_IN_TAIL, Driver
from risk.analysis.metrics import HEADLINE
from risk.analysis.statistics import THIN_TAIL, Estimate
from risk.analysis.worst import Told, Worst, WorstPath, worst
from risk.report.formats import show
from risk.report.record import Document, Many, told
from risk.report.spec import Spec, count, figure, flag, measure, shown, text
from risk.report.terminal.drivers import change
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.numbers import error, interval, number, probability, with_error
from risk.report.terminal.page import Page, Screen, heading, note, table
from risk.runs import Run
from risk.runs.first import first

MOST_DRIVERS, MOST_PATHS = 10, 10
MONEY = "USD bn"


def tail(
    run: Run, share: float, outcome: str = HEADLINE, when: str = "", lowest: bool = False
) -> Headed[Worst]:
    """Describe the worst `share` of a run's paths by the headline loss, or by another number."""
    return Headed.of(run, worst(run, share, MOST_PATHS, outcome, when, lowest), first(run))


def screen(found: Headed[Worst], page: Page) -> Screen:
    """The tail on a page."""
    w = found.result
    where = f" where {w.when}" if w.when else ""
    worst_of = f"The {'lowest' if w.lowest else 'worst'} {_percent(w.share)} of paths{where} by {w.label}"
    return (
        heading(f"{worst_of}: {found.heading.title}", page),
        facts(found.heading, page),
        note(_what(w), page),
        Text(),
        heading("What moves it", page),
        table(_in_unit(DRIVERS, w.unit).table(w.drivers[:MOST_DRIVERS]), page),
        note(_how(w), page),
        Text(),
        heading(f"What is true in the {'lowest' if w.lowest else 'worst'} {_percent(w.share)}", page),
        table(LIFTS.table(w.lifts), page),
        note(
            "Lift: how many times as often as on all paths. ± is half of a 95% interval, or its ends where "
            "it is not symmetric.",
            page,
        ),
        Text(),
        heading("The worst paths", page),
        table(_of(w).table(w.worst), page),
    )


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g}%"


def _what(w: Worst) -> str:
    thin = " * Fewer than 500 paths lie in this tail." if w.paths < THIN_TAIL else ""
    threshold, mean = (with_error(each, w.unit) for each in (w.threshold, w.shortfall))
    if w.outcome == HEADLINE and not w.lowest:
        return f"{w.paths:,} paths lose USD bn {threshold} or more; their mean loss is {mean}.{thin}"
    bound = "less" if w.lowest else "more"
    return f"{w.paths:,} paths have {threshold} {w.unit} or {bound}; their mean is {mean}.{thin}"


def _how(w: Worst) -> str:
    said = "loss" if w.outcome == HEADLINE else "value"
    return (
        f"Change of the mean {said} of the worst {_percent(w.share)}, {w.unit}, over the tenth of paths on "
        "which the assumption is lowest and highest, the others as they fall: conditional means, not "
        "re-runs. ± is half of a 95% interval of one end, or its ends where it is not symmetric. Noise: both "
        "ends differ by no more than two standard errors of their difference. – Fewer than "
        f"{FEWEST_IN_TAIL} paths in that tail. * Fewer than {THIN_TAIL} paths."
    )


def _in_unit(spec: Spec[Driver], unit: str) -> Spec[Driver]:
    """The table of drivers in the unit of what moves."""
    if unit == MONEY:
        return spec

    def cells(estimate: Estimate) -> tuple[str, str]:
        return change(estimate, unit), error(estimate, unit).lstrip("±")

    ends = ("lowest_tenth", "highest_tenth")
    return replace(spec, fields=tuple(replace(f, cells=cells) if f.key in ends else f for f in spec.fields))


def _of(w: Worst) -> Spec[WorstPath]:
    """The table of paths with what they are ranked by in its unit."""
    if w.outcome == HEADLINE:
        return PATHS

    def value(path: WorstPath) -> str:
        return number(path.loss, 0.0, w.unit)

    own = shown("loss", f"Value, {w.unit}", value, align="right")
    return replace(PATHS, fields=tuple(own if f.key == "loss" else f for f in PATHS.fields))


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
        flag("noise", "Noise?", type=bool | None),
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
    told("outcome"),
    told("when"),
    told("lowest", bool),
    told("unit"),
    told("threshold", Estimate),
    told("mean_loss", Estimate, lambda w: w.shortfall),
    told("drivers", Many(DRIVERS)),
    told("lifts", Many(LIFTS)),
    told("worst", Many(PATHS)),
    name="tail/1",
    title="The worst paths of a run: bubblerisk tail RUN --json",
)
"""Losses in USD bn; of another number all is in its unit."""
