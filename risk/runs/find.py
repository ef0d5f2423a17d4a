"""Finding stored runs by folder, id or scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from risk.errors import StorageError, UsageError, suggestion
from risk.runs.manifest import Manifest, read_manifest
from risk.runs.run import Run
from risk.runs.store import Store

RUNS = Path("runs")
"""Where runs are stored unless the user says otherwise."""

_ID = re.compile(r"[0-9a-f]{12}")
_PREFIX = re.compile(r"[0-9a-f]{4,12}")


@dataclass(frozen=True)
class StoredRun:
    """A run's folder; without a manifest the run is not complete, or its manifest is damaged."""

    directory: Path
    manifest: Manifest | None

    @property
    def id(self) -> str:
        """Run id, the name of the folder."""
        return self.directory.name


def list_runs(root: Path = RUNS) -> list[StoredRun]:
    """Every run in a folder, complete ones first and newest first."""
    folders = root.iterdir() if root.is_dir() else ()
    runs = [StoredRun(folder, _manifest(folder)) for folder in folders if _ID.fullmatch(folder.name)]
    runs.sort(key=lambda run: (run.manifest.finished if run.manifest else "", run.id), reverse=True)
    return runs


def open_run(name: str | Path, root: Path = RUNS) -> Run:
    """Open a complete run.

    Parameters
    ----------
    name
        Folder of a run, run id or its beginning (four digits or more), or the name of a scenario (its newest
        complete run).
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


def newest(scenario: str, root: Path = RUNS) -> Manifest | None:
    """Manifest of the newest complete run of a scenario."""
    manifests = (run.manifest for run in list_runs(root))
    return next((manifest for manifest in manifests if manifest and manifest.scenario == scenario), None)


def _resolve(name: str, root: Path) -> Path:
    manifest = newest(name, root)
    if manifest is not None:
        return root / manifest.id
    runs = list_runs(root)
    matches = [run for run in runs if _PREFIX.fullmatch(name) and run.id.startswith(name)]
    if len(matches) == 1:
        return matches[0].directory
    if matches:
        raise UsageError(f"{name} is the beginning of several runs: {', '.join(run.id for run in matches)}")
    scenarios = {run.manifest.scenario for run in runs if run.manifest}
    close = suggestion(name, [*scenarios, *(run.id for run in runs)])
    raise UsageError(
        f"no run {name} in {root}",
        *([f"did you mean {close}?"] if close else []),
        "bubblerisk run SCENARIO simulates one; bubblerisk scenarios list names them",
    )


def _manifest(directory: Path) -> Manifest | None:
    try:
        return read_manifest(directory / "manifest.json")
    except StorageError:
        return None
