from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import risk.runs.specification as module
from risk.errors import UsageError
from risk.runs.specification import specify
from tests.runs.fake import Assumptions


def _specify(
    level: float = 1.0, paths: int = 3000, seed: int = 1, baseline: Any = None
) -> module.Specification:
    return specify(Assumptions(level), paths, seed, baseline)  # type: ignore[arg-type]


def test_the_run_id_is_twelve_hex_digits_and_repeats() -> None:
    assert re.fullmatch("[0-9a-f]{12}", _specify().id)
    assert _specify().id == _specify().id


@pytest.mark.parametrize(
    "change",
    [{"level": 1.0000001}, {"paths": 3001}, {"seed": 2}, {"baseline": {"rent": np.ones(3)}}],
)
def test_every_ingredient_moves_the_run_id(change: dict[str, Any]) -> None:
    assert _specify(**change).id != _specify().id


def test_a_changed_baseline_moves_the_run_id() -> None:
    assert _specify(baseline={"rent": np.ones(3)}).id != _specify(baseline={"rent": np.array([1, 1, 1.5])}).id


@pytest.mark.parametrize(
    ("ingredient", "value"), [("source_digest", "other"), ("numerical_versions", {"numpy": "9"})]
)
def test_source_and_library_versions_move_the_run_id(
    monkeypatch: pytest.MonkeyPatch, ingredient: str, value: Any
) -> None:
    before = _specify().id
    monkeypatch.setattr(module, ingredient, lambda: value)
    assert _specify().id != before


def test_blocks_have_1024_paths_and_the_last_is_cut() -> None:
    specification = _specify(paths=2049)
    assert specification.blocks == 3
    assert [specification.rows(block) for block in range(3)] == [1024, 1024, 1]


@pytest.mark.parametrize("change", [{"paths": 0}, {"seed": -1}])
def test_impossible_runs_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        _specify(**change)
