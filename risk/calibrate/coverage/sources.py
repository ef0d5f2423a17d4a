"""Estimates that a run tells: by which analysis, and of what kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk.analysis import (
    answer,
    attribution,
    contributions,
    deployment,
    early_warning,
    energy,
    facilities,
    gap,
    gpu_lives,
    holders,
    joint,
    line_items,
    loss_lines,
    metrics,
    neoclouds,
    ranking,
    recoveries,
    verdict,
    worst,
)
from risk.analysis.attribution import Driver, TailFact
from risk.analysis.budget import Reading, readings
from risk.analysis.explain import explain
from risk.analysis.shares import Shares, shares
from risk.analysis.statistics import Estimate
from risk.calibrate.coverage import asked
from risk.calibrate.coverage.kinds import KINDS, LEFT_OUT
from risk.runs import Run

Array = NDArray[np.float64]
Found = tuple[tuple[object, ...], str, Estimate]
"""Place of an estimate in the results, its kind, and itself."""

TAIL: Final = 0.05
"""Share of paths that "the worst" means on the sheet Tail."""

SETS: Final = 10
"""Of sets of events in the tail so many are shown."""

PRINTED: Final = 0.4
"""A recovery of the thesis page, below which a share of the paths lies."""

CASH: Final = 0.5
"""Cash cost of an hour, USD/h, that rents cross."""


def _loss(run: Run) -> Array:
    return metrics.values(run, run.variable(metrics.HEADLINE))


def _lifts(run: Run) -> dict[str, joint.Lift]:
    loss = _loss(run)
    inside, edge = ranking.worst(loss, TAIL), ranking.edge(loss, TAIL)
    claims = [claim.id for claim in verdict.verdict(run).known]
    return {name: joint.lift(flags, inside, edge) for name, flags in run.outcomes(claims).items()}


def _middles(run: Run) -> dict[str, joint.Middle]:
    inside = ranking.worst(_loss(run), TAIL)
    columns = run.outcomes([v.name for v in run.variables]) | run.parameters()
    return {name: joint.middle(values, inside) for name, values in columns.items()}


def _tail_facts(run: Run) -> dict[str, TailFact]:
    found = attribution.tail_facts(run, _loss(run), tuple(v.name for v in run.variables), TAIL)
    return {fact.name: fact for fact in found}


def _drivers(run: Run) -> dict[str, Driver]:
    found = attribution.drivers(attribution.ranked(run), _loss(run), metrics.HEADLINE_TAIL)
    return {driver.id: driver for driver in found}


def _shares(run: Run) -> dict[str, Shares]:
    places = attribution.ranked(run)
    return {name: shares(places, x) for name, x in {"loss": _loss(run), "bust": run.outcome("bust")}.items()}


def _explained(run: Run) -> dict[str, Any]:
    """Explanations of a bust and of the loss."""
    results = {name: explain(run, name) for name in ("bust", metrics.HEADLINE)}
    return {
        name: (each.whole, each.kinds, {i.name: i for i in each.inputs}) for name, each in results.items()
    }


def _readings(run: Run) -> dict[str, Reading]:
    return {each.id: each for each in readings(run)}


def _recoveries(run: Run) -> dict[tuple[str, str], recoveries.Recovery]:
    return {
        (part, name): recoveries.recovery(own)
        for part in ("", "stress")
        for name, own in recoveries.claims(run, part).items()
    }


def _page(run: Run) -> dict[str, Any]:
    """What is told of recoveries beside those by instrument: below a figure of the page, two paper claims."""
    found = recoveries.claims(run)
    every = recoveries.together(found, tuple(found))
    stress = recoveries.together(recoveries.claims(run, "stress"), tuple(found))
    worst = ranking.worst(_loss(run), TAIL)
    return {"page": recoveries.reconciled(PRINTED, every, stress, worst)}


def _combinations(run: Run) -> dict[tuple[str, ...], joint.Combination]:
    """The most frequent sets of bear propositions in the tail: as many as are shown."""
    known = [c.id for c in verdict.verdict(run).known if c.side == "bear" and c.id[1:].isdigit()]
    flags = {name: run.outcome(name) for name in known}
    loss = _loss(run)
    found = joint.combinations(flags, ranking.worst(loss, TAIL), loss)
    return {each.names: each for each in found[:SETS]}


def _answer(run: Run) -> dict[str, Any]:
    found = answer.answer(run, verdict.verdict(run), loss_lines.loss_lines(run))
    standings = {each.found.name: each for each in found.standings}
    return {"cost": found.cost, "movers": {each.id: each for each in found.movers}, "standings": standings}


def _lines(run: Run) -> dict[str, Any]:
    """Line items at the base date and at the end."""
    found = line_items.courses(run)
    lines = line_items.lines(found, found, paired=True)
    return {each.item.id: replace(each, extreme=None, change=None) for each in lines}  # type: ignore[arg-type]


def _cohorts(run: Run) -> dict[str, Any]:
    book = facilities.facilities(run.register, run.calendar.quarters)
    return {
        "cohorts": {(each.year, each.payer): each for each in neoclouds.cohorts(run)},
        "firms": neoclouds.firm_losses(run, book),
    }


def _crossings(run: Run) -> dict[Any, gpu_lives.Crossing]:
    dates = [label for label in run.calendar.labels if label.endswith("Q4")]
    return {unit: gpu_lives.crossing(run, rent, CASH, tuple(dates)) for unit, rent in gpu_lives.RENTS.items()}


def _worst(run: Run) -> dict[str, Any]:
    found = worst.worst(run, TAIL, lowest=True, outcome="h100_2028")
    return {"threshold": found.threshold, "shortfall": found.shortfall}


def _contributions(run: Run) -> dict[str, Estimate]:
    losses = {name: own.loss for name, own in recoveries.claims(run).items()}
    parts = contributions.contributions(losses.values(), metrics.HEADLINE_TAIL)
    return dict(zip(losses, parts, strict=True))


def _lenders(run: Run) -> dict[str, dict[str, Any]]:
    """By name: who bears more than whom may differ between pieces."""
    found = {"owners": holders.bearers(run), "instruments": holders.instruments(run)}
    return {what: {each.name: each for each in rows} for what, rows in found.items()}


SOURCES: Final[Mapping[str, tuple[Callable[[Run], Any], str]]] = {
    "verdict": (verdict.verdict, ""),
    "metrics": (lambda run: {m.variable.name: m for m in metrics.metrics(run)}, ""),
    "lines": (loss_lines.loss_lines, ""),
    "drivers": (_drivers, ""),
    "shares": (_shares, ""),
    "explained": (_explained, "share told together"),
    "readings": (_readings, ""),
    "facts": (_tail_facts, ""),
    "lifts": (_lifts, ""),
    "middles": (_middles, ""),
    "contributions": (_contributions, "contribution to the shortfall"),
    "recoveries": (_recoveries, ""),
    "gap": (gap.definitions, ""),
    "power": (deployment.power_bound, "probability"),
    "defaults": (neoclouds.defaults, ""),
    "warning": (early_warning.spread_warning, "area under the curve"),
    "page": (_page, ""),
    "combinations": (_combinations, ""),
    "answer": (_answer, ""),
    "items": (_lines, ""),
    "cohorts": (_cohorts, ""),
    "crossings": (_crossings, ""),
    "deployed": (deployment.deployment, ""),
    "lowest": (_worst, "quantile"),
    "energy": (energy.found, ""),
    "lenders": (_lenders, ""),
    **asked.SOURCES,
}
"""The analyses that the pack prints of one run, and the kind of estimates that stand in no class."""


def told(run: Run, only: Collection[str] = ()) -> Iterator[Found]:
    """Every estimate that is told of a run; `only` by some sources, or by all."""
    for name, (of, kind) in SOURCES.items():
        if only and name not in only:
            continue
        yield from estimates(of(run), kind, (name,))


def estimates(found: Any, kind: str, place: tuple[object, ...] = ()) -> Iterator[Found]:
    """Every estimate in a result.

    Raises
    ------
    KeyError : one stands in a field that `KINDS` does not know.
    """
    if isinstance(found, Estimate):
        if not kind:
            raise KeyError(f"nobody says what kind of estimate {'.'.join(map(str, place))} is")
        yield place, kind, found
    elif is_dataclass(found) and not isinstance(found, type):
        for own in fields(found):
            value = getattr(found, own.name)
            module = type(found).__module__.rpartition(".")[2]
            name = f"{module}.{type(found).__name__}.{own.name}"
            if name in LEFT_OUT:
                continue
            yield from estimates(value, KINDS.get(name, ""), (*place, own.name))
    elif isinstance(found, Mapping | tuple):
        items = found.items() if isinstance(found, Mapping) else enumerate(found)
        for key, value in items:
            yield from estimates(value, kind, (*place, key))
