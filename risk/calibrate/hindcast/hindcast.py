"""Hindcasts: the unchanged engine from earlier states, scored by what was read since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from risk.assumptions import Assumptions
from risk.assumptions.states import INFORMATION, LAG
from risk.axes import ordinal
from risk.calibrate import scores
from risk.calibrate.hindcast import forecast, naive, pooled
from risk.calibrate.hindcast.forecast import Fan, Score
from risk.calibrate.hindcast.pooled import Group, Scored
from risk.calibrate.hindcast.readings import Metric
from risk.errors import StorageError
from risk.runs import Run
from risk.runs.files import publish_json, read_json

FILE = "hindcast.json"
"""What was found last, kept beside the runs; no part of the identity of any."""

VINTAGES, OWN = "vintages", "own"
"""Folder of the register's earlier states, and in it the priors that each day's data would have had."""

FANS = ("capex", "cfo_year", "ai_revenue", "h100_contract")
"""Metrics that are drawn."""


@dataclass(frozen=True)
class Vintage:
    """One earlier state: what ran, what was scored, what is drawn.

    Attributes
    ----------
    quarter : of the base date; `information` the day on which its state was known.
    run, own_run : ids of the run with today's priors, and of that with the priors of the day; "" where the
        register has none.
    plain, own : their scores.
    """

    quarter: str
    information: str
    run: str
    own_run: str
    plain: Scored
    own: Scored | None
    fans: tuple[Fan, ...]


@dataclass(frozen=True)
class Miss:
    """A reading outside its declared interval."""

    vintage: str
    score: Score
    label: str

    @property
    def sentence(self) -> str:
        """What was read, and what had been forecast."""
        return f"{self.label}, {self.told}"

    @property
    def told(self) -> str:
        """The same without the metric."""
        s = self.score
        side = "above" if s.pit > 0.5 else "below"
        unit = "%" if s.unit == "%" else f" {s.unit}"
        return (
            f"{s.quarter} seen from {self.vintage}: {figure(s.value)}{unit}, {side} {figure(s.low)} to "
            f"{figure(s.high)} (percentile {100.0 * s.pit:.1f})"
        )


@dataclass(frozen=True)
class Hindcast:
    """What hindcasts found.

    Attributes
    ----------
    paths, seed : of each run.
    labels : metric → what it is called.
    metrics, leads, by_vintage, whole : scores taken together; `own_…` with the priors of each day.
    source : fingerprint of the engine that ran.
    """

    paths: int
    seed: int
    source: str
    labels: dict[str, str]
    vintages: tuple[Vintage, ...]
    metrics: tuple[Group, ...]
    leads: tuple[Group, ...]
    by_vintage: tuple[Group, ...]
    whole: Group
    own_metrics: tuple[Group, ...]
    own_whole: Group | None

    @property
    def misses(self) -> tuple[Miss, ...]:
        """Readings outside their declared interval, those furthest out first."""
        found = [
            Miss(v.quarter, s, self.labels[s.metric])
            for v in self.vintages
            for s in v.plain.scores
            if s.outside
        ]
        return tuple(sorted(found, key=lambda m: -abs(m.score.pit - 0.5)))

    @property
    def failing(self) -> tuple[Group, ...]:
        """Metrics without a green light."""
        return tuple(group for group in self.metrics if group.light != "green")

    @property
    def kept(self) -> bool:
        """Whether as many readings as wanted lie inside the declared interval."""
        return scores.WANTED[0] <= self.whole.declared <= scores.WANTED[1]


def figure(value: float) -> str:
    """A number to three significant digits, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def known(register: Path) -> tuple[str, ...]:
    """Quarters of the register's earlier states, the earliest first."""
    return tuple(sorted(path.stem for path in (register / VINTAGES).glob("*.toml")))


def own_priors(register: Path, quarter: str) -> Path | None:
    """File of the priors of a vintage's day; None where the register has none."""
    path = register / VINTAGES / OWN / f"{quarter}.toml"
    return path if path.is_file() else None


def information(register: Assumptions) -> dt.date:
    """Day on which the state of a register was known."""
    for id in (INFORMATION, "run.as_of"):
        if id in register.entries and (id == INFORMATION or not register.scenario.vintage):
            return dt.date.fromisoformat(str(register.entries[id].value))
    last = dt.date.fromisoformat(str(register.entries["run.as_of"].value))
    return min(register.calendar.base + dt.timedelta(LAG), last)


def scored(run: Run, metrics: Sequence[Metric], vintage: str, published_after: dt.date | None) -> Scored:
    """Score every reading that is due: of a later period, published after a day.

    Parameters
    ----------
    published_after : None = whenever; the naive forecasts then know all that describes the past.
    """
    base, calendar = ordinal(run.calendar.labels[0]), run.calendar
    found, samples = [], []
    for metric in metrics:
        readings = [] if metric.unscored else list(forecast.due(metric, base, published_after))
        if not readings:
            continue
        paths = forecast.path_values(run, metric)
        past = naive.past(metric, base, published_after or dt.date.max)
        for reading in readings:
            x = forecast.values(run, metric, reading, paths)
            if x is not None:
                x = forecast.measured(x, reading)
                samples.append(x)
                found.append(forecast.score(metric, reading, x, calendar, past))
    matrix = scores.correlations(samples)
    return Scored(vintage, tuple(found), tuple(tuple(map(float, row)) for row in matrix))


def vintage(run: Run, own: Run | None, metrics: Sequence[Metric]) -> Vintage:
    """Score the runs of one earlier state."""
    quarter, day = run.calendar.labels[0], information(run.register)
    last = max((ordinal(r.quarter) for m in metrics for r in m.readings), default=0)
    fans = []
    for metric in metrics:
        if metric.id in FANS and (x := forecast.path_values(run, metric)) is not None:
            fans.append(forecast.fan(metric, x, run.calendar, min(last, ordinal(run.calendar.labels[-1]))))
    return Vintage(
        quarter,
        day.isoformat(),
        run.id,
        own.id if own else "",
        scored(run, metrics, quarter, day),
        scored(own, metrics, quarter, day) if own else None,
        tuple(fans),
    )


def compare(pairs: Sequence[tuple[Run, Run | None]], metrics: Sequence[Metric]) -> Hindcast:
    """Score runs of earlier states, each with that of the priors of its day beside it; at least one pair."""
    first = pairs[0][0].manifest
    vintages = tuple(vintage(run, own, metrics) for run, own in pairs)
    labels = {metric.id: metric.label for metric in metrics}
    return together(pairs[0][0].paths, first.seed, first.specification.source, labels, vintages)


def together(
    paths: int, seed: int, source: str, labels: dict[str, str], vintages: tuple[Vintage, ...]
) -> Hindcast:
    """Take the scores of vintages together; arguments as the attributes of `Hindcast`."""
    plain = [v.plain for v in vintages]
    own = [v.own for v in vintages if v.own is not None]
    return Hindcast(
        paths=paths,
        seed=seed,
        source=source,
        labels=labels,
        vintages=vintages,
        metrics=pooled.groups(plain, pooled.by_metric),
        leads=_ordered(pooled.groups(plain, pooled.by_lead), [name for name, *_ in pooled.LEADS]),
        by_vintage=pooled.groups(plain, pooled.by_vintage),
        whole=next(iter(pooled.groups(plain, pooled.together)), NOTHING),
        own_metrics=pooled.groups(own, pooled.by_metric),
        own_whole=next(iter(pooled.groups(own, pooled.together)), None),
    )


NOTHING = Group("all", 0, 0.0, (0.0,) * len(scores.LEVELS), 0.5, (), (), "red")
"""No reading at all."""


def _ordered(found: Sequence[Group], names: Sequence[str]) -> tuple[Group, ...]:
    return tuple(sorted(found, key=lambda group: names.index(group.name)))


def store(found: Hindcast, root: Path) -> Path:
    """Keep what was found beside the runs of a folder."""
    path = root / FILE
    publish_json(path, _ADAPTER.dump_python(found, mode="json"))
    return path


def read(root: Path) -> Hindcast | None:
    """What was found last; None where nothing was, or another version of the program found it."""
    path = root / FILE
    if not path.exists():
        return None
    try:
        return _ADAPTER.validate_python(read_json(path))
    except (StorageError, ValidationError):
        return None


_ADAPTER: TypeAdapter[Hindcast] = TypeAdapter(Hindcast)
