"""What the verdict screen and its JSON document say of a run, and how it is found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from risk.analysis import fans, metrics, statistics
from risk.analysis.fans import Fan
from risk.analysis.identities import identities
from risk.analysis.metrics import Metric
from risk.analysis.provenance import Provenance, provenance
from risk.analysis.statistics import Estimate, Histogram
from risk.analysis.verdict import Claim, OutcomeClass, Timing, Verdict, verdict
from risk.runs import Run

SCHEMA = "bubblerisk.summary/1"
BINS = 48


@dataclass(frozen=True)
class Heading:
    """Which run it is.

    Attributes
    ----------
    horizon : label of the last quarter.
    sound, identities : accounting identities that hold, and all of them.
    """

    run: str
    scenario: str
    title: str
    paths: int
    seed: int
    horizon: str
    sound: int
    identities: int


@dataclass(frozen=True)
class Summary:
    """A run in one screen.

    Attributes
    ----------
    loss, without_software : distribution of the headline loss, and of the part that is not software's.
    histogram : of the headline loss, in its unit.
    rent : fan of the H100 contract rent.
    care : why it is read with care.
    """

    heading: Heading
    verdict: Verdict
    loss: Metric
    without_software: Metric
    histogram: Histogram
    rent: Fan
    care: Provenance


def heading(run: Run) -> Heading:
    """Say which run it is."""
    found = identities(run)
    manifest = run.manifest
    return Heading(
        run=run.id,
        scenario=manifest.scenario,
        title=manifest.title,
        paths=run.paths,
        seed=manifest.seed,
        horizon=run.calendar.labels[-1],
        sound=sum(identity.holds for identity in found),
        identities=len(found),
    )


def summarise(run: Run) -> Summary:
    """Find everything the verdict screen shows."""
    loss, without = (run.variable(name) for name in (metrics.HEADLINE, "loss_without_software"))
    values = metrics.values(run, loss)
    return Summary(
        heading=heading(run),
        verdict=verdict(run),
        loss=metrics.metric(loss, values),
        without_software=metrics.metric(without, metrics.values(run, without)),
        histogram=statistics.histogram(values, BINS),
        rent=fans.fan(run, "h100_contract"),
        care=provenance(run.register, date.fromisoformat(run.manifest.finished[:10])),
    )


def summary_data(summary: Summary) -> dict[str, Any]:
    """Summary as plain data for JSON; what is not defined is null."""
    verdict = summary.verdict
    return {
        **heading_data(summary.heading),
        "identities": {
            "ok": summary.heading.sound,
            "failed": summary.heading.identities - summary.heading.sound,
        },
        "propositions_version": verdict.version,
        "outcomes": [_outcome(c) for c in verdict.classes],
        "bust_timing": _timing(verdict.bust_timing),
        "alternatives": {
            label: {c.name: estimate_data(e) for c, e in zip(verdict.classes, estimates, strict=False)}
            for label, estimates in verdict.alternatives.items()
        },
        "claims": [claim_data(claim) for claim in verdict.claims],
        "losses": {m.variable.name: metric_data(m) for m in (summary.loss, summary.without_software)},
        "h100_contract": fan_data(summary.rent),
        "care": vars(summary.care),
    }


def heading_data(heading: Heading) -> dict[str, Any]:
    """Which run it is, as plain data."""
    return {key: value for key, value in vars(heading).items() if key not in ("sound", "identities")}


def metric_data(metric: Metric) -> dict[str, Any]:
    """Distribution as plain data."""
    return {
        "label": metric.variable.label,
        "unit": metric.variable.unit,
        "mean": estimate_data(metric.mean),
        "standard_deviation": number(metric.deviation),
        "skewness": number(metric.skewness),
        "quantiles": dict(zip(map(str, metrics.LEVELS), map(estimate_data, metric.quantiles), strict=True)),
        "var": dict(zip(("0.95", "0.99"), map(estimate_data, metric.var), strict=True)),
        "expected_shortfall": dict(
            zip(("0.95", "0.975", "0.99"), map(estimate_data, metric.shortfall), strict=True)
        ),
        "minimum": number(metric.minimum),
        "maximum": number(metric.maximum),
    }


def fan_data(fan: Fan) -> dict[str, Any]:
    """Quantiles by quarter as plain data."""
    return {
        "label": fan.variable.label,
        "unit": fan.variable.unit,
        "quarters": list(fan.labels),
        "quantiles": {
            str(level): [number(float(x)) for x in values]
            for level, values in zip(fans.LEVELS, fan.quantiles, strict=True)
        },
    }


def estimate_data(estimate: Estimate | None) -> dict[str, Any] | None:
    """Estimate as plain data: value, standard error, both ends of the 95% interval, paths."""
    if estimate is None:
        return None
    low, high = estimate.interval
    return {
        "value": number(estimate.value),
        "standard_error": number(estimate.standard_error),
        "interval": [number(low), number(high)],
        "paths": estimate.n,
        **({"tail_paths": estimate.tail} if estimate.tail is not None else {}),
    }


def number(value: float) -> float | None:
    """A number that JSON can hold: null where it is not defined."""
    return float(value) if math.isfinite(value) else None


def _outcome(found: OutcomeClass) -> dict[str, Any]:
    return {
        "name": found.name,
        "label": found.label,
        "probability": estimate_data(found.probability),
        "words": found.words,
    }


def claim_data(claim: Claim) -> dict[str, Any]:
    """Proposition as plain data."""
    return {
        "id": claim.id,
        "side": claim.side,
        "label": claim.label,
        "statement": claim.statement,
        "probability": estimate_data(claim.probability),
        "words": claim.words,
        "timing": _timing(claim.timing),
        **({"pending": claim.pending} if claim.pending else {}),
    }


def _timing(timing: Timing | None) -> dict[str, str] | None:
    return dict(vars(timing)) if timing else None


def thin(estimates: Sequence[Estimate]) -> bool:
    """Whether any estimate rests on too few paths in its tail."""
    return any(estimate.thin for estimate in estimates)
