"""Everything the pack reads of a run, each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.analysis import (
    answer,
    attribution,
    contrasts,
    ladder,
    metrics,
    neoclouds,
    recoveries,
    sampling,
)
from risk.analysis import distress as stages
from risk.analysis.answer import Answer
from risk.analysis.attribution import Driver, TailFact
from risk.analysis.bands import Band, band
from risk.analysis.distress import Distress
from risk.analysis.explain import Explanation, explain
from risk.analysis.facilities import Facility, facilities
from risk.analysis.feedback import Feedback, feedback
from risk.analysis.flows import year_labels
from risk.analysis.loss_lines import LossLine, loss_lines
from risk.analysis.metrics import Metric
from risk.analysis.recoveries import Claims
from risk.analysis.reverse.answer import Reverse, reverse
from risk.analysis.verdict import Verdict, verdict
from risk.assumptions import Assumptions
from risk.errors import UsageError
from risk.paths import SERIES, Variable
from risk.report.form import DEFAULT_FORM, Form, Recipe
from risk.runs import Manifest, Run
from risk.runs.first import first
from risk.runs.passes import Columns, by_quarter
from risk.runs.remembered import Remembered
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.analysis.book.answer import Answer as Losses
    from risk.analysis.book.book import Book
    from risk.analysis.bridge import Bridge
    from risk.analysis.views.views import Views
    from risk.calibrate.budget import Kept
    from risk.calibrate.hindcast.hindcast import Hindcast
    from risk.calibrate.targets import TargetResult
    from risk.calibrate.tokens import Moves
    from risk.calibrate.validation.validation import Validation
    from risk.calibrate.watch.watching import Watch
    from risk.report.actions import Decision

Array = NDArray[np.float64]

TAIL = 0.05
"""Share of paths that "the worst" means where the pack says what is true in them."""

REVERSED = "bust"
"""Condition of which the pack says what leads to it."""
BUST, EXPLAINED = "bust", 4_096
"""What the pack explains, and on how many paths: a hundredth of its variance is known by them in a second."""

THRESHOLD = "run.loss_threshold"
"""Entry with the loss of which the pack prints the probability; without it nothing is printed."""


@dataclass(frozen=True)
class Results:
    """Numbers of a run, of the run before it where there is one, and of other scenarios beside it."""

    run: Run
    prior: Results | None = None
    beside: tuple[Results, ...] = ()
    form: Form = DEFAULT_FORM

    @classmethod
    def of(
        cls, run: Run, prior: Run | None = None, beside: Iterable[Run] = (), form: Form = DEFAULT_FORM
    ) -> Results:
        """Results of a stored run, of an earlier one to compare with, and of others of the same draws."""
        before = None if prior is None else cls(Remembered.of(prior))
        return cls(Remembered.of(run), before, tuple(map(cls, beside)), form)

    @property
    def recipe(self) -> Recipe:
        """What a pack of these is made of beside the run."""
        prior = self.prior.run.id if self.prior else ""
        return Recipe(prior, tuple(other.run.id for other in self.beside), self.form)

    def before(self, name: str) -> Results | None:
        """The run before, if an outcome, a proposition or a class is about the same time in both."""
        same = self.prior and contrasts.windows(self.prior.run, name) == contrasts.windows(self.run, name)
        return self.prior if same else None

    @property
    def comparable(self) -> Results | None:
        """The run before, if it covers the same quarters."""
        same = self.prior is not None and self.prior.run.calendar == self.run.calendar
        return self.prior if same else None

    @property
    def apart(self) -> str:
        """That the run before covers other quarters, in a sentence; else empty."""
        if self.prior is None or self.comparable:
            return ""
        old, new = (f"{run.labels[0]}–{run.labels[-1]}" for run in (self.prior, self))
        return (
            f"The prior run covers {old}, this one {new}: – where it looks to other dates; Changes has both."
        )

    @property
    def manifest(self) -> Manifest:
        """What the run is."""
        return self.run.manifest

    @property
    def register(self) -> Assumptions:
        """The assumptions it was made of."""
        return self.run.register

    @property
    def labels(self) -> tuple[str, ...]:
        """Quarters, the base date first."""
        return self.run.calendar.labels

    @property
    def years(self) -> tuple[str, ...]:
        """Calendar years of the run in words."""
        return year_labels(self.run.calendar)

    def year(self, name: str) -> int | None:
        """Number of the year that is the window of an outcome; None outside the run."""
        label = str(self.run.span(name))
        return self.years.index(label) if label in self.years else None

    def dates(self, names: Iterable[str]) -> tuple[str, ...]:
        """Quarters with which the windows of outcomes end, each once, in order."""
        return tuple(self.labels[t] for t in sorted({self.run.span(name).last for name in names}))

    @property
    def as_of(self) -> date:
        """Day of the run: what ages of assumptions are measured from."""
        return self.finished.date()

    @property
    def finished(self) -> datetime:
        """When the run was complete."""
        return datetime.fromisoformat(self.manifest.finished)

    @cached_property
    def first(self) -> Run:
        """The paths on which inputs are told apart: all, or the first of a long run."""
        return first(self.run)

    @cached_property
    def verdict(self) -> Verdict:
        """Propositions and outcome classes."""
        return verdict(self.run)

    @cached_property
    def answer(self) -> Answer:
        """What the first page is made of."""
        return answer.answer(self.run, self.verdict, self.lines)

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """Distributions of all outcomes."""
        return metrics.metrics(self.run)

    def metric(self, name: str) -> Metric:
        """Distribution of one outcome."""
        return next(m for m in self.metrics if m.variable.name == name)

    @cached_property
    def reverse(self) -> Reverse | str:
        """What leads to the condition that is asked by default; why it cannot be said, of too few paths."""
        try:
            return reverse(self.first, REVERSED)
        except UsageError as error:
            return error.reason

    @cached_property
    def loss(self) -> Array:
        """Headline loss by path, USD bn."""
        return metrics.values(self.run, self.run.variable(metrics.HEADLINE))

    @cached_property
    def lines(self) -> tuple[LossLine, ...]:
        """Lines of credit loss, the headline first."""
        return loss_lines(self.run)

    @property
    def threshold(self) -> float | None:
        """Loss of which the pack prints the probability, USD bn; None where the register has none."""
        known = THRESHOLD in self.register.entries
        return self.register.number(THRESHOLD) / SCALE["USD bn"] if known else None

    @cached_property
    def ranked(self) -> dict[str, attribution.Ranks]:
        """Ranks of the draws of every uncertain assumption."""
        return attribution.ranked(self.first)

    @cached_property
    def drivers(self) -> tuple[Driver, ...]:
        """What moves the tail of the headline loss, largest first."""
        return attribution.drivers(self.ranked, self.driven, metrics.HEADLINE_TAIL)

    @property
    def driven(self) -> Array:
        """The headline loss of the paths on which drivers are looked for, USD bn."""
        return self.loss[: self.first.paths]

    @cached_property
    def explained(self) -> Explanation | None:
        """Why a bust, by every input, from the first paths; None where they are too few or all the same."""
        try:
            return explain(self.first, BUST, paths=EXPLAINED)
        except UsageError:
            return None

    @cached_property
    def token_moves(self) -> Moves | None:
        """What coupling the arithmetic of tokens would move, where it was measured beside the run."""
        from risk.calibrate import tokens

        return tokens.kept(self.run)

    @cached_property
    def budget(self) -> Kept | None:
        """What is parameters, shocks and both, where it was measured beside the run."""
        from risk.calibrate import budget

        return budget.kept(self.run)

    @property
    def tail_share(self) -> float:
        """Share of the worst paths that the pack lists one by one."""
        return sampling.tail_share(self.run.paths)

    @cached_property
    def tail_rows(self) -> sampling.Ids:
        """Ids of these paths, largest headline loss first."""
        return sampling.tail_rows(self.loss, self.tail_share)

    @cached_property
    def sampled(self) -> sampling.Ids:
        """Ids of the paths that the sheet Sample lists."""
        return sampling.sampled(self.run.paths, self.form.sample)

    @cached_property
    def patterns(self) -> sampling.Patterns:
        """Every combination of propositions and outcome classes that occurs."""
        claims = [c.id for c in self.verdict.known]
        names = (*claims, *(found.name for found in self.verdict.classes))
        return sampling.patterns(Columns(self.run, "outcomes", names), names)

    def tail_facts(self, names: tuple[str, ...]) -> tuple[TailFact, ...]:
        """Means in the worst paths and everywhere, base units."""
        return attribution.tail_facts(self.run, self.loss, names, TAIL)

    @cached_property
    def _bands(self) -> dict[str, Band]:
        return {}

    def band(self, name: str) -> Band:
        """Quantiles of a path series by quarter, in its reporting unit."""
        if name not in self._bands:
            self._bands[name] = band(
                (row for (row,) in by_quarter(self.run, name)), unit=np.float32(SCALE[series(name).unit])
            )
        return self._bands[name]

    @cached_property
    def facilities(self) -> tuple[Facility, ...]:
        """The base book of neocloud facilities."""
        return facilities(self.register, self.run.calendar.quarters)

    @cached_property
    def firm_ladder(self) -> tuple[ladder.Rung, ...]:
        """Duration ladder by firm."""
        return ladder.by_firm(self.run, self.facilities)

    @cached_property
    def payer_ladder(self) -> tuple[ladder.Rung, ...]:
        """Duration ladder by class of payers."""
        return ladder.by_payer(self.run, self.facilities)

    @cached_property
    def distress(self) -> dict[str, Distress]:
        """How far down the stages of distress each facility of the base book comes."""
        return stages.distress(self.run)

    @cached_property
    def defaults(self) -> dict[str, neoclouds.Default]:
        """Default and loss of every facility."""
        return neoclouds.defaults(self.run)

    @property
    def claims(self) -> tuple[Mapping[str, Claims], Mapping[str, Claims]]:
        """Par in default and loss by instrument: of all quarters, and of those of stress."""
        return recoveries.claims(self.run), recoveries.claims(self.run, "stress")

    @cached_property
    def feedback(self) -> Feedback | None:
        """What couplings add, where it was measured beside the run."""
        return feedback(self.run)

    @cached_property
    def targets(self) -> tuple[TargetResult, ...]:
        """Calibration targets, measured."""
        from risk.calibrate import targets

        return targets.results(self.run)

    @cached_property
    def hindcast(self) -> Hindcast | None:
        """What earlier states gave, kept beside the runs; None where nothing is, or another engine ran."""
        from risk.calibrate.hindcast import hindcast

        found = hindcast.read(self.run.directory.parent)
        return found if found and found.source == self.manifest.specification.source else None

    @cached_property
    def validation(self) -> Validation | None:
        """How the run stood when its pack was made, kept beside it; None where nobody has asked."""
        from risk.calibrate.validation import validation

        return validation.read(self.run)

    @cached_property
    def views(self) -> tuple[Views, str] | None:
        """The run under the sets of views kept beside it, and why these cannot be held, if so.

        None where nobody has kept any.
        """
        from risk.analysis.views import kept
        from risk.analysis.views.views import views
        from risk.assumptions.problems import AssumptionErrors

        given = kept.read(self.run)
        if given is None:
            return None
        try:
            return views(self.first, given), ""
        except AssumptionErrors as error:
            return views(self.first, ()), " ".join(problem.reason for problem in error.problems)

    @cached_property
    def watch(self) -> Watch | None:
        """What to watch, and what was read since the base date, kept beside the run; None likewise."""
        from risk.calibrate.watch import watching

        return watching.read(self.run)

    @cached_property
    def decision(self) -> Decision | None:
        """The actions kept beside the run, and what they are worth knowing for; None where none are."""
        from risk.analysis import actions, triggers, voi
        from risk.report.actions import Decision

        known = actions.kept(self.run)
        if known is None:
            return None
        found = triggers.fired(self.first, known)
        try:
            return Decision(known, found, voi.voi(self.first, known))
        except UsageError as error:
            return Decision(known, found, None, error.reason)

    @cached_property
    def book(self) -> Losses | None:
        """The committee's book on the run, where the pack is made with one; None likewise."""
        from risk.analysis.book.answer import answer

        held = self.held
        return None if held is None else answer(self.first, held)

    @cached_property
    def held(self) -> Book | None:
        """The book itself."""
        from risk.analysis.book import kept

        return kept.kept(self.run, self.form.book) if self.form.book else None

    @cached_property
    def bridge(self) -> Bridge | None:
        """From the prior run to this one, where somebody has computed it."""
        from risk.calibrate import bridge

        return bridge.kept(self.prior.run, self.run) if self.prior else None

    @property
    def draft(self) -> str:
        """Why the pack is a draft, in a sentence; empty where no trigger is past."""
        from risk.report.validation import draft

        return draft(self.validation) if self.validation else ""


def series(name: str) -> Variable:
    """Description of a path series."""
    return next(v for v in SERIES if v.name == name)
