"""Medians in the worst paths and on all: of outcomes, and of the assumptions that may have caused them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import floor, log10

from risk.analysis import joint
from risk.analysis.contrasts import beyond_noise
from risk.analysis.joint import Flags, Middle
from risk.analysis.statistics import Estimate
from risk.report.content import Content
from risk.report.pack.base.cells import known, pair
from risk.report.pack.base.fields import fraction, itself
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import TAIL, Results
from risk.report.pack.tail.facts import LOSSES
from risk.report.record import Field
from risk.report.spec import Spec, flag, measure, text
from risk.report.table import Table
from risk.runs.passes import Columns
from risk.units import SCALE

SHOWN_DRIVERS = 15
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Median:
    """Medians of an outcome or an assumption in the tail and everywhere; `tail` and `all` are cells."""

    id: str
    label: str
    unit: str
    found: Middle
    tail: tuple[Content, Content]
    all: tuple[Content, Content]

    @property
    def unusual(self) -> float:
        """How far the tail's median lies from the middle of all paths, as a share of them."""
        return abs(self.found.place.value - 0.5)

    @property
    def clear(self) -> bool:
        """Whether that is beyond noise."""
        return beyond_noise(self.unusual, self.found.place.standard_error)


def _medians(identifier: str, of: str, found: Iterable[Median], note: str, *last: Field[Median]) -> Table:
    """Medians in the tail and everywhere, and where the first lies among all; `last` = further fields."""
    spec: Spec[Median] = Spec(
        (
            text("label", of),
            text("unit", "Unit"),
            measure("tail", f"Worst {TAIL:.0%}", None, itself),
            measure("all", "All paths", None, itself),
            measure("place", "Percentile", _place, fraction, "± SE", "rate.0", "standard_error"),
            *last,
        ),
        identifier,
        f"Medians of the {of.lower()}s in the worst {TAIL:.0%} and on all paths, the most unusual first",
        note,
        lambda m: m.id,
    )
    return spec.table(found)


def _place(m: Median) -> Estimate:
    """Where the tail's median lies; of a share no star tells how thin the tail is."""
    return replace(m.found.place, tail=None)


def outcomes(results: Results, inside: Flags) -> Table:
    """Medians of outcomes in the tail and everywhere, the most unusual first."""
    found = []
    for v in results.run.variables:
        if not any(word in v.name for word in LOSSES):
            m = joint.middle(results.run.outcome(v.name), inside)
            found.append(Median(v.name, v.label, v.unit, m, pair(m.tail, v.unit), pair(m.everywhere, v.unit)))
    note = (
        "Percentile: share of all paths below the tail's median; 50% = the tail is like the rest. Its ± is "
        "the tail median's own interval, read as percentiles. Outcomes that are losses are left out. * fewer "
        "than 500 paths on either side of the median."
    )
    return _medians("tail-medians", "Outcome", sorted(found, key=lambda m: -m.unusual), note)


def causes(results: Results, inside: Flags) -> Table:
    """Medians of uncertain assumptions in the tail and everywhere, the most unusual first."""
    drawn, among = Columns(results.first, "parameters"), inside[: results.first.paths]
    found = [_cause(results, name, joint.middle(x, among)) for name, x in drawn.items()]
    shown = sorted(found, key=lambda m: -m.unusual)[:SHOWN_DRIVERS]
    note = (
        f"The {len(shown)} of {len(found)} uncertain assumptions whose median in the tail lies farthest from "
        "that of all paths. Beyond noise: the percentile is more than two standard errors from 50%."
    )
    return _medians("tail-causes", "Assumption", shown, note, flag("clear", "Beyond noise?", align="center"))


def _cause(results: Results, identifier: str, m: Middle) -> Median:
    entry = results.register.entries.get(identifier.partition("[")[0])
    unit = entry.unit if entry else "1"
    worst, everywhere = (_figures(e, SCALE[unit]) for e in (m.tail, m.everywhere))
    return Median(identifier, assumption(identifier), "–" if unit == "1" else unit, m, worst, everywhere)


def _figures(estimate: Estimate, scale: float) -> tuple[Content, Content]:
    """A number of any size and its error, to the error's first digit."""
    value, error = estimate.value / scale, estimate.standard_error / scale
    decimals = max(0, -floor(log10(error))) if error > 0.0 else MOST_DECIMALS
    if decimals > MOST_DECIMALS:
        return known(value, "tolerance"), known(error, "tolerance")
    return known(value, f"number.{decimals}"), known(error, f"usd_error.{decimals}")
