"""Headline numbers of two random blocks of the base case, and how they are compared.

A changed golden needs an entry under "Numbers that moved" in CHANGELOG.md. Rewrite the file with
``python -m tests.golden.golden``.
"""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np

from risk.analysis import statistics
from risk.analysis.agreement import PATHS_APART
from risk.assumptions import load
from risk.engine import simulate
from risk.runs.manifest import RELATIVE
from risk.units import SCALE

FILE = Path(__file__).with_name("base.toml")
SEED = 20261122
BLOCKS = 2


def measure() -> dict[str, dict[str, float]]:
    """Counts of the propositions and classes, and means with standard errors in reporting units."""
    blocks = [simulate(load(), SEED, index) for index in range(BLOCKS)]
    columns = {name: np.concatenate([b.outcomes[name] for b in blocks]) for name in blocks[0].outcomes}
    single = [name for name in columns if "." not in name]  # a member of a family may be zero on every path
    flags = [name for name in single if set(np.unique(columns[name])) <= {0.0, 1.0}]
    counts = {name: float(columns[name].sum()) for name in sorted(flags)}
    means: dict[str, float] = {}
    for outcome in load().outcomes.values():
        if outcome.shown:
            estimate = statistics.mean(columns[outcome.id] / SCALE[outcome.unit])
            means[outcome.id] = estimate.value
            means[f"{outcome.id}_se"] = estimate.standard_error
    return {"counts": counts, "means": means}


def stored() -> dict[str, dict[str, float]]:
    """The golden file."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def same(section: str, found: float, golden: float) -> bool:
    """Whether two values agree by the rule of their section."""
    if section == "counts":
        return abs(found - golden) <= PATHS_APART
    return math.isclose(found, golden, rel_tol=RELATIVE)


def text(measured: dict[str, dict[str, float]]) -> str:
    """A readable file: one number a line."""
    lines = [f"# Base case, seed {SEED}, {BLOCKS} random blocks of 1,024 paths; see golden.py.", ""]
    for section, values in measured.items():
        lines += [f"[{section}]", *(f"{name} = {value:.12g}" for name, value in values.items()), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    FILE.write_text(text(measure()), encoding="utf-8")
