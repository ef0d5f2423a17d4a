"""Sets of views kept beside a run: those of its time, as they were when its pack was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import cast

import pytest

from risk.analysis.views import kept
from risk.assumptions import load, locate
from risk.assumptions.problems import AssumptionErrors
from risk.runs import Run
from tests.analysis.views.planted import HEAD, Planted, file


@dataclass(frozen=True)
class Beside(Planted):
    """A run with a folder."""

    directory: Path = field(default=Path())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register with two sets of views, one of them of another time."""
    copytree(locate.register() / "base", tmp_path / "register" / "base")
    views = tmp_path / "register" / "views"
    views.mkdir()
    file(views, "P(bust) = 50%", name="now")
    file(views, "P(bust) = 40%", name="then", head=HEAD.replace("2026", "2024"))
    return tmp_path / "register"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    directory = tmp_path / "run"
    directory.mkdir()
    return cast(Run, Beside(load(), {}, directory=directory))


def test_sets_of_another_time_are_left_out(run: Run, folder: Path) -> None:
    assert [each.name for each in kept.shipped(run, folder)] == ["now"]


def test_what_is_kept_stays_as_it_was(run: Run, folder: Path) -> None:
    assert kept.read(run) is None
    kept.keep(run, folder)
    file(folder / "views", "P(bust) = 70%", name="now")
    found = kept.read(run)
    assert found is not None
    assert [view.believe for each in found for view in each.views] == ["P(bust) = 50%"]


def test_nothing_is_written_where_nothing_has_changed(run: Run, folder: Path) -> None:
    kept.keep(run, folder)
    before = (run.directory / kept.FILE).stat().st_mtime_ns
    kept.keep(run, folder)
    assert (run.directory / kept.FILE).stat().st_mtime_ns == before


def test_a_file_that_is_wrong_is_refused_and_nothing_is_kept(run: Run, folder: Path) -> None:
    file(folder / "views", "believe = 3\nwhy = 4", name="wrong")
    with pytest.raises(AssumptionErrors, match=r"wrong\.toml:6"):
        kept.keep(run, folder)
    assert kept.read(run) is None


def test_what_is_kept_of_another_run_or_damaged_counts_as_nothing(run: Run, folder: Path) -> None:
    kept.keep(run, folder)
    path = run.directory / kept.FILE
    path.write_text(path.read_text("utf-8").replace("0123456789ab", "aaaaaaaaaaaa"), "utf-8")
    assert kept.read(run) is None


def test_a_register_without_sets_keeps_none(run: Run, tmp_path: Path) -> None:
    copytree(locate.register() / "base", tmp_path / "bare" / "base")
    kept.keep(run, tmp_path / "bare")
    assert kept.read(run) == ()
