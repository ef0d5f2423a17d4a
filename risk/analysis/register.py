"""Reading the register that a run was made of: values in base units, table columns, and how good they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import priors
from risk.units import SCALE, TEXT_UNITS

Array = NDArray[np.float64]
Register = Mapping[str, Any]
"""The normalised assumptions of a run, `Run.assumptions`."""


def has(register: Register, identifier: str) -> bool:
    """Whether the register has such an entry."""
    return identifier in register["entries"]


def numbers(register: Register, identifier: str) -> Array:
    """Value of an entry in base units: shape () for a scalar, (n,) for a vector."""
    entry = register["entries"][identifier]
    return np.asarray(entry["value"], dtype=np.float64) * SCALE[entry["unit"]]


def number(register: Register, identifier: str) -> float:
    """Value of a scalar entry in base units."""
    return float(numbers(register, identifier))


def rows(register: Register, table: str) -> list[dict[str, Any]]:
    """Rows of an entity table, in its own units."""
    found: list[dict[str, Any]] = register["tables"][table]["rows"]
    return found


def column(register: Register, table: str, name: str) -> Array:
    """A numeric column of an entity table in base units, (row,)."""
    scale = SCALE[register["tables"][table]["units"].get(name, "1")]
    return np.array([float(row[name]) for row in rows(register, table)]) * scale


def words(register: Register, table: str, name: str = "name") -> tuple[str, ...]:
    """A text column of an entity table."""
    return tuple(str(row[name]) for row in rows(register, table))


def prior_quantiles(entry: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """P5, P50 and P95 of an entry's prior in its own unit; None where it is fixed or a vector."""
    if entry["prior"] is None or entry["prior"]["shape"] == "dirichlet":
        return None
    prior = priors.parse(entry["prior"])
    low, middle, high = (float(prior.quantile(p)) for p in (0.05, 0.5, 0.95))
    return low, middle, high


def is_text(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is a setting in words."""
    return entry["unit"] in TEXT_UNITS


def graded(register: Register, grade: str) -> int:
    """Number of entries with a grade of evidence."""
    return sum(entry["grade"] == grade for entry in register["entries"].values())
