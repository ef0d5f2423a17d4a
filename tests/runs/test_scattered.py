from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from risk.errors import UsageError
from risk.runs import Run
from risk.runs.scattered import Standing, compute_some, gather
from risk.runs.specification import Specification, specify
from risk.runs.store import Store
from risk.runs.transit import bundle, send
from tests.runs import fake


@dataclass
class Plan:
    """The run of the tests, planned."""

    root: Path
    assumptions: Any
    paths: int = fake.PATHS
    seed: int = fake.SEED

    def specification(self) -> Specification:
        return specify(self.assumptions, self.paths, self.seed)

    def baseline(self) -> None:
        return None


def plan(root: Path, marks: Path | None = None) -> Any:
    return Plan(root, fake.marked(marks) if marks else fake.Assumptions())


def some(planned: Any, blocks: range, simulate: Any = fake.simulate) -> Standing:
    return compute_some(planned, blocks, 1, simulate=simulate)


def test_blocks_of_two_folders_and_a_store_are_the_run(reference: Run, tmp_path: Path) -> None:
    home, away = plan(tmp_path / "home"), plan(tmp_path / "away")
    assert some(home, range(2)).missing == (range(2, 5),)
    assert some(away, range(2, 4)).missing == (range(2), range(4, 5))
    sent = some(plan(tmp_path / "sent"), range(4, 99))
    assert (sent.computed, sent.stored) == (1, 1), "blocks end with the run"
    address = f"memory://gathered/{reference.id}/{bundle(4, 5)}"
    send(Store(sent.directory), address)
    found = gather(home, [str(tmp_path / "away"), "memory://gathered/"])
    assert [(taken.blocks, taken.damaged) for taken in found.taken] == [(2, 0), (1, 0)]
    assert not found.missing
    run = fake.run(tmp_path / "home")
    assert run.manifest.clock["computed"] == 0
    assert run.manifest.result == reference.manifest.result
    assert fake.payload(run) == fake.payload(reference)


def test_blocks_of_a_complete_run_elsewhere_are_taken(reference: Run, tmp_path: Path) -> None:
    found = gather(plan(tmp_path), [str(reference.directory)])
    assert (found.taken[0].blocks, found.missing) == (fake.BLOCKS, ())
    assert fake.payload(fake.run(tmp_path)) == fake.payload(reference)


def test_a_damaged_block_is_left_out_and_named_as_missing(reference: Run, tmp_path: Path) -> None:
    away = some(plan(tmp_path / "away"), range(5))
    file = away.directory / "outcomes" / "00003.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    found = gather(plan(tmp_path / "home"), [str(tmp_path / "away")])
    assert [(taken.blocks, taken.damaged) for taken in found.taken] == [(4, 1)]
    assert found.missing == (range(3, 4),)


def test_what_is_there_is_not_computed_again(tmp_path: Path) -> None:
    planned = plan(tmp_path / "runs", tmp_path)
    some(planned, range(1, 3))
    again = some(planned, range(4), fake.simulate_and_mark)
    assert (fake.computed(tmp_path), again.computed) == ({0, 3}, 2)


def test_two_that_write_the_same_blocks_at_once_do_not_disturb_each_other(
    reference: Run, tmp_path: Path
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: some(plan(tmp_path), range(5)), range(3)))
    assert fake.payload(fake.run(tmp_path)) == fake.payload(reference)


def test_a_complete_run_needs_nothing(reference: Run, tmp_path: Path) -> None:
    planned = plan(reference.directory.parent, tmp_path)
    assert some(planned, range(2), fake.simulate_and_mark).missing == ()
    assert gather(planned, ["nowhere"]).missing == ()
    assert fake.computed(tmp_path) == set()


@pytest.mark.parametrize("blocks", [range(5, 9), range(0)])
def test_blocks_that_the_run_does_not_have_are_refused(tmp_path: Path, blocks: range) -> None:
    with pytest.raises(UsageError, match="none of the run") as caught:
        some(plan(tmp_path), blocks)
    assert "blocks 0 to 4" in caught.value.fixes[0]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("complete", [False, True])
def test_blocks_of_another_run_under_the_name_of_this_one_are_refused(tmp_path: Path, complete: bool) -> None:
    """Whoever copies a folder by hand may call it anything."""
    if complete:
        other = fake.run(tmp_path / "away", fake.Assumptions(level=2.0)).directory
    else:
        other = some(Plan(tmp_path / "away", fake.Assumptions(level=2.0)), range(1)).directory
    here = plan(tmp_path / "home")
    renamed = other.rename(tmp_path / "away" / here.specification().id)
    with pytest.raises(UsageError, match=f"holds blocks of run {other.name}"):
        gather(here, [str(renamed.parent)])
    assert not (tmp_path / "home").exists()


def test_a_folder_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        gather(plan(tmp_path), [str(tmp_path / "nowhere")])


@pytest.mark.parametrize("place", ["nowhere", "memory://nothing"])
def test_a_place_without_blocks_of_the_run_is_refused(tmp_path: Path, place: str) -> None:
    other = some(Plan(tmp_path / "away", fake.Assumptions(level=2.0)), range(1))
    assert other.stored == 1
    with pytest.raises(UsageError, match="has no blocks of run"):
        gather(plan(tmp_path / "home"), [str(tmp_path / "away") if place == "nowhere" else place])
