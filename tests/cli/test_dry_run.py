"""`bubblerisk run --dry-run`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from risk.door import forecast
from risk.door.desk import Desk
from risk.door.opening import simulate
from risk.runs import estimated_bytes, list_runs
from risk.runs.prepare import Plan, plan
from tests.cli.conftest import SMALL, Ask, Stored


def test_a_plan_says_what_would_be_written_and_writes_nothing(runs: Stored, ask: Ask) -> None:
    before = sorted(runs.folder.rglob("*"))
    said = ask("run", "base", "-n", 5000, "--seed", 8, "-j", 2, "--dry-run")
    assert (said.code, said.err) == (0, "")
    assert "5,000 paths × 25 quarters · seed 8 · 2 workers" in said.out
    assert f"no assumption differs from run {runs.base.id}" in said.out
    assert said.out.endswith("Start it with: bubblerisk run base --paths 5000 --seed 8 --jobs 2\n")
    assert sorted(runs.folder.rglob("*")) == before


def test_a_plan_is_told_in_json_too(runs: Stored, ask: Ask) -> None:
    plan = ask("run", "base", "-n", 5000, "--seed", 8, "--dry-run", "--json").json
    assert plan["schema"] == "bubblerisk.plan/1"
    assert (plan["paths"], plan["blocks"], plan["stored"], plan["complete"]) == (5000, 5, 0, False)
    assert len(plan["run"]) == 12
    assert plan["previous"] == runs.base.id


def test_a_plan_knows_a_complete_run_and_a_begun_one(runs: Stored, ask: Ask) -> None:
    said = ask("run", "base", *SMALL, "--dry-run")
    assert f"nothing: runs/{runs.base.id}/ is complete" in said.out
    assert "the same command prints it" in said.out
    (runs.folder / runs.base.id / "manifest.json").unlink()
    assert "1 of 1 blocks are there already" in ask("run", "base", *SMALL, "--dry-run").out


def test_a_plan_shows_what_has_changed_since_the_newest_run(runs: Stored, ask: Ask) -> None:
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = 0.23", 1))
    said = ask("run", "base", *SMALL, "--dry-run")
    assert f"Assumptions that differ from run {runs.base.id} (1)" in said.out
    assert "0.22  0.23  base/gpu.toml:" in said.out


def test_the_plan_of_cut_couplings_simulates_no_medians(runs: Stored, ask: Ask) -> None:
    said = ask("run", "couplings-off", *SMALL, "--dry-run")
    assert "its id follows from the base medians" in said.out
    assert len(list_runs(runs.folder)) == 2
    assert not (runs.folder / "baselines").exists()


def test_a_large_run_says_what_it_takes_before_it_starts(
    runs: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast, "LARGE", 5000)
    monkeypatch.setattr(Plan, "run", lambda *_: None)
    told = list[str]()
    desk = Desk(runs.folder, jobs=2, step=told.append)
    for paths in (4999, 5000):
        simulate(plan("base", paths, 8, root=runs.folder), desk, admitted=True)
    (said,) = told
    assert re.fullmatch(
        r"base: 5,000 paths take up to \d+ MB in \S+, ~\d+ s at the pace of the newest run", said
    )


def test_a_run_takes_no_more_than_was_told(runs: Stored) -> None:
    run = runs.base
    together = sum(file.stat().st_size for file in run.store.holder(0).common_files)
    assert run.store.size() + together < estimated_bytes(run.register, run.paths)
