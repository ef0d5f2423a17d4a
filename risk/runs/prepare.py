"""From the name of a scenario to its run: what would be simulated, and the run itself, stored or made now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from risk.assumptions import load
from risk.assumptions.locate import BASE, at
from risk.engine import pilot
from risk.engine.couplings import Baseline
from risk.engine.rerun import Rerun, rerun
from risk.errors import StorageError, whole
from risk.runs.elsewhere import Executor
from risk.runs.executor import Progress, execute
from risk.runs.files import publish_json, read_json
from risk.runs.find import RUNS
from risk.runs.hashing import digest, numerical_versions, source_digest, words_digest
from risk.runs.lock import hold
from risk.runs.manifest import write_manifest
from risk.runs.run import Run
from risk.runs.specification import Specification, specify

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

BASELINES = "baselines"
"""Folder, beside the runs, of base medians that runs with cut couplings read."""

_MEDIANS = Lock()
"""Runs that are planned side by side read the same medians: one of them simulates these."""


@dataclass(frozen=True)
class Plan:
    """A run that may or may not be stored yet.

    Attributes
    ----------
    assumptions : the valid register under the scenario.
    base : the same register without a scenario where a coupling is cut, for its medians stand in; else None.
    paths, seed : joint futures, and the seed of every random stream.
    root : folder that holds the runs.
    scenario : the word by which the scenario was asked for, a name or a file; empty where it is derived.
    register : folder of the register as it was asked for, if it was.
    check_all : look at the accounting identities on all paths; it is the same run.
    """

    assumptions: Assumptions
    base: Assumptions | None
    paths: int
    seed: int
    root: Path
    scenario: str = ""
    register: Path | None = None
    check_all: bool = False

    def specification(self) -> Specification | None:
        """What the run is; None while the base medians it reads have not been simulated."""
        medians = self.baseline()
        if self.base is not None and medians is None:
            return None
        return specify(self.assumptions, self.paths, self.seed, medians)

    @property
    def stored(self) -> bool:
        """Whether the run is complete already."""
        found = self.specification()
        return found is not None and (self.root / found.id / "manifest.json").exists()

    def makes(self, other: Specification) -> bool:
        """Whether a run of this specification is one of these inputs, whatever its paths and seed."""
        like = replace(self._inputs, paths=other.paths, seed=other.seed)
        if self.base is None or replace(like, baseline=other.baseline) != other:
            return like == other
        baseline = replace(self, seed=other.seed).baseline()
        return baseline is not None and digest(baseline) == other.baseline

    @cached_property
    def _inputs(self) -> Specification:
        return specify(self.assumptions, 1, 0)

    def settle(self, note: Callable[[str], object]) -> Specification:
        """What the run is, after a simulation of the base medians where they are needed and not stored.

        Parameters
        ----------
        note : told what is being done before it is done.
        """
        known = specify(self.assumptions, self.paths, self.seed)  # refuses senseless numbers first
        if self.base is None:
            return known
        with _MEDIANS:
            if self.baseline() is None:
                note(f"{self.assumptions.scenario.name}: medians of the base case stand in for cut couplings")
                medians = pilot(self.base, self.seed).medians
                publish_json(self._baseline_file(), {name: path.tolist() for name, path in medians.items()})
        return specify(self.assumptions, self.paths, self.seed, self.baseline())

    def run(
        self,
        jobs: int | None,
        progress: Progress | None = None,
        executor: Executor | None = None,
        through: str | None = None,
    ) -> Run:
        """The run: opened where it is complete, else resumed or simulated. Call `settle` before."""
        found = execute(
            self.assumptions,
            self.paths,
            self.seed,
            jobs,
            self.root,
            progress,
            baseline=self.baseline(),
            check_all=self.check_all,
            executor=executor,
            through=through,
        )
        return restate(found, self.assumptions)

    def rerun(self, path: int) -> Rerun:
        """One path of the run told in full, simulated again. Call `settle` before."""
        return rerun(self.assumptions, self.seed, path, self.baseline())

    def baseline(self) -> Baseline | None:
        """Base medians that stand in for cut couplings; None where none is cut, or before `settle`."""
        if self.base is None:
            return None
        try:
            content = read_json(self._baseline_file())
        except StorageError:
            return None
        return Baseline({name: np.array(path, dtype=np.float64) for name, path in content.items()})

    def _baseline_file(self) -> Path:
        assert self.base is not None
        key = digest([self.base.digest, self.seed, numerical_versions(), source_digest()])
        return self.root / BASELINES / f"{key[:12]}.json"


def plan(
    scenario: str | Path,
    paths: int | None = None,
    seed: int | None = None,
    *,
    register: Path | None = None,
    root: Path = RUNS,
) -> Plan:
    """Plan a scenario's run; nothing is simulated.

    Parameters
    ----------
    scenario : name of a scenario of the register, or a scenario file anywhere.
    paths, seed : by default as the register's run settings say.
    register : folder of the register; by default ./assumptions, else the one that came along.
    root : folder that holds the runs.

    Raises
    ------
    AssumptionErrors : everything that is wrong in any file.
    UsageError : there is no such register or scenario.
    """
    found = arrange(load(register, scenario), paths, seed, register=register, root=root)
    return replace(found, scenario=str(scenario))


def arrange(
    assumptions: Assumptions,
    paths: int | None = None,
    seed: int | None = None,
    *,
    register: Path | None = None,
    root: Path = RUNS,
) -> Plan:
    """Plan the run of assumptions at hand, of a scenario's file or derived from one; see `plan`.

    Parameters
    ----------
    register : folder the assumptions were read from; its base stands in where they cut a coupling.
    """
    cut = not all(assumptions.switches.values())
    return Plan(
        assumptions,
        load(register, at(BASE, assumptions.scenario.vintage)) if cut else None,
        assumptions.integer("run.paths") if paths is None else whole("paths", paths, least=1),
        assumptions.integer("run.seed") if seed is None else whole("seed", seed, least=0),
        root,
        register=register,
    )


def restate(run: Run, assumptions: Assumptions) -> Run:
    """Bring the words kept with a run up to date: notes, sources and declarations do not make its numbers.

    A run simulated under another scenario's name keeps its words.
    """
    manifest, scenario, words = run.manifest, assumptions.scenario, words_digest(assumptions)
    if manifest.scenario != scenario.name or manifest.assumptions == words:
        return run
    changed = replace(manifest, assumptions=words, title=scenario.title, description=scenario.description)
    with hold(run.directory, "new words"):
        publish_json(run.directory / "assumptions.json", assumptions.normalised())
        write_manifest(run.store.manifest, changed)
    return Run(run.store, changed)
