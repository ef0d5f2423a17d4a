"""What the verdict screen and its JSON document say of a run, and how it is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from risk.analysis import answer, fans, metrics, statistics
from risk.analysis.answer import Answer
from risk.analysis.fans import Fan
from risk.analysis.feedback import Feedback, feedback
from risk.analysis.loss_lines import LossLine, loss_lines
from risk.analysis.metrics import Metric
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.provenance import Provenance, provenance
from risk.analysis.statistics import Estimate, Histogram
from risk.analysis.verdict import Claim, OutcomeClass, Timing, Verdict, verdict
from risk.analysis.views.belief import FLOOR, Believed, believed
from risk.calibrate.watch.watching import Watch
from risk.report.answer import COST, MOVER, STANDING, paragraphs
from risk.report.record import Document, Keyed, Many, Perhaps, Record, lifted, told, whole
from risk.report.terminal.feedback import FEEDBACK
from risk.report.terminal.headed import HEADING, Heading, heading
from risk.report.watch import misses
from risk.runs import Run
from risk.runs.first import first

BINS = 48
THIN = "* fewer than 500 paths lie in this tail"
"""What a star behind an estimate says."""


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
    beliefs : what one would have to believe for P(bust) to pass two thirds, or a third.
    watch : tripwires; None where nobody has looked.
    red : what lies outside its bounds, in sentences.
    """

    heading: Heading
    verdict: Verdict
    answer: Answer
    lines: tuple[LossLine, ...]
    histogram: Histogram
    rent: Fan
    care: Provenance
    feedback: Feedback | None = None
    draft: tuple[str, ...] = ()
    beliefs: tuple[Believed, ...] = ()
    watch: Watch | None = None
    red: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The answer in paragraphs."""
        return paragraphs(self.answer, self.verdict, self.beliefs, self.watch, self.red)

    @property
    def loss(self) -> Metric:
        """Distribution of the headline loss."""
        return self.lines[0].loss


def summarise(run: Run, draft: tuple[str, ...] = (), watch: Watch | None = None) -> Summary:
    """Find everything the verdict screen shows; `draft` and `watch` as in `Summary`."""
    values = metrics.values(run, run.variable(metrics.HEADLINE))
    found, lines = verdict(run), loss_lines(run)
    return Summary(
        heading=heading(run, first(run)),
        verdict=found,
        answer=answer.answer(run, found, lines),
        lines=lines,
        histogram=statistics.histogram(values, BINS),
        rent=fans.fan(run, "h100_contract"),
        care=provenance(run.register, date.fromisoformat(run.manifest.finished[:10])),
        feedback=feedback(run),
        draft=draft,
        beliefs=believed(first(run)) if run.paths >= FLOOR else (),
        watch=watch,
        red=tuple(misses(watch.update)) if watch else (),
    )


def _at(levels: Sequence[float], values: Sequence[Any]) -> dict[float, Any]:
    return dict(zip(levels, values, strict=True))


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
        told("answer", list[str], lambda found: found.told),
        told("standings", Many(STANDING), lambda found: found.answer.standings),
        told("cost", COST, lambda found: found.answer.cost),
        told("movers", Many(MOVER), lambda found: found.answer.movers),
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
    name="summary/2",
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
