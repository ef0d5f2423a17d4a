"""Runs of other lengths: the same bytes, computed once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from risk.runs import Run, reusable
from risk.runs.specification import specify
from tests.runs import fake

SHORT = 2 * 1024 + 50


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_a_longer_run_computes_only_what_a_shorter_one_lacks(reference: Run, tmp_path: Path) -> None:
    runs, marks = tmp_path / "runs", _fresh(tmp_path / "marks")
    short = fake.run(runs, paths=SHORT)
    long = fake.run(runs, fake.marked(marks), simulate=fake.simulate_and_mark)
    assert fake.computed(marks) == {2, 3, 4}  # block 2 was cut
    assert fake.payload(long) == fake.payload(reference)
    assert long.manifest.result == reference.manifest.result
    assert long.manifest.clock["computed"] == 3
    assert short.manifest.clock["computed"] == 3
    (marks / "again").mkdir()
    fake.run(runs, fake.marked(marks / "again"), simulate=fake.simulate_and_mark, paths=2 * 1024)
    assert not fake.computed(marks / "again")  # a shorter run is all there


def test_a_damaged_block_is_not_taken_over(reference: Run, tmp_path: Path) -> None:
    runs, marks = tmp_path / "runs", _fresh(tmp_path / "marks")
    short = fake.run(runs, paths=SHORT)
    file = short.store.holder(1).file("outcomes")
    file.write_bytes(file.read_bytes()[:-30])
    long = fake.run(runs, fake.marked(marks), simulate=fake.simulate_and_mark)
    assert fake.computed(marks) == {0, 1, 2, 3, 4}
    assert fake.payload(long) == fake.payload(reference)


def test_a_sound_block_of_another_run_is_not_taken_over(reference: Run, tmp_path: Path) -> None:
    """What a run itself would refuse it does not lend either."""
    runs, marks = tmp_path / "runs", _fresh(tmp_path / "marks")
    short = fake.run(runs, paths=SHORT)
    other = fake.run(tmp_path / "other", paths=SHORT, seed=8)
    for own, others in zip(short.store.holder(1).files, other.store.holder(1).files, strict=True):
        if own.exists():
            shutil.copy(others, own)
    long = fake.run(runs, fake.marked(marks), simulate=fake.simulate_and_mark)
    assert {0, 1} <= fake.computed(marks)
    assert fake.payload(long) == fake.payload(reference)


@pytest.mark.parametrize("other", [{"seed": 8}, {"assumptions": fake.Assumptions(level=2.0)}])
def test_a_run_of_other_numbers_lends_nothing(tmp_path: Path, other: dict[str, object]) -> None:
    fake.run(tmp_path, paths=2 * 1024, **other)  # type: ignore[arg-type]
    assert not reusable(specify(fake.Assumptions(), fake.PATHS, fake.SEED), tmp_path)  # type: ignore[arg-type]
    fake.run(tmp_path, paths=1024)
    assert set(reusable(specify(fake.Assumptions(), fake.PATHS, fake.SEED), tmp_path)) == {0}  # type: ignore[arg-type]
