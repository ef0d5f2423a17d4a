"""Feedback made by hand, as it would be measured beside a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from risk.analysis.amplification import MEASURES, OFF, Amplification, Effect
from risk.analysis.feedback import plain
from risk.analysis.loop import LOOP, LoopGain
from risk.analysis.statistics import Estimate
from risk.paths import PATHWAYS

PATHS = 1024
ERROR = 0.002


def exact(value: float, error: float = ERROR) -> Estimate:
    return Estimate(value, error, PATHS)


def world(gain: float, whole: float, marks: tuple[float, ...]) -> Amplification:
    """Feedback of one world.

    Parameters
    ----------
    whole : mean loss, all couplings on over all off.
    marks : second round, all on over each of the pathways cut.
    """
    on = {measure.name: exact(10.0) for measure in MEASURES}

    def effect(case: str, loss: float, second: float) -> Effect:
        ratios = {m.name: exact(second if m.name == "second_round" else loss) for m in MEASURES}
        return Effect(case, "", {name: exact(10.0 / r.value) for name, r in ratios.items()}, ratios)

    cut = [effect(case, 1.0, ratio) for case, ratio in zip(PATHWAYS, marks, strict=True)]
    return Amplification(
        measures=MEASURES,
        on=on,
        effects=(effect(LOOP, 1.01, 1.05), *cut),
        whole=effect(OFF, whole, 2.5),
        loop=LoopGain("2027Q2", 100.0, exact(-0.2), exact(gain), exact(1.001)),
    )


def worlds() -> Mapping[str, Amplification]:
    """A base case in which little feeds back, and a stress in which bank runs do."""
    return {
        "base": world(-0.01, 3.1, (1.009, 1.0, 1.14, 1.001)),
        "joint-tail": world(0.03, 2.2, (1.006, 1.16, 1.18, 1.001)),
    }


def kept(run: str) -> Mapping[str, Any]:
    """The record of these beside a run."""
    found = {name: plain(each) for name, each in worlds().items()}
    return {"run": run, "method": "by hand", "stress": "", "paths": PATHS, "worlds": found}
