"""Two more runs beside a run: its parameters struck by other shocks, and what the three say together.

They are stored runs like any other, of the same inputs but for the streams of shocks, and blocks of theirs
that are stored already are not computed again. They have no more paths than tell a variance, so that a pack
costs little more than its run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from risk.analysis import parameter_band
from risk.analysis.parameter_band import DRAWS, moments, plain
from risk.errors import StorageError
from risk.runs.beside import PARAMETER_BAND
from risk.runs.files import publish_json
from risk.runs.hashing import digest
from risk.runs.prepare import Plan, arrange
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs import Run

PATHS = 4_096
"""Most paths of each further run. A deviation of 28 points over parameters is known to half a point by them;
four times as many would halve that and cost as much as the run itself."""

METHOD = (Path(__file__), Path(parameter_band.__file__))
"""Files that say how it is measured, none of which is part of a run's identity."""


def wanted(run: Run) -> bool:
    """Whether a run has a whole block and shocks of its own, and nobody has measured this of it yet."""
    if run.paths < BLOCK or run.register.shocks:
        return False
    try:
        known = run.parameter_band
    except StorageError:
        return True  # a damaged record counts as none
    return known is None or known["method"] != _method()


def plans(run: Run, register: Path | None) -> tuple[Plan, ...]:
    """The runs on the same parameters; none where this version of the model would not make the run again.

    Parameters
    ----------
    register : folder of the register, whose base stands in where couplings are cut.
    """
    own, seed, root = run.register, run.manifest.seed, run.directory.parent
    again = arrange(own, run.paths, seed, register=register, root=root).specification()
    if again is None or again.id != run.id:
        return ()
    paths = min(run.paths, PATHS)
    return tuple(arrange(struck(own, k), paths, seed, register=register, root=root) for k in range(1, DRAWS))


def struck(assumptions: Assumptions, k: int) -> Assumptions:
    """The same parameters under other shocks, number k."""
    return assumptions.derived(f"other-shocks-{k}", f"other shocks {k}", shocks=k)


def keep(run: Run, others: Sequence[Run]) -> None:
    """Measure every event of a run and of those on its parameters, and keep the result beside the run."""
    names = events(run.register)
    paths = min(other.paths for other in others)
    outcomes = [each.outcomes(names) for each in (run, *others)]
    came = {name: np.stack([found[name][:paths] for found in outcomes]) for name in names}
    found = {name: plain(moments(flags)) for name, flags in came.items() if np.isfinite(flags).all()}
    record = {"run": run.id, "method": _method(), "paths": paths, "runs": [other.id for other in others]}
    publish_json(run.directory / PARAMETER_BAND, {**record, "found": found})


def events(assumptions: Assumptions) -> list[str]:
    """What comes true on a path or does not: propositions, flags, classes by every definition."""
    words = [word for found in assumptions.classes.values() for word in found.words]
    return list(dict.fromkeys([*(claim.id for claim in assumptions.claims), *words]))


def _method() -> str:
    """Fingerprint of how it is measured, which is not part of a run's identity."""
    return digest([path.read_text(encoding="utf-8") for path in METHOD])
