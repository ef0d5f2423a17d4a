"""The noise of the medians that stand in for a cut coupling: the same cut with the medians of other paths.

Medians are of the 4,096 paths of a pilot, and every path of a cut run reads the same ones: what chance does
to them no number of paths takes away. Each cut is tried with the pilots of other seeds, on the same draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from risk.analysis import statistics
from risk.analysis.amplification import MEASURES, OFF, ON
from risk.engine.simulate import pilot
from risk.engine.swapped import parameter_seed
from risk.engine.trial import trial
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

OTHERS = 3
"""Further pilots."""


def noise(
    base: Assumptions, cases: Mapping[str, Assumptions], seed: int, note: Callable[[str], object]
) -> dict[str, dict[str, float]]:
    """Standard error that the medians give every ratio, all couplings on over cut: case → measure → error.

    Parameters
    ----------
    base : the register whose medians stand in.
    cases : of `risk.analysis.amplification.cases`.
    seed : of the runs; their first 1,024 paths are tried.
    note : told what takes time before it is done.
    """
    cut = {case: own for case, own in cases.items() if case == OFF or "->" in case}
    note(f"medians of {OTHERS} other pilots, and {len(cut)} cuts with each: about {len(cut) * 5:,} s")
    medians = [pilot(base, each) for each in (seed, *(parameter_seed(seed, k + 1) for k in range(OTHERS)))]
    outcomes = sorted({measure.outcome for measure in MEASURES})
    on = _levels(trial(cases[ON], seed, {0: BLOCK}, outcomes))
    found = {}
    for case, own in cut.items():
        levels = [_levels(trial(own, seed, {0: BLOCK}, outcomes, each)) for each in medians]
        found[case] = {name: _spread([on[name] / x[name] for x in levels if x[name]]) for name in on}
    return found


def _levels(outcomes: Mapping[str, Any]) -> dict[str, float]:
    """Every measure of a trial, by its name."""
    return {m.name: m.statistic(outcomes[m.outcome]).estimate.value for m in MEASURES}


def _spread(ratios: list[float]) -> float:
    """Standard deviation over pilots, wider for how few they are; zero where a loss is none."""
    if len(ratios) < 2:
        return 0.0
    return float(np.std(ratios, ddof=1)) * statistics.widened(len(ratios) - 1.0)
