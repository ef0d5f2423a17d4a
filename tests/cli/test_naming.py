"""Which run a word means, where a scenario has several."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from risk.cli.console import message
from risk.door import naming
from risk.door.desk import Desk
from risk.errors import UsageError
from risk.runs import Run, open_run
from risk.runs.manifest import Head, read_head
from risk.runs.prepare import Plan
from tests.cli.conftest import FEW, PATHS, SEED, Ask, Stored, pack_of, twin

DESK = Desk(note=message)
Capture = pytest.CaptureFixture[str]


def _meant(runs: Stored, word: str = "base") -> str:
    return naming.meant(word, DESK)


def test_a_name_means_the_largest_run_however_new_another_is(runs: Stored, capsys: Capture) -> None:
    twin(runs.base, paths=FEW)
    twin(runs.base, paths=FEW, seed=SEED + 1)
    assert _meant(runs) == runs.base.id
    assert capsys.readouterr().err == ""


def test_the_newest_of_the_largest_is_meant(runs: Stored) -> None:
    twin(runs.base, "2031-01-01T00:00:00Z", seed=SEED + 2)
    newest = twin(runs.base, "2032-01-01T00:00:00Z", seed=SEED + 1)
    assert _meant(runs) == newest


def test_the_run_that_the_pack_shows_comes_first_and_a_longer_one_is_told(
    runs: Stored, capsys: Capture
) -> None:
    few = twin(runs.base, paths=FEW)
    pack_of(few)
    assert _meant(runs) == few
    told = capsys.readouterr().err
    assert f"base means run {few[:8]} ({FEW} paths), which reports/base/pack.xlsx shows" in told
    assert f"there is run {runs.base.id[:8]} ({PATHS:,} paths)" in told
    pack_of(runs.glut.id)  # of another scenario's run, put there by hand
    assert _meant(runs) == runs.base.id


@pytest.mark.parametrize("changes", [{"assumptions": "others"}, {"source": "another"}, {"baseline": "cut"}])
def test_runs_of_other_inputs_are_not_meant(runs: Stored, capsys: Capture, changes: dict[str, str]) -> None:
    other = twin(runs.base, paths=9 * PATHS, **changes)
    pack_of(other)
    assert _meant(runs) == runs.base.id
    assert capsys.readouterr().err == ""


def test_where_inputs_have_changed_the_newest_is_meant_and_told(
    runs: Stored, ask: Ask, capsys: Capture
) -> None:
    few = twin(runs.base, paths=FEW)
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = 0.23", 1))
    assert _meant(runs) == few
    assert capsys.readouterr().err == (
        f"inputs have changed since run {few[:8]} ({FEW} paths) was made, the newest of base; "
        "bubblerisk run base simulates today's\n"
    )


def test_inputs_that_cannot_be_read_are_not_taken_for_the_same(runs: Stored, capsys: Capture) -> None:
    few = twin(runs.base, paths=FEW)
    Path("assumptions/base/gpu.toml").write_text("[[[")
    assert _meant(runs) == few
    assert "whether inputs have changed since is not known" in capsys.readouterr().err


def test_a_scenario_of_ones_own_is_known_by_its_file(runs: Stored, capsys: Capture) -> None:
    own = twin(runs.base, scenario="my-view", seed=SEED + 1)
    twin(runs.base, "2031-01-01T00:00:00Z", scenario="my-view", paths=FEW)
    Path("my-view.toml").write_text('[scenario]\nname = "my-view"\ntitle = "Mine"\n')
    for word in ("my-view", "my-view.toml", "./my-view.toml"):
        assert _meant(runs, word) == own
    assert capsys.readouterr().err == ""


def test_ids_beginnings_and_folders_mean_what_they_say(runs: Stored, ask: Ask) -> None:
    twin(runs.base, paths=FEW)
    for word in (runs.glut.id, runs.glut.id[:8], str(runs.folder / runs.glut.id)):
        assert ask("show", word, "--json").json["run"] == runs.glut.id
    with pytest.raises(UsageError, match="no run bace"):
        open_run(_meant(runs, "bace"), runs.folder)


def test_every_command_means_the_same(runs: Stored, short: Run, ask: Ask) -> None:
    for words in (["show", "base"], ["tail", "base"], ["drivers", "base"]):
        assert ask(*words, "--json").json["run"] == runs.base.id, words
    assert ask("compare", "base", "gpu-glut", "--json").json["before"]["run"] == runs.base.id
    pack_of(short.id)
    assert ask("show", "base", "--json").json["run"] == short.id


def test_runs_are_found_by_the_heads_of_their_manifests(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each run costs: its manifest is opened once a scenario named, and a twentieth of it parsed."""
    for seed in range(100, 120):
        twin(runs.base, seed=seed)
    heads, parsed = Counter[Path](), list[int]()
    loads = json.loads

    def parse(text: bytes) -> Any:
        parsed.append(len(text))
        return loads(text)

    def head(path: Path) -> Head:
        heads[path] += 1
        with monkeypatch.context() as patch:
            patch.setattr("risk.runs.files.json.loads", parse)
            return read_head(path)

    monkeypatch.setattr("risk.runs.find.read_head", head)
    size = (runs.base.directory / "manifest.json").stat().st_size
    for words, times in ((["show", "base"], 1), (["runs"], 1), (["compare", "base", "gpu-glut"], 2)):
        heads.clear()
        assert ask(*words).code == 0
        assert set(heads.values()) == {times}, words
        assert len(heads) == 22
    assert max(parsed) < size / 20


@pytest.mark.parametrize("command", ["path", "validation", "check", "challenger"])
def test_what_may_simulate_answers_from_the_run_that_the_others_mean(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Its paths and seed are not those that the scenario would be simulated with."""
    monkeypatch.setattr("risk.door.opening.simulate", lambda *_: pytest.fail("simulated again"))
    assert ask(command, "base", "--json").json["run"] == runs.base.id


def test_what_may_simulate_does_so_where_the_inputs_have_changed_or_another_run_is_asked_for(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[int] = []

    def simulate(plan: Plan, desk: Desk) -> Run:
        planned.append(plan.paths)
        return runs.base

    monkeypatch.setattr("risk.door.opening.simulate", simulate)
    ask("path", "base", "-n", FEW)
    file = Path("assumptions/base/gpu.toml")
    file.write_text(file.read_text().replace("value = 0.22", "value = 0.23", 1))
    ask("path", "base")
    assert planned == [FEW, 20_000]
