"""What changed in the register between two states of it, by whom, and what has grown old."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from risk.assumptions import Assumptions, load, locate
from risk.door.told import Told
from risk.errors import AssumptionError, BubbleriskError, UsageError

HERE = "working tree"


def diff(folder: Path | None, before: str, after: str | None, scenario: str) -> Told[Any]:
    """Say which numbers of the register changed, by whom and why; see `Register.diff`."""
    from risk.analysis.authors import author, reason
    from risk.analysis.inputs import input_changes
    from risk.report.terminal import revisions as screens
    from risk.runs.history import history

    here = locate.register(folder)
    with _state(before, here) as old, _state(after, here) as new:
        one, two = (_read(state, name, scenario) for state, name in ((old, before), (new, after or HERE)))
        known = history(here, after) if after and not _is_folder(after) else history(new)
    found: list[screens.Changed] = []
    for change in input_changes(one, two):
        commit = author(change, two, known)
        why = reason(change, two) or (commit.subject if commit else "")
        found.append(screens.Changed(change, commit.author if commit else "", why))
    told = screens.Diff(before, after or HERE, two.inputs, found)
    return Told(told, screens.DIFF, screens.diff_screen, two.names.quoting)


def stale(folder: Path | None, days: int | None, on: date | None, scenario: str) -> Told[Any]:
    """Entries and rows that have grown old, the oldest first; see `Register.stale`."""
    from risk.report.terminal import revisions as screens

    assumptions = load(folder, scenario)
    limit = round(float(str(assumptions.entry("run.stale_days").value))) if days is None else days
    today = on or date.today()
    rows = screens.stale(assumptions, limit, today)
    found = screens.Stale(today, limit, assumptions.inputs, rows)
    return Told(found, screens.STALE, screens.stale_screen, assumptions.names.quoting)


def _read(folder: Path, name: str, scenario: str) -> Assumptions:
    """Register in a folder; what is wrong with it names the revision."""
    try:
        return load(folder, scenario)
    except BubbleriskError as error:
        fixes = error.fixes or ("see: bubblerisk assumptions check",)
        raise AssumptionError(f"the register of {name} cannot be read: {error.reason}", *fixes) from error


@contextmanager
def _state(name: str | None, register: Path) -> Iterator[Path]:
    """Folder that holds a register as a word names it: as it stands, in a folder, or at a git revision.

    Raises
    ------
    UsageError : it is no folder of a register and no revision that git knows.
    """
    if name is None or _is_folder(name):
        yield register if name is None else Path(name)
        return
    content = _archive(register, name)
    with TemporaryDirectory(prefix="bubblerisk-") as folder:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:  # keeps every file inside the folder
            archive.extractall(folder)
        found = next((path.parent for path in sorted(Path(folder).rglob(locate.BASE)) if path.is_dir()), None)
        if found is None:
            raise UsageError(f"revision {name} has no register", "give a later revision, or a folder")
        yield found


def _is_folder(name: str) -> bool:
    return (Path(name) / locate.BASE).is_dir()


def _archive(register: Path, revision: str) -> bytes:
    import subprocess

    # Words that begin with a hyphen are options to git; a revision never does.
    safe = "" if revision.startswith("-") else revision
    command = ["git", "-C", str(register), "archive", "--format=zip", f"{safe or '?'}^{{commit}}", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except OSError:
        raise UsageError(
            f"git is not installed, so that {revision} cannot be read", "give a folder"
        ) from None
    if done.returncode:
        raise UsageError(
            f"'{revision}' is neither the folder of a register nor a revision that git knows",
            "e.g. bubblerisk assumptions diff HEAD~1, or two folders",
        )
    return done.stdout
