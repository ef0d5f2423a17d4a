"""One result in full: an outcome's distribution, a proposition's timing, or the quarters of a series."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from risk.analysis import fans, metrics, statistics
from risk.analysis.fans import Fan
from risk.analysis.metrics import Metric
from risk.analysis.statistics import Estimate, Histogram
from risk.analysis.verdict import CLASSES, Claim, Verdict, verdict
from risk.errors import UsageError, suggestion
from risk.paths import SERIES
from risk.report.intervals import parameter_range
from risk.report.record import Document, Field, lifted, told
from risk.report.table import Column, Table
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.numbers import FAMILIES, error, interval, number, probability, with_interval
from risk.report.terminal.page import Page, Screen, heading, line, note, table
from risk.report.terminal.summary import CLAIM, FAN, METRIC, THIN, thin
from risk.report.terminal.verdict import MARGINS, histogram, marks
from risk.runs import Run

CLASS = "class"
"""Side of an outcome class, which is no proposition."""

MEANING = {
    "bust": "B1, and at least {:g} of B2, B4, B5i and B7.",
    "correction": "Some of B2, B4, B5i and B7, but no bust.",
    "durable": "None of B2, B4, B5i and B7.",
    "durable_paid": "None of B2, B4, B5i and B7, nor B1.",
    "durable_unpaid": "None of B2, B4, B5i and B7, but B1.",
}
"""What the outcome classes say; the number is that of a bust's companions."""


@dataclass(frozen=True)
class Distribution:
    """An outcome over paths."""

    metric: Metric
    histogram: Histogram


@dataclass(frozen=True)
class History:
    """A proposition, or an outcome class told like one, by year.

    Attributes
    ----------
    by_year : year → probability that it has come true by its end; empty where it is not a matter of time.
    """

    claim: Claim
    by_year: dict[int, Estimate]


Detail = Distribution | History | Fan


def detail(run: Run, name: str) -> Detail:
    """Find one result of a run: an outcome, an outcome class, a proposition or a quarterly series.

    Raises
    ------
    UsageError : nothing is called so.
    """
    outcomes, series = ({v.name: v for v in known} for known in (run.variables, SERIES))
    claims = run.register.propositions
    if name in outcomes:
        values = metrics.values(run, outcomes[name])
        return Distribution(metrics.metric(outcomes[name], values), statistics.histogram(values, 64))
    if name in claims:
        return History(verdict(run).claim(name), _by_year(run, name))
    if name in MEANING:
        return History(_class(run, verdict(run), name), _by_year(run, name))
    if name in series:
        return fans.fan(run, name)
    known = list(dict.fromkeys([*dict(CLASSES), *outcomes, *claims, *series]))
    close = suggestion(name, known)
    raise UsageError(
        f"there is no result {name[:80]}",
        f"did you mean {close}?" if close else "results: " + ", ".join(known),
    )


def _class(run: Run, found: Verdict, name: str) -> Claim:
    """An outcome class in the form of a proposition."""
    outcome = found.outcome(name)
    companions = run.register.integer("propositions.bust_companions")
    meaning = MEANING[name].format(companions)
    when = found.bust_timing if name == "bust" else None
    told = (name, CLASS, outcome.label, meaning, outcome.probability, outcome.words, when, "")
    return Claim(*told, band=outcome.band)


def _by_year(run: Run, name: str) -> dict[int, Estimate]:
    if f"{name}_quarter" not in run.names("outcomes"):
        return {}
    quarters = np.where(run.outcome(name) > 0, run.outcome(f"{name}_quarter"), np.inf)
    calendar = run.calendar
    return {year: statistics.probability(quarters <= calendar.steps(year)[-1]) for year in calendar.years}


def screen(told: Headed[Detail], page: Page) -> Screen:
    """One result on a page, and which run it is of."""
    found = told.result
    if isinstance(found, Distribution):
        shown = _distribution(found, page)
    else:
        shown = _history(found, page) if isinstance(found, History) else _fan(found, page)
    return *shown, facts(told.heading, page)


def _distribution(found: Distribution, page: Page) -> Iterator[RenderableType]:
    metric = found.metric
    unit = metric.variable.unit
    columns = (
        Column("what", ""),
        Column("value", "Value", align="right"),
        Column("margin", "± 95% MC", align="right"),
        Column("thin", ""),
    )
    yield heading(f"{metric.variable.label}, {_unit(unit)}", page)
    yield table(Table("statistics", columns, tuple(_statistics(metric))), page)
    if thin((*metric.quantiles, *metric.var, *metric.shortfall)):
        yield note(THIN, page)
    if not page.plain:
        yield Text()
        yield histogram(found.histogram, marks(metric), unit, page, height=8)
        yield note("0.5% of the paths lie beyond each end and stand in the end columns.", page)


def _statistics(metric: Metric) -> Iterator[tuple[str, ...]]:
    unit = metric.variable.unit

    def row(name: str, estimate: Estimate) -> tuple[str, ...]:
        star = "*" if estimate.thin else ""
        return name, number(estimate.value, estimate.standard_error, unit), error(estimate, unit), star

    rough = metric.deviation / max(metric.mean.n, 1) ** 0.5
    yield row("mean", metric.mean)
    yield "standard deviation", number(metric.deviation, rough, unit), "", ""
    yield "skewness", f"{metric.skewness:.1f}" if math.isfinite(metric.skewness) else "not defined", "", ""
    yield "smallest", number(metric.minimum, 0.0, unit), "", ""
    for name, estimate in zip(
        (f"P{100 * level:g}" for level in metrics.LEVELS), metric.quantiles, strict=True
    ):
        yield row(name, estimate)
    yield "largest", number(metric.maximum, 0.0, unit), "", ""
    if "loss" in metric.variable.name:
        for name, estimate in zip(("ES 95%", "ES 97.5%", "ES 99%"), metric.shortfall, strict=True):
            yield row(name, estimate)


def _history(found: History, page: Page) -> Iterator[RenderableType]:
    claim = found.claim
    yield heading(claim.label if claim.side == CLASS else f"{claim.id}  {claim.label}", page)
    yield line(claim.statement, page)
    if claim.probability is None:
        yield note(f"Pending. {claim.pending}", page)
        return
    beyond = f"; {parameter_range(claim.band)} over inputs" if claim.band else ""
    yield line(f"P {with_interval(claim.probability)} (95% MC){beyond}: {claim.words}", page)
    if when := claim.timing:
        yield line(f"Where it happens: {when.median}, half of the time {when.early} to {when.late}", page)
    if found.by_year:
        columns = (Column("year", "By end of"), *MARGINS, Column("bar", "", style="bar"))
        rows = tuple((str(y), probability(e), interval(e), e.value) for y, e in found.by_year.items())
        yield Text()
        yield table(Table("years", columns, rows), page)


def _fan(found: Fan, page: Page) -> Iterator[RenderableType]:
    unit = found.variable.unit
    levels = (f"P{100 * level:g}" for level in fans.LEVELS)
    columns = (Column("quarter", "Quarter"), *(Column(level, level, align="right") for level in levels))
    rows = tuple(
        (label, *(number(float(x), 0.0, unit) for x in values))
        for label, values in zip(found.labels, found.quantiles.T, strict=True)
    )
    yield heading(f"{found.variable.label}, {_unit(unit)}", page)
    yield table(Table("fan", columns, rows), page)


def _unit(unit: str) -> str:
    return "%" if FAMILIES.get(unit) == "rate" else unit


def _document(*fields: Field[Any]) -> Document[Headed[Any]]:
    title = "One result of a run in full: bubblerisk show RUN METRIC --json"
    return document(*fields, name="metric/1", title=title)


DISTRIBUTION = _document(
    told("metric", get=lambda found: found.metric.variable.name),
    *lifted(lambda found: found.metric, METRIC.fields),
)
HISTORY = _document(
    told("metric", get=lambda found: found.claim.id),
    *lifted(lambda found: found.claim, CLAIM.fields),
    told("by_year", dict[str, Estimate]),
)
SERIES_OF = _document(told("metric", get=lambda fan: fan.variable.name), *FAN.fields)
"""A result is told in one of three forms."""


def form_of(found: Detail) -> Document[Headed[Any]]:
    """The document in whose form a result is told."""
    return {Distribution: DISTRIBUTION, History: HISTORY, Fan: SERIES_OF}[type(found)]
