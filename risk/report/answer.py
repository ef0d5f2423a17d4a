"""The answer in sentences and tables, for the first page, the screen and documents."""

from __future__ import annotations

from math import isfinite

from risk.analysis.answer import Answer, Cost, Ends, Mover, Standing
from risk.analysis.verdict import Verdict
from risk.report import spec
from risk.report.intervals import parameter_range
from risk.report.pack.base.cells import money, probability_text
from risk.report.pack.base.fields import chance, fraction
from risk.report.pack.base.names import assumption
from risk.report.record import Record, told, whole
from risk.report.spec import Spec

TWO = 2


def sentences(found: Answer, verdict: Verdict) -> tuple[str, str]:
    """Whether it is a bubble, what that would cost lenders, what decides it; no sentence says more than it knows."""
    bust = verdict.outcome("bust")
    first = (
        f"A bust by {verdict.by} comes on {probability_text(bust.probability)} of paths"
        f"{_range(found, verdict)}{_cost(found.cost)}."
    )
    return first, _decider(found.movers)


def _range(found: Answer, verdict: Verdict) -> str:
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
        f"({low:,.0f} to {high:,.0f} on nine in ten busts)"
    )


def _decider(movers: tuple[Mover, ...]) -> str:
    if not movers:
        return "No input is told from chance as what decides it on so few paths."
    first, *rest = movers
    others = " and ".join(assumption(mover.id) for mover in rest[:TWO])
    return (
        f"{assumption(first.id)} decides most: a bust comes on {probability_text(first.low)} of paths in its "
        f"lowest tenth and on {probability_text(first.high)} in its highest{f'; next {others}' if others else ''}."
    )


def span(ends: Ends | None) -> str:
    """A range of probabilities, ``35 to 49%``; a dash where there is none."""
    if ends is None:
        return "–"
    low, high = (
        f"{100.0 * end:.0f}" if 0.005 <= end <= 0.995 else "<1" if end < 0.5 else ">99" for end in ends
    )
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
STANDING: Record[Standing] = Record(
    (
        told("name", str, lambda standing: standing.found.name),
        told("definitions", Ends | None),
        told("scenarios", Ends | None),
    )
)
