"""Estimates that a run tells: by which analysis, and of what kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk.analysis import (
    attribution,
    contrasts,
    contributions,
    deployment,
    early_warning,
    gap,
    joint,
    loss_lines,
    metrics,
    neoclouds,
    ranking,
    recoveries,
    statistics,
    verdict,
)
from risk.analysis.attribution import Driver, TailFact
from risk.analysis.budget import Reading, readings
from risk.analysis.explain import explain
from risk.analysis.shares import Shares, shares
from risk.analysis.statistics import Estimate
from risk.runs import Run
from risk.runs.piece import Piece
from risk.shocks.stream import BLOCK

Array = NDArray[np.float64]
Found = tuple[tuple[object, ...], str, Estimate]
"""Place of an estimate in the results, its kind, and itself."""

LARGE: Final = 8
"""Blocks of a piece in which kinds are measured that most single blocks have too few paths for."""

TAIL: Final = 0.05
"""Share of paths that "the worst" means on the sheet Tail."""

KINDS: Final[Mapping[str, str]] = {
    "Claim.probability": "probability",
    "Claim.so_far": "probability",
    "OutcomeClass.probability": "probability",
    "Verdict.alternatives": "probability",
    "Verdict.bust_so_far": "probability",
    "Verdict.before": "probability",
    "ParameterBand.deviation": "band over parameters",
    "ParameterBand.low": "band over parameters",
    "ParameterBand.high": "band over parameters",
    "Definition.short": "probability",
    "Crossing.never": "probability",
    "Crossing.by": "probability",
    "Default.probability": "probability",
    "Metric.mean": "mean",
    "Metric.quantiles": "quantile",
    "Metric.var": "quantile",
    "Metric.shortfall": "expected shortfall",
    "Default.loss": "loss of a facility",
    "LossLine.by_class": "mean of a class",
    "LossLine.expected": "mean",
    "LossLine.excess": "mean",
    "LossLine.excess_by_class": "mean of a class",
    "LossLine.rate": "ratio of means",
    "LossLine.expected_rate": "ratio of means",
    "LossLine.left": "mean",
    "LossLine.due": "mean",
    "LossLine.ahead": "mean",
    "Driver.rank_correlation": "rank correlation",
    "Driver.low": "swing of the shortfall",
    "Driver.high": "swing of the shortfall",
    "Shares.single": "share of variance",
    "Shares.total": "share of variance",
    "TailFact.tail": "mean in the tail",
    "TailFact.everywhere": "mean",
    "Lift.tail": "probability in the tail",
    "Lift.everywhere": "probability",
    "Lift.lift": "lift",
    "Middle.tail": "median in the tail",
    "Middle.everywhere": "quantile",
    "Middle.place": "place of the tail's median",
    "Importance.alone": "share of variance",
    "Importance.low": "change in a tenth",
    "Importance.high": "change in a tenth",
    "Beyond.total": "total effect",
    "Reading.probability": "probability",
    "Reading.change": "difference of definitions",
    "Recovery.pooled": "ratio of means",
    "Recovery.quantiles": "quantile",
}
"""What an estimate is, by class and field."""


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


def _explained(run: Run) -> dict[str, dict[str, Any]]:
    """Explanations of a bust and of the loss; of a long run totals are the means of its pieces.

    The regression behind a total looks at so many paths only. What pieces of as many say on average is what
    each of them estimates: their errors are held against it, not what curves and products leave out.
    """
    results = {name: explain(run, name) for name in ("bust", metrics.HEADLINE)}
    found: dict[str, dict[str, Any]] = {
        name: {"whole": each.whole, "kinds": each.kinds, "inputs": {i.name: i for i in each.inputs}}
        for name, each in results.items()
    }
    pieces = list(Piece.all(run, LARGE)) if run.paths >= 2 * LARGE * BLOCK else []
    if not pieces:
        return found
    parts = [_explained(piece) for piece in pieces]
    for name, own in found.items():
        others = [part[name] for part in parts]
        own["whole"] = _mean([each["whole"] for each in others])
        own["kinds"] = {kind: _mean([each["kinds"][kind] for each in others]) for kind in own["kinds"]}
        for id, row in own["inputs"].items():
            totals = [each["inputs"][id].beyond.total for each in others if id in each["inputs"]]
            own["inputs"][id] = replace(row, beyond=replace(row.beyond, total=_mean(totals)))
    return found


def _mean(found: Sequence[Estimate]) -> Estimate:
    return statistics.mean([each.value for each in found])


def _readings(run: Run) -> dict[str, Reading]:
    return {each.id: each for each in readings(run)}


def _recoveries(run: Run) -> dict[tuple[str, str], recoveries.Recovery]:
    return {
        (part, name): recoveries.recovery(own)
        for part in ("", "stress")
        for name, own in recoveries.claims(run, part).items()
    }


def _contributions(run: Run) -> dict[str, Estimate]:
    losses = {name: own.loss for name, own in recoveries.claims(run).items()}
    parts = contributions.contributions(np.stack(list(losses.values())), metrics.HEADLINE_TAIL)
    return dict(zip(losses, parts, strict=True))


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
    "gap": (lambda run: gap.definitions(run, gap.realised(run)), ""),
    "power": (deployment.power_bound, "probability"),
    "defaults": (neoclouds.defaults, ""),
    "warning": (early_warning.spread_warning, "area under the curve"),
}
"""The analyses that the pack prints of one run, and the kind of estimates that stand in no class."""


def told(run: Run, other: Run | None = None) -> Iterator[Found]:
    """Every estimate that is told of a run, and of what differs in another on the same draws."""
    for name, (of, kind) in SOURCES.items():
        yield from estimates(of(run), kind, (name,))
    if other:
        changed = {found.label: found.change for found in contrasts.differences(run, other)}
        yield from estimates(changed, "paired difference", ("differences",))


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
            name = f"{type(found).__name__}.{own.name}"
            yield from estimates(value, KINDS.get(name, ""), (*place, own.name))
    elif isinstance(found, Mapping | tuple):
        items = found.items() if isinstance(found, Mapping) else enumerate(found)
        for key, value in items:
            yield from estimates(value, kind, (*place, key))
