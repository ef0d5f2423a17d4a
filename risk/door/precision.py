"""`run --target-se`: as many paths as a wanted standard error of the headline probability takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.analysis.statistics import Estimate
    from risk.report.terminal.plan import Target
    from risk.runs import Run
    from risk.runs.prepare import Plan

HEADLINE = "bust"
"""Outcome whose probability has the wanted standard error."""

MOST = 1_048_576
"""Paths to which a run is grown by itself: 1,024 blocks, several gigabytes."""

LARGEST = 0.05
"""Largest standard error that can be meant: 0.2 is a forgotten %, not 20 percentage points."""

FEW, STEP = 30, 4
"""Paths with the outcome, or without it, below which its error falls faster than paths are added: then they
are multiplied by so much at most, and looked at again."""

MARGIN = 1.02
"""Paths beyond those that the error found so far asks for, since it is itself known to about 1%."""


def standard_error(text: str) -> float:
    """A standard error written as 0.2pp, 0.2% or 0.002.

    Raises
    ------
    UsageError : it is none of these, or not between 0 and 5 percentage points.
    """
    number = text.strip().removesuffix("pp").removesuffix("%")
    try:
        value = float(number) / (1.0 if number == text.strip() else 100.0)
    except ValueError:
        value = -1.0
    if not 0.0 < value <= LARGEST:
        raise UsageError(f"'{text}' is not a standard error of a probability", "write 0.2pp, 0.2% or 0.002")
    return value


def grow(plan: Plan, wanted: float, run: Callable[[Plan], Run], note: Callable[[str], object]) -> Run:
    """Run a plan on more and more paths until the standard error of the headline is small enough.

    The result is the run that `--paths` gives for its number of paths: blocks that are there already count.

    Parameters
    ----------
    wanted : largest standard error of P(bust).
    run : opens or simulates a plan.
    note : told what comes next before it is begun.

    Raises
    ------
    UsageError : it would take more than 1,048,576 paths.
    """
    found = run(plan)
    while (paths := enough(found, wanted)) > found.paths:
        note(f"{plan.assumptions.scenario.name}: {_reached(found)}; {paths:,} paths for {points(wanted)}")
        found = run(replace(plan, paths=paths))
    return found


def target(plan: Plan, wanted: float) -> tuple[Plan, Target]:
    """How far stored runs tell what a wanted standard error takes: the next plan, and what it aims at."""
    from risk.report.terminal.plan import Target
    from risk.runs import open_run

    known = None
    while (found := plan.specification()) and (plan.root / found.id / "manifest.json").exists():
        known = open_run(found.id, plan.root)
        if (paths := enough(known, wanted)) <= known.paths:
            break
        plan = replace(plan, paths=paths)
    return plan, Target(HEADLINE, wanted, None if known is None else headline(known))


def enough(run: Run, wanted: float) -> int:
    """Paths that a standard error of P(bust) takes: those of the run, or more, in whole blocks.

    Raises
    ------
    UsageError : more than a run is grown to.
    """
    from risk.analysis.convergence import paths_for
    from risk.shocks.stream import BLOCK

    found = headline(run)
    if found.standard_error <= wanted:
        return run.paths
    needed = ceil(MARGIN * paths_for(found, wanted) / BLOCK) * BLOCK
    if min(found.value, 1.0 - found.value) * found.n < FEW:
        needed = min(needed, STEP * run.paths // BLOCK * BLOCK)
    if needed > MOST:
        least = found.standard_error * (MARGIN * found.n / MOST) ** 0.5
        raise UsageError(
            f"a standard error of {points(wanted)} takes about {needed:,} paths; at most {MOST:,} are added",
            f"ask for {100.0 * least + 0.005:.2f}pp or more; run {run.id} has {_reached(run)}",
        )
    return max(needed, run.paths // BLOCK * BLOCK + BLOCK)


def headline(run: Run) -> Estimate:
    """P(bust) of a run."""
    from risk.analysis.statistics import probability

    return probability(run.outcome(HEADLINE))


def points(value: float) -> str:
    """A standard error in percentage points."""
    return f"{100.0 * value:.2g} pp"


def _reached(run: Run) -> str:
    found = headline(run)
    return f"P({HEADLINE}) {100.0 * found.value:.1f}%, standard error {points(found.standard_error)}"
