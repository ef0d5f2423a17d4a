"""Every exit code of the page on the program, as the program gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.cli.app import INTERNAL, PIPE
from risk.runs import Interrupted
from risk.runs.lock import hold
from risk.shocks.stream import BLOCK
from tests.cli.conftest import SEED, SMALL, Answer, Ask, Stored
from tests.cli.test_docs import exit_codes

NEW = ("-n", 64, "--seed", SEED + 1, "-j", 1)
"""Options of a run that is not stored."""


@dataclass(frozen=True)
class Broken:
    """A record with a rent that is not a number, on path 17 in the fifth quarter."""

    paths = BLOCK

    history: tuple[str, ...] = ("h100_contract",)

    def path(self, name: str) -> np.ndarray:
        values = np.ones((27, 64))
        values[5, 17] = np.nan
        return values


Case = Callable[[Stored, Ask, pytest.MonkeyPatch], Answer]


def _check_fails(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    Path("file").touch()
    return ask("doctor", "--quick", "--runs", "file/runs")


def _bad_assumption(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = nan", 1))
    return ask("run", *NEW)


def _not_finite(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    engine: Any = import_module("risk.engine.simulate")
    refuse = engine._refuse_non_finite

    def broken(record: Any, ids: Any) -> None:
        refuse(Broken() if len(ids) == BLOCK else record, ids)  # a rehearsal has fewer paths

    patch.setattr(engine, "_refuse_non_finite", broken)
    return ask("run", *NEW)


def _damaged(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    file = next((runs.folder / runs.base.id / "outcomes").iterdir())
    file.write_bytes(file.read_bytes()[:-20])
    return ask("show", "base")


def _held(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    (runs.folder / runs.base.id / "manifest.json").unlink()
    with hold(runs.folder / runs.base.id, "a test"):
        return ask("run", "base", *SMALL)


def _defect(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    patch.setattr("risk.report.terminal.verdict.screen", lambda *_: 1 / 0)
    return ask("show", "base")


def _interrupted(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    def stop(*_: object) -> None:
        raise Interrupted("interrupted: 0 of 1 blocks are kept")

    patch.setattr("risk.runs.executor.compute", stop)
    return ask("run", *NEW)


def _nobody_reads(runs: Stored, ask: Ask, patch: pytest.MonkeyPatch) -> Answer:
    def leave(*_: object) -> None:
        raise BrokenPipeError

    patch.setattr("risk.cli.screens.show", leave)
    with patch.context() as inner:
        import sys

        inner.setattr(sys, "stdout", sys.stdout)  # the program closes it; put it back
        return ask("show", "base")


CASES: dict[int, Case] = {
    0: lambda runs, ask, patch: ask("show", "base"),
    1: _check_fails,
    2: lambda runs, ask, patch: ask("show", "nothing"),
    3: _bad_assumption,
    4: _not_finite,
    5: _damaged,
    6: _held,
    INTERNAL: _defect,
    130: _interrupted,
    PIPE: _nobody_reads,
}


def test_every_code_of_the_page_has_a_case() -> None:
    assert set(CASES) == exit_codes()


@pytest.mark.parametrize("code", CASES)
def test_the_program_gives_the_code(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    said = CASES[code](runs, ask, monkeypatch)
    assert said.code == code
    assert ("Traceback" in said.err) == (code == INTERNAL)
    if code not in (0, 1, PIPE):
        assert said.err
        assert not said.out


def test_what_stopped_a_run_can_be_looked_at_as_its_error_says(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        said = _not_finite(runs, ask, patch)
    assert "h100_contract is not finite (nan) on path 17 in quarter 5" in said.err
    words = said.err.partition("replay it: bubblerisk ")[2].split()
    assert words == f"path base 17 --series --paths 64 --seed {SEED + 1}".split()
    assert len(list(runs.folder.glob("*/manifest.json"))) == 2  # no run of it is stored
    table = ask(*words)
    assert table.code == 0
    assert table.out.splitlines()[5].startswith(f"{runs.base.calendar.labels[4]} ")
