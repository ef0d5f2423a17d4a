"""Mutation score of the engine, by Cosmic Ray: `make mutation`.

A mutant is the source with one operator, number or condition changed. Of all mutants of the mechanisms and
processes a sample drawn with a fixed seed is tried, one by one, on a copy; one that no test notices has
survived. The tests are those that say what is right (closed forms, worked examples, laws, identities,
plain-Python twins); golden numbers, which notice any change, are not among them. The result is
`build/mutation/score.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "mutation"
COPY = WORK / "copy"
SESSION, CONFIG, SCORE = WORK / "session.sqlite", WORK / "config.toml", WORK / "score.json"

MUTATED = ("risk/mechanisms", "risk/processes")
TESTS = (
    "tests/processes",
    "tests/mechanisms",
    "tests/engine/test_identities.py",
    "tests/engine/test_market_sheet.py",
    "tests/engine/test_credit_sheet.py",
    "tests/engine/test_pool_sheet.py",
)
LEFT_OUT = ("BinaryOperator_BitOr", "ExceptionReplacer", "RemoveDecorator", "VariableRe", "VariableIn")
"""Operators that change type hints and messages, or that make names up."""

SEED, TIMEOUT = 20261130, 600


def copy() -> None:
    """The tracked source in a folder of its own: a mutant never stands in the working tree."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in subprocess.check_output(("git", "ls-files"), cwd=ROOT, text=True).splitlines():
        (COPY / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, COPY / name)


def begin(sample: int) -> int:
    """A new session of so many mutants, the others marked as left out; how many there were to draw from."""
    options = "-x -q -p no:cacheprovider -m 'not slow and not full'"
    CONFIG.write_text(
        f"""
        [cosmic-ray]
        module-path = {list(MUTATED)}
        timeout = {TIMEOUT}.0
        excluded-modules = []
        test-command = "{ROOT}/.venv/bin/python -m pytest {options} {" ".join(TESTS)}"
        [cosmic-ray.distributor]
        name = "local"
        """
    )
    SESSION.unlink(missing_ok=True)
    cosmic_ray("init")
    with use_db(SESSION, WorkDB.Mode.open) as session:
        items = {item.job_id: item.mutations[0] for item in session.work_items}
        able = {
            job: (str(m.module_path), m.operator_name, m.occurrence)
            for job, m in items.items()
            if not any(name in m.operator_name for name in LEFT_OUT)
        }
        jobs = sorted(able, key=able.__getitem__)  # ids are drawn anew in every session
        drawn = set(random.Random(SEED).sample(jobs, min(sample, len(jobs))))
        session.set_multiple_results(set(items) - drawn, WorkResult(WorkerOutcome.SKIPPED))
    return len(jobs)


def cosmic_ray(command: str) -> None:
    """Let the tool work in the copy; without bytecode, for a mutant may be as old as what it changes."""
    tool = Path(sys.executable).with_name("cosmic-ray")
    steer = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(COPY)}
    subprocess.run((tool, command, CONFIG, SESSION), cwd=COPY, env=os.environ | steer, check=True)


def score(drawn_from: int) -> dict[str, object]:
    """What became of the sample: how many were noticed, and where each survivor stands."""
    found, survivors = Counter[str](), []
    with use_db(SESSION, WorkDB.Mode.open) as session:
        items = {item.job_id: item.mutations[0] for item in session.work_items}
        for job, result in session.results:
            if result.worker_outcome is WorkerOutcome.SKIPPED:
                continue
            survived = result.test_outcome is TestOutcome.SURVIVED
            found["survived" if survived else "killed"] += 1
            if survived:
                m = items[job]
                survivors.append(f"{m.module_path}:{m.start_pos[0]} {m.operator_name.removeprefix('core/')}")
    tried = sum(found.values())
    told = {"mutants": drawn_from, "tried": tried, "killed": found["killed"], "seed": SEED}
    return told | {"tests": list(TESTS), "modules": list(MUTATED), "survivors": sorted(survivors)}


def main() -> None:
    """Try a sample of mutants and keep the score."""
    parser = argparse.ArgumentParser(description="Mutation score of the engine.")
    parser.add_argument("--sample", type=int, default=100, help="mutants to try")
    sample = parser.parse_args().sample
    WORK.mkdir(parents=True, exist_ok=True)
    copy()
    drawn_from = begin(sample)
    print(f"{sample} of {drawn_from:,} mutants; half an hour on a free core", flush=True)
    cosmic_ray("exec")
    found = score(drawn_from)
    SCORE.write_text(json.dumps(found, indent=1) + "\n")
    print(f"{found['killed']} of {found['tried']} killed; {SCORE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
