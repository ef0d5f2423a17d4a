"""Blocks that stand together in few files: nothing is lost on the way there, nor by damage afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.assumptions import load
from risk.runs import Run, merging, open_run
from risk.runs.job import Job
from risk.runs.legend import Legend
from risk.runs.merging import stretches
from risk.runs.piece import Piece
from risk.runs.store import Store
from risk.runs.stretch import KINDS, merged
from risk.shocks.stream import BLOCK
from tests.runs import fake


class Killed(BaseException):
    """What a kill is to the program: nobody catches it."""


@pytest.fixture
def pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two blocks a stretch, so that a run of five has three."""
    monkeypatch.setattr("risk.runs.merging.SHORT", 2)


@pytest.mark.parametrize(
    ("blocks", "count", "files"),
    [(1, 1, 1), (20, 4, 5), (64, 4, 16), (65, 16, 5), (977, 64, 16), (9766, 624, 16)],
)
def test_a_run_has_dozens_of_files(blocks: int, count: int, files: int) -> None:
    found = stretches(Store(Path()), blocks)
    assert len(found) == files
    assert found[0].count == count
    assert [block for stretch in found for block in stretch.blocks] == list(range(blocks))


def test_a_complete_run_has_a_file_a_kind(reference: Run) -> None:
    names = ["00000-00003", "00004-00004"]
    assert [stretch.name for stretch in merged(reference.directory)] == names
    assert not list(reference.directory.rglob("*.json.*"))
    for kind in ("parameters", "outcomes", "series", "sums", "blocks"):
        files = sorted((reference.directory / kind).iterdir())
        assert [file.name for file in files] == [f"{name}.parquet" for name in names]
    assert len(list((reference.directory / "facility").iterdir())) == 2  # the first blocks only


@pytest.mark.usefixtures("pairs")
def test_the_numbers_do_not_depend_on_the_files(reference: Run, tmp_path: Path) -> None:
    run = fake.run(tmp_path)
    assert [stretch.name for stretch in merged(run.directory)] == [
        "00000-00001",
        "00002-00003",
        "00004-00004",
    ]
    assert run.manifest.result == reference.manifest.result
    for kind in ("parameters", "outcomes", "series", "facility"):
        for name, column in reference._columns(kind, None).items():
            np.testing.assert_array_equal(run._columns(kind, [name])[name], column)
    for ours, theirs in zip(Piece.all(run, 2), Piece.all(reference, 2), strict=True):
        np.testing.assert_array_equal(ours.series("rent"), theirs.series("rent"))
        np.testing.assert_array_equal(ours.mean("firm"), theirs.mean("firm"))
        assert ours.names("facility") == theirs.names("facility")
    np.testing.assert_array_equal(run.path(4100)["rent"], reference.series("rent")[:, 4100])
    assert run.path(4100).keys() == reference.path(4100).keys()


def test_blocks_that_were_never_merged_are_read_all_the_same(reference: Run, unfinished: Run) -> None:
    unfinished.verify()
    np.testing.assert_array_equal(unfinished.series("rent"), reference.series("rent"))
    np.testing.assert_array_equal(unfinished.facility("dscr"), reference.facility("dscr"))


@pytest.mark.usefixtures("pairs")
@pytest.mark.parametrize("after", range(0, 56, 7))
def test_a_kill_while_blocks_are_merged_loses_nothing(
    unfinished: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Before every seventh moving or removing of a file, from the first to the last."""
    truth = fake.payload(fake.run(tmp_path / "truth"))
    left = after

    def killed(do: Any) -> Any:
        def act(*words: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == -1:
                raise Killed
            return do(*words, **named)

        return act

    runs, marks = unfinished.directory.parent, tmp_path / "marks"
    marks.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr("risk.runs.merging.READERS", 1)
        patch.setattr(Path, "replace", killed(Path.replace))
        patch.setattr("risk.runs.merging._remove_file", killed(merging._remove_file))
        try:
            fake.run(runs)
        except Killed:
            pass
        else:
            assert after > 30, "there is nothing left to be killed at"
    run = fake.run(runs, fake.marked(marks), simulate=fake.simulate_and_mark)
    assert not fake.computed(marks)
    assert fake.payload(run) == truth


@pytest.mark.parametrize("gone", [0, 1, 3])
def test_a_stretch_whose_worker_died_is_handed_out_again(
    unfinished: Run, reference: Run, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    """It died when so many of the blocks' own files were gone: the merged ones stand."""
    store, legend = unfinished.store, Legend.of(fake.Assumptions())  # type: ignore[arg-type]
    work = merging.Merging(store, stretches(store, fake.BLOCKS), legend)
    left = iter(range(gone))

    def remove(files: Iterable[Path]) -> None:
        if next(left, None) is None:
            raise Killed
        for file in files:
            file.unlink(missing_ok=True)

    with monkeypatch.context() as patch:
        patch.setattr(merging, "_remove", remove)
        with pytest.raises(Killed):
            list(work.compute({0: 1}))
    assert list(work.compute({0: 1})) == [0]
    assert [file.stem for file in (store.directory / "blocks").glob("*.json")] == ["00004"]
    records, bad = merged(store.directory)[0].sound()
    assert not bad
    assert [record.digest for record in records] == list(reference.manifest.blocks[: len(records)])


def _damaged(run: Run, root: Path, kind: str, place: float) -> Run:
    """A copy of a run of which one byte of a file is another."""
    directory = root / run.id
    shutil.copytree(run.directory, directory)
    copy = open_run(directory)
    file = copy.store.holder(0).file(kind)
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 1
    file.write_bytes(content)
    return copy


def test_of_a_damaged_file_only_the_bad_blocks_are_computed_again(reference: Run, tmp_path: Path) -> None:
    run = _damaged(reference, tmp_path / "runs", "series", 0.3)
    marks = tmp_path / "marks"
    marks.mkdir()
    again = fake.run(run.directory.parent, fake.marked(marks), simulate=fake.simulate_and_mark)
    assert fake.computed(marks) == {1}
    assert again.manifest == reference.manifest
    assert {n: x for n, x in fake.payload(again).items() if "quarantine" not in n} == fake.payload(reference)
    assert (run.directory / "quarantine" / "series-00000-00003.parquet.0").exists()


def test_files_of_another_length_are_taken_apart_and_merged_anew(
    reference: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "runs" / reference.id
    shutil.copytree(reference.directory, directory)
    (directory / "manifest.json").unlink()
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setattr("risk.runs.merging.SHORT", 3)
    run = fake.run(directory.parent, fake.marked(marks), simulate=fake.simulate_and_mark)
    assert not fake.computed(marks)
    assert [stretch.name for stretch in merged(directory)] == ["00000-00002", "00003-00004"]
    assert run.manifest.result == reference.manifest.result


def test_blocks_computed_together_are_written_together_and_not_twice(tmp_path: Path) -> None:
    """A stretch that a worker computes is there at once; what makes none waits for the others."""
    assumptions, blocks = load(), 9
    store = Store(tmp_path / "run")
    job = Job(assumptions, 5, None, None, store, blocks=blocks)
    together = dict.fromkeys(range(4, 8), BLOCK)
    made = [done.record for done in job.compute(together)]
    (stretch,) = merged(store.directory)
    assert (stretch.first, stretch.count) == (4, 4)
    assert stretch.sound() == (made, [])
    assert not list((store.directory / "blocks").glob("*.json"))

    apart = Store(tmp_path / "apart")
    for done, alone in zip(made, replace(job, store=apart, blocks=0).compute(together), strict=True):
        assert done.digest == alone.record.digest
    assert apart.stored() == set(together)
    assert not merged(apart.directory)

    list(job.compute({0: BLOCK, 1: BLOCK}))
    assert store.stored() == {0, 1, 4, 5, 6, 7}
    assert len(merged(store.directory)) == 1


def test_the_records_of_blocks_are_what_they_were(reference: Run, unfinished: Run) -> None:
    stretch = merged(reference.directory)[0]
    for record in stretch.records.each():
        (own,) = unfinished.store.single(record.index).records.each()
        assert (record.content(), record.digest) == (own.content(), own.digest)
        for kind in KINDS:
            assert tuple(record.digests.get(kind, {})) == stretch.records.names(kind, record.index)
