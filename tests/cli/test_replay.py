"""The command that a numerical error prints works as it is printed."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.engine import quarter
from tests.cli.conftest import Ask, Stored

VIEW = "my views/more.toml"
SCENARIO = """\
[scenario]
title = "More of everything"

[change."credit.stress_spread"]
value = 900
prior = false
why = "A view."
"""
PATH, T = 40, 4


def _spoil(patch: pytest.MonkeyPatch) -> None:
    """Let a path of a whole block, or that path by itself, overflow in a quarter; a rehearsal is spared."""
    step = quarter.step
    marks: list[float] = []

    def wrong(c: Any, world: Any) -> Any:
        shock = c.factor("L")
        if len(shock) == 1024 and not marks:
            marks.append(c.shocks.factor("L")[T - 1][PATH, 0])
        if marks and c.t == T:
            np.exp(np.where(shock == marks[0], 1e3, 0.0))
        return step(c, world)

    patch.setattr(quarter, "step", wrong)


@pytest.mark.parametrize("folder", ["assumptions", "a register"])
def test_the_hint_is_a_command_that_replays_the_path(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    Path("my views").mkdir()
    Path(VIEW).write_text(SCENARIO)
    Path("assumptions").rename(folder)
    _spoil(monkeypatch)
    register = () if folder == "assumptions" else ("--assumptions", folder)
    said = ask("run", VIEW, "-n", 64, "--seed", 9, "-j", 1, "--runs", "other runs", *register)
    assert said.code == 4, said.err
    assert "overflow encountered in exp in" in said.err
    assert f"on path {PATH} in quarter {T}" in said.err
    hint = said.err.partition("replay it: ")[2].splitlines()[0]
    words = shlex.split(hint)
    assert words[:2] == ["bubblerisk", "path"]
    again = ask(*words[1:])
    assert again.code == 4
    assert f"on path {PATH} in quarter {T}" in again.err
    rows = [line.split() for line in again.out.splitlines()[1:]]
    known = [row[1] != "nan" for row in rows]
    assert known == [t < T for t in range(len(rows))]
    other = ask("path", VIEW, PATH + 1, *words[4:])
    assert other.code == 0, other.err
    assert not any(line.split()[1] == "nan" for line in other.out.splitlines()[1:])
