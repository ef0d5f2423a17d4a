"""What couplings do to the figures that are challenged: one random block a coupling, beside a run.

All blocks are the first of the run's seed and share its draws, so that a difference is of the same paths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.analysis import amplification, loop, statistics
from risk.analysis.amplification import OFF, OPEN_PUSHED, PUSHED
from risk.analysis.estimate import Estimate
from risk.calibrate import blocks
from risk.calibrate.blocks import Case, first_blocks
from risk.cores import workers
from risk.errors import StorageError
from risk.runs.beside import CHALLENGER
from risk.runs.files import publish_json
from risk.runs.hashing import digest
from risk.runs.prepare import Plan, arrange
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs import Run

OUTCOMES = ("B2", "coreweave_default_5y", "headline_loss", "software_loss", "generic_loss")
"""Outcomes whose mean is challenged."""

METHOD = (Path(__file__), Path(blocks.__file__), Path(amplification.__file__))
"""Files that say how it is measured, none of which is part of a run's identity."""

Moved = Mapping[str, Mapping[str, Estimate]]
"""Case → outcome → mean with its couplings cut less mean as it is, base units."""


def wanted(run: Run) -> bool:
    """Whether a run has a whole block and all couplings, and nobody has measured this of it yet."""
    if run.paths < BLOCK or not all(run.register.switches.values()):
        return False
    try:
        known = run.challenger
    except StorageError:
        return True  # a damaged record counts as none
    return known is None or known["method"] != _method()


def measure(run: Run, register: Path | None, note: Callable[[str], object], jobs: int | None = None) -> None:
    """Cut each coupling, and all, and keep what that moves beside the run.

    Nothing happens where this version of the model would not make the run again.

    Parameters
    ----------
    register : folder of the register, whose base gives the medians that stand in for a cut coupling.
    note : told what is being done before it is done.
    jobs : worker processes; one a core by default.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; nothing is kept.
    """
    own, seed, root = run.register, run.manifest.seed, run.directory.parent
    again = arrange(own, run.paths, seed, register=register, root=root).specification()
    if again is None or again.id != run.id:
        return
    cases = amplification.cases(own, loop.push_quarter(run.calendar))
    cut = {name: each for name, each in cases.items() if each is not own and not _pushed(name)}
    plan = arrange(cases[OFF], BLOCK, seed, register=register, root=root)
    plan.settle(note)
    note(f"{run.manifest.scenario}: couplings behind the challenged figures, {len(cut)} random blocks")
    found = _measured(run, cut, plan, workers(jobs))
    kept = {case: {name: vars(each) for name, each in moved.items()} for case, moved in found.items()}
    publish_json(run.directory / CHALLENGER, {"run": run.id, "method": _method(), "cut": kept})


def _measured(run: Run, cut: Mapping[str, Assumptions], plan: Plan, jobs: int) -> Moved:
    on = Case(run.register, run.store, run.store.record(0)).outcomes(OUTCOMES)
    own, seed, root = run.register, run.manifest.seed, run.directory.parent
    with first_blocks(own, cut, seed, plan.baseline(), root, jobs) as found:
        off = {case: found[case].outcomes(OUTCOMES) for case in cut}
    return {
        case: {name: statistics.mean(found[name] - on[name]) for name in OUTCOMES}
        for case, found in off.items()
    }


def kept(run: Run) -> Moved:
    """What was measured beside a run; empty where nothing was, or another version kept it."""
    record: Mapping[str, Any] | None = run.challenger
    if record is None:
        return {}
    try:
        return {
            case: {name: Estimate(**raw) for name, raw in moved.items()}
            for case, moved in record["cut"].items()
        }
    except (AttributeError, KeyError, TypeError):
        return {}


def _pushed(case: str) -> bool:
    return case in (OPEN_PUSHED, PUSHED)


def _method() -> str:
    """Fingerprint of how it is measured, which is not part of a run's identity."""
    return digest([path.read_text(encoding="utf-8") for path in METHOD])
