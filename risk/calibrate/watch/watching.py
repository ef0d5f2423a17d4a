"""The watch list against a run: put together once, kept beside it, shown by pack and screens.

A pack is made of what is kept, so that it is written again from the run's folder alone. It is put together
anew where what it rests on has changed: the watch list, readings, the method.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from risk.analysis import statistics, weighted
from risk.analysis.conditions import condition
from risk.analysis.estimate import Estimate
from risk.analysis.verdict import CLASSES
from risk.analysis.weighted import Importance
from risk.assumptions import locate
from risk.axes import ordinal
from risk.calibrate.hindcast import readings
from risk.calibrate.hindcast.readings import Metric
from risk.calibrate.watch import declared
from risk.calibrate.watch.declared import Item, WatchList
from risk.calibrate.watch.past import Decided, decided
from risk.calibrate.watch.tripwires import (
    Event,
    Newest,
    Tripwire,
    ahead,
    crossings,
    newest,
    tripwire,
)
from risk.calibrate.watch.update import Reweighted, Update, forecasts, update
from risk.errors import StorageError
from risk.runs import Run
from risk.runs.files import publish_json, read_json
from risk.runs.first import first
from risk.runs.hashing import digest
from risk.runs.remembered import Remembered

FILE = "watch.json"
"""Beside a run; no part of its identity."""

BUST = "bust"
"""What tripwires warn of unless another event is asked for."""

YEARS, QUARTERS_A_YEAR = 2, 4
"""Of history that is drawn before a fan."""

SHOWN = 5
"""Tripwires that the front page has room for."""


@dataclass(frozen=True)
class Outside:
    """An item of which no path knows anything, and why."""

    item: str
    words: str
    section: str
    reason: str
    newest: Newest | None


@dataclass(frozen=True)
class Watch:
    """What to watch, seen from a run.

    Attributes
    ----------
    run : its id; `inputs` the fingerprint of all that this rests on beside it.
    version, page : of the watch list, and whose list it is.
    event, probability : what tripwires warn of, and how likely it is.
    tripwires : those that lie ahead and are open, that which tells most first.
    outside : items that the model cannot follow.
    left_out : thresholds whose date is over, or lies beyond the run, in words.
    decided : tripwires that readings have decided, scored.
    updated : tripwire → probability of its crossing by what was read since the base date.
    read : series → quarter → newest reading of it, in the series' unit, from two years before the base date.
    """

    run: str
    inputs: str
    version: str
    page: str
    event: str
    probability: Estimate
    tripwires: tuple[Tripwire, ...]
    outside: tuple[Outside, ...]
    left_out: tuple[str, ...]
    decided: tuple[Decided, ...]
    update: Update
    updated: dict[str, Estimate]
    read: dict[str, dict[str, float]] = field(default_factory=dict)


def leading(found: Watch, count: int = SHOWN) -> tuple[Tripwire, ...]:
    """The tripwires that tell most, no item twice."""
    first: dict[str, Tripwire] = {}
    for one in found.tripwires:
        first.setdefault(one.item, one)
    return tuple(first.values())[:count]


def event(run: Run, words: str = BUST) -> Event:
    """What tripwires warn of: a class, a proposition or any condition; UsageError where it is none."""
    labels = dict(CLASSES) | {claim.id: claim.label for claim in run.register.propositions.values()}
    flags, dated = condition(run, words).flags, f"{words}_quarter"
    known = dated in run.names("outcomes")
    return Event(labels.get(words, words), flags, run.outcome(dated) if known else None)


def watch(
    run: Run, listed: WatchList, metrics: Sequence[Metric], words: str = BUST, inputs: str = ""
) -> Watch:
    """Rank the tripwires of a list by what they tell of an event on the paths of a run, of its first ones."""
    run = first(run)
    warned, equal = event(run, words), Importance.equal(run.paths)
    reweighted = read_since(run, metrics)
    crossed = list(crossings(run, listed.items))
    told = [tripwire(run, one, warned, equal) for one in crossed]
    judges = {item.id: item.metric for item in listed.items}
    over = tuple(decided(told, judges, run.paths)) if forecasts(run) else ()
    closed = {one.tripwire.id for one in over}
    moved = bool(reweighted.update.weighing) and not reweighted.update.exhausted
    return Watch(
        run=run.id,
        inputs=inputs,
        version=listed.version,
        page=_title(run, listed.page),
        event=warned.label,
        probability=statistics.probability(warned.flags),
        tripwires=tuple(
            sorted((t for t in told if t.id not in closed), key=lambda t: (-t.told.change.value, t.id))
        ),
        outside=tuple(_outside(item) for item in listed.items if item.outside),
        left_out=tuple(_left_out(run, listed.items)),
        decided=over,
        update=reweighted.update,
        updated={
            one.id: weighted.probability(np.isfinite(one.quarters), reweighted.weights)
            for one in crossed
            if moved and one.id not in closed
        },
        read={
            metric.quantity: _history(run, metric)
            for metric in metrics
            if metric.quantity and metric.quarters == 1
        },
    )


def _history(run: Run, metric: Metric) -> dict[str, float]:
    """Readings of a series by quarter, from two years before the base date; of several in one the newest."""
    first = ordinal(run.calendar.labels[0]) - YEARS * QUARTERS_A_YEAR
    rows = sorted(metric.readings, key=lambda row: (row.published, str(row.date)))
    return {row.quarter: row.value for row in rows if ordinal(row.quarter) >= first}


def read_since(run: Run, metrics: Sequence[Metric]) -> Reweighted:
    """A forecast as readings leave it; nothing is held against a stress."""
    found = update(run, metrics if forecasts(run) else ())
    return replace(found, update=replace(found.update, stress=not forecasts(run)))


def _title(run: Run, source: str) -> str:
    known = run.register.sources.get(source)
    return known.title if known else source


def _outside(item: Item) -> Outside:
    return Outside(item.id, item.words, item.section, item.outside, newest(item.beside))


def _left_out(run: Run, items: Sequence[Item]) -> list[str]:
    """Thresholds that the run does not reach, or that were over before it began."""
    return [f"{item.words} by {row.by}" for item in items for row in item.thresholds if not ahead(run, row)]


def current(run: Run, register: Path | None) -> Watch:
    """What stands beside a run where it is of today, else what is found now; nothing is written.

    Parameters
    ----------
    register : folder of the register; by default ./assumptions, else the one that came along.

    Raises
    ------
    AssumptionErrors : the watch list or a reading is wrong, with file and line.
    """
    folder = locate.register(register)
    metrics, listed = registered(folder)
    inputs = _inputs(folder, run)
    kept = read(run)
    if kept and kept.inputs == inputs:
        return kept
    return watch(Remembered.of(run), listed, metrics, inputs=inputs)


def registered(folder: Path) -> tuple[tuple[Metric, ...], WatchList]:
    """Readings and watch list of a register's folder; AssumptionErrors where one is wrong."""
    metrics = readings.read(folder, readings.sources(folder))
    return metrics, declared.read(folder, metrics)


def keep(run: Run, register: Path | None) -> Watch:
    """As `current`, and kept beside the run."""
    found, kept = current(run, register), read(run)
    if kept is None or kept.inputs != found.inputs:
        publish_json(run.directory / FILE, _ADAPTER.dump_python(found, mode="json"))
    return found


def read(run: Run) -> Watch | None:
    """What is kept beside a run; None where nothing is, or another version of the program kept it."""
    path = run.directory / FILE
    if not path.exists():
        return None
    try:
        found = _ADAPTER.validate_python(read_json(path))
    except (StorageError, ValidationError):
        return None
    return found if found.run == run.id else None


METHOD = (*sorted(Path(__file__).parent.glob("*.py")), *map(Path, (weighted.__file__, statistics.__file__)))
"""Files that say how all this is found."""


def _inputs(folder: Path, run: Run) -> str:
    """Fingerprint of the watch list, the readings and the method."""
    files = [file for file in (folder / declared.FILE, folder / readings.FILE, *METHOD) if file.is_file()]
    content = [(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    return digest([content, run.manifest.assumptions])


_ADAPTER: TypeAdapter[Watch] = TypeAdapter(Watch)
