"""What is no method of a run: functions of the door beside the commands that print what they return."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import risk
from risk.errors import NumericalError, UsageError
from tests.cli.conftest import PATHS, SEED, Ask, Stored, bust_cell


def _same(told: risk.Told[Any], ask: Ask, *words: object) -> None:
    """A command prints the screen and the document of an object, and hints below it."""
    plain, document = ask(*words), ask(*words, "--json")
    assert plain.out.startswith((told.text or str(told)).rstrip())
    assert document.json == json.loads(json.dumps(told.data, default=str))


def test_the_register_as_an_object_is_what_commands_print(runs: Stored, ask: Ask) -> None:
    book = risk.Register()
    _same(book.entries("gpu"), ask, "assumptions", "list", "--section", "gpu")
    _same(book.show("gpu.launch_obsolescence"), ask, "assumptions", "show", "gpu.launch_obsolescence")
    _same(book.show("gpu.generation"), ask, "assumptions", "show", "gpu.generation")
    _same(book.stale(0), ask, "assumptions", "stale", "--days", "0")
    _same(book.scenarios(), ask, "scenarios", "list")
    _same(book.scenario("gpu-glut"), ask, "scenarios", "show", "gpu-glut")
    assert list(risk.scenarios().index) == [each["name"] for each in book.scenarios().data["scenarios"]]
    assert book.frame().loc["credit.sofr", "value"] == book.load().entry("credit.sofr").value


def test_a_pack_is_written_once_and_verified(runs: Stored, ask: Ask, tmp_path: Path) -> None:
    file, told = tmp_path / "mine.xlsx", list[risk.Result]()
    first = risk.pack(runs.base.id, file=file, ready=told.append, quiet=True)
    assert (first.data["status"], [run.id for run in told]) == ("written", [runs.base.id])
    again = risk.pack(runs.base.id, file=file, quiet=True)
    assert again.data["status"] == "up to date"
    _same(again, ask, "pack", runs.base.id, "--output", file)
    verified = risk.verify(file, quiet=True)
    assert {f.subject: f.state for f in verified.found["findings"]}["numbers"] == "ok"
    _same(verified, ask, "verify", file)
    _same(
        risk.trace(bust_cell(runs.base), pack=file, quiet=True),
        ask,
        "trace",
        bust_cell(runs.base),
        "--pack",
        file,
    )


def test_series_of_a_path_are_told_with_a_run_and_without(runs: Stored, ask: Ask) -> None:
    found = risk.open(runs.base.id, quiet=True).recorded(17)
    _same(found, ask, "path", runs.base.id, 17, "--series")
    planned = risk.recorded("base", 17, paths=PATHS, seed=SEED, quiet=True)
    assert planned.data == found.data
    with pytest.raises(UsageError, match=f"the run has no path {PATHS}"):
        risk.recorded("base", PATHS, paths=PATHS, seed=SEED)


def test_what_stopped_a_path_is_told_and_raised_by_the_command(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from risk.runs.prepare import Plan

    rerun = Plan.rerun
    monkeypatch.setattr(Plan, "rerun", lambda plan, path: replace(rerun(plan, path), stopped="it broke"))
    told = risk.recorded("base", 3, paths=PATHS, seed=SEED, quiet=True)
    assert not told.ok
    assert isinstance(told.error, NumericalError)
    said = ask("path", "base", 3, "--series", "--paths", PATHS, "--seed", SEED)
    assert said.code == NumericalError.exit_code
    assert said.out.startswith(str(told))
    assert "it broke" in said.err


def test_a_forecast_runs_nothing(runs: Stored) -> None:
    assert risk.forecast("base", paths=PATHS, seed=SEED, quiet=True).found.run == runs.base.id
    told = risk.forecast("base", paths=2 * PATHS, seed=SEED, quiet=True)
    assert (told.found.complete, told.found.stored, told.found.blocks) == (False, 1, 2)
    assert f"bubblerisk run base --paths {2 * PATHS} --seed {SEED}" in str(told)


def test_only_what_has_a_form_in_markdown_is_written_so(runs: Stored) -> None:
    run = risk.open(runs.glut.id, quiet=True)
    assert run.compare(runs.base.id).markdown().startswith("#")
    with pytest.raises(UsageError, match="no form in Markdown"):
        run.tail().markdown()


def test_a_removed_run_is_gone(runs: Stored) -> None:
    kept = set(risk.stored().index)
    told = risk.remove(runs.glut.id)
    assert told.data["run"] == runs.glut.id
    assert set(risk.stored().index) == kept - {runs.glut.id}


@pytest.mark.parametrize("words", [{"path": 2}, {"job": 1}, {"change": {"gpu.launch_obsolescence": 0.4}}])
def test_a_misspelt_option_is_refused_and_not_left_out(tmp_path: Path, words: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=f"no option '{next(iter(words))}'"):
        risk.run("base", paths=2, runs=tmp_path, quiet=True, **words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"paths": True}, "paths is True"),
        ({"paths": 1.5}, "paths is 1.5"),
        ({"paths": 0}, "paths is 0"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"seed": -1}, "seed is -1"),
        ({"jobs": 0}, "jobs is 0"),
        ({"executor": 3}, "submits nothing"),
        ({"through": "/shared/place"}, "/shared/place is no address"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything(
    tmp_path: Path, words: dict[str, Any], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        risk.run("base", runs=tmp_path, quiet=True, **{"paths": 2, **words})
    assert not list(tmp_path.iterdir())


def test_numbers_of_numpy_are_whole_too(runs: Stored) -> None:
    words: dict[str, Any] = {"paths": np.int64(PATHS), "seed": np.int64(SEED)}
    found = risk.run("base", runs=runs.folder, quiet=True, **words)
    assert found.id == runs.base.id
