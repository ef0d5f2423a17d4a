"""What the verdict screen and its JSON document say of a run, and how it is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from risk.analysis import fans, metrics, statistics
from risk.analysis.fans import Fan
from risk.analysis.feedback import Feedback, feedback
from risk.analysis.identities import identities
from risk.analysis.loss_lines import LossLine, loss_lines
from risk.analysis.metrics import Metric
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.provenance import Provenance, provenance
from risk.analysis.statistics import Estimate, Histogram
from risk.analysis.verdict import Claim, OutcomeClass, Timing, Verdict, verdict
from risk.report.record import Document, Field, Keyed, Many, Perhaps, Record, lifted, told, whole
from risk.report.terminal.feedback import FEEDBACK
from risk.runs import Run

T = TypeVar("T")

BINS = 48
THIN = "* fewer than 500 paths lie in this tail"
"""What a star behind an estimate says."""


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
class Headed(Generic[T]):
    """What was found of a run, and which run that is."""

    heading: Heading
    result: T

    @classmethod
    def of(cls, run: Run, result: T) -> Headed[T]:
        """Put a result together with its run."""
        return cls(heading(run), result)


@dataclass(frozen=True)
class Summary:
    """A run in one screen.

    Attributes
    ----------
    lines : credit loss by line, the headline first.
    histogram : of the headline loss, in its unit.
    rent : fan of the H100 contract rent.
    care : why it is read with care.
    feedback : what couplings add; None where it was not measured beside the run.
    draft : why a pack of the run is a draft, a sentence a trigger that is past.
    """

    heading: Heading
    verdict: Verdict
    lines: tuple[LossLine, ...]
    histogram: Histogram
    rent: Fan
    care: Provenance
    feedback: Feedback | None = None
    draft: tuple[str, ...] = ()

    @property
    def loss(self) -> Metric:
        """Distribution of the headline loss."""
        return self.lines[0].loss


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


def summarise(run: Run, draft: tuple[str, ...] = ()) -> Summary:
    """Find everything the verdict screen shows; `draft` as in `Summary`."""
    values = metrics.values(run, run.variable(metrics.HEADLINE))
    return Summary(
        heading=heading(run),
        verdict=verdict(run),
        lines=loss_lines(run),
        histogram=statistics.histogram(values, BINS),
        rent=fans.fan(run, "h100_contract"),
        care=provenance(run.register, date.fromisoformat(run.manifest.finished[:10])),
        feedback=feedback(run),
        draft=draft,
    )


def _at(levels: Sequence[float], values: Sequence[Any]) -> dict[float, Any]:
    return dict(zip(levels, values, strict=True))


HEADING: Record[Heading] = whole(Heading, "sound", "identities")
"""Which run it is."""


def document(*fields: Field[T], name: str, title: str) -> Document[Headed[T]]:
    """Document of what was found of a run: which run it is, then fields of the result."""
    head: tuple[Field[Headed[T]], ...] = lifted(lambda headed: headed.heading, HEADING.fields)
    return Document((*head, *lifted(lambda headed: headed.result, fields)), name=name, title=title)


FAN: Record[Fan] = Record(
    (
        told("label", get=lambda fan: fan.variable.label),
        told("unit", get=lambda fan: fan.variable.unit),
        told("quarters", list[str], lambda fan: fan.labels),
        told("quantiles", dict[str, list[float]], lambda fan: _at(fans.LEVELS, fan.quantiles.tolist())),
    )
)
"""Quantiles by quarter."""

METRIC: Record[Metric] = Record(
    (
        told("label", get=lambda m: m.variable.label),
        told("unit", get=lambda m: m.variable.unit),
        told("mean", Estimate),
        told("standard_deviation", float, lambda m: m.deviation),
        told("skewness", float),
        told("quantiles", dict[str, Estimate], lambda m: _at(metrics.LEVELS, m.quantiles)),
        told("var", dict[str, Estimate], lambda m: _at((0.95, 0.99), m.var)),
        told("expected_shortfall", dict[str, Estimate], lambda m: _at((0.95, 0.975, 0.99), m.shortfall)),
        told("minimum", float),
        told("maximum", float),
    )
)
"""A distribution."""

LINE: Record[LossLine] = Record(
    (
        told("label"),
        told("outcome", get=lambda line: line.loss.variable.name),
        told("mean_by_class", dict[str, Estimate], lambda line: line.by_class),
        told("expected", Estimate),
        told("excess", Estimate),
        told("excess_by_class", dict[str, Estimate]),
        told("loss_a_year_over_par_owed", Estimate, lambda line: line.rate),
        told("expected_a_year_over_par_owed", Estimate, lambda line: line.expected_rate),
        told("outstanding_at_end", Estimate, lambda line: line.left),
        told("due_in_two_years", Estimate, lambda line: line.due),
        told("expected_loss_in_two_years", Estimate, lambda line: line.ahead),
    )
)
"""A line of credit loss: USD bn, but for what is a year."""

BAND: Record[ParameterBand] = whole(ParameterBand)
"""Where a probability lies over parameters."""

RANGES: Record[Sequence[ParameterBand]] = Record(
    tuple(
        told(name, BAND, lambda three, i=i: three[i])  # type: ignore[misc]
        for i, name in enumerate(("bust", "correction", "durable"))
    )
)
"""The same of the three classes under another definition."""

CLAIM: Record[Claim] = Record(
    (
        *(told(name) for name in ("id", "side", "label", "statement")),
        told("probability", Estimate | None),
        told("words"),
        told("band", Perhaps(BAND)),
        told("timing", Perhaps(whole(Timing))),
        told("pending", get=lambda claim: claim.pending or None, absent=True),
    )
)
"""A proposition."""

CARE = whole(Provenance, "operator")
"""Counts of a register, without the word for its companies."""

DOCUMENT: Document[Summary] = Document(
    (
        *lifted(lambda found: found.heading, HEADING.fields),
        told("identities", dict[str, int], lambda found: _accounts(found.heading)),
        told("draft", list[str]),
        told("propositions_version", get=lambda found: found.verdict.version),
        told("outcomes", Many(whole(OutcomeClass)), lambda found: found.verdict.classes),
        told("bust_timing", Perhaps(whole(Timing)), lambda found: found.verdict.bust_timing),
        told("alternatives", dict[str, dict[str, Estimate]], lambda found: _alternatives(found.verdict)),
        told("alternative_bands", Keyed(RANGES), lambda found: found.verdict.ranges),
        told("claims", Many(CLAIM), lambda found: found.verdict.claims),
        told("losses", Keyed(METRIC), lambda found: _by_name(*(line.loss for line in found.lines))),
        told("lines", Keyed(LINE), lambda found: {line.name: line for line in found.lines}),
        told("h100_contract", FAN, lambda found: found.rent),
        told("feedback", Perhaps(FEEDBACK)),
        told("care", CARE),
    ),
    name="summary/1",
    title="The verdict of a run: bubblerisk run, show --json",
)


def _accounts(found: Heading) -> dict[str, int]:
    return {"ok": found.sound, "failed": found.identities - found.sound}


def _alternatives(found: Verdict) -> dict[str, dict[str, Estimate]]:
    names = [c.name for c in found.classes]
    return {label: dict(zip(names, three, strict=False)) for label, three in found.alternatives.items()}


def _by_name(*found: Metric) -> dict[str, Metric]:
    return {m.variable.name: m for m in found}


def thin(estimates: Sequence[Estimate]) -> bool:
    """Whether any estimate rests on too few paths in its tail."""
    return any(estimate.thin for estimate in estimates)
