"""Finding stored runs by folder, id or scenario."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from risk.errors import StorageError, UsageError, suggestion
from risk.runs.manifest import Head, Manifest, read_head, read_manifest
from risk.runs.run import Run
from risk.runs.specification import Specification
from risk.runs.store import Store

RUNS = Path("runs")
"""Where runs are stored unless the user says otherwise."""

_ID = re.compile(r"[0-9a-f]{12}")
_PREFIX = re.compile(r"[0-9a-f]{4,12}")


@dataclass(frozen=True)
class StoredRun:
    """A run's folder; without a head the run is not complete, or its manifest is damaged."""

    directory: Path
    head: Head | None

    @property
    def id(self) -> str:
        """Run id, the name of the folder."""
        return self.directory.name

    @cached_property
    def manifest(self) -> Manifest | None:
        """The whole manifest; None where there is no head, or one of another version."""
        try:
            return None if self.head is None else read_manifest(self.directory / "manifest.json")
        except StorageError:
            return None


def list_runs(root: Path = RUNS) -> list[StoredRun]:
    """Every run in a folder, complete ones first and newest first; manifests are parsed when asked for."""
    runs = [StoredRun(folder, _head(folder)) for folder in _folders(root)]
    runs.sort(key=lambda run: (run.head.finished if run.head else "", run.id), reverse=True)
    return runs


def open_run(name: str | Path, root: Path = RUNS) -> Run:
    """Open a complete run.

    Parameters
    ----------
    name
        Folder of a run, run id or its beginning (four digits or more), or the name of a scenario (its newest
        complete run: which one a user means depends on today's inputs, see `chosen`).
    root
        Folder that holds the runs.

    Raises
    ------
    UsageError
        No such run, several, or one that is not complete.
    StorageError
        Its manifest is damaged.
    """
    directory = Path(name)
    if not (directory.is_dir() and _ID.fullmatch(directory.resolve().name)):
        directory = _resolve(str(name), root)
    if not (directory / "manifest.json").exists():
        raise UsageError(f"run {directory.name} is not complete", "start it again: finished blocks are kept")
    return Run(Store(directory), read_manifest(directory / "manifest.json"))


def of_scenario(scenario: str, root: Path = RUNS) -> list[StoredRun]:
    """Complete runs of a scenario, the newest first."""
    return [run for run in list_runs(root) if run.head and run.head.scenario == scenario]


def newest(scenario: str, root: Path = RUNS) -> Manifest | None:
    """Manifest of the newest complete run of a scenario."""
    return next((run.manifest for run in of_scenario(scenario, root) if run.manifest), None)


def chosen(
    runs: Sequence[StoredRun], today: Callable[[Specification], bool], shown: str = ""
) -> tuple[StoredRun, bool]:
    """The run that the name of a scenario means, and whether it is of today's inputs.

    Parameters
    ----------
    runs
        Complete runs of the scenario, the newest first; at least one.
    today
        Whether today's assumptions and source make a run of this specification.
    shown
        Id of the run whose pack stands in the scenario's place among the reports.

    Returns
    -------
    Of the runs of today's inputs the one that is shown, else the largest, the newest of these; where there is
    none of today's, the newest.
    """
    current = [run for run in runs if run.head and today(run.head.specification)]
    if not current:
        return runs[0], False
    return max(current, key=lambda run: (run.id == shown, _paths(run))), True


def _paths(run: StoredRun) -> int:
    return run.head.specification.paths if run.head else 0


def _resolve(name: str, root: Path) -> Path:
    if _ID.fullmatch(name) and (root / name).is_dir():
        return root / name
    runs = list_runs(root)
    scenario = next((run for run in runs if run.head and run.head.scenario == name), None)
    if scenario is not None:
        return scenario.directory
    matches = [run for run in runs if _PREFIX.fullmatch(name) and run.id.startswith(name)]
    if len(matches) == 1:
        return matches[0].directory
    if matches:
        raise UsageError(f"{name} is the beginning of several runs: {', '.join(run.id for run in matches)}")
    scenarios = {run.head.scenario for run in runs if run.head}
    close = suggestion(name, [*scenarios, *(run.id for run in runs)])
    raise UsageError(
        f"no run {name} in {root}",
        *([f"did you mean {close}?"] if close else []),
        "bubblerisk run SCENARIO simulates one; bubblerisk scenarios list names them",
    )


def _folders(root: Path) -> list[Path]:
    return [folder for folder in root.iterdir() if _ID.fullmatch(folder.name)] if root.is_dir() else []


def _head(directory: Path) -> Head | None:
    try:
        return read_head(directory / "manifest.json")
    except StorageError:
        return None
