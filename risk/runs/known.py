"""What stored runs know of a register: its outcomes, on as many paths as are asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.errors import StorageError
from risk.runs.find import StoredRun, list_runs
from risk.runs.hashing import digest
from risk.runs.run import Run
from risk.runs.specification import Specification, specify
from risk.runs.store import Store

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

log = logging.getLogger(__name__)

Outcomes = dict[str, NDArray[np.float64]]


class Known:
    """Complete runs of a folder that have so many paths of a seed, by what they are made of."""

    def __init__(self, root: Path, seed: int, paths: int) -> None:
        self._seed = seed
        self._paths = paths
        self._runs: dict[str, StoredRun] = {}
        for stored in list_runs(root) if root.is_dir() else ():
            own = stored.head.specification if stored.head else None
            if own is not None and own.seed == seed and own.paths >= paths:
                self._runs.setdefault(_key(replace(own, paths=paths)), stored)

    def outcomes(self, assumptions: Assumptions, baseline: Any, names: Iterable[str]) -> Outcomes | None:
        """Outcomes of a register, name → (path,); None where no run has them, or it is damaged.

        A path is the same in every run of a seed, however many it has.

        Parameters
        ----------
        baseline : base medians that its cut couplings read.
        """
        if not self._runs:
            return None
        medians = None if all(assumptions.switches.values()) else baseline
        stored = self._runs.get(_key(specify(assumptions, self._paths, self._seed, medians)))
        if stored is None or stored.manifest is None:
            return None
        run, wanted = Run(Store(stored.directory), stored.manifest), list(names)
        try:
            if not set(wanted) <= set(run.names("outcomes")):
                return None
            return {name: column[: self._paths] for name, column in run.outcomes(wanted).items()}
        except StorageError as error:
            log.warning("%s; computed again", error.reason)
            return None


def _key(specification: Specification) -> str:
    return digest([specification])
