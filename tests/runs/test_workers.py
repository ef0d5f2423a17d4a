from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from risk.runs import Run
from risk.runs.workers import WorkerDied
from tests.runs import fake


def test_a_killed_worker_is_replaced_and_nothing_changes(reference: Run, tmp_path: Path) -> None:
    run = fake.run(tmp_path / "runs", fake.marked(tmp_path), jobs=2, simulate=fake.simulate_or_die_once)
    assert len(list(tmp_path.glob("tried-*"))) == 2
    assert fake.payload(run) == fake.payload(reference)


def test_a_block_that_kills_its_worker_three_times_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkerDied, match=r"block 1 .* died 3 times") as caught:
        fake.run(tmp_path / "runs", fake.marked(tmp_path), jobs=2, simulate=fake.simulate_or_die)
    assert caught.value.exit_code == 70
    assert len(list(tmp_path.glob("tried-*"))) == 3


def test_workers_leave_the_cores_to_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    fake.run(tmp_path / "runs", fake.marked(tmp_path), simulate=fake.environment, jobs=2)
    assert [path.name for path in tmp_path.glob("threads-*")] == ["threads-1"]
    assert "OPENBLAS_NUM_THREADS" not in os.environ


PROGRAM = """
import sys
from pathlib import Path
from risk.runs import execute, specification
from tests.runs import fake

specification.source_digest = lambda: fake.SOURCE
if __name__ == "__main__":
    folder, engine = Path(sys.argv[1]), getattr(fake, sys.argv[2])
    execute(fake.marked(folder), fake.PATHS, fake.SEED, 2, folder / "runs", simulate=engine)
"""


@contextmanager
def _program(folder: Path, engine: str) -> Iterator[subprocess.Popen[bytes]]:
    """A run in a process of its own, to be killed."""
    script = folder / "program.py"
    script.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, script, folder, engine], env=environment) as process:
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
