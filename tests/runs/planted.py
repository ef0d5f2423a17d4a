"""A register with planted numbers, and a model of it whose effects are known; workers import it by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.errors import NumericalError
from risk.shocks.stream import generator
from tests.assumptions.builder import PROVENANCE, Register

SEED, PATHS = 7, 2_048

DECIDES, SMALL, IDLE, FRAGILE, BRITTLE = (
    f"gpu.{name}" for name in ("decides", "small", "idle", "fragile", "brittle")
)
"""Numbers by what they do: move much, move a little, move nothing, break half way up, break at once."""

NUMBERS = (DECIDES, SMALL, IDLE, FRAGILE, BRITTLE)

LOSS = 1e9
"""USD that a path loses for each unit of its draw."""


def register(folder: Path, fixed: str = "") -> Assumptions:
    """A register with one number of each kind, all 0.4 in a range from 0.2 to 0.8."""
    found = Register(folder)
    for id in NUMBERS:
        why = f'fixed = "{fixed}"\n' if fixed and id == DECIDES else ""
        head = f'[{id}]\nvalue = 0.4\nunit = "1"\nlow = 0.2\nhigh = 0.8\nowner = "Risk"\n'
        found.add("gpu", f"{head}{why}{PROVENANCE}\n")
    return found.load()


def trial(
    assumptions: Assumptions, seed: int, rows: Mapping[int, int], outcomes: Iterable[str], baseline: Any
) -> dict[str, NDArray[np.float64]]:
    """A bust where a uniform draw lies below DECIDES; a loss of (1 + SMALL / 1000) times another draw,
    and a little more of it the larger FRAGILE.
    """
    x = {id: assumptions.number(id) for id in (DECIDES, SMALL, FRAGILE, BRITTLE)}
    if x[BRITTLE] != 0.4 or x[FRAGILE] > 0.65:
        raise NumericalError("too far for the model")
    draws = np.concatenate([generator(seed, "planted", b).random((1024, 2))[:n] for b, n in rows.items()])
    bust = draws[:, 0] < x[DECIDES]
    found = {
        "bust": bust * 1.0,
        "durable": 1.0 - bust,
        "headline_loss": LOSS * draws[:, 1] * (1.0 + x[SMALL] / 1_000.0) * (1.0 + x[FRAGILE] / 20.0),
    }
    nothing = np.zeros(len(bust))
    return {name: np.asarray(found.get(name, nothing), dtype=np.float64) for name in outcomes}
