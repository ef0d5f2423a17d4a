from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from risk.door.side_by_side import side_by_side
from risk.errors import NumericalError, StorageError, UsageError
from risk.runs import Interrupted, Run, foreign, transit
from risk.runs.conditions import Conditions, Terms
from risk.runs.errand import Errand, carry_out
from risk.runs.foreign import ExecutorFailed
from tests.runs import fake, pools
from tests.runs.test_executor import _interrupt_when_started as interrupt_when_started


def threads() -> Executor:
    return ThreadPoolExecutor(2)


def processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize("through", [None, "file", "memory"])
@pytest.mark.parametrize("make", [threads, processes])
def test_any_pool_writes_the_bytes_of_one_process(
    reference: Run, tmp_path: Path, make: Callable[[], Executor], through: str | None
) -> None:
    if through == "memory" and make is processes:
        pytest.skip("the memory of a process is its own")
    address = {"file": f"file://{tmp_path}/store", "memory": "memory://store", None: None}[through]
    with make() as executor:
        run = fake.run(tmp_path / "runs", executor=executor, through=address)
    assert run.manifest.result == reference.manifest.result
    assert fake.payload(run) == fake.payload(reference)
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".") and path.name != ".lock"]
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file()], "nothing is left there"


@pytest.mark.parametrize(
    "pool",
    [pools.Twice(), pools.Failing(times=2), pools.Failing(times=2, after=True), pools.Losing()],
    ids=lambda pool: type(pool).__name__,
)
@pytest.mark.parametrize("through", [None, "memory://unreliable"])
def test_an_unreliable_executor_loses_and_doubles_nothing(
    reference: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: pools.Pool, through: str | None
) -> None:
    monkeypatch.setattr(foreign, "SILENCE", 0.1)
    done: list[int] = []
    pool = replace(pool, errands=[])
    run = fake.run(tmp_path, executor=pool, through=through, progress=lambda paths, *_: done.append(paths))
    assert fake.payload(run) == fake.payload(reference)
    assert done == sorted(set(done)), "every block is noted once"
    assert (len(done), done[-1]) == (fake.BLOCKS, fake.PATHS)


def test_what_a_failed_call_has_stored_is_not_computed_again(reference: Run, tmp_path: Path) -> None:
    pool = pools.Failing(times=1, after=True)
    run = fake.run(tmp_path / "runs", fake.marked(tmp_path), simulate=fake.simulate_and_mark, executor=pool)
    marks = [path.name.split("-")[0] for path in tmp_path.glob("*-*")]
    assert sorted(marks) == [str(block) for block in range(fake.BLOCKS)]
    assert fake.payload(run) == fake.payload(reference)


@pytest.mark.parametrize(
    ("pool", "why"),
    [
        (pools.Failing(times=9), "a worker ended abruptly"),
        (pools.Empty(), "answered without the blocks"),
        (pools.Broken(), "not usable anymore"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_block_with_which_the_executor_fails_three_times_is_named(
    tmp_path: Path, pool: pools.Pool, why: str
) -> None:
    with pytest.raises(ExecutorFailed, match=rf"block \d could not be computed: .* 3 times \(.*{why}"):
        fake.run(tmp_path, executor=replace(pool, errands=[]))


def test_a_block_that_cannot_be_computed_is_an_error_like_any(reference: Run, tmp_path: Path) -> None:
    with pytest.raises(NumericalError, match="rent is NaN"), threads() as executor:
        fake.run(tmp_path, simulate=fake.simulate_or_fail, executor=executor)
    assert fake.payload(fake.run(tmp_path)) == fake.payload(reference)


def test_an_interrupt_calls_off_what_has_not_begun(reference: Run, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    thread = interrupt_when_started(tmp_path)
    with pytest.raises(Interrupted, match=r"[12] of 5 blocks are kept"), threads() as executor:
        fake.run(runs, fake.marked(tmp_path), simulate=fake.simulate_slowly, executor=executor)
    thread.join()
    kept = {str(int(path.stem)) for path in runs.glob("*/blocks/*.json")}
    assert kept == {path.name.split("-")[1] for path in tmp_path.glob("started-*")}
    assert fake.payload(fake.run(runs)) == fake.payload(reference)


def test_an_interrupt_of_a_batch_is_heard_by_the_thread_of_each_run(tmp_path: Path) -> None:
    def run() -> Run:
        return fake.run(tmp_path, executor=pools.Stopping())

    with pytest.raises(Interrupted):
        side_by_side([run], 2)
    assert 1 <= len(list(tmp_path.glob("*/blocks/*.json"))) < fake.BLOCKS


def test_a_worker_with_other_source_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Terms.here()
    old = Terms(here.source, {**here.versions, "numpy": "1.0"})
    with pytest.raises(UsageError, match=r"would compute another run: it has numpy \d.*, not 1\.0"):
        old.require()
    monkeypatch.setattr(Terms, "here", classmethod(lambda _: Terms("other", here.versions)))
    with pytest.raises(UsageError, match="other source of bubblerisk"):
        here.require()
    monkeypatch.undo()
    errand = Errand(str(tmp_path), "job", "", {0: 16}, Terms("other", here.versions))
    with pytest.raises(UsageError, match="nothing was computed there"), threads() as executor:
        executor.submit(carry_out, errand).result()


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"does not see .*No such file"):
        carry_out(Errand(str(tmp_path / "elsewhere"), "job", "", {0: 16}, Terms.here()))


def test_blocks_that_come_damaged_are_computed_again(
    reference: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, times = transit.fetch, 0

    def fetch(address: str, folder: Path) -> Any:
        nonlocal times
        store, times = sound(address, folder), times + 1
        if times == 1:
            (file,) = folder.rglob("outcomes/*")
            file.write_bytes(file.read_bytes()[:-9])
        return store

    monkeypatch.setattr(transit, "fetch", fetch)
    run = fake.run(tmp_path, executor=pools.Pool(), through="memory://damaged")
    assert times == fake.BLOCKS + 1
    assert (run.directory / "quarantine").exists()
    shutil.rmtree(run.directory / "quarantine")
    assert fake.payload(run) == fake.payload(reference)


def test_an_address_that_no_store_answers_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere://x/.* cannot be used"):
        fake.run(tmp_path, executor=pools.Pool(), through="nowhere://x")


def test_what_slows_a_worker_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Conditions("node7", 1, ("hands memory back",), {"system": "Plan 9"})
    monkeypatch.setattr("risk.runs.errand.Conditions.here", classmethod(lambda _: slow))
    run = fake.run(tmp_path, executor=pools.Pool())
    log = (run.directory / "log.txt").read_text()
    assert log.count("the worker on node7 hands memory back") == 1
    assert log.count("operating system (Plan 9; here") == 1


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}, []),
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}, []),
        ({"OMP_NUM_THREADS": "1", "MALLOC_TRIM_THRESHOLD_": "65536"}, ["OPENBLAS_NUM_THREADS", "=65536"]),
    ],
)
def test_conditions_say_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: list[str]
) -> None:
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_TRIM_THRESHOLD_"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    wrong = Conditions.here().wrong
    assert len(wrong) == len(told)
    assert all(word in sentence for word, sentence in zip(told, wrong, strict=True))
