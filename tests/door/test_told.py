"""Every screen of a run as an object: the text, the document and the tables that the command line prints."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import risk
from risk.door.desk import Desk
from risk.door.progress import Progress
from risk.door.result import Result
from risk.door.told import Told
from risk.errors import StorageError, UsageError
from tests.cli.conftest import PATHS, ROOT, SEED, Ask, Stored, bust_cell

SCRIPT = """
import risk
run = risk.run("base", paths=1100, seed=3, jobs=2, register={register!r}, runs={runs!r})
print(run.id, run.paths)
"""


@pytest.fixture
def base(runs: Stored) -> Result:
    return Result(runs.base, Desk(runs.folder))


def _same(told: Told[Any], ask: Ask, *words: object) -> None:
    """A command prints the screen and the document of an object, and hints below it."""
    plain, document = ask(*words), ask(*words, "--json")
    assert plain.code in (0, 1)
    assert plain.out.startswith(str(told).rstrip())
    assert document.json == json.loads(json.dumps(told.data, default=str))


def test_commands_print_what_the_methods_return(base: Result, runs: Stored, ask: Ask) -> None:
    _same(base.summary(), ask, "show", base.id)
    _same(base.show("B4"), ask, "show", base.id, "B4")
    _same(base.show("headline_loss"), ask, "show", base.id, "headline_loss")
    _same(base.tail(0.1), ask, "tail", base.id, "--share", "10%")
    _same(base.drivers(), ask, "drivers", base.id)
    _same(base.reverse("bust"), ask, "reverse", base.id, "--if", "bust")
    _same(base.check(), ask, "check", base.id)
    _same(base.path(17), ask, "path", base.id, 17)
    glut = Result(runs.glut, Desk(runs.folder))
    _same(glut.compare(base), ask, "compare", base.id, runs.glut.id)
    _same(glut.compare(base.id), ask, "compare", base.id, runs.glut.id)
    _same(base.trace(bust_cell(base.stored)), ask, "trace", bust_cell(base.stored), base.id)


def test_lists_of_a_document_are_frames(base: Result) -> None:
    told = base.tail()
    assert told.tables == ("drivers", "lifts", "worst")
    worst = told["worst"]
    assert len(worst) == len(told.data["worst"])
    assert worst["loss"].is_monotonic_decreasing
    lifts = told["lifts"]
    assert {"tail", "tail_se", "everywhere", "everywhere_se"} <= set(lifts.columns)
    with pytest.raises(UsageError, match="there is no table wurst here"):
        told["wurst"]


def test_a_notebook_shows_the_verdict_and_every_screen(base: Result) -> None:
    for shown in (base, base.summary(), base.tail()):
        html = shown._repr_html_()
        assert html.startswith("<pre")
        assert "Base case" in html
    assert repr(base) == f"<run {base.id} of base: {PATHS:,} paths, seed {SEED}>"
    assert repr(base.tail()) == str(base.tail())


def test_a_share_that_is_none_is_refused(base: Result) -> None:
    with pytest.raises(UsageError, match=r"1\.5 is not a share"):
        base.tail(1.5)


def test_a_word_opens_the_run_it_means(runs: Stored) -> None:
    assert risk.open(runs.base.id[:6]).id == runs.base.id
    assert risk.open("base").id == runs.base.id
    assert risk.open(runs.glut.directory).scenario == "gpu-glut"
    with pytest.raises(UsageError, match="no run lab-failure"):
        risk.open("lab-failure")


def test_a_stored_run_is_opened_and_a_change_simulated(
    runs: Stored, capsys: pytest.CaptureFixture[str]
) -> None:
    same = risk.run("base", paths=PATHS, seed=SEED, jobs=1)
    assert same.id == runs.base.id
    assert capsys.readouterr().err == ""
    changes = {"gpu.launch_obsolescence": risk.triangular(0.1, 0.3, 0.4)}
    mine = risk.run("base", paths=64, seed=SEED, jobs=1, changes=changes, name="mine", why="Mine.")
    assert capsys.readouterr().err.startswith("mine: done 64 paths in ")
    assert (mine.scenario, mine.paths) == ("mine", 64)
    assert mine.parameter("gpu.launch_obsolescence").between(0.1, 0.4).all()
    assert mine.register.loc["gpu.launch_obsolescence", "origin"] == "mine"
    assert [change.id for change in mine.compare(same).found.changes] == 2 * ["gpu.launch_obsolescence"]
    # The scenario stands in no file, and its paths are told all the same.
    assert risk.open("mine").path("median").data["scenario"] == "mine"
    assert "whether inputs have changed since is not known" in capsys.readouterr().err
    assert risk.run("base", paths=64, seed=SEED, changes={"credit.sofr": 4.5}, quiet=True).id != mine.id
    assert capsys.readouterr().err == ""


def test_paths_are_added_until_an_error_is_reached(runs: Stored) -> None:
    p = float(runs.base.outcome("bust").mean())
    wanted = 1.01 * math.sqrt(p * (1.0 - p) / PATHS)
    assert risk.run("base", paths=PATHS, seed=SEED, target_se=wanted, quiet=True).id == runs.base.id
    with pytest.raises(UsageError, match="is not a standard error"):
        risk.run("base", target_se=0.2)


def test_a_pack_is_written_where_it_is_asked_for(base: Result, runs: Stored, tmp_path: Path) -> None:
    glut = Result(runs.glut, Desk(runs.folder))
    file = glut.pack(tmp_path / "mine.xlsx", html=True)
    assert file.read_bytes()[:2] == b"PK"
    assert (tmp_path / "mine.html").exists()
    with pytest.raises(UsageError, match="not the name of a workbook"):
        base.pack(tmp_path / "mine.pdf")


def test_damage_is_told_and_a_run_removed(base: Result) -> None:
    base.verify()
    file = base.stored.store.holder(0).file("outcomes")
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(StorageError):
        base.verify()
    assert base.remove() > 0
    assert not base.folder.exists()


def test_a_script_simulates_on_several_processes(tmp_path: Path) -> None:
    """It needs no guard against being run again in each of them."""
    script = tmp_path / "mine.py"
    register, runs = (str(folder) for folder in (ROOT / "assumptions", tmp_path / "runs"))
    script.write_text(SCRIPT.format(register=register, runs=runs), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1:] == ["1100"]
    assert done.stderr.count("base: done 1,100 paths") == 1


def test_progress_is_lines_where_nothing_can_be_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("base") as progress:
        progress(1024, 2048, {"bust": 0.5})
        progress(2048, 2048, {"bust": 0.5})
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("base: 50%  1,024/2,048")
    assert lines[1].startswith("base: done 2,048 paths in ")
