"""Sources: what one register or several together do to the headlines, with the error of the difference."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis.sources import Came, Wide, sources
from tests.analysis.errors import student

N = 2_000
DRAWS = np.random.default_rng(5).random((N, 2))


def world(chance: float, n: int = N) -> dict[str, np.ndarray]:
    bust = (DRAWS[:n, 0] < chance) * 1.0
    return {"bust": bust, "durable": 1.0 - bust, "headline_loss": 1e11 * DRAWS[:n, 1] * (1.0 + chance)}


def wide(name: str) -> Wide:
    return Wide(name, name, ("gpu.x",), {})


def test_the_weightiest_comes_first_and_what_moves_nothing_weighs_nothing() -> None:
    came = [
        Came(wide(name), (world(c),), 1.0) for name, c in {"idle": 0.3, "much": 0.5, "little": 0.36}.items()
    ]
    found = sources(world(0.3), [*came, Came(wide("broken"), (), 0.0, "why")], [wide("none")])
    assert [row.wide.source for row in found.dropped] == ["much", "little", "broken", "idle"]
    moved = world(0.5)["bust"] - world(0.3)["bust"]
    change = found.dropped[0].changes["bust"]
    assert change.value == pytest.approx(moved.mean())
    assert change.standard_error == pytest.approx(student(moved))
    assert (found.dropped[2].changes, found.dropped[2].weight) == ({}, 0.0)
    idle = found.dropped[3]
    assert all(e.value == 0.0 == e.standard_error for e in idle.changes.values())
    assert [each.source for each in found.idle] == ["none"]


def test_several_registers_are_one_world_on_the_same_paths() -> None:
    n = N // 4
    worlds = tuple(world(chance, n) for chance in (0.1, 0.3, 0.5, 0.7))
    found = sources(world(0.3), [Came(wide("x"), worlds, 0.5, "far")], [])
    moved = np.mean([each["bust"] for each in worlds], axis=0) - world(0.3, n)["bust"]
    change = found.dropped[0].changes["bust"]
    assert change.value == pytest.approx(moved.mean())
    assert change.standard_error == pytest.approx(student(moved))
    assert (found.dropped[0].reached, found.dropped[0].refused) == (0.5, "far")
