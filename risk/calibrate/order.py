"""Scenarios beside a run of the base case: what each says, and whether the stresses stand in their order.

One random block a scenario, the first of the run's seed, so that differences are of the same paths. A joint
stress does at least what its parts do, outcome by outcome, and a bull case no more than the base.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis import statistics
from risk.analysis.loss_lines import outcome
from risk.analysis.statistics import Estimate
from risk.analysis.verdict import CLASSES
from risk.assumptions import locate
from risk.assumptions.targets import ALL_LINES, BULL, STRESS
from risk.calibrate import blocks
from risk.calibrate.blocks import Case, first_blocks, scenario
from risk.cores import workers
from risk.errors import StorageError
from risk.runs.beside import ORDER
from risk.runs.files import publish_json
from risk.runs.hashing import digest
from risk.runs.specification import specify
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs import Run

ASKED = ("bust", "B5", "B7")
"""Outcomes compared as probabilities; beside them the loss of all lines of credit, over the other's."""

TOLD = tuple(name for name, _ in CLASSES)
"""Outcome classes of which it is kept how likely each is under a scenario."""

METHOD = (Path(__file__), Path(blocks.__file__))
"""Files that say how it is measured, none of which is part of a run's identity."""

Flags = Mapping[str, NDArray[np.float64]]


def worlds(register: Path | None) -> dict[str, Assumptions]:
    """Every scenario of a register that it can hold, but the base case and those that cut couplings.

    A cut coupling hears the medians of another run, which no random block has.
    """
    held = {name: scenario(register, name) for name in locate.scenarios(locate.register(register))[1:]}
    return {name: found for name, found in held.items() if found and all(found.switches.values())}


def wanted(run: Run, compared: Mapping[str, Assumptions]) -> bool:
    """Whether a run is of the base case, has a whole block, and nobody has measured this of it yet."""
    if run.manifest.scenario != locate.BASE or run.paths < BLOCK or not compared:
        return False
    try:
        known = run.order
    except StorageError:
        return True  # a damaged record counts as none
    return known is None or (known["method"], known["worlds"]) != (_method(), _digests(compared))


def measure(
    run: Run,
    base: Assumptions,
    compared: Mapping[str, Assumptions],
    note: Callable[[str], object],
    jobs: int | None = None,
) -> None:
    """Measure the order of stresses, and keep the result beside the run.

    Nothing happens where this base case and this version of the model would not make the run again.

    Parameters
    ----------
    compared : see `worlds`; `note` is told what is being done before it is done.
    jobs : worker processes; one a core by default.

    Raises
    ------
    Interrupted : Ctrl-C or SIGTERM; nothing is kept.
    """
    if specify(base, run.paths, run.manifest.seed).id != run.id:
        return
    found = measured(base, compared, run, note, workers(jobs))
    content = {"run": run.id, "method": _method(), "worlds": _digests(compared), "paths": BLOCK}
    publish_json(run.directory / ORDER, {**content, **found})


def measured(
    base: Assumptions,
    compared: Mapping[str, Assumptions],
    run: Run,
    note: Callable[[str], object],
    jobs: int,
) -> dict[str, Any]:
    """Simulate a block of every scenario, beside the run's own: what each says, and differences."""
    note(f"{locate.BASE}: what its {len(compared)} scenarios say, a random block each")
    with first_blocks(base, compared, run.manifest.seed, None, run.directory.parent, jobs) as found:
        of = {name: _read(found[name]) for name in compared}
    of[locate.BASE] = _read(Case(base, run.store, run.store.record(0)))
    said = {name: {key: float(of[name][key].mean()) for key in TOLD} for name in compared}
    return {"found": differences(of, compared), "said": said}


def differences(of: Mapping[str, Flags], compared: Mapping[str, Assumptions]) -> dict[str, Any]:
    """Of the joint stress and the bull case: outcome → what it is held against, difference, its error."""
    found: dict[str, Any] = {}
    for world in (STRESS, BULL):
        if world in compared:
            beside = compared[world].scenario.inherits or (locate.BASE,)
            found[world] = {
                name: _least(of[world], {b: of[b] for b in beside}, name) for name in (*ASKED, ALL_LINES)
            }
    return found


def _least(here: Flags, beside: Mapping[str, Flags], name: str) -> dict[str, Any]:
    """Against the one beside with the most of an outcome."""
    most = max(beside, key=lambda other: float(beside[other][name].mean()))
    there = beside[most][name]
    found = statistics.mean(here[name] - there)
    unit = float(there.mean()) if name == ALL_LINES else 1.0
    scale = 1.0 / unit if unit else 1.0
    return {
        "against": most,
        "value": scale * found.value,
        "standard_error": scale * found.standard_error,
    }


def kept(run: Run, world: str, name: str) -> Estimate | None:
    """What was measured beside a run; None where nothing was."""
    content = run.order
    if content is None or name not in content["found"].get(world, {}):
        return None
    found = content["found"][world][name]
    return Estimate(found["value"], found["standard_error"], content["paths"])


def _read(case: Case) -> Flags:
    """Outcomes of a block, name → (path,): flags, and the loss of all lines, USD."""
    lines = [outcome(row.id) for row in case.register.tables["credit.line"].rows]
    asked = [*dict.fromkeys((*ASKED, *TOLD))]
    known = case.outcomes([*asked, *lines])
    every = np.sum([known[name] for name in lines], axis=0)
    return {name: known[name] for name in asked} | {ALL_LINES: every}


def _digests(compared: Mapping[str, Assumptions]) -> dict[str, str]:
    return {name: assumptions.digest for name, assumptions in compared.items()}


def _method() -> str:
    """Fingerprint of how it is measured, which is not part of a run's identity."""
    return digest([path.read_text(encoding="utf-8") for path in METHOD])
