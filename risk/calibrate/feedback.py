"""Feedback: what couplings add and what a push of the spread returns, measured beside a run of the base case.

Feedback that is small where nothing is wrong may not be in a stress, so that it is measured in the world of
the base case and in a joint stress. Each case of `risk.analysis.amplification` is one random block, the first
of the run's seed: all of them share their draws. Medians that stand in for a cut coupling are those that any
run reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from risk.analysis import amplification, feedback, loop
from risk.analysis.amplification import Amplification
from risk.assumptions import locate
from risk.assumptions.targets import STRESS
from risk.calibrate import blocks
from risk.calibrate.blocks import Case, first_blocks, scenario
from risk.cores import workers
from risk.errors import StorageError
from risk.paths import PATHWAYS
from risk.runs.beside import FEEDBACK
from risk.runs.files import publish_json
from risk.runs.hashing import digest
from risk.runs.prepare import Plan
from risk.runs.specification import specify
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs import Run

METHOD = (
    Path(__file__),
    Path(blocks.__file__),
    Path(amplification.__file__),
    Path(loop.__file__),
    Path(feedback.__file__),
)
"""Files that say how it is measured, none of which is part of a run's identity."""


def stress(register: Path | None) -> Assumptions | None:
    """The joint stress, of a register that has it."""
    return scenario(register, STRESS)


def wanted(run: Run, stressed: Assumptions | None) -> bool:
    """Whether a run is of the base case, has a whole block, and nobody has measured this of it yet.

    Parameters
    ----------
    stressed : the joint stress as it is now.
    """
    if run.manifest.scenario != locate.BASE or run.paths < BLOCK:
        return False
    try:
        known = run.feedback
    except StorageError:
        return True  # a damaged record counts as none
    return known is None or (known["method"], known["stress"]) != (_method(), _digest(stressed))


def measure(
    run: Run,
    assumptions: Assumptions,
    stressed: Assumptions | None,
    note: Callable[[str], object],
    jobs: int | None = None,
) -> None:
    """Measure feedback in the world of a run and in the joint stress, and keep the result beside the run.

    Nothing happens where these assumptions and this version of the model would not make the run again.

    Parameters
    ----------
    assumptions, stressed : the base case, and the joint stress where there is one.
    note : told what is being done before it is done.
    jobs : worker processes; one a core by default.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; nothing is kept.
    """
    if specify(assumptions, run.paths, run.manifest.seed).id != run.id:
        return
    worlds = {locate.BASE: assumptions, **({STRESS: stressed} if stressed else {})}
    found = measured(worlds, run, note, workers(jobs))
    content = {"run": run.id, "method": _method(), "stress": _digest(stressed), "paths": BLOCK}
    kept = {world: feedback.plain(each) for world, each in found.items()}
    publish_json(run.directory / FEEDBACK, {**content, "worlds": kept})


def measured(
    worlds: Mapping[str, Assumptions], run: Run, note: Callable[[str], object], jobs: int
) -> dict[str, Amplification]:
    """Simulate every case of every world and compare them, world → amplification."""
    quarter = loop.push_quarter(run.calendar)
    cases = {
        (world, case): derived
        for world, assumptions in worlds.items()
        for case, derived in amplification.cases(assumptions, quarter, PATHWAYS).items()
    }
    seed, base = run.manifest.seed, worlds[locate.BASE]
    plan = Plan(cases[locate.BASE, amplification.OFF], base, BLOCK, seed, run.directory.parent)
    plan.settle(note)
    # The run itself has the block of the base case as it is.
    made = {key: assumptions for key, assumptions in cases.items() if assumptions is not base}
    note(f"{locate.BASE}: feedback in {', '.join(worlds)}, {len(made)} random blocks")
    with first_blocks(base, made, seed, plan.baseline(), run.directory.parent, jobs) as blocks_of:
        found = dict.fromkeys(cases, Case(base, run.store, run.store.record(0))) | blocks_of
        return {
            world: amplification.amplification({c: b for (w, c), b in found.items() if w == world}, quarter)
            for world in worlds
        }


def _digest(stressed: Assumptions | None) -> str:
    return stressed.digest if stressed else ""


def _method() -> str:
    """Fingerprint of how it is measured, which is not part of a run's identity."""
    return digest([path.read_text(encoding="utf-8") for path in METHOD])
