"""What a spreadsheet of the markets is given of one path, in plain numbers.

Numbers of the register as the path drew them, its shocks, what a scenario forces, and what the credit side
did: its own spreadsheets are `credit_sheet` and `pool_sheet`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from risk.shocks.stream import BLOCK
from tests.engine.base import Opened

FACTORS = "MZEHPL"
HOURS = 8760.0


class Credit(NamedTuple):
    """The credit market and the neoclouds in a quarter."""

    spread: float
    availability: float
    sofr: float
    guarantees: float  # USD called of sponsors of vehicles
    repossessed: list[tuple[int, float]]  # generation and GPUs of facilities that defaulted
    planned: float | None  # USD that neoclouds wanted to spend; None where they plan nothing this quarter
    financed: float  # USD of it that found its money


class Given:
    """One path of a block.

    Parameters
    ----------
    drawn : every register number of the block, id → float, vector, or one row a path.
    """

    def __init__(self, run: Opened, drawn: dict[str, Any], row: int) -> None:
        self.run, self.drawn, self.row = run, drawn, row
        self._numbers: dict[str, Any] = {}
        self._common = run.shocks.common[:, row].tolist()
        self._own: dict[str, Any] = {name: x[:, row].tolist() for name, x in run.shocks.idiosyncratic.items()}
        self._uniform: dict[str, Any] = {}

    def many(self, name: str) -> Any:
        """A vector or a matrix of the register, or a column of a table, as lists."""
        if name not in self._numbers:
            self._numbers[name] = plain(self.drawn[name], self.row)
        return self._numbers[name]

    def v(self, name: str) -> float:
        """A register number on this path."""
        found = self.many(name)
        return float(found[0] if isinstance(found, list) else found)

    def factor(self, letter: str, t: int) -> float:
        """Innovation of a common factor in quarter t."""
        return float(self._common[t - 1][FACTORS.index(letter)])

    def own(self, group: str, t: int) -> list[float]:
        """Innovations of a group's entities in quarter t."""
        return list(self._own[group][t - 1])

    def uniform(self, event: str, t: int) -> list[float]:
        """Uniforms that decide an event in quarter t."""
        if event not in self._uniform:
            self._uniform[event] = self.run.shocks.uniform[event][:, self.row].tolist()
        return list(self._uniform[event][t - 1])

    def forced(self, variable: str, t: int) -> float:
        """What the scenario adds in quarter t."""
        return float(self.run.forced[variable][t][self.row, 0])

    def credit(self, t: int) -> Credit:
        """What the credit side did in quarter t."""
        flow, layout, row = self.run.flow(t), self.run.layout, self.row
        units, bought = flow.operators.facility.repossessed[row], layout.book.generation
        called, new = np.broadcast_to(flow.segments.guarantee_called, (BLOCK, 1)), flow.operators.new
        return Credit(
            spread=float(flow.spread[row, 0]),
            availability=float(flow.market.availability[row, 0]),
            sofr=float(flow.market.sofr[row, 0]),
            guarantees=float(called[row, 0]),
            repossessed=[(int(bought[i]), float(units[i])) for i in np.flatnonzero(units)],
            planned=sum(new.planned[row].tolist()) if t in layout.cohorts else None,
            financed=sum(new.financed[row].tolist()),
        )


def plain(value: Any, row: int) -> Any:
    """A path's number, list or lists of a register value."""
    if isinstance(value, int | float):
        return value
    values = np.asarray(value)
    if values.ndim == 2 and len(values) in (1, BLOCK):
        return values[row if len(values) == BLOCK else 0].tolist()
    return values.tolist()


def clip(x: float, low: float, high: float) -> float:
    """The nearest number within bounds."""
    return min(max(x, low), high)
