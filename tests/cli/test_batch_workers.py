"""`bubblerisk batch` by workers: the same workbooks, and what is kept when it is stopped or one fails."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from risk.door import batch_work
from risk.report.terminal.batch import Row
from risk.runs import Run, list_runs
from tests.cli.conftest import PATHS, SEED, Ask, Stored

TWO = ("-n", PATHS, "--seed", SEED, "-j", 2)


@pytest.mark.slow
def test_workbooks_of_workers_are_those_of_pack_to_the_byte(runs: Stored, ask: Ask) -> None:
    said = ask("batch", "base", "gpu-glut", *TWO)
    assert said.code == 0
    assert "gpu-glut: written, bust" in said.err
    for name, other in (("gpu-glut", "base"), ("base", "gpu-glut")):
        alone = Path(f"{name}.xlsx")
        assert ask("pack", name, "-n", PATHS, "--seed", SEED, "-j", 1, "--with", other, "-o", alone).code == 0
        assert alone.read_bytes() == Path(f"reports/{name}/pack.xlsx").read_bytes()
    assert [row["status"] for row in ask("batch", "base", "gpu-glut", *TWO, "--json").json["scenarios"]] == [
        *("up to date", "up to date", "written")
    ]


@pytest.mark.slow
def test_a_workbook_that_cannot_be_written_stops_no_other(runs: Stored, ask: Ask) -> None:
    Path("reports/gpu-glut/pack.xlsx").mkdir(parents=True)
    said = ask("batch", "base", "gpu-glut", *TWO)
    assert said.code == 1
    assert "gpu-glut: failed\nerror: " in said.err
    assert "gpu-glut failed: " in said.out
    assert Path("reports/base/pack.xlsx").is_file()


@pytest.mark.parametrize("jobs", [1, 2])
def test_after_an_interrupt_it_says_what_is_kept_and_the_rest_is_left(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """The workbook of the first is written, and there Ctrl-C comes."""

    def written(task: batch_work.Task, run: Run, *_: object) -> Row:
        if run.id == runs.glut.id:
            os.kill(os.getpid(), signal.SIGINT)
        return Row(run.manifest.scenario, "up to date")

    monkeypatch.setattr(batch_work.Task, "written", written)
    monkeypatch.setattr("risk.report.terminal.batch.in_line", lambda row: row.scenario)
    said = ask("batch", "base", "gpu-glut", *TWO[:-1], jobs)
    assert (said.code, said.out) == (130, "")
    assert re.search(r"interrupted: [012] of 2 scenarios are done; their workbooks", said.err)
    assert "every finished block in runs, are kept; the same command goes on from there" in said.err
    assert len(list_runs(runs.folder)) == 2
