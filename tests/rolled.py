"""A register whose state is told to be that of another base date: for tests, which need no true figures."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

from risk.assumptions.draft import read_base
from risk.assumptions.states import state

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TABLE = re.compile(r"^(?=\[\[)", re.MULTILINE)


def rolled(register: Path, base: dt.date, into: Path, quarters: int | None = None) -> Path:
    """Copy a register folder; give the copy another base date, its state that date, and a horizon.

    Totals of the quarters before the base date are of the true one: the copy does without them.
    """
    folder = into / f"rolled-{base}-{quarters}"
    shutil.copytree(register, folder)
    draft = read_base(folder / "base")
    moved = [(raw, ("as_of",)) for _, raw in state(draft)]
    moved.append((draft.entries["run.base_date"], ("value",)))
    if dt.date.fromisoformat(str(draft.entries["run.as_of"].table["value"])) < base:
        moved.append((draft.entries["run.as_of"], ("value",)))
    horizon = draft.entries["run.quarters"]
    moved += [(horizon, ("value",))] if quarters else []
    for file in folder.glob("base/*.toml"):
        lines = file.read_text(encoding="utf-8").split("\n")
        for raw, key in moved:
            document, path = raw.home
            if Path(document.name).name == file.name:
                at = document.line((*path, *key)) - 1
                own = f"value = {quarters}" if raw is horizon else lines[at]
                lines[at] = _DAY.sub(base.isoformat(), own)
        file.write_text("\n".join(lines), encoding="utf-8")
    totals = folder / "base" / "reconciliations.toml"
    kept = [part for part in _TABLE.split(totals.read_text(encoding="utf-8")) if "base(" not in part]
    totals.write_text("".join(kept), encoding="utf-8")
    return folder
