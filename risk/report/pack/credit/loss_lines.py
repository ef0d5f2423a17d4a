"""Lines of credit loss side by side: in which outcome each falls, beyond the cycle, and after the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from risk.analysis.loss_lines import LossLine, until
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES
from risk.report.content import Content
from risk.report.guards import ROUNDING, Condition
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.fields import estimated
from risk.report.pack.base.results import Results
from risk.report.record import Field
from risk.report.spec import Spec, measure, shown
from risk.report.table import Table

TABLE = "loss-lines"
KINDS = CLASSES[:3]
"""Outcome classes that every path is in one of, and their names."""

NOTE = (
    "Through the cycle: what these exposures lose in the long run, by the rule by which the spread hears "
    "losses. A year, over par owed: ratio of means. What the end leaves is taken in the state it is in: "
    "loans below their event test, or amended, fail on the collateral of that day, the rest loses what its "
    "ratings and the spread say. ± = standard error."
)


@dataclass(frozen=True)
class Said:
    """One row: what is said of every line."""

    id: str
    label: str
    get: Callable[[LossLine], Estimate]
    unit: str = "USD bn"


def table(results: Results) -> Table:
    """The lines of a run, one a column."""
    run = results.run
    end, then = run.calendar.labels[-1], until(run)
    spec: Spec[Said] = Spec(
        (
            shown("label", "First-round credit loss, USD bn", lambda row: row.label),
            *(_column(line) for line in results.lines),
        ),
        TABLE,
        f"Lines of credit loss to {end}, and what the end leaves",
        NOTE,
        lambda row: row.id,
        bold=lambda row: row.id in ("mean", "excess", "left"),
    )
    return spec.table((*_losses(), *_beyond(), *_left(end, then)))


def _column(line: LossLine) -> Field[Said]:
    def cells(row: Said) -> tuple[Content, Content]:
        return estimated(row.get(line), row.unit)

    return measure(line.name, line.label, lambda row: row, cells, "±", span=3)


def _losses() -> Iterator[Said]:
    yield Said("mean", "Mean loss", lambda line: line.loss.mean)
    for name, label in KINDS:
        yield Said(name, f"   {label} paths", _of(name, "by_class"))


def _beyond() -> Iterator[Said]:
    yield Said("expected", "Through the cycle on the same exposures", lambda line: line.expected)
    yield Said("excess", "Mean loss beyond that", lambda line: line.excess)
    for name, label in KINDS:
        yield Said(f"excess_{name}", f"   {label} paths", _of(name, "excess_by_class"))
    yield Said("rate", "Loss a year, over par owed", lambda line: line.rate, "fraction")
    yield Said("expected_rate", "   through the cycle", lambda line: line.expected_rate, "fraction")


def _left(end: str, then: str) -> Iterator[Said]:
    yield Said("left", f"Outstanding at the end of {end}", lambda line: line.left)
    yield Said("due", f"   of it due by {then}", lambda line: line.due)
    yield Said("ahead", f"   of it expected to be lost by {then}", lambda line: line.ahead)


def _of(name: str, part: str) -> Callable[[LossLine], Estimate]:
    return lambda line: getattr(line, part)[name]


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Every line is an outcome, and its classes make up its mean."""
    for line in results.lines:
        name = line.loss.variable.name
        here, there = t.at(TABLE, line.name, "mean"), t.at("metrics", "mean", name)
        yield Condition(
            f"Line of credit loss: {line.name}", here, there, ROUNDING, "PrivateCredit v. Metrics"
        )
        beyond = t.at(TABLE, line.name, "mean") - t.at(TABLE, line.name, "expected")
        excess = t.at(TABLE, line.name, "excess")
        yield Condition(f"Beyond the cycle: {line.name}", excess, beyond, ROUNDING, "PrivateCredit")
