"""The monitoring plan against a run: which triggers are past, and what was looked at.

Readings are compared with what was known when the model was set: on the information date of the run's state.
Only the base case and its vintages are forecasts; a stress is not held against what came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from risk.assumptions import locate
from risk.calibrate import scores, targets
from risk.calibrate.hindcast.hindcast import figure, information, scored
from risk.calibrate.hindcast.readings import Metric, Reading
from risk.calibrate.validation.declared import Declared, Override, Trigger
from risk.runs import Run

NOTHING = "nothing was published since the model was set"
STRESS = "a stress is no forecast"


@dataclass(frozen=True)
class State:
    """A trigger, and where the run stands.

    Attributes
    ----------
    looked : readings, targets or overrides that were looked at.
    past : one sentence for each that is past it; a pack is a draft while there is one.
    told : what was found where none is.
    """

    id: str
    label: str
    why: str
    action: str
    owner: str
    looked: int
    past: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class Held:
    """What triggers are held against."""

    run: Run
    metrics: Sequence[Metric]
    overrides: Sequence[Override]

    @property
    def day(self) -> dt.date:
        """Day on which the state of the run was known."""
        return information(self.run.register)

    @property
    def base(self) -> bool:
        """Whether the run is of the base case, at its own or an earlier date."""
        return self.run.manifest.scenario.partition(locate.AT)[0] == locate.BASE

    def watched(self, trigger: Trigger) -> list[Metric]:
        """Metrics that a trigger names; all where it names none."""
        return [m for m in self.metrics if m.id in trigger.metrics or not trigger.metrics]


Found = tuple[int, list[str], str]
"""How many were looked at, what is past, and what is said where nothing is."""


def states(run: Run, declared: Declared, metrics: Sequence[Metric]) -> tuple[State, ...]:
    """Hold every trigger against a run."""
    held = Held(run, metrics, declared.overrides)
    return tuple(_state(trigger, *WATCHES[trigger.watch](trigger, held)) for trigger in declared.triggers)


def _state(trigger: Trigger, looked: int, past: list[str], told: str) -> State:
    words = (trigger.id, trigger.label, trigger.why, trigger.action, trigger.owner)
    return State(*words, looked, tuple(past), told)


def _moved(trigger: Trigger, held: Held) -> Found:
    """Newest readings against the last known on the information date."""
    assert trigger.by is not None
    pairs = [pair for metric in held.watched(trigger) if (pair := since(metric, held.day))]
    changes = [(metric, old, new, new.value / old.value - 1.0) for metric, old, new in pairs]
    past = [
        f"{metric.label} {figure(new.value)} {metric.unit} on {new.date}, "
        f"{change:+.0%} from {figure(old.value)} ({old.date})"
        for metric, old, new, change in changes
        if past_by(change, trigger.by)
    ]
    largest = max((abs(change) for *_, change in changes), default=0.0)
    return len(pairs), past, f"largest move {largest:.0%}" if pairs else NOTHING


def past_by(change: float, by: float) -> bool:
    """Whether a change is as large as a trigger allows, either way; rounding does not decide."""
    return abs(change) >= by - 1e-9


def since(metric: Metric, day: dt.date) -> tuple[Metric, Reading, Reading] | None:
    """The last reading known on a day and the newest published later of a later period; None without both."""
    known = [i for i, reading in enumerate(metric.readings) if reading.published <= day]
    later = [r for r in metric.readings[known[-1] + 1 :] if r.published > day] if known else []
    return (metric, metric.readings[known[-1]], later[-1]) if later else None


def _outside(trigger: Trigger, held: Held) -> Found:
    """Readings of later periods, published since, against the forecast."""
    assert trigger.level is not None
    if not held.base:
        return 0, [], STRESS
    metrics = {metric.id: metric for metric in held.watched(trigger)}
    found = scored(held.run, list(metrics.values()), held.run.calendar.labels[0], held.day).scores
    past = [
        f"{metrics[s.metric].label} {figure(s.value)} {s.unit} of {s.date} at percentile {100.0 * s.pit:.1f}"
        for s in found
        if not scores.inside(s.pit, trigger.level)
    ]
    return len(found), past, f"all inside {trigger.level:.0%}" if found else NOTHING


def _contradicted(trigger: Trigger, held: Held) -> Found:
    """Calibration targets against their declarations."""
    if held.run.manifest.scenario != locate.BASE:
        return 0, [], "targets are set for the base case"
    found = [target for target in targets.results(held.run) if target.value is not None]
    past = [f"{t.id} ({t.label}) is declared {t.status} and is not" for t in found if t.contradicts]
    return len(found), past, "none contradicts its declaration"


def _expired(trigger: Trigger, held: Held) -> Found:
    """Overrides whose day is over on the day of the run."""
    day = dt.date.fromisoformat(held.run.manifest.finished[:10])
    past = [f"{o.id} ({o.subject}) held until {o.until}" for o in held.overrides if o.until < day]
    return len(held.overrides), past, "none" if held.overrides else "no override is logged"


WATCHES: Mapping[str, Callable[[Trigger, Held], Found]] = {
    "moved": _moved,
    "outside": _outside,
    "contradicted": _contradicted,
    "expired": _expired,
}


def reasons(states: Sequence[State]) -> Iterator[str]:
    """Why a pack is a draft, a sentence for each trigger that is past."""
    for state in states:
        if state.past:
            yield f"{state.label}: {'; '.join(state.past)}."
