"""What answers from stored paths cost: processor time, time, memory, each in a fresh process.

Every answer is asked of a run beside which nothing is kept yet, as the first who asks meets it, and nothing
is simulated for it. A million paths need not be simulated to measure what they cost: `--tiled 1_024_000`
repeats the blocks of a shorter run. With `--against` another checkout answers in turn, so that both meet the
same machine; its source must compute the same runs. The ratio of both tells more than seconds do.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[1]
MB = 1024 if sys.platform == "linux" else 1024**2

CONDITION = "bust and h100_contract@2028Q4 < 1.5"
VERDICT = "show RUN"
ANSWERS = (
    *(VERDICT, "show RUN headline_loss", "show RUN h100_contract", "tail RUN", "drivers RUN"),
    *("drivers RUN --outcome bust", f"drivers RUN --when {CONDITION!r}", "voi RUN"),
    *("reverse RUN --if bust --stored", f"reverse RUN --if {CONDITION!r} --stored"),
    *("views RUN", "watch RUN", "watch RUN --event B4", "update RUN", "compare RUN RUN"),
    *("lenders RUN", "book example RUN"),
)
"""Commands as one types them; RUN stands for the run."""

PACK = "pack"
"""Workbook and page, with how the run stands, what to watch, views and actions found and kept before."""

WHOLE = ("manifest.json", "assumptions.json", "sums.parquet", "blocks")
"""What a run is, beside the folders of its arrays; all else was found later and is kept beside it."""


class Cost(NamedTuple):
    """Seconds of the processor, seconds, and the largest size of the process in MB."""

    processor: float
    wall: float
    memory: float


def main() -> None:
    """Simulate a base run where none is given, ask everything of it, and print what each answer took."""
    options = _options()
    if options.pack:
        _write_pack(options.run)
        return
    import risk

    checkouts = [HERE, *([options.against.resolve()] if options.against else [])]
    with tempfile.TemporaryDirectory() as folder:
        run = options.run.resolve() if options.run else _stored(options, Path(folder))
        paths = risk.open(run, quiet=True).paths
        print(f"{'answer':<52}{'paths':>8}" + f"{'CPU s':>8}{'s':>7}{'MB':>7}" * len(checkouts) + "  ratio")
        for answer in [*ANSWERS, PACK]:
            if options.only in answer:
                costs = [_least(checkout, answer, run, options.repeats) for checkout in checkouts]
                told = "".join(f"{c.processor:8.2f}{c.wall:7.2f}{c.memory:7,.0f}" for c in costs)
                ratio = f"{costs[0].processor / costs[-1].processor:7.2f}" if options.against else ""
                print(f"{answer:<52}{paths:>8,}{told}{ratio}", flush=True)


def _least(checkout: Path, answer: str, run: Path, repeats: int) -> Cost:
    """The least of a few attempts by each measure."""
    return Cost(*map(min, zip(*(asked(checkout, answer, run) for _ in range(repeats)), strict=True)))


def asked(checkout: Path, answer: str, run: Path) -> Cost:
    """What it costs to ask once of a run beside which nothing is kept."""
    with tempfile.TemporaryDirectory(dir=run.parent) as folder:
        bare = _bare(run, Path(folder))
        if answer == PACK:
            command = [sys.executable, __file__, "--pack", "--run", str(bare)]
        else:
            words = [run.name if word == "RUN" else word for word in shlex.split(answer)]
            command = [sys.executable, "-m", "risk", *words, "--runs", folder, "--quiet"]
        return _measured(command, checkout)


LAUNCHER = """
import os, sys, time
start = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(pid, 0)
wall = time.perf_counter() - start
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss)
"""
"""Starts a command from a small process: the size of the one that starts it is counted as its own."""


def _measured(command: Sequence[str], checkout: Path) -> Cost:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling is not what an answer costs
    launched = [sys.executable, "-ISc", LAUNCHER, *command]
    told = subprocess.run(
        launched, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    code, processor, wall, memory = map(float, told.stdout.split())
    if code:
        raise SystemExit(f"{' '.join(command)} came to nothing")
    return Cost(processor, wall, memory / MB)


def _bare(run: Path, folder: Path) -> Path:
    """The run alone in a folder, without what was found of it since; its files are linked, not copied."""
    bare = folder / run.name
    for file in run.rglob("*"):
        place = file.relative_to(run)
        if file.is_file() and (len(place.parts) > 1 or file.name in WHOLE):
            (bare / place).parent.mkdir(parents=True, exist_ok=True)
            os.link(file, bare / place)
    return bare


def _write_pack(run: Path) -> None:
    """What the command `pack` does of a stored run, but for what it simulates beside it."""
    from risk.__main__ import prepare

    prepare()  # as the program does
    from risk.door import opening, packing
    from risk.door.desk import Desk
    from risk.door.result import Result
    from risk.runs.remembered import Remembered

    at = Desk(runs=run.parent)
    opened = opening.opened(str(run), at)
    found = Remembered.of(opened)  # as the command has it
    opening.stand(found, at)
    str(Result(found, at).summary())
    packing.write(found, run.parent / "pack.xlsx", None, html=True)


def _stored(options: argparse.Namespace, folder: Path) -> Path:
    import risk

    jobs = os.cpu_count() or 1
    run = risk.run("base", paths=options.paths, seed=options.seed, jobs=jobs, runs=folder, quiet=True)
    if not options.tiled:
        return run.folder
    from tests.runs.tiled import tiled

    return tiled(run.stored, options.tiled, folder / "tiled").directory


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--tiled", type=int, default=0, help="of blocks of that run a run of so many paths")
    parser.add_argument("--run", type=Path, help="folder of a stored run")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--only", default="", help="answers with this in their command")
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--pack", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
