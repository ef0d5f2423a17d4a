"""Feedback in several worlds: what couplings add and what the loop returns, as it is kept beside a run.

A small effect is a finding of the model as much as a large one, and is told as such.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from risk.analysis.amplification import MEASURES, NOISY, Amplification, Effect, effect_in_words
from risk.analysis.loop import LoopGain
from risk.analysis.statistics import Estimate
from risk.paths import PATHWAYS
from risk.runs import Run

WORDS: Mapping[str, str] = {
    "losses->pensions": "pension calls",
    "spread->banks": "bank runs",
    "wall->clo": "the missing CLO bid",
    "losses->nbfi": "bank lines pulled",
}
"""Pathways in words."""

NOTHING, TENTH = "nothing beyond noise", 0.001
"""Of an effect that may be noise; steps in which the largest on losses is told, rounded up."""

LOSS, MARKS = "mean", "second_round"
"""Measures of an amplification: what a pathway moves by design is the second."""


@dataclass(frozen=True)
class Feedback:
    """Amplification and loop in several worlds.

    Attributes
    ----------
    paths : of each case.
    worlds : scenario → what was found in it; effects are those of the pathways and of the loop's coupling.
    """

    paths: int
    worlds: Mapping[str, Amplification]


def feedback(run: Run) -> Feedback | None:
    """What was measured beside a run; None where nothing was, or another version of the model kept it.

    Raises
    ------
    StorageError : the record is damaged, or another run's.
    """
    kept = run.feedback
    if kept is None:
        return None
    try:
        worlds = {name: restored(found) for name, found in kept["worlds"].items()}
        return Feedback(kept["paths"], worlds)
    except (AttributeError, KeyError, TypeError):
        return None


def plain(found: Amplification) -> dict[str, Any]:
    """Plain data, as stored."""
    return {
        "on": _numbers(found.on),
        "effects": [_effect(effect) for effect in found.effects],
        "whole": _effect(found.whole),
        "loop": {
            "quarter": found.loop.quarter,
            "push": found.loop.push,
            **_numbers({key: getattr(found.loop, key) for key in ("extra_loss", "gain", "closed")}),
        },
    }


def restored(kept: Mapping[str, Any]) -> Amplification:
    """What `plain` was made of, but for the ids of runs."""
    loop = {key: _estimate(raw) for key, raw in kept["loop"].items() if key not in ("quarter", "push")}
    return Amplification(
        measures=tuple(measure for measure in MEASURES if measure.name in kept["on"]),
        on=_estimates(kept["on"]),
        effects=tuple(map(_restored, kept["effects"])),
        whole=_restored(kept["whole"]),
        loop=LoopGain(kept["loop"]["quarter"], kept["loop"]["push"], **loop),
    )


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "case": effect.case,
        "levels": _numbers(effect.levels),
        "ratios": _numbers(effect.ratios),
    }


def _restored(kept: Mapping[str, Any]) -> Effect:
    return Effect(kept["case"], "", _estimates(kept["levels"]), _estimates(kept["ratios"]))


def _numbers(found: Mapping[str, Estimate]) -> dict[str, Any]:
    """Estimates as plain data; what is not defined is null, which JSON has."""
    return {
        name: {key: None if value != value else value for key, value in asdict(estimate).items()}
        for name, estimate in found.items()
    }


def _estimates(kept: Mapping[str, Any]) -> dict[str, Estimate]:
    return {name: _estimate(raw) for name, raw in kept.items()}


def _estimate(raw: Mapping[str, Any]) -> Estimate:
    value, error = (math.nan if raw[key] is None else raw[key] for key in ("value", "standard_error"))
    limits = None if raw["limits"] is None else (raw["limits"][0], raw["limits"][1])
    return Estimate(value, error, raw["n"], limits, raw["tail"])


def adds(found: Amplification, coupling: str, measure: str = MARKS) -> Estimate:
    """What a coupling adds to a measure, as a share of it with the coupling cut."""
    ratio = next(effect for effect in found.effects if effect.case == coupling).ratios[measure]
    return Estimate(ratio.value - 1.0, ratio.standard_error, ratio.n)


def whole_in_words(found: Feedback) -> str:
    """What all couplings multiply and what the loop returns in each world, in a sentence or two."""
    worlds = found.worlds.items()
    times = " and ".join(f"{_times(world.whole.ratios[LOSS])} in {name}" for name, world in worlds)
    gains = " and ".join(f"{world.loop.gain.value:z.1%} in {name}" for name, world in worlds)
    return (
        f"All couplings together multiply the mean headline loss by {times}. Of a push of the spread losses "
        f"return {gains}."
    )


def _times(ratio: Estimate) -> str:
    return (
        "an unknown number (nothing is lost without them)"
        if math.isnan(ratio.value)
        else f"{ratio.value:.1f}"
    )


def pathways_in_words(found: Feedback) -> str:
    """What each pathway adds in each world, in a sentence or two."""
    each = (f"{words} {_everywhere(found, pathway)}" for pathway, words in WORDS.items())
    shares = (abs(adds(a, p, LOSS).value) for a in found.worlds.values() for p in PATHWAYS)
    most = max(math.ceil(max(filter(math.isfinite, shares), default=0.0) / TENTH), 1) * TENTH
    return (
        f"Pathways add to the marks of forced sales in {' and '.join(found.worlds)}: {'; '.join(each)}. None "
        f"moves the mean loss by more than {most:.1%}. Small is a finding, not a fault."
    )


def _everywhere(found: Feedback, pathway: str) -> str:
    """What a pathway adds in each world, said once where it is nothing in all of them."""
    told = [_share(adds(world, pathway)) for world in found.worlds.values()]
    return told[0] if set(told) == {NOTHING} else " and ".join(told)


def _share(found: Estimate) -> str:
    """A share that a pathway adds; nothing where it may be noise."""
    ratio = Estimate(1.0 + found.value, found.standard_error, found.n)
    return NOTHING if effect_in_words(ratio) == NOISY else f"{found.value:.1%}"
