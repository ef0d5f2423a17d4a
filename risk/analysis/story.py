"""One path of a run told quarter by quarter: which path, what it came to, and what happened when."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import story_credit, story_markets
from risk.analysis.metrics import HEADLINE
from risk.analysis.ranking import worst_first
from risk.analysis.telling import Event, Moment
from risk.analysis.verdict import CLASSES
from risk.assumptions import Assumptions
from risk.axes import Calendar
from risk.engine.rerun import Rerun
from risk.errors import UsageError
from risk.runs import Run
from risk.runs.passes import Columns, by_quarter

Array = NDArray[np.float64]

TELLERS = (*story_markets.TELLERS.values(), *story_credit.TELLERS.values())

STATED = ("capex", "revenue", "required_revenue", "h100_contract", "hy_spread", "headline_loss")
"""Series in the yearly table."""

DEFAULTS = (
    "operators.facility.payment_default",
    "operators.facility.maturity_default",
    "operators.holdco.default",
)

_WORST = re.compile(r"worst(?::([1-9][0-9]{0,8}))?")


@dataclass(frozen=True)
class Year:
    """A year of a path, or of the run's median; USD, base units, rates as fractions.

    Attributes
    ----------
    quarters : quarters of the year in the run.
    capex : cash spent in these quarters; the rest stands at the last of them.
    loss : headline credit loss of the year; cumulative_loss : since the base date.
    defaults : facilities and HoldCos that default in the year; None for a median.
    """

    year: int
    quarters: int
    capex: float
    revenue: float
    required: float
    rent: float
    spread: float
    loss: float
    cumulative_loss: float
    defaults: int | None = None


@dataclass(frozen=True)
class Quarter:
    """A quarter: where things stood at its end, and what happened, in the order of cause and effect."""

    label: str
    capex: float
    rent: float
    spread: float
    loss: float
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Proposition:
    """A proposition that comes true on the path; `quarter` is empty where it is not a matter of time."""

    id: str
    label: str
    quarter: str


@dataclass(frozen=True)
class Story:
    """One path.

    Attributes
    ----------
    outcome : class of the path in words.
    loss : headline credit loss, USD; rank : 1 is the worst of `paths`.
    propositions : those that come true on it.
    instruments : credit loss by instrument, USD, over all quarters; those beside the headline in `beside`.
    second_round : mark-to-market of forced sales, USD, never part of losses; None where it is not recorded.
    years, medians : the path, and the median of the run, year by year.
    """

    path: int
    paths: int
    outcome: str
    loss: float
    median_loss: float
    rank: int
    propositions: tuple[Proposition, ...]
    instruments: dict[str, float]
    beside: tuple[str, ...]
    second_round: float | None
    years: tuple[Year, ...]
    medians: tuple[Year, ...]
    quarters: tuple[Quarter, ...]

    @property
    def share(self) -> float:
        """Share of paths that lose as much or more."""
        return self.rank / self.paths


def pick(run: Run, which: str) -> int:
    """Path id that a word names: an id, `worst`, `worst:10` (the tenth worst) or `median`, by headline loss.

    Raises
    ------
    UsageError : it names no path of the run.
    """
    valid = f"give an id from 0 to {run.paths - 1}, worst, worst:1 to worst:{run.paths}, or median"
    if re.fullmatch(r"[0-9]{1,9}", which):
        if int(which) < run.paths:
            return int(which)
        raise UsageError(f"run {run.id} has no path {which}", valid)
    ranked = worst_first(run.outcome(HEADLINE))
    if which == "median":
        return int(ranked[(run.paths - 1) // 2])
    match = _WORST.fullmatch(which)
    if match is None:
        raise UsageError(f"{which[:80]!r} names no path", valid)
    place = int(match[1] or 1)
    if place > run.paths:
        raise UsageError(f"run {run.id} has {run.paths:,} paths, and no {place:,}th worst", valid)
    return int(ranked[place - 1])


def _medians(run: Run, name: str) -> Array:
    """Median of a series over paths by quarter."""
    return np.array([np.median(row.astype(np.float64)) for (row,) in by_quarter(run, name)])


def story(run: Run, rerun: Rerun) -> Story:
    """Tell a path of a run."""
    path, losses = rerun.path, run.outcome(HEADLINE)
    median = {name: _medians(run, name) for name in STATED}
    own = {name: rerun.series[name].astype(np.float64) for name in STATED}
    outcomes = {name: float(values[path]) for name, values in Columns(run, "outcomes").items()}
    return Story(
        path=path,
        paths=run.paths,
        outcome=_outcome(outcomes),
        loss=float(losses[path]),
        median_loss=float(np.median(losses)),
        rank=1 + int((losses > losses[path]).sum()),
        propositions=_propositions(run, outcomes),
        instruments=dict(
            zip(
                rerun.names["instrument"],
                map(float, np.nansum(rerun.detail["instrument_losses"], axis=0)),
                strict=True,
            )
        ),
        beside=rerun.names["beside"],
        second_round=_second_round(rerun),
        years=years(run.calendar, own, defaults(rerun)),
        medians=years(run.calendar, median),
        quarters=tuple(quarter(rerun, t, run.register) for t in range(1, len(rerun.labels))),
    )


def _second_round(rerun: Rerun) -> float | None:
    """Mark-to-market over all quarters and holders, USD."""
    marked = rerun.detail.get("cascade.mark_to_market")
    return None if marked is None else float(np.nansum(marked))


def _outcome(outcomes: dict[str, float]) -> str:
    """Class of a path; the last that holds, for the later ones split the earlier."""
    return next(label for name, label in reversed(CLASSES) if outcomes[name] > 0)


def _propositions(run: Run, outcomes: dict[str, float]) -> tuple[Proposition, ...]:
    """Propositions that come true, without the variants of another, whose labels go on from it."""
    found = []
    for name, row in run.register.propositions.items():
        if not row.label.startswith("…") and outcomes.get(name, 0.0) > 0:
            when = outcomes.get(f"{name}_quarter", np.nan)
            found.append(
                Proposition(name, row.label, run.calendar.labels[int(when)] if np.isfinite(when) else "")
            )
    return tuple(found)


def defaults(rerun: Rerun) -> Array:
    """Facilities and HoldCos that default in each quarter, (quarter + 1,)."""
    return np.asarray(sum(np.nansum(rerun.detail[name], axis=1) for name in DEFAULTS))


def years(calendar: Calendar, series: dict[str, Array], defaulted: Array | None = None) -> tuple[Year, ...]:
    """Series, (quarter + 1,) each, year by year."""
    found = []
    for year in calendar.years:
        steps = list(calendar.steps(year))
        last, cumulative = steps[-1], series["headline_loss"]
        found.append(
            Year(
                year=year,
                quarters=len(steps),
                capex=float(series["capex"][steps].sum()),
                revenue=float(series["revenue"][last]),
                required=float(series["required_revenue"][last]),
                rent=float(series["h100_contract"][last]),
                spread=float(series["hy_spread"][last]),
                loss=float(cumulative[last] - cumulative[steps[0] - 1]),
                cumulative_loss=float(cumulative[last]),
                defaults=None if defaulted is None else int(defaulted[steps].sum()),
            )
        )
    return tuple(found)


def quarter(rerun: Rerun, t: int, register: Assumptions) -> Quarter:
    """Tell one quarter, in the words of the register."""
    moment = Moment(rerun, t, register)
    before, now = moment.series("headline_loss")
    return Quarter(
        label=rerun.labels[t],
        capex=moment.series("capex")[1],
        rent=moment.series("h100_contract")[1],
        spread=moment.series("hy_spread")[1],
        loss=now - before,
        events=tuple(event for tell in TELLERS for event in tell(moment)),
    )
