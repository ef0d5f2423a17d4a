"""A run is killed at any moment, by itself or with all its workers, until it has come to its end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

from risk.runs import Run
from risk.runs.find import list_runs, open_run
from risk.runs.store import Store
from tests.torture.trial import BLOCKS, ROOT, Trial, running, surroundings

LONGEST = 9.0
"""Seconds until the latest kill: a run of its own takes about as long."""


def whole(folder: Path, paths: int = BLOCKS * 1024) -> Run:
    """The run that nobody disturbs."""
    subprocess.run(running(folder, paths), cwd=ROOT, env=surroundings(), check=True, capture_output=True)
    return found(folder)


def kills(folder: Path, count: int, reference: Run, rng: random.Random) -> Trial:
    """Kill a run so many times; whenever it has ended, begin another."""
    trial = Trial(
        f"A run of {BLOCKS} blocks on two workers, ended by `kill -9` at a random moment, every second time "
        "with its workers; then the same command again",
        "no finished block lost or computed again; then the same fingerprints, nothing half-written left",
    )
    attempt = runs = 0
    while trial.tried < count:
        at = folder / str(runs)
        kept = _finished(at, reference)
        code = _killed(at, rng.uniform(0.3, LONGEST), alone=attempt % 2 == 0)
        attempt += 1
        if code == 0:  # it was done before it could be killed
            trial.broken += _differences(at, kept, reference)
            runs += 1
        else:
            now = _finished(at, reference)
            lost = kept.keys() - now.keys()
            again = [block for block, file in now.items() if block in kept and _anew(kept[block], file)]
            trial.note(f"lost {sorted(lost)}, computed again {again}" if lost or again else "")
    return trial


def _killed(folder: Path, seconds: float, alone: bool) -> int:
    """Start the run and kill it after some seconds; its exit code."""
    process = subprocess.Popen(
        running(folder),
        cwd=ROOT,
        env=surroundings(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        if alone:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        time.sleep(1.0)  # workers that lost their parent finish no block
        return code


Written = tuple[Path, int]
"""File in which the record of a block stands, and when it was written."""


def _finished(folder: Path, reference: Run) -> dict[int, Written]:
    """Blocks that count as finished."""
    store = Store(folder / reference.id)
    files = {block: store.holder(block).records_file for block in store.stored()}
    return {block: (path, path.stat().st_mtime_ns) for block, path in files.items()}


def _anew(before: Written, now: Written) -> bool:
    """Whether a block was written again; that it was put together with others is none of that."""
    return before != now and (before[0] == now[0] or now[0].suffix == ".json")


def _differences(folder: Path, kept: dict[int, Written], reference: Run) -> list[str]:
    """What a run that came to its end after some kills has other than the one that nobody disturbed."""
    run, wrong = found(folder), []
    run.verify()
    if run.manifest.blocks != reference.manifest.blocks:
        wrong.append("other fingerprints")
    computed = run.manifest.clock["computed"]
    if kept.keys() != set(range(BLOCKS)) and computed != BLOCKS - len(kept):
        wrong.append(f"{computed} blocks computed at last, {len(kept)} were finished before")
    if left := [*folder.rglob(".*.tmp")]:
        wrong.append(f"{len(left)} half-written files left")
    return wrong


def found(folder: Path) -> Run:
    """The one complete run below a folder."""
    (stored,) = [each for each in list_runs(folder) if each.manifest]
    return open_run(stored.id, folder)
