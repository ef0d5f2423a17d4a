"""The disk is full, at any point of a run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from risk.runs import Run
from tests.torture.kills import found
from tests.torture.trial import BLOCKS, ROOT, Trial, running, surroundings

STORAGE = 5

SMALL = """
import errno, os, runpy, sys
room = int(sys.argv.pop(1))
real = os.fsync
used = 0
def fsync(file):
    global used
    used += os.fstat(file).st_size
    if used > room:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    real(file)
os.fsync = fsync
runpy.run_module("risk", run_name="__main__", alter_sys=True)
"""
"""The program on a disk that takes so many bytes: what does not fit is refused when it is forced to disk."""


def full_disk(folder: Path, count: int, reference: Run) -> Trial:
    """Run on disks of so many sizes up to the run's own, then with room."""
    trial = Trial(
        f"A run of {BLOCKS} blocks on one process and a disk too small by ever less, then again with room",
        "exit 5 and a sentence; finished blocks are kept, nothing half-written; then the same fingerprints",
    )
    needed = reference.store.size()
    for k in range(count):
        at = folder / str(k)
        code, said = _run_on(int(needed * k / count), at)
        wrong = []
        if code != STORAGE or "Traceback" in said:
            wrong.append(f"exit {code}: {said.strip().splitlines()[-1:]}")
        if [*at.rglob(".*.tmp")]:
            wrong.append("half-written files left")
        subprocess.run(_one_process(at), cwd=ROOT, env=surroundings(), check=True, capture_output=True)
        if found(at).manifest.blocks != reference.manifest.blocks:
            wrong.append("other fingerprints")
        trial.note("; ".join(wrong) and f"{k} of {count}: {'; '.join(wrong)}")
        shutil.rmtree(at)
    return trial


def _run_on(room: int, folder: Path) -> tuple[int, str]:
    command = [sys.executable, "-c", SMALL, str(room), *_one_process(folder)[3:]]
    done = subprocess.run(command, cwd=ROOT, env=surroundings(), capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def _one_process(folder: Path) -> list[str]:
    words = running(folder)
    return [*words[: words.index("--jobs") + 1], "1", *words[words.index("--jobs") + 2 :]]
