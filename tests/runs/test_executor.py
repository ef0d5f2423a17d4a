from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from risk.errors import NumericalError, StorageError
from risk.runs import Interrupted, Run, open_run
from risk.runs.files import read_json
from risk.runs.job import Job
from risk.runs.specification import specify
from risk.runs.store import Store
from risk.runs.workers import compute
from tests.runs import fake, frail


def test_two_workers_write_the_bytes_of_one(reference: Run, tmp_path: Path) -> None:
    run = fake.run(tmp_path, jobs=2)
    assert run.manifest.result == reference.manifest.result
    assert fake.payload(run) == fake.payload(reference)


@pytest.mark.slow
@pytest.mark.parametrize(("order", "jobs"), [((3, 0, 4, 2, 1), 1), ((4, 1, 3, 0, 2), 2)])
def test_blocks_in_any_order_give_the_same_bytes(
    reference: Run, tmp_path: Path, order: tuple[int, ...], jobs: int
) -> None:
    specification = specify(fake.Assumptions(), fake.PATHS, fake.SEED)  # type: ignore[arg-type]
    store = Store(tmp_path / specification.id)
    job = Job(fake.Assumptions(), fake.SEED, None, fake.simulate, store)  # type: ignore[arg-type]
    compute(job, {block: specification.rows(block) for block in order}, jobs, lambda _: None)
    run = fake.run(tmp_path)
    assert run.manifest.result == reference.manifest.result
    assert fake.payload(run) == fake.payload(reference)


def test_what_is_read_is_what_was_simulated(reference: Run) -> None:
    blocks = [
        fake.simulate(fake.Assumptions(), fake.SEED, b, min(1024, fake.PATHS - 1024 * b))
        for b in range(fake.BLOCKS)
    ]
    assert reference.paths == fake.PATHS
    for name in ("fell", "fell_in"):
        expected = np.concatenate([block.outcomes[name] for block in blocks])
        np.testing.assert_array_equal(reference.outcome(name), expected)
    for name in ("gpu.level", "gpu.launch.delay"):
        expected = np.concatenate([block.parameters[name] for block in blocks])
        np.testing.assert_array_equal(reference.parameter(name), expected)
    series = np.concatenate([block.series["rent"] for block in blocks], axis=1)
    assert reference.series("rent").dtype == np.float32
    np.testing.assert_array_equal(reference.series("rent"), series)
    dscr = np.concatenate([block.facility["dscr"] for block in blocks[:2]], axis=1)
    np.testing.assert_array_equal(reference.facility("dscr"), dscr)
    assert reference.identities == {"cash": 5e-12, "debt": 0.0}
    assert reference.entities["firm"] == fake.FIRMS
    assert reference.calendar.labels[:2] == ("2026Q2", "2026Q3")
    assert read_json(reference.directory / "assumptions.json")["gpu.level"]["origin"] == "base"


def test_a_register_with_other_keys_is_another_version_s(reference: Run) -> None:
    with pytest.raises(StorageError, match=r"another version of the model[^=]+= run it again"):
        _ = reference.register


def test_means_of_flows_carry_the_standard_error(reference: Run) -> None:
    rows = [
        fake.simulate(fake.Assumptions(), fake.SEED, b, min(1024, fake.PATHS - 1024 * b))
        for b in range(fake.BLOCKS)
    ]
    mean, error = reference.mean("firm")
    assert mean.shape == error.shape == (6, 2)
    rent = np.concatenate([block.series["rent"] for block in rows], axis=1).astype(float)
    # The series is the firm's flow in single precision, so equal to its seven digits only.
    np.testing.assert_allclose(mean[:, 0], rent.mean(axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(error[:, 0], rent.std(axis=1, ddof=1) / np.sqrt(fake.PATHS), rtol=1e-5)


def test_an_identity_that_is_nan_does_not_hide(tmp_path: Path) -> None:
    identities = fake.run(tmp_path, simulate=fake.simulate_unbalanced).identities
    assert np.isnan(identities["cash"])
    assert np.isnan(open_run(next(tmp_path.iterdir())).identities["cash"])
    assert identities["debt"] == 0.0


def test_looking_at_identities_on_all_paths_makes_no_other_run(reference: Run, tmp_path: Path) -> None:
    few = fake.run(tmp_path, simulate=fake.simulate_unlooked)
    assert (few.checked, few.identities["cash"]) == (1024, 1e-12)
    parent = few.manifest.clock
    every = fake.run(tmp_path, check_all=True)
    assert (every.checked, every.identities) == (fake.PATHS, reference.identities)
    assert every.manifest.clock == parent, "its manifest stays, so that packs made of it stay its packs"
    assert every.manifest.result == few.manifest.result == reference.manifest.result
    assert fake.run(tmp_path).checked == fake.PATHS


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_block_stops_the_run_and_keeps_the_rest(reference: Run, tmp_path: Path, jobs: int) -> None:
    with pytest.raises(NumericalError, match="rent is NaN"):
        fake.run(tmp_path, simulate=fake.simulate_or_fail, jobs=jobs)
    (folder,) = tmp_path.iterdir()
    assert not (folder / "manifest.json").exists()
    assert {"00000.json", "00001.json"} <= {path.name for path in (folder / "blocks").iterdir()}
    assert fake.payload(fake.run(tmp_path)) == fake.payload(reference)


def test_where_a_group_fails_the_blocks_before_the_bad_one_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def together(*_: object) -> None:
        raise NumericalError("one of several blocks cannot be computed")

    monkeypatch.setattr("risk.engine.simulate_together", together)
    monkeypatch.setattr("risk.engine.simulate", fake.simulate_or_fail)
    with pytest.raises(NumericalError, match="rent is NaN"):
        fake.run(tmp_path, simulate=None)
    assert {path.name for path in tmp_path.glob("*/blocks/*")} == {"00000.json", "00001.json"}


def test_resuming_computes_only_what_is_missing(unfinished: Run, reference: Run, tmp_path: Path) -> None:
    (unfinished.directory / "blocks" / "00003.json").unlink()
    calls: list[tuple[int, int, bool]] = []
    assumptions = fake.marked(tmp_path)

    def progress(done: int, total: int, means: Mapping[str, float]) -> None:
        calls.append((done, total, "fell" in means))

    run = fake.run(
        unfinished.directory.parent, assumptions, simulate=fake.simulate_and_mark, progress=progress
    )
    assert fake.computed(tmp_path) == {3}
    assert calls == [(fake.PATHS - 1024, fake.PATHS, False), (fake.PATHS, fake.PATHS, True)]
    assert fake.payload(run) == fake.payload(reference)


def test_a_complete_run_is_not_computed_again(reference: Run, tmp_path: Path) -> None:
    again = fake.run(reference.directory.parent, fake.marked(tmp_path), simulate=fake.simulate_and_mark)
    assert fake.computed(tmp_path) == set()
    assert again.manifest == reference.manifest


def test_a_run_larger_than_the_disk_is_refused_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=300_000))
    with pytest.raises(StorageError, match=r"needs about \d+ MB in .* and 0 MB is free; nothing was run"):
        fake.run(tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def _interrupt_when_started(
    folder: Path, number: int = signal.SIGINT, mark: str = "started-*", times: int = 1
) -> threading.Thread:
    def wait_and_interrupt() -> None:
        while not list(folder.glob(mark)):
            time.sleep(0.01)
        for _ in range(times):
            os.kill(os.getpid(), number)
            time.sleep(0.3)  # for a signal that is told twice at once is heard once

    thread = threading.Thread(target=wait_and_interrupt)
    thread.start()
    return thread


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_keeps_the_running_blocks(reference: Run, tmp_path: Path, jobs: int) -> None:
    runs = tmp_path / "runs"
    thread = _interrupt_when_started(tmp_path)
    with pytest.raises(
        Interrupted, match=rf"[1-{jobs}] of 5 blocks are kept .* goes on from there"
    ) as caught:
        fake.run(runs, fake.marked(tmp_path), simulate=fake.simulate_slowly, jobs=jobs)
    thread.join()
    assert caught.value.exit_code == 130
    started = {path.name.split("-")[1] for path in tmp_path.glob("started-*")}
    kept = {str(int(path.stem)) for path in runs.glob("*/blocks/*.json")}
    assert kept == started
    assert fake.payload(fake.run(runs)) == fake.payload(reference)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_workers_start_is_heard_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("FRAIL", f"{tmp_path},hang,99")
    thread = _interrupt_when_started(tmp_path, number, mark="start-*")
    begun = time.monotonic()
    with pytest.raises(Interrupted, match="0 of 5 blocks are kept") as caught:
        fake.run(tmp_path / "runs", simulate=frail.sound, jobs=2)
    thread.join()
    assert time.monotonic() - begun < 30  # they would sleep for a minute
    assert caught.value.exit_code == 128 + number
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_second_interrupt_stops_at_once(reference: Run, tmp_path: Path, jobs: int) -> None:
    runs = tmp_path / "runs"
    thread = _interrupt_when_started(tmp_path, signal.SIGINT, mark="started-1", times=2)
    begun = time.monotonic()
    with pytest.raises(Interrupted, match=r"\d of 5 blocks are kept"):
        fake.run(runs, fake.marked(tmp_path), simulate=fake.simulate_without_end, jobs=jobs)
    thread.join()
    assert time.monotonic() - begun < 30
    assert not multiprocessing.active_children()
    assert not list(runs.rglob(".*.tmp"))
    assert fake.payload(fake.run(runs)) == fake.payload(reference)


@pytest.mark.parametrize(
    ("moment", "kept"), [("take_over", 0), ("Store.reduce", 5), ("describe", 5), ("write_manifest", 5)]
)
def test_an_interrupt_before_and_after_the_blocks_keeps_them(
    reference: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, kept: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(f"risk.runs.executor.{moment}", lambda *_: os.kill(os.getpid(), signal.SIGINT))
        with pytest.raises(Interrupted, match=f"{kept} of 5 blocks are kept"):
            fake.run(tmp_path)
    again = fake.run(tmp_path)
    assert again.manifest.clock["computed"] == 5 - kept
    assert fake.payload(again) == fake.payload(reference)


def _rot(run: Run, what: str) -> None:
    """Cut a file short; of the series nothing is left."""
    content = (run.directory / what).read_bytes()
    if what.startswith("series"):
        (run.directory / what).unlink()
    else:
        (run.directory / what).write_bytes(content[:-30])


@pytest.mark.parametrize(
    ("what", "anew"),
    [
        ("outcomes/00000-00003.parquet", {0, 1, 2, 3}),
        ("facility/00001.parquet", {1}),
        ("series/00000-00003.parquet", {0, 1, 2, 3}),
        ("blocks/00000-00003.parquet", {0, 1, 2, 3}),
        ("sums.parquet", set()),
        ("assumptions.json", set()),
    ],
)
def test_what_rots_in_a_complete_run_is_made_anew_and_nothing_else(
    reference: Run, tmp_path: Path, what: str, anew: set[int]
) -> None:
    directory = tmp_path / "runs" / reference.id
    shutil.copytree(reference.directory, directory)
    rotten = open_run(directory)
    _rot(rotten, what)
    with pytest.raises(StorageError):
        rotten.verify()
    (tmp_path / "marks").mkdir()
    marked = fake.marked(tmp_path / "marks")
    run = fake.run(tmp_path / "runs", marked, simulate=fake.simulate_and_mark)
    assert fake.computed(tmp_path / "marks") == anew
    run.verify()
    assert run.manifest == reference.manifest, "packs of the run stay packs of it"
    sound = {name: bytes for name, bytes in fake.payload(run).items() if "quarantine" not in name}
    assert sound == fake.payload(reference)


def test_the_advice_on_a_rotten_block_is_the_command_that_mends_it(reference: Run, tmp_path: Path) -> None:
    directory = tmp_path / "runs" / reference.id
    shutil.copytree(reference.directory, directory)
    _rot(open_run(directory), "outcomes/00000-00003.parquet")
    with pytest.raises(StorageError) as caught:
        open_run(directory).outcome("fell")
    command = f"bubblerisk run base --paths {fake.PATHS} --seed {fake.SEED}"
    assert caught.value.fixes == (f"run it again: sound blocks are kept, bad ones computed anew: {command}",)
