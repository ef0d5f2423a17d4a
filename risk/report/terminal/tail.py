"""The tail screen: what moves the worst paths, what is true in them, and which they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.attribution import Driver
from risk.analysis.statistics import THIN_TAIL
from risk.analysis.worst import Told, Worst, WorstPath, worst
from risk.report.formats import show
from risk.report.terminal.drivers import change
from risk.report.terminal.numbers import error, interval, number, probability, with_error
from risk.report.terminal.page import Cell, Column, Page, Screen, grid, heading, note
from risk.report.terminal.summary import Heading, estimate_data, heading_data
from risk.report.terminal.summary import heading as run_heading
from risk.report.terminal.verdict import facts, next_steps
from risk.runs import Run

SCHEMA = "bubblerisk.tail/1"
MOST_DRIVERS, MOST_PATHS = 10, 10
MONEY = "USD bn"


@dataclass(frozen=True)
class Tail:
    """The worst paths of a run."""

    heading: Heading
    found: Worst


def tail(run: Run, share: float) -> Tail:
    """Describe the worst `share` of a run's paths."""
    return Tail(run_heading(run), worst(run, share, MOST_PATHS))


def screen(found: Tail, page: Page, hints: Sequence[str] = ()) -> Screen:
    """The tail on a page.

    Parameters
    ----------
    hints : commands to go on with.
    """
    w = found.found
    title = f"The worst {_percent(w.share)} of paths by headline loss: {found.heading.title}"
    parts: list[RenderableType] = [
        heading(title, page),
        facts(found.heading, page),
        note(_what(w), page),
        Text(),
        heading("What moves it", page),
        _drivers(w.drivers[:MOST_DRIVERS], page),
        note(_how(w), page),
        Text(),
        heading(f"What is true in the worst {_percent(w.share)}", page),
        _lifts(w.lifts, page),
        note("Lift: how many times as often as on all paths. ± is half of a 95% interval.", page),
        Text(),
        heading("The worst paths", page),
        _paths(w.worst, page),
    ]
    if hints:
        parts.append(next_steps(hints, page))
    return tuple(parts)


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


def _drivers(drivers: Sequence[Driver], page: Page) -> RenderableType:
    headings = (
        Column("Assumption", least=20),
        Column("Lowest tenth", "right"),
        Column("±", "right"),
        Column("Highest tenth", "right"),
        Column("±", "right"),
        Column("Rank corr.", "right", optional=1),
        Column("±", "right", optional=1),
        Column("Noise?"),
    )
    rows: list[tuple[Cell, ...]] = []
    for d in drivers:
        ends = (cell for end in (d.low, d.high) for cell in (change(end), error(end, MONEY).lstrip("±")))
        rank = show(d.rank_correlation.value, "number.2")
        margin = show(1.96 * d.rank_correlation.standard_error, "number.2")
        rows.append((d.id, *ends, rank, margin, "yes" if d.noise else "no"))
    return grid(headings, rows, page)


def _lifts(lifts: Sequence[Told], page: Page) -> RenderableType:
    headings = (
        Column(),
        Column("Outcome or proposition", least=24),
        Column("In the tail", "right"),
        Column("±", "right"),
        Column("All paths", "right"),
        Column("±", "right", optional=1),
        Column("Lift", "right"),
        Column("±", "right"),
    )
    return grid(headings, [_lift(each) for each in lifts], page)


def _lift(told: Told) -> tuple[Cell, ...]:
    found = told.found
    both = (
        cell for p in (found.tail, found.everywhere) for cell in (probability(p), interval(p).lstrip("±"))
    )
    code = told.id if told.id[:1].isupper() else ""
    if found.never:
        return code, told.label, *both, "–", ""
    times = number(found.lift.value, found.lift.standard_error, "multiple")
    return code, told.label, *both, times, error(found.lift, "multiple").lstrip("±")


def _paths(paths: Sequence[WorstPath], page: Page) -> RenderableType:
    headings = (
        Column("Path", "right"),
        Column("Loss, USD bn", "right"),
        Column("Outcome"),
        Column("Propositions that hold", least=24),
    )
    rows = [(str(p.path), show(p.loss, "usd_bn"), p.outcome, " ".join(p.claims)) for p in paths]
    return grid(headings, rows, page)


def tail_data(found: Tail) -> dict[str, Any]:
    """The tail as plain data for JSON; losses in USD bn."""
    w = found.found
    return {
        **heading_data(found.heading),
        "share": w.share,
        "tail_paths": w.paths,
        "unit": MONEY,
        "threshold": estimate_data(w.threshold),
        "mean_loss": estimate_data(w.shortfall),
        "drivers": [
            {
                "id": d.id,
                "lowest_tenth": estimate_data(d.low),
                "highest_tenth": estimate_data(d.high),
                "rank_correlation": estimate_data(d.rank_correlation),
                "noise": d.noise,
            }
            for d in w.drivers
        ],
        "lifts": [
            {
                "id": each.id,
                "label": each.label,
                "tail": estimate_data(each.found.tail),
                "everywhere": estimate_data(each.found.everywhere),
                "lift": None if each.found.never else estimate_data(each.found.lift),
            }
            for each in w.lifts
        ],
        "worst": [
            {"path": p.path, "loss": p.loss, "outcome": p.outcome, "propositions": list(p.claims)}
            for p in w.worst
        ],
    }
