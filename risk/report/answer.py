"""The answer in sentences and tables, for the first page, the screen and documents."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, isfinite

from risk.analysis.answer import MEMBERS, Answer, Cost, Ends, Mover, Standing
from risk.analysis.verdict import Verdict
from risk.analysis.views.belief import Believed, Shift
from risk.calibrate.watch.watching import Watch, leading
from risk.report import spec
from risk.report import watch as tripwires
from risk.report.intervals import parameter_range, whole_percent
from risk.report.means import mean_text
from risk.report.pack.base.cells import money, probability_text
from risk.report.pack.base.fields import chance, fraction
from risk.report.pack.base.names import assumption
from risk.report.record import Record, told, whole
from risk.report.spec import Spec

BESIDE = 2
"""Further inputs that a sentence names."""


def sentences(found: Answer, verdict: Verdict) -> tuple[str, str]:
    """Whether it is a bubble and what one costs lenders; what decides it. Neither says more than is known."""
    bust = verdict.outcome("bust")
    first = (
        f"A bust by {verdict.by} comes on {probability_text(bust.probability)} of paths"
        f"{_range(verdict)}{_cost(found.cost)}."
    )
    return first, _decider(found.movers)


def _range(verdict: Verdict) -> str:
    """A range over inputs with the word that holds it; of a run where none was measured that it was not."""
    bust = verdict.outcome("bust")
    if bust.band is None:
        return " (how far that depends on inputs was not measured)"
    if bust.band.ends is None:
        return " (no dependence on inputs is told from noise)"
    return f" ({parameter_range(bust.band)} over what we do not know: {bust.words})"


def _cost(cost: Cost) -> str:
    if cost.ends is None or not isfinite(cost.more.value):
        return "; too few paths are busts, or are none, to say what one would cost"
    low, high = cost.ends
    return (
        f" and costs lenders to AI infrastructure {money(cost.more.value)} more than a world without one "
        f"({low:z,.0f} to {high:,.0f} on nine in ten busts)"
    )


def _decider(movers: tuple[Mover, ...]) -> str:
    if not movers:
        return "No input is told from chance as what decides it on so few paths."
    first, *rest = movers
    others = " and ".join(assumption(mover.id) for mover in rest[:BESIDE])
    return (
        f"{assumption(first.id)} decides most: a bust comes on {probability_text(first.low)} of paths in "
        f"its lowest tenth and on {probability_text(first.high)} in its highest"
        f"{f'; next {others}' if others else ''}."
    )


def span(ends: Ends | None) -> str:
    """A range of probabilities, ``35 to 49%``; a dash where there is none."""
    if ends is None:
        return "–"
    low, high = map(whole_percent, ends)
    return f"{low} to {high}%"


def ranges(standing: Standing) -> str:
    """A class with all its ranges, in a phrase for a screen."""
    known = {
        "inputs": parameter_range(standing.found.band),
        "definitions": span(standing.definitions) if standing.definitions else "",
        "scenarios": span(standing.scenarios) if standing.scenarios else "",
    }
    said = ", ".join(f"{ends} over {what}" for what, ends in known.items() if ends and ends != "–")
    middle = f", half of them by {standing.when.median}" if standing.when else ""
    p = probability_text(standing.found.probability)
    return f"{standing.found.label.lower()} {p}{f' ({said})' if said else ''}{middle}"


def belief(each: Believed) -> str:
    """The smallest set of beliefs that takes P(bust) past a bar, in a phrase; empty where none is known."""
    if not each.smallest:
        return ""
    way = f"{'above' if each.above else 'below'} {each.bar:.0%}"
    shifts = " and ".join(_shift(shift) for shift in each.smallest[0].shifts)
    return f"{way} for whoever believes {shifts}"


def _shift(shift: Shift) -> str:
    before, after = (mean_text(found.value, shift) for found in (shift.before, shift.after))
    if shift.unit == "log":
        return f"{assumption(shift.name)} {exp(shift.after.value - shift.before.value):.2f} times as large"
    unit = f" {shift.unit}" if shift.unit != "1" else ""
    return f"{assumption(shift.name)} {after} instead of {before}{unit}"


def paragraphs(
    found: Answer, verdict: Verdict, beliefs: Iterable[Believed], watch: Watch | None, red: Iterable[str]
) -> tuple[str, ...]:
    """The answer for a screen: a paragraph a topic, what matters most first."""
    others = "; ".join(ranges(each) for each in found.standings[:MEMBERS])
    believed = "; ".join(filter(None, map(belief, beliefs)))
    wires = [tripwires.sentence(wire) for wire in leading(watch, 1)] if watch else []
    movers = "; ".join(map(moved, found.movers))
    told = [
        " ".join(sentences(found, verdict)),
        *red,
        f"Ranges: {others}.",
        f"P(bust) goes {believed}." if believed else "",
        f"Watch: {wires[0]}" if wires else "",
        f"What moves it, lowest to highest tenth: {movers}." if movers else "",
    ]
    return tuple(filter(None, told))


def moved(mover: Mover) -> str:
    """What an input moves P(bust) between, in a phrase."""
    return f"{assumption(mover.id)} {probability_text(mover.low)} to {probability_text(mover.high)}"


MOVERS: Spec[Mover] = Spec(
    (
        spec.shown("label", "Input", lambda mover: assumption(mover.id)),
        chance("low", "P(bust), lowest tenth", lambda mover: mover.low),
        chance("high", "P(bust), highest tenth", lambda mover: mover.high),
        spec.measure(
            "share",
            "Share of variance",
            lambda mover: mover.share,
            fraction,
            "± SE",
            "rate",
            "standard_error",
        ),
    ),
    id="movers",
    title="What moves P(bust) most, each input by itself",
    row_id=lambda mover: mover.id,
)

MOVER: Record[Mover] = whole(Mover)
COST: Record[Cost] = whole(Cost)
STANDING: Record[Standing] = Record(
    (
        told("name", str, lambda standing: standing.found.name),
        told("definitions", Ends | None),
        told("scenarios", Ends | None),
    )
)
