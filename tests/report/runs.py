"""Small real runs, made once for all tests of packs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from risk.assumptions import load
from risk.runs import Run, execute

PATHS, SEED = 2048, 20261122


@cache
def folder() -> Path:
    return Path(mkdtemp(prefix="bubblerisk-tests-"))


@cache
def run(scenario: str = "base", seed: int = SEED) -> Run:
    return execute(load(scenario=scenario), PATHS, seed, jobs=1, directory=folder())
