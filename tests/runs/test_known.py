"""What a stored run knows of a register, and when it knows nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from risk.runs import Run
from risk.runs.known import Known
from tests.runs import fake

OUTCOMES = ("fell", "fell_in")


def _asked(folder: Path, assumptions: Any, paths: int = 1_000, seed: int = fake.SEED) -> Any:
    return Known(folder, seed, paths).outcomes(assumptions, None, OUTCOMES)


def test_a_longer_run_of_the_same_inputs_has_the_first_paths(reference: Run) -> None:
    found = _asked(reference.directory.parent, fake.Assumptions())
    stored = reference.outcomes(OUTCOMES)
    for name in OUTCOMES:
        np.testing.assert_array_equal(found[name], stored[name][:1_000])


def test_a_run_of_other_inputs_paths_or_seed_knows_nothing(reference: Run, tmp_path: Path) -> None:
    folder = reference.directory.parent
    assert _asked(folder, fake.Assumptions(level=2.0)) is None
    assert _asked(folder, fake.Assumptions(), paths=fake.PATHS + 1) is None
    assert _asked(folder, fake.Assumptions(), seed=fake.SEED + 1) is None
    assert _asked(tmp_path / "nowhere", fake.Assumptions()) is None
    assert Known(folder, fake.SEED, 1_000).outcomes(fake.Assumptions(), None, ("other",)) is None  # type: ignore[arg-type]


def test_a_damaged_run_knows_nothing(reference: Run, tmp_path: Path) -> None:
    run = fake.run(tmp_path)
    next(run.directory.glob("outcomes/*")).write_bytes(b"torn")
    assert _asked(tmp_path, fake.Assumptions()) is None
