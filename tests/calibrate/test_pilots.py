"""The noise of the medians: what other pilots do to every cut, on the same draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from risk.analysis import statistics
from risk.analysis.amplification import MEASURES, OFF, ON, _with
from risk.analysis.statistics import Estimate
from risk.assumptions import Assumptions
from risk.calibrate import pilots
from risk.calibrate.pilots import OTHERS, noise
from risk.engine.swapped import parameter_seed

SEED = 11


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Assumptions]:
    """An engine in which a cut halves the loss, give or take what a pilot's seed says of it."""

    def pilot(_: Any, seed: int) -> float:
        return 2.0 + (seed % 97) / 970.0

    def trial(
        case: Any, seed: int, rows: Mapping[int, int], names: Iterable[str], baseline: float | None = None
    ) -> dict[str, Any]:
        assert seed == SEED
        divisor = 1.0 if baseline is None or case.deaf else baseline
        draws = np.random.default_rng(seed).exponential(1.0, 1_024)
        return dict.fromkeys(names, draws / divisor)

    monkeypatch.setattr(pilots, "pilot", pilot)
    monkeypatch.setattr(pilots, "trial", trial)
    made = {ON: False, "a->b": False, "b->c": True, OFF: False, "all on, pushed": False}
    return {name: cast(Assumptions, SimpleNamespace(deaf=deaf)) for name, deaf in made.items()}


def test_what_a_pilot_moves_is_in_the_error(planted: dict[str, Assumptions]) -> None:
    told: list[str] = []
    found = noise(planted[ON], planted, SEED, told.append)
    assert found.keys() == {"a->b", "b->c", OFF}
    assert set(found[OFF]) == {measure.name for measure in MEASURES}
    assert "3 cuts" in told[0]
    seeds = (SEED, *(parameter_seed(SEED, k + 1) for k in range(OTHERS)))
    spread = np.std([2.0 + (seed % 97) / 970.0 for seed in seeds], ddof=1)
    assert found["a->b"]["mean"] == pytest.approx(spread * statistics.widened(OTHERS))
    assert found["b->c"]["mean"] == pytest.approx(0.0, abs=1e-12)


def test_the_error_of_a_ratio_has_both() -> None:
    assert _with(Estimate(4.3, 0.03, 9), 0.04).standard_error == pytest.approx(0.05)
