"""Where the register and its scenarios lie."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from risk.assumptions.reader import shown
from risk.errors import UsageError, storage_error, suggestion

BASE = "base"
"""The scenario that changes nothing, and the folder of the register proper."""

VINTAGES = "vintages"
"""Folder of the register's earlier states, a file a quarter."""

AT = "@"
"""Between a scenario and the vintage it starts from: ``base@2026Q2``."""

LONGEST = 63
"""Characters of a name at most."""

NAME = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{LONGEST - 1}}}")
"""Names of scenarios, runs and sources."""


def register(directory: Path | None = None) -> Path:
    """Return the register's folder: the one given, else ./assumptions, else the one that came along."""
    if directory is not None:
        if not (directory / BASE).is_dir():
            inside = f"give the folder that holds it: {shown(directory.resolve().parent)}"
            fix = inside if directory.name == BASE else "a register holds base/ and scenarios/"
            raise UsageError(f"{shown(directory)} is not an assumption register", fix)
        return directory
    package = Path(__file__).resolve().parents[1]
    for place in (Path("assumptions"), Path("assumptions") / BASE):
        if place.exists() and not place.is_dir():  # else another register would be read, and nobody told
            raise storage_error(NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place)))
    for candidate in (Path("assumptions"), package / "_assumptions", package.parent / "assumptions"):
        if (candidate / BASE).is_dir():
            return candidate
    raise UsageError("no assumption register was found", "give its folder: --assumptions DIR")


def scenarios(register: Path) -> tuple[str, ...]:
    """Return the names of the register's scenarios, the base first."""
    found = {path.stem for path in (register / "scenarios").glob("*.toml") if NAME.fullmatch(path.stem)}
    return BASE, *sorted(found - {BASE})


def at(scenario: str, vintage: str | None) -> str:
    """Return the word for a scenario that starts from the state of an earlier quarter, if one is given."""
    return f"{scenario}{AT}{vintage}" if vintage else scenario


def vintage(register: Path, which: str | Path) -> tuple[str | Path, Path | None]:
    """Return a scenario's word without the vintage it names, and the file of that vintage if it names one.

    Raises
    ------
    UsageError : the register holds no such vintage.
    """
    word, found, quarter = str(which).rpartition(AT)
    if not found or isinstance(which, Path):
        return which, None
    path = register / VINTAGES / f"{quarter}.toml"
    if not re.fullmatch(r"\d{4}Q[1-4]", quarter) or not path.is_file():
        known = sorted(path.stem for path in (register / VINTAGES).glob("*.toml"))
        hint = (
            "vintages: " + ", ".join(known) if known else f"it has none: add {VINTAGES}/{quarter[:80]}.toml"
        )
        raise UsageError(f"the register holds no state of '{quarter[:80]}'", hint)
    return word, path


def scenario(register: Path, which: str | Path) -> Path | None:
    """Return a scenario's file: the path given, or that of a name in the register; None for a bare base.

    Raises
    ------
    UsageError : there is no such scenario.
    """
    text = str(which)
    if isinstance(which, Path) or text.endswith(".toml") or "/" in text or "\\" in text:
        path = Path(which)
        if not path.exists() or path.is_dir():  # a pipe in its place is told where it is read
            raise UsageError(f"there is no scenario file {path}")
        return path
    path = register / "scenarios" / f"{text}.toml"
    if NAME.fullmatch(text) and path.exists():
        return path
    if text == BASE:
        return None
    known = scenarios(register)
    meant = suggestion(text, known)
    hint = f"did you mean '{meant}'?" if meant else "scenarios: " + ", ".join(known)
    raise UsageError(f"there is no scenario '{text[:80]}'", hint, "or give a file: ./my-scenario.toml")
