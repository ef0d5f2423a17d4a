"""Workbooks made to do harm, by every command that reads one."""

from __future__ import annotations

from pathlib import Path

from risk.exchange.export import export
from risk.exchange.heads import open_base
from tests.assumptions.builder import Register
from tests.torture.trial import Trial
from tests.workbook.hostile import HOSTILE, parts_of
from tests.workbook.test_gate import COMMANDS, MEMORY, SECONDS, program

REFUSED = 3


def workbooks(folder: Path, most: int | None = None) -> Trial:
    """Hand hostile workbooks to every command, in little memory."""
    trial = Trial(
        f"Hostile workbooks to {', '.join(COMMANDS)}, in {MEMORY // 10**6} MB",
        f"exit 3 and a sentence within {SECONDS:g} s of processor time; nothing written",
    )
    Register(folder / "assumptions").write()
    good = parts_of(export(open_base(folder / "assumptions")))
    for name in [*HOSTILE][:most]:
        spoil, words = HOSTILE[name]
        (folder / "a.xlsx").write_bytes(spoil(good))
        for command, line in COMMANDS.items():
            before = sorted(folder.rglob("*"))
            code, said, seconds, memory = program(folder, *line)
            wrong = []
            if code != REFUSED or "Traceback" in said or not any(w in said for w in words.split("|")):
                wrong.append(f"exit {code}: {said[:120]}")
            if seconds > SECONDS or memory > MEMORY:
                wrong.append(f"{seconds:.1f} s, {memory / 1e6:.0f} MB")
            if sorted(folder.rglob("*")) != before:
                wrong.append("something was written")
            trial.note("; ".join(wrong) and f"{name} to {command}: {'; '.join(wrong)}")
    return trial
