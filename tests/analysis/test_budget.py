"""Budgets against a result whose variance is known: parameters 1, shocks 4, both 2."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.budget import Budget, budget, readings
from risk.assumptions import load
from tests.stored_paths import stored

Array = np.ndarray

KNOWN = {"parameters": 2.0 / 7.0, "shocks": 3.0 / 7.0, "both": 2.0 / 7.0}
TOTALS = {"a": 3.0 / 7.0, "b": 1.0 / 7.0, "idle": 0.0}


def result(a: Array, b: Array, shock: Array) -> Array:
    """Variance 1 + 1 of parameters, 3 of shocks, 2 of the first parameter with a shock."""
    return np.asarray(a + b + np.sqrt(3.0) * shock + np.sqrt(2.0) * a * shock)


def drawn(seed: int, n: int = 4_096) -> Budget:
    rng = np.random.default_rng(seed)
    a, b, shock, *others = rng.standard_normal((8, n))
    struck = np.stack([result(a, b, others[0]), result(a, b, others[1])])
    redrawn = result(others[2], others[3], shock)
    groups = {"a": result(others[2], b, shock), "b": result(a, others[3], shock), "idle": result(a, b, shock)}
    found = budget("y", result(a, b, shock), struck, redrawn, groups)
    assert found is not None
    return found


def test_intervals_hold_what_is_known() -> None:
    found = [drawn(seed) for seed in range(200)]
    for name, share in (*KNOWN.items(), *TOTALS.items()):
        told = [f.groups[name] if name in TOTALS else getattr(f, name) for f in found]
        if name == "idle":
            assert all(e.interval == (0.0, 0.0) for e in told)
            continue
        held = np.mean([e.interval[0] <= share <= e.interval[1] for e in told])
        assert 0.90 < held < 0.999, name
        spread = np.std([e.value for e in told], ddof=1)
        assert np.mean([e.standard_error for e in told]) == pytest.approx(spread, rel=0.2), name


def test_shares_add_up_to_one_and_the_largest_comes_first() -> None:
    found = drawn(1)
    assert found.parameters.value + found.shocks.value + found.both.value == pytest.approx(1.0, abs=1e-12)
    assert found.largest == ("a", "b", "idle")


def test_what_never_varies_has_no_budget() -> None:
    same = np.ones(100)
    assert budget("y", same, np.stack([same, same]), same, {}) is None


def test_another_definition_is_held_against_the_runs_own() -> None:
    rng = np.random.default_rng(3)
    base = (rng.random(2_000) < 0.4) * 1.0
    fewer = base * (rng.random(2_000) < 0.5)
    run = stored(load(), outcomes={"bust": base, "bust_60": fewer, "B4": base, "B4_60": fewer, "B1": base})
    found = {each.id: each for each in readings(run)}
    assert found.keys() == {"bust_60", "B4_60"}
    assert found["bust_60"].of == "bust"
    assert found["B4_60"].label == "GPU rent collapses (60%)"
    change = found["B4_60"].change
    assert change.value == pytest.approx(fewer.mean() - base.mean())
    lost = base - fewer
    assert change.standard_error == pytest.approx(lost.std(ddof=1) / np.sqrt(2_000), rel=0.01)


def test_every_definition_has_words() -> None:
    register, same = load(), np.zeros(8)
    flags = {id for id in register.flags if id.partition("_")[0] in register.propositions}
    found = readings(stored(register, outcomes=dict.fromkeys({*register.propositions, *flags}, same)))
    assert flags <= {each.id for each in found}
    assert [each.id for each in found if not each.label or each.label == each.id] == []
