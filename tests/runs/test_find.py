from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from risk.errors import UsageError
from risk.runs import Run, execute, list_runs, open_run
from risk.runs import manifest as manifest_module
from tests.runs import fake


def _run(
    root: Path, monkeypatch: pytest.MonkeyPatch, hour: int, scenario: str = "base", seed: int = 1
) -> Run:
    times: Any = lambda: f"2026-07-01T{hour:02d}:00:00Z"  # noqa: E731
    monkeypatch.setattr("risk.runs.executor.timestamp", times)
    name = SimpleNamespace(name=scenario, title=scenario, description="")
    assumptions: Any = fake.Assumptions(float(seed), scenario=name)
    return execute(assumptions, 100, seed, 1, root, simulate=fake.simulate)


def test_a_scenario_names_its_newest_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = _run(tmp_path, monkeypatch, 9, seed=1)
    old = _run(tmp_path, monkeypatch, 8, seed=2)
    other = _run(tmp_path, monkeypatch, 10, "lab-failure", seed=3)
    assert open_run("base", tmp_path).id == new.id
    assert open_run("lab-failure", tmp_path).id == other.id
    assert [run.id for run in list_runs(tmp_path)] == [other.id, new.id, old.id]


def test_a_run_is_found_by_id_beginning_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _run(tmp_path, monkeypatch, 9)
    for name in (run.id, run.id[:6], run.directory):
        assert open_run(name, tmp_path).id == run.id


def test_a_run_remembers_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _run(tmp_path, monkeypatch, 9, seed=1)
    second = _run(tmp_path, monkeypatch, 10, seed=2)
    assert (first.manifest.parent, second.manifest.parent) == ("", first.id)


def test_an_unknown_run_is_answered_with_a_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(tmp_path, monkeypatch, 9, "lab-failure")
    with pytest.raises(UsageError, match="did you mean lab-failure"):
        open_run("lab-failur", tmp_path)
    with pytest.raises(UsageError, match=r"no run \.\./secret"):
        open_run("../secret", tmp_path)
    with pytest.raises(UsageError, match="no run base"):
        open_run("base", tmp_path / "nowhere")


def test_an_unfinished_run_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _run(tmp_path, monkeypatch, 9)
    (run.directory / "manifest.json").unlink()
    assert [stored.manifest for stored in list_runs(tmp_path)] == [None]
    with pytest.raises(UsageError, match="is not complete"):
        open_run(run.id, tmp_path)


def test_an_unknown_column_is_answered_with_a_guess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _run(tmp_path, monkeypatch, 9)
    with pytest.raises(UsageError, match="did you mean fell_in"):
        run.outcome("fel_in")
    with pytest.raises(UsageError, match=r"has no gpu\.level among its series"):
        run.series("gpu.level")


def test_the_manifest_says_where_the_numbers_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = _run(tmp_path, monkeypatch, 9, seed=5).manifest
    assert (manifest.seed, manifest.paths, manifest.scenario) == (5, 100, "base")
    assert manifest.environment["random_generator"] == "PCG64DXSM"
    assert set(manifest.environment) >= {
        "python",
        "libraries",
        "system",
        "machine",
        "simd",
        "commit",
        "dirty",
    }
    assert manifest.clock["jobs"] == 1
    assert manifest == manifest_module.read_manifest(tmp_path / manifest.id / "manifest.json")
