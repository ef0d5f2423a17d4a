"""The scale of a register: what its money, its prices, its units and its power are counted in.

Decisions of the model are the same whatever these are. A case therefore takes what it leaves open from the
register of today in the ratios that its own sizes have to today's, and a placebo is the same case in another
currency and another unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from risk.assumptions.plausible import Range
from risk.assumptions.schema import INTEGERS
from risk.units import TEXT_UNITS

LOGARITHMS = frozenset({"revenue.log_ceiling"})
"""Logarithms of money: their unit does not say so."""

PRICES = ("USD/h", "USD/GPU", "USD k/GPU", "USD k", "USD")
"""What is paid for one unit of work, or an hour of it; larger amounts are of firms and markets."""

COUNTS = ("GPU", "H100e")
POWER = ("GW", "TWh")
"""Power that all units draw together; the power of one, in kW, stays."""

RELATIVE = {"normal": (), "lognormal": ("sigma",), "uniform": (), "triangular": ()}
"""Shapes of prior that a factor moves, and what of each it leaves alone."""


@dataclass(frozen=True)
class Scale:
    """By how much numbers of each kind grow."""

    money: float = 1.0
    price: float = 1.0
    work: float = 1.0
    power: float = 1.0

    def of(self, unit: str) -> float:
        """Return by how much a number of a unit grows."""
        above, _, below = unit.partition(" per ")
        if "USD" in below:
            return 1.0 / self.money
        if above in PRICES or (above.startswith("USD/") and "GW" not in above):
            return self.price
        first = above.partition("/")[0]
        if first.startswith("USD"):
            return self.money / (self.power if "/GW" in above else 1.0)
        return self.work if first.startswith(COUNTS) else self.power if first.startswith(POWER) else 1.0

    @property
    def kinds(self) -> dict[str, float]:
        """Factors by what they are of."""
        return {"money": self.money, "prices": self.price, "units": self.work, "power": self.power}


def entry(id: str, table: Mapping[str, Any], scale: Scale) -> dict[str, Any]:
    """Return the raw table of an entry at another scale: value, prior and plausible range."""
    unit = table.get("unit")
    if not isinstance(unit, str) or unit in TEXT_UNITS or table.get("domain") in INTEGERS:
        return dict(table)
    if id in LOGARITHMS:
        shift = math.log(scale.money)
        found = {
            key: _each(table[key], lambda x: x + shift) for key in _NUMBERS if table.get(key) is not None
        }
        return {**table, **found, **_prior(table, lambda prior: shifted(prior, shift))}
    by = scale.of(unit)
    if by == 1.0:
        return dict(table)
    found = {key: _each(table[key], lambda x: x * by) for key in _NUMBERS if table.get(key) is not None}
    return {**table, **found, **_prior(table, lambda prior: multiplied(prior, by))}


_NUMBERS = ("value", "low", "high")


def _prior(table: Mapping[str, Any], move: Any) -> dict[str, Any]:
    prior = table.get("prior")
    return {"prior": move(prior)} if isinstance(prior, Mapping) else {}


def multiplied(prior: Mapping[str, Any], by: float) -> dict[str, Any]:
    """Return a prior of what is `by` times as large."""
    kept = ("shape", *RELATIVE.get(str(prior["shape"]), tuple(prior)))
    return {key: x if key in kept else x * by for key, x in prior.items()}


def shifted(prior: Mapping[str, Any], by: float) -> dict[str, Any]:
    """Return a prior of what is larger by an amount; a lognormal one is left alone."""
    moved = ("low", "high", "mean", "mode") if prior["shape"] in ("normal", "uniform", "triangular") else ()
    return {key: x + by if key in moved else x for key, x in prior.items()}


def ranges(known: Mapping[str, Range], units: Mapping[str, str], scale: Scale) -> dict[str, Range]:
    """Return the plausible ranges of a table's columns at another scale; those of dates are left out."""
    found = {}
    for column, bounds in known.items():
        if not isinstance(bounds.low, str) and column != "year":
            by = scale.of(units.get(column, "1"))
            found[column] = Range(bounds.low * by, bounds.high * by, bounds.zero)
    return found


def _each(value: Any, move: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_each(item, move) for item in value]
    return value if isinstance(value, bool) or not isinstance(value, (int, float)) else move(value)
