"""The vocabulary of a path's story: what an event is, and a quarter of a rerun as its tellers read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.engine.rerun import Rerun

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Event:
    """Something out of the ordinary.

    Attributes
    ----------
    kind : one of a fixed list, e.g. `launch` or `payment_default`.
    entity : whom it befell; empty where it is everybody.
    sentence : what happened, in plain English, with numbers and units.
    amount : its size in `unit`; None where it has none.
    """

    kind: str
    entity: str
    sentence: str
    amount: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Moment:
    """Quarter `t` of a rerun, told in the words of a register."""

    rerun: Rerun
    t: int
    register: Assumptions

    def series(self, name: str) -> tuple[float, float]:
        """A series before and after the quarter."""
        values = self.rerun.series[name]
        return float(values[self.t - 1]), float(values[self.t])

    def row(self, name: str) -> Array:
        """A detail of the quarter, (n,); NaN for entities that do not exist yet."""
        return np.asarray(self.rerun.detail[name][self.t])

    def before(self, name: str) -> Array:
        """The same a quarter earlier."""
        return np.asarray(self.rerun.detail[name][self.t - 1])

    def has(self, name: str) -> bool:
        """Whether the model records a detail."""
        return name in self.rerun.detail

    def one(self, name: str) -> float:
        """A detail that is one number a path."""
        return float(self.row(name)[0])

    def total(self, *names: str) -> float:
        """Sum of details over all entities; those the model does not record count as nothing."""
        return float(sum(np.nansum(self.row(name)) for name in names if self.has(name)))

    def said(self, text: str, *parts: object) -> str:
        """A sentence with its roles by name, see `Assumptions.said`."""
        return self.register.said(text, *parts)

    def where(self, axis: str, happened: Array | NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
        """Columns in which something happened, each with its entity's name."""
        names = self.rerun.names[axis]
        for column in np.flatnonzero(happened):
            yield int(column), names[column]


def money(usd: float) -> str:
    """An amount of USD in words: $1.2tn, $34bn, $4.1bn, $320m."""
    size = abs(usd)
    sign = "-" if usd < 0 and size >= 5e5 else ""
    if size >= 9.995e11:
        return f"{sign}${size / 1e12:.2f}tn"
    if size >= 9.95e8:
        return f"{sign}${size / 1e9:.{0 if size >= 9.95e9 else 1}f}bn"
    return f"{sign}${size / 1e6:.0f}m"


def percent(share: float) -> str:
    """A share in percent, one decimal below ten."""
    return f"{100.0 * share:.{0 if abs(share) >= 0.0995 else 1}f}%"


def bp(rate: float) -> str:
    """A rate in basis points."""
    return f"{1e4 * rate:,.0f} bp"


PLAIN = {
    "facility": "facilities",
    "ddtl": "delayed-draw loans",
    "vendor": "vendor loans",
    "site_loan": "site loans",
    "holdco": "HoldCo paper",
    "revolver": "revolvers",
    "spv": "SPV debt",
    "software": "software loans",
    "b_loans": "B loans",
}
"""Instruments and segments whose name is not its own word."""


def plain(name: str) -> str:
    """An instrument or segment in plain words."""
    return PLAIN.get(name, name.replace("_", " "))
