"""Swaps are computed once, whatever ends the program, and a damaged one is computed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions, load
from risk.errors import LockedError
from risk.runs import specify
from risk.runs.lock import hold
from risk.runs.swaps import Swaps, carry_out, swaps

PATHS, SEED = 64, 3
SETS = {"all": ("gpu.power_growth", "credit.pd_spv"), "power": ("gpu.power_growth",)}


def planted(
    assumptions: Assumptions,
    seed: int,
    rows: Mapping[int, int],
    outcomes: Iterable[str],
    ids: Collection[str],
    baseline: Any = None,
) -> dict[str, Any]:
    return {name: np.full(sum(rows.values()), float(len(ids))) for name in outcomes}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Swaps:
    monkeypatch.setattr("risk.engine.swapped.swapped", planted)
    register = load()
    return swaps(register, specify(register, PATHS, SEED), ("bust", "headline_loss"), SETS, tmp_path)


def test_each_set_is_computed_once(made: Swaps, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    assert list(made.missing) == ["all", "power"]
    carry_out(made, 1, lambda done, total, _: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert list(made.missing) == []
    found = made.kept("all")
    assert found is not None
    assert found["bust"].tolist() == [2.0] * PATHS
    monkeypatch.setattr("risk.engine.swapped.swapped", None)
    carry_out(made, 1)


def test_a_damaged_file_is_computed_again(made: Swaps) -> None:
    carry_out(made, 1)
    made.file("power").write_bytes(b"no archive")
    assert list(made.missing) == ["power"]
    carry_out(made, 1)
    assert list(made.missing) == []


def test_what_another_process_computes_is_left_to_it(made: Swaps) -> None:
    with hold(made.store.directory, "budget"), pytest.raises(LockedError):
        carry_out(made, 1)
