"""A register whose state is told to be that of another base date: for tests, which need no true figures."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

from risk.assumptions.draft import read_base
from risk.assumptions.states import state

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def rolled(register: Path, base: dt.date, into: Path) -> Path:
    """Copy a register folder; give the copy another base date, and its state that date."""
    folder = into / f"rolled-{base}"
    shutil.copytree(register, folder)
    draft = read_base(folder / "base")
    moved = [(raw, ("as_of",)) for _, raw in state(draft)]
    moved.append((draft.entries["run.base_date"], ("value",)))
    if dt.date.fromisoformat(str(draft.entries["run.as_of"].table["value"])) < base:
        moved.append((draft.entries["run.as_of"], ("value",)))
    for file in folder.glob("base/*.toml"):
        lines = file.read_text(encoding="utf-8").split("\n")
        for raw, key in moved:
            document, path = raw.home
            if Path(document.name).name == file.name:
                at = document.line((*path, *key)) - 1
                lines[at] = _DAY.sub(base.isoformat(), lines[at])
        file.write_text("\n".join(lines), encoding="utf-8")
    return folder
