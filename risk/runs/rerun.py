"""Simulating one path of a stored run again, and proof that it is the same path."""

from __future__ import annotations

import numpy as np

from risk.engine.rerun import Rerun, Singles
from risk.errors import StorageError
from risk.runs.manifest import RELATIVE, bits_apart, environment
from risk.runs.prepare import Plan
from risk.runs.run import Run


def rerun(run: Run, plan: Plan, path: int) -> Rerun:
    """Everything about one path of a run.

    Parameters
    ----------
    plan : what the run was made of, settled.
    path : id of the path, below the run's number of paths.

    Raises
    ------
    StorageError : the path does not come out as it is stored: to the bit, or to 1e-6 of a series' largest
        number where the run was made on another processor or system.
    """
    rerun = plan.rerun(path)
    stored = run.path(path)
    different = [n for n, x in stored.items() if not np.array_equal(x, rerun.series[n], equal_nan=True)]
    if different and bits_apart(run.manifest.environment, environment()):
        different = [name for name in different if not _close(stored[name], rerun.series[name])]
    if different:
        raise StorageError(
            f"path {path} of run {run.id} comes out differently now: {', '.join(different[:4])}",
            "was it stored on another machine? simulate it again in another folder: --runs DIR",
        )
    return rerun


def _close(x: Singles, y: Singles) -> bool:
    return np.allclose(
        x, y, rtol=0.0, atol=RELATIVE * float(np.nanmax(np.abs(x), initial=0.0)), equal_nan=True
    )
