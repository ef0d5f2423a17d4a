"""Who last changed which lines of a register, and why: read from git when a run is made."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

History = Mapping[str, Any]
"""``commits``: commit → author, date, subject, newest first; ``files``: file → its
stretches, each a first line and a commit."""

UNCOMMITTED = "0" * 12
SHOWN = 12
LAST = 10**9
REMEMBERED = 4
"""Registers of which it is kept, as they stood."""


@dataclass(frozen=True)
class Commit:
    """A change of the register: its author, day and reason (first line of the message)."""

    id: str
    author: str
    date: str
    subject: str

    def words(self) -> str:
        """Author, day and reason in a line."""
        return f"{self.author}, {self.date}: {self.subject}" if self.author else self.subject


NOT_COMMITTED = Commit(UNCOMMITTED, "", "", "not committed")


def history(register: Path, revision: str = "") -> dict[str, Any]:
    """Read who last changed each line of a register; empty where it is not under git.

    Parameters
    ----------
    revision : as the register stood then; by default as it stands, with what is not committed.
    """
    then = ["ls-tree", "-r", "-z", "--name-only", revision]
    listed = git(register, *(then if revision else ["ls-files", "-z"]), "--", "base", "scenarios")
    named = [name for name in (listed or "").split("\0") if name.endswith(".toml")]
    stand = {
        name: b"" if revision else (register / name).read_bytes()
        for name in named
        if revision or (register / name).is_file()
    }
    head = git(register, "rev-parse", revision or "HEAD")
    return _read(register.resolve(), revision, tuple(stand), (head, *stand.values()))


@lru_cache(maxsize=REMEMBERED)
def _read(register: Path, revision: str, names: tuple[str, ...], stand: tuple[object, ...]) -> dict[str, Any]:
    """Ask git file by file, once while all stand as they do: many runs are made of one register."""
    commits: dict[str, dict[str, str]] = {}
    files: dict[str, list[list[int | str]]] = {}
    for name in names:
        blamed = git(register, "blame", "--porcelain", *([revision] if revision else []), "--", name)
        known = list(_blamed(blamed or "", commits))
        files[name] = [[line, id] for i, (line, id) in enumerate(known) if not i or known[i - 1][1] != id]
    if not files:
        return {}
    # Dates tell days only: git's own order says which of two commits came after the other.
    listed = git(register, "rev-list", "--topo-order", revision or "HEAD", "--", ".") or ""
    ranked = [id for id in (line[:SHOWN] for line in listed.split()) if id in commits]
    return {"commits": {id: commits[id] for id in dict.fromkeys([*ranked, *commits])}, "files": files}


def _blamed(text: str, commits: dict[str, dict[str, str]]) -> Iterator[tuple[int, str]]:
    """Line and commit of every line of a file; `commits` learns what is told of each."""
    id, number, told = "", 0, dict[str, str]()
    for line in text.splitlines():
        if line.startswith("\t"):
            yield number, id
            continue
        word, _, rest = line.partition(" ")
        if len(word) == 40 and not set(word) - set("0123456789abcdef"):
            id, number = word[:SHOWN], int(rest.split()[1])
            told = {} if id == UNCOMMITTED else commits.setdefault(id, {})
        elif word in ("author", "summary"):
            told["author" if word == "author" else "subject"] = rest
        elif word == "author-time":
            told["date"] = datetime.fromtimestamp(int(rest), UTC).strftime("%Y-%m-%d")


def last_change(known: History, file: str, first: int, last: int = LAST) -> Commit | None:
    """Newest commit that touched lines `first` to `last` of a file; None where nothing is known of it.

    Parameters
    ----------
    file : as seen from the register's folder.
    """
    stretches = known.get("files", {}).get(file)
    if not stretches or not first:
        return None
    ends = [start - 1 for start, _ in stretches[1:]] + [LAST]
    ids = {id for (start, id), end in zip(stretches, ends, strict=True) if start <= last and end >= first}
    if UNCOMMITTED in ids:
        return NOT_COMMITTED
    newest = next((id for id in known["commits"] if id in ids), None)
    return Commit(newest, **known["commits"][newest]) if newest else None


def git(folder: Path, *arguments: str) -> str | None:
    """What git says in a folder; None where it is missing or refuses."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
