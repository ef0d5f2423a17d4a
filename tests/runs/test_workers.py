from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import popen_spawn_posix
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from risk.runs import Run, hire
from risk.runs.crew import share
from risk.runs.store import Store
from risk.runs.workers import WorkerDied, compute
from tests.runs import fake, frail


def test_a_killed_worker_is_replaced_and_nothing_changes(reference: Run, tmp_path: Path) -> None:
    run = fake.run(tmp_path / "runs", fake.marked(tmp_path), jobs=2, simulate=fake.simulate_or_die_once)
    assert len(list(tmp_path.glob("tried-*"))) == 2
    assert fake.payload(run) == fake.payload(reference)


def test_a_block_that_kills_its_worker_three_times_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkerDied, match=r"block 1 .* died 3 times") as caught:
        fake.run(tmp_path / "runs", fake.marked(tmp_path), jobs=2, simulate=fake.simulate_or_die)
    assert caught.value.exit_code == 70
    assert len(list(tmp_path.glob("tried-*"))) == 3


@pytest.mark.parametrize("engine", ["simulate_or_die_once", "simulate_and_die_writing"])
def test_nothing_of_a_killed_worker_is_left(reference: Run, tmp_path: Path, engine: str) -> None:
    run = fake.run(tmp_path / "runs", fake.marked(tmp_path), jobs=2, simulate=getattr(fake, engine))
    assert len(list(tmp_path.glob("tried-*"))) == 2
    assert fake.payload(run) == fake.payload(reference)
    assert not list(run.directory.rglob(".*.tmp"))
    assert not multiprocessing.active_children()


def test_workers_killed_between_blocks_are_replaced(reference: Run, tmp_path: Path) -> None:
    """Whoever has just finished a block is idle; the other one may be anywhere."""
    killed: list[int | None] = []

    def kill(*_: object) -> None:
        if len(killed) < 3:
            for worker in multiprocessing.active_children():
                worker.kill()
                worker.join()
                killed.append(worker.pid)

    run = fake.run(tmp_path, jobs=2, progress=kill)
    assert len(set(killed)) >= 3
    assert fake.payload(run) == fake.payload(reference)


def _grouped(folder: Path, blocks: int, jobs: int, fatal: int = -1) -> list[int]:
    """Blocks in the order in which they are told to be finished."""
    found: list[int] = []
    job = fake.Grouped(fake.marked(folder), fake.SEED, None, None, Store(folder / "runs"), fatal=fatal)  # type: ignore[arg-type]
    compute(job, dict.fromkeys(range(blocks), 16), jobs, lambda finished: found.append(finished.record.index))
    return found


def test_blocks_are_computed_by_groups_and_told_one_by_one(tmp_path: Path) -> None:
    assert _grouped(tmp_path, 6, jobs=1) == [0, 1, 2, 3, 4, 5]
    assert fake.groups(tmp_path) == [(0, 1, 2, 3), (4, 5)]


def test_groups_become_smaller_so_that_two_workers_end_together(tmp_path: Path) -> None:
    assert sorted(_grouped(tmp_path, 10, jobs=2)) == [*range(10)]
    assert [len(group) for group in fake.groups(tmp_path)] == [4, 3, 1, 1, 1]


def test_a_group_that_kills_its_worker_is_computed_block_by_block(tmp_path: Path) -> None:
    """What it had stored stays; groups begun before it may go on, later ones are single blocks."""
    assert sorted(_grouped(tmp_path, 10, jobs=2, fatal=2)) == [*range(10)]
    assert {(0, 1, 2, 3), (2,), (3,), (9,)} <= set(fake.groups(tmp_path))
    assert not {(0,), (1,)} & set(fake.groups(tmp_path))


@pytest.mark.parametrize("size", [1, 2, 3, 16])
def test_no_worker_is_handed_more_than_its_share(size: int) -> None:
    """Were all blocks alike, the last worker would end at most one block after the first."""
    rows = dict.fromkeys(range(50), 1024)
    ends, waiting, handed = [0] * size, deque(rows), list[int]()
    while waiting:
        some = share(waiting, rows, size, most=4)
        assert 1 <= len(some) <= 4
        handed += some
        ends[ends.index(min(ends))] += len(some)
    assert handed == [*rows]
    assert max(ends) - min(ends) <= 1


def test_where_other_jobs_wait_none_is_split_up_so_that_all_end_together() -> None:
    rows = dict.fromkeys(range(5), 1024)
    waiting = deque(rows)
    assert [len(share(waiting, rows, 2, 4, others)) for others in (8, 8)] == [4, 1]


def _frail(monkeypatch: pytest.MonkeyPatch, folder: Path, way: str, times: int) -> None:
    monkeypatch.setenv("FRAIL", f"{folder},{way},{times}")


@pytest.mark.parametrize(("way", "how"), [("exit", "exit code 3"), ("hang", "signal 9")])
def test_workers_that_never_start_are_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, how: str
) -> None:
    _frail(monkeypatch, tmp_path, way, 99)
    if way == "hang":
        monkeypatch.setattr(hire, "PATIENCE", 2.0)
    with pytest.raises(WorkerDied, match=rf"no worker process could be started: 3 died \({how}\)") as caught:
        fake.run(tmp_path / "runs", simulate=frail.sound, jobs=2)
    assert caught.value.exit_code == 70
    assert not multiprocessing.active_children()
    assert not list(tmp_path.rglob(".*.tmp"))


def test_workers_that_die_while_starting_are_replaced(
    reference: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _frail(monkeypatch, tmp_path, "kill", 2)
    run = fake.run(tmp_path / "runs", simulate=frail.sound, jobs=2)
    assert len(list(tmp_path.glob("start-*"))) > 2
    assert fake.payload(run) == fake.payload(reference)


def test_an_engine_that_workers_cannot_import_is_an_error_like_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _frail(monkeypatch, tmp_path, "raise", 99)
    with pytest.raises(ImportError, match="no such engine") as caught:
        fake.run(tmp_path / "runs", simulate=frail.sound, jobs=2)
    assert "in a worker process" in caught.value.__notes__[0]


def test_a_machine_without_room_for_a_process_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with pytest.raises(WorkerDied, match="Resource temporarily unavailable"):
        fake.run(tmp_path, jobs=2)


def test_what_a_worker_is_told_at_its_start_fits_into_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads the rest when it dies, and the parent would wait for it forever."""
    told: list[int] = []

    class Pipe:
        def __init__(self, *words: Any, **options: Any) -> None:
            self._file = open(*words, **options)  # noqa: PTH123, SIM115 - of a descriptor

        def __enter__(self) -> Pipe:
            return self

        def write(self, content: memoryview) -> None:
            told.append(len(content))
            self._file.write(content)

        def __exit__(self, *_: object) -> None:
            self._file.close()

    monkeypatch.setattr(sys, "argv", [*sys.argv, *(["scenario.toml"] * 10_000)])
    monkeypatch.setattr(popen_spawn_posix, "open", Pipe, raising=False)
    heavy = {f"gpu.{i}": SimpleNamespace(id=f"gpu.{i}", value=1.0, unit="1", prior="x") for i in range(9_000)}
    fake.run(tmp_path, fake.Assumptions(entries=heavy), jobs=2, paths=2048)
    assert told
    assert max(told) < 8_192  # a pipe of Linux holds 65,536, the smallest ones 16,384
    assert len(sys.argv) > 10_000


def test_workers_leave_the_cores_to_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    fake.run(tmp_path / "runs", fake.marked(tmp_path), simulate=fake.environment, jobs=2)
    assert [path.name for path in tmp_path.glob("threads-*")] == ["threads-1"]
    assert "OPENBLAS_NUM_THREADS" not in os.environ


PROGRAM = """
import sys
from pathlib import Path
from risk.runs import Interrupted, execute, specification
from tests.runs import fake

specification.source_digest = lambda: fake.SOURCE
if __name__ == "__main__":
    from tests.runs import frail

    folder, engine = Path(sys.argv[1]), getattr(fake, sys.argv[2], None) or getattr(frail, sys.argv[2])
    try:
        execute(fake.marked(folder), fake.PATHS, fake.SEED, 2, folder / "runs", simulate=engine)
    except Interrupted as stop:
        sys.exit(stop.exit_code)
"""


@contextmanager
def _program(folder: Path, engine: str) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process of its own, to be killed."""
    script = folder / "program.py"
    script.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(script), str(folder), engine]
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _stored(folder: Path) -> set[int]:
    return {int(path.stem) for path in folder.glob("runs/*/blocks/*.json")}


def test_a_killed_run_leaves_no_worker_and_goes_on(reference: Run, tmp_path: Path) -> None:
    with _program(tmp_path, "simulate_slowly") as process:
        while not _stored(tmp_path):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    time.sleep(0.3)
    started = len(list(tmp_path.glob("started-*")))
    time.sleep(0.6)
    assert len(list(tmp_path.glob("started-*"))) == started < fake.BLOCKS
    assert fake.payload(fake.run(tmp_path / "runs")) == fake.payload(reference)


def _group(leader: int) -> list[int]:
    """Processes that a terminal would reach with the program, and that are no zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if int(group) == leader and state != "Z":
                found.append(int(entry.name))
    return found


def _wait_for(condition: Callable[[], object], process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None
        time.sleep(0.02)


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")


@needs_proc
def test_a_run_killed_while_its_workers_start_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _frail(monkeypatch, tmp_path, "hang", 99)
    with _program(tmp_path, "sound") as process:
        _wait_for(lambda: len(list(tmp_path.glob("start-*"))) == 2, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _wait_for(lambda: not _group(process.pid))


@needs_proc
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_the_whole_group_stops_the_run_and_leaves_nobody(
    reference: Run, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """A terminal sends Ctrl-C to the workers too; SIGTERM ends them, and with them the blocks they hold."""
    with _program(tmp_path, "simulate_slowly") as process:
        _wait_for(lambda: _stored(tmp_path) and list(tmp_path.glob("started-*")), process)
        os.killpg(process.pid, number)
        assert process.wait(timeout=30) == code
        _wait_for(lambda: not _group(process.pid))
    kept = _stored(tmp_path)
    if number == signal.SIGINT:
        assert {int(mark.name.split("-")[1]) for mark in tmp_path.glob("started-*")} == kept
    assert not list(tmp_path.rglob(".*.tmp"))
    assert fake.payload(fake.run(tmp_path / "runs")) == fake.payload(reference)


@pytest.mark.slow
def test_a_run_killed_again_and_again_computes_no_stored_block_twice(reference: Run, tmp_path: Path) -> None:
    for kill in range(12):
        stored = _stored(tmp_path)
        for mark in tmp_path.glob("*-*"):
            mark.unlink()
        with _program(tmp_path, "simulate_slowly_and_mark") as process:
            time.sleep(0.5 + 0.07 * kill)  # sweeps start, first blocks and last
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert not stored & fake.computed(tmp_path)
    run = fake.run(tmp_path / "runs")
    assert fake.payload(run) == fake.payload(reference)
