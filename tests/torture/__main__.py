"""Torture the program, and write what came of it into docs/trust.md: `make torture`."""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does

import risk
from risk.runs import Run
from tests.torture import disk, kills, registers, rot, starters, workbooks, workers
from tests.torture.trial import ROOT, Trial

SEED = 20261130
SMALL = 1100
"""Paths of the run whose files are damaged: two random blocks, one of them cut."""
PAGE, KEPT = ROOT / "docs" / "trust.md", ROOT / "build" / "torture.json"
BEGIN, END = "<!-- torture -->\n", "<!-- /torture -->\n"


def main() -> int:
    """Try everything, print a line each, and put what came of it into the table of the page."""
    options = _options()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    broken = False
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for name, trials in _trials(Path(folder), random.Random(SEED)).items():
            if options.only and name not in options.only:
                continue
            found = list(trials())
            for trial in found:
                _tell(name, trial)
            _keep(name, found)
            broken |= any(trial.broken for trial in found)
    return int(broken)


def _trials(folder: Path, rng: random.Random) -> dict[str, Callable[[], Iterable[Trial]]]:
    """Name → what makes its trials."""
    kept: list[Run] = []

    def place(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name

    def reference() -> Run:
        if not kept:
            kept.append(kills.whole(place("whole")))
        return kept[0]

    return {
        "kills": lambda: [kills.kills(place("kills"), 50, reference(), rng)],
        "workers": lambda: [workers.killed_workers(place("workers"), 500, rng)],
        "counts": lambda: [workers.counts(place("counts"), 8)],
        "starters": lambda: [starters.starters(place("starters"), 8, reference())],
        "disk": lambda: [disk.full_disk(place("disk"), 12, reference())],
        "rot": lambda: rot.rot(kills.whole(place("small"), SMALL), 300, 900, rng),
        "workbooks": lambda: [workbooks.workbooks(place("workbooks"))],
        "registers": lambda: [registers.registers(place("registers"), 300, rng)],
    }


def _keep(name: str, found: Iterable[Trial]) -> None:
    """Keep what came of a kind of trial beside what is known of the others, and write all of it down."""
    known = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    known[name] = [_row(trial) for trial in found]
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(known, indent=1, ensure_ascii=False), "utf-8")
    PAGE.write_text(_replaced(PAGE.read_text("utf-8"), table(known)), "utf-8")


def _row(trial: Trial) -> list[str]:
    wrong = str(len(trial.broken) or "none")
    return [trial.what, f"{trial.tried:,}", trial.held, wrong, f"{datetime.now(UTC):%Y-%m-%d}"]


def table(known: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """What was tried and what held, as the page shows it, kind by kind."""
    lines = [
        f"Version {risk.__version__}; moments and places are drawn with seed {SEED}.\n",
        "| tried | times | must hold | did not | on |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(row)} |" for rows in known.values() for row in rows]
    return "\n".join(lines) + "\n"


def _replaced(page: str, text: str) -> str:
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE} has no place for the table ({BEGIN.strip()} … {END.strip()})")
    return pattern.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page)


def _tell(name: str, trial: Trial) -> None:
    width = shutil.get_terminal_size().columns
    print(
        f"{name:<10} {trial.tried:>6,} tried, {len(trial.broken)} did not hold  {trial.what}"[:width],
        flush=True,
    )
    for wrong in trial.broken:
        print(f"           {wrong}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", help="kinds of trial; rows of others stay")
    parser.add_argument("--folder", type=Path, help="where the runs are stored meanwhile")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
