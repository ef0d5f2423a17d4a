"""Several programs start the same run at once."""

from __future__ import annotations

import subprocess
from pathlib import Path

from risk.runs import Run
from tests.torture.kills import found
from tests.torture.trial import ROOT, Trial, running, surroundings

LOCKED = 6


def starters(folder: Path, count: int, reference: Run) -> Trial:
    """Start a run so many times at once."""
    trial = Trial(
        f"{count} programs that start the same run at the same moment",
        "one computes it, the others open it or say who holds it (exit 6); the same fingerprints",
    )
    started = [
        subprocess.Popen(
            running(folder), cwd=ROOT, env=surroundings(), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        )
        for _ in range(count)
    ]  # fmt: skip
    told = [process.communicate()[1] for process in started]
    codes = [process.returncode for process in started]
    for code, said in zip(codes, told, strict=True):
        odd = code not in (0, LOCKED) or "Traceback" in said
        trial.note(f"exit {code}: {said.strip().splitlines()[-1:]}" if odd else "")
    if 0 not in codes:
        trial.broken.append("nobody came to the end")
    elif found(folder).manifest.blocks != reference.manifest.blocks:
        trial.broken.append("other fingerprints")
    return trial
