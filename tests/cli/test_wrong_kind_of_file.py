"""A file that is a folder, a folder that is a file, a full disk: exit 5, its name, nothing left behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from risk.assumptions.reader import read
from risk.cli import settings
from risk.cli.app import app
from risk.errors import StorageError, storage_error
from risk.runs.columns import read_columns
from risk.runs.files import publish, publish_copy, read_json
from risk.runs.legend import Legend
from risk.runs.lock import hold
from risk.runs.log import log_to_file
from risk.runs.merging import settle
from risk.runs.store import Store
from tests.cli.conftest import Ask, Stored

PROGRAM = [sys.executable, "-m", "risk"]


def _called(*words: str, shell: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    line = shell or " ".join([*PROGRAM, *words])
    return subprocess.run(line, shell=True, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize("name", ["reports/base/pack.xlsx", "reports/base/.pack.xlsx.json"])
def test_a_folder_where_a_file_is_due_is_named(ask: Ask, runs: Stored, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    said = ask("pack", runs.base.id)
    assert said.code == 5
    assert name in said.err
    assert "Traceback" not in said.err
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_file_where_a_folder_is_due_is_named(ask: Ask, runs: Stored, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("x")
    said = ask("pack", runs.base.id)
    assert said.code == 5
    assert "reports/base" in said.err


def test_settings_that_are_a_folder_are_named(ask: Ask, tmp_path: Path) -> None:
    said = ask("run", "--config", tmp_path)
    assert said.code == 5
    assert str(tmp_path) in said.err


def test_the_log_of_a_run_may_not_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "log.txt").mkdir()
    with pytest.raises(OSError, match=r"log\.txt"), log_to_file(tmp_path / "log.txt"):
        pass


def test_who_holds_a_run_is_told_where_that_is_possible(tmp_path: Path) -> None:
    (tmp_path / "holder.json").mkdir()
    with hold(tmp_path, "test"):
        assert (tmp_path / "holder.json").is_dir()


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), ValueError()])
def test_nothing_is_left_of_a_file_that_was_not_written(tmp_path: Path, failure: BaseException) -> None:
    def fail(_: object) -> None:
        raise failure

    with pytest.raises(BaseException, match=r"x\.bin|^$"):
        publish(tmp_path / "x.bin", fail)
    assert not list(tmp_path.iterdir())


def test_a_sound_block_that_cannot_be_opened_is_not_set_aside(
    runs: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(runs.folder / runs.base.id)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("risk.runs.columns.pq.ParquetFile", refuse)
    own = runs.base.manifest.specification
    with pytest.raises(OSError, match=r"00000-\d+\.parquet"):
        settle(store, own.blocks, own.rows, Legend.of(runs.base.register), lambda _: True)
    assert not (store.directory / "quarantine").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_output_is_told(unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    line = " ".join([*PROGRAM, "scenarios list >/dev/full"])
    said = subprocess.run(line, shell=True, capture_output=True, text=True, env=environment, check=False)
    assert said.returncode == 5
    told = [line for line in said.stderr.splitlines() if not line.startswith("still at work")]
    assert told[0] == "error: the disk is full: standard output was not written"


@pytest.mark.skipif(os.name == "nt", reason="POSIX shells only")
def test_messages_do_not_turn_to_standard_output() -> None:
    said = _called("assumptions", "list", "--json", "2>&-")
    assert said.returncode == 0
    assert said.stdout.rstrip().endswith("}")


@pytest.mark.skipif(os.name == "nt", reason="POSIX folders only")
def test_a_working_directory_that_is_gone_is_told(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    shell = f"mkdir gone; cd gone; rmdir ../gone; PYTHONPATH={root} {' '.join(PROGRAM)} run base -n 1 -j 1"
    said = _called(shell=shell, cwd=tmp_path)
    assert said.returncode == 5
    assert "the working directory" in said.stderr


def test_an_error_names_both_files() -> None:
    assert "a → b" in str(storage_error(OSError(errno.EXDEV, "Invalid cross-device link", "a", None, "b")))


def test_settings_may_begin_with_a_mark_and_must_be_utf_8(ask: Ask, runs: Stored, tmp_path: Path) -> None:
    text = "[runs]\nplain = true\n"
    marked, wide = tmp_path / "marked.toml", tmp_path / "wide.toml"
    marked.write_text(text, encoding="utf-8-sig")
    wide.write_text(text, encoding="utf-16")
    assert ask("runs", "--config", marked).code == 0
    said = ask("runs", "--config", wide)
    assert (said.code, "is not UTF-8 text" in said.err) == (2, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_by_who_would_wait_for_it_without_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    said = "pipe or a device"
    assert said in read(pipe)[1][0].reason
    for use in (
        lambda: settings.read(pipe, app),
        lambda: read_json(pipe),
        lambda: read_columns(pipe, {}),
        lambda: publish_copy(pipe, tmp_path / "copy"),
        lambda: log_to_file(pipe).__enter__(),
    ):
        with pytest.raises((OSError, StorageError), match=said):
            use()
    assert pipe.is_fifo()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_who_holds_a_run_is_not_told_to_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "holder.json")
    with hold(tmp_path, "test"):
        assert (tmp_path / "holder.json").is_fifo()


@pytest.mark.parametrize("name", ["assumptions", "assumptions/base"])
def test_a_file_in_place_of_the_register_is_told(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)
    said = ask("assumptions", "list")
    assert (said.code, said.out) == (5, "")
    assert said.err.startswith(f"error: {name} cannot be used (Not a directory)")
