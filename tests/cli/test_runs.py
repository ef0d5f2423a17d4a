"""`bubblerisk runs`: the list, and removing one run and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from risk.runs.lock import hold
from tests.cli.conftest import PATHS, SEED, SMALL, Ask, Stored


def test_the_list_has_every_run(runs: Stored, ask: Ask) -> None:
    found = ask("runs", "--json").json
    by_id = {row["run"]: row for row in found["runs"]}
    assert set(by_id) == {runs.base.id, runs.glut.id}
    assert by_id[runs.glut.id]["scenario"] == "gpu-glut"
    assert {(row["paths"], row["seed"]) for row in by_id.values()} == {(PATHS, SEED)}
    folder = runs.folder / runs.base.id
    assert by_id[runs.base.id]["bytes"] == sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def test_source_says_whether_today_would_compute_the_same(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {row["todays_source"] for row in ask("runs", "--json").json["runs"]} == {False}
    monkeypatch.setattr("risk.runs.hashing.source_digest", lambda: runs.base.manifest.specification.source)
    assert {row["todays_source"] for row in ask("runs", "--json").json["runs"]} == {True}
    assert "today's" in ask("runs").out


def test_a_run_without_manifest_is_listed_as_not_complete(runs: Stored, ask: Ask) -> None:
    (runs.folder / runs.glut.id / "manifest.json").unlink()
    found = ask("runs", "--json").json
    assert [row["complete"] for row in found["runs"]] == [True, False]
    assert "not complete" in ask("runs").out


def test_an_empty_folder_says_how_to_fill_it(runs: Stored, ask: Ask) -> None:
    assert "bubblerisk run SCENARIO" in ask("runs", "--runs", "nowhere").out


def test_removing_takes_one_run_and_leaves_the_rest(runs: Stored, ask: Ask) -> None:
    said = ask("runs", "rm", runs.glut.id, "--json")
    assert said.code == 0
    assert [row["run"] for row in ask("runs", "--json").json["runs"]] == [runs.base.id]
    assert not (runs.folder / runs.glut.id).exists()
    again = ask("run", "gpu-glut", *SMALL, "--json")
    assert again.json["run"] == runs.glut.id


@pytest.mark.parametrize("name", ["base", "{short}", "../{id}", ".", "", "0123456789ab", "{id}/blocks"])
def test_nothing_but_a_whole_id_is_removed(runs: Stored, ask: Ask, name: str) -> None:
    before = sorted(path for path in Path().rglob("*"))
    said = ask("runs", "rm", name.format(short=runs.base.id[:6], id=runs.base.id))
    assert said.code == 2
    assert "Traceback" not in said.err
    assert sorted(path for path in Path().rglob("*")) == before


def test_a_link_out_of_the_folder_is_not_followed(runs: Stored, ask: Ask, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    shutil.move(runs.folder / runs.glut.id, outside)
    (runs.folder / runs.glut.id).symlink_to(outside, target_is_directory=True)
    said = ask("runs", "rm", runs.glut.id)
    assert said.code == 5
    assert (outside / "manifest.json").exists()


def test_a_run_that_is_being_written_is_left_alone(runs: Stored, ask: Ask) -> None:
    with hold(runs.folder / runs.glut.id, "a test"):
        said = ask("runs", "rm", runs.glut.id)
    assert said.code == 6
    assert (runs.folder / runs.glut.id / "manifest.json").exists()


def test_a_folder_that_cannot_be_made_is_a_matter_of_storage(runs: Stored, ask: Ask) -> None:
    Path("file").write_text("no folder")
    said = ask("run", "base", "-n", 64, "--seed", SEED, "-j", 1, "--runs", "file")
    assert said.code == 5
    assert "cannot be written" in said.err
