"""What tortures the program works, and would tell: a few of each kind."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from risk.runs import Run
from tests.runs import fake
from tests.torture import __main__ as page
from tests.torture import disk, kills, registers, rot, starters, workbooks, workers
from tests.torture.trial import Trial


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fake.run(tmp_path_factory.mktemp("light"))


def test_rot_is_told(light: Run) -> None:
    for trial in rot.rot(light, 10, 20, random.Random(1)):
        assert trial.tried
        assert not trial.broken


def test_rot_that_nobody_tells_is_noted(light: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([1, *range(2, 100)])
    monkeypatch.setattr(rot, "_content", lambda _: next(found))
    cut, _ = rot.rot(light, 3, 0, random.Random(1))
    assert len(cut.broken) == 3


def test_any_number_of_workers(tmp_path: Path) -> None:
    assert workers.counts(tmp_path, 2) == Trial(*_words(workers.counts(tmp_path / "again", 2)), tried=2)


def _words(trial: Trial) -> tuple[str, str]:
    return trial.what, trial.held


def test_the_table_says_what_did_not_hold() -> None:
    trials = Trial("This", "that", 1200, ["wrong"]), Trial("These", "those", 3)
    text = page.table({"kind": [page._row(trial) for trial in trials]})
    assert "| This | 1,200 | that | 1 | 2" in text
    assert "| These | 3 | those | none | 2" in text
    before = f"a\n{page.BEGIN}old\n{page.END}b\n"
    assert page._replaced(before, text).count(text) == 1


@pytest.mark.full
def test_one_of_everything_else(tmp_path: Path) -> None:
    rng = random.Random(1)
    whole = kills.whole(tmp_path / "whole")
    for trial in (
        kills.kills(tmp_path / "kills", 2, whole, rng),
        workers.killed_workers(tmp_path / "workers", 12, rng),
        starters.starters(tmp_path / "starters", 2, whole),
        disk.full_disk(tmp_path / "disk", 2, whole),
        workbooks.workbooks(tmp_path / "workbooks", 1),
        registers.registers(tmp_path / "registers", 3, rng),
    ):
        assert trial.tried
        assert not trial.broken, trial
