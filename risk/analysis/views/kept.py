"""The register's sets of views, kept beside a run so that its pack shows those with which it was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from risk.analysis.views import ballot
from risk.analysis.views.ballot import Ballot
from risk.assumptions import locate
from risk.errors import StorageError
from risk.runs import Run
from risk.runs.files import publish_json, read_json

FILE = "views.json"
QUARTER = dt.timedelta(days=92)
"""A set older than the base date of a run, or younger by more, is about another state."""


def shipped(run: Run, register: Path | None) -> tuple[Ballot, ...]:
    """Sets of views of a register's folder that are of a run's time: its base date, or the quarter after.

    Parameters
    ----------
    register : folder of the register; by default ./assumptions, else the one that came along.

    Raises
    ------
    AssumptionErrors : everything that is wrong in any of the files, by line.
    """
    base = run.calendar.base
    found = ballot.read(ballot.files(locate.register(register)))
    return tuple(each for each in found if base <= each.head.date <= base + QUARTER)


def keep(run: Run, register: Path | None) -> None:
    """Keep the sets beside a run; raises as `shipped`."""
    content = {"run": run.id, "files": [_plain(each) for each in shipped(run, register)]}
    if _read(run) != content:
        publish_json(run.directory / FILE, content)


def read(run: Run) -> tuple[Ballot, ...] | None:
    """The sets that are kept beside a run; None where nobody has looked for any."""
    content = _read(run)
    if content is None:
        return None
    files: Sequence[dict[str, str]] = content["files"]
    return ballot.written([(file["name"], file["shown"], file["text"]) for file in files])


def _plain(one: Ballot) -> dict[str, str]:
    shown = f"{ballot.FOLDER}/{one.name}.toml"
    return {"name": one.name, "shown": shown, "text": one.document.text}


def _read(run: Run) -> dict[str, Any] | None:
    """What is kept; None where nothing is, or it is not what was written."""
    path = run.directory / FILE
    if not path.exists():
        return None
    try:
        content = read_json(path)
    except StorageError:
        return None
    return content if content.get("run") == run.id else None
