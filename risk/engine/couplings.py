"""The switches between mechanisms: a coupling that is off passes the base case's median path.

With the same draws and the median of the coupled base case in its place, an input that is cut off keeps its
trend and loses its dependence: what changes between on and off is structure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from risk.paths import COUPLINGS

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """Median path of every coupled input, name → (quarter + 1, entity)."""

    medians: Mapping[str, Array]

    @property
    def digest(self) -> str:
        """Hash of the medians; part of a run's specification."""
        total = hashlib.sha256()
        for name in sorted(self.medians):
            total.update(name.encode())
            total.update(np.ascontiguousarray(self.medians[name]).tobytes())
        return total.hexdigest()


def name_of(coupling: str, part: str) -> str:
    """Name of one input of a coupling."""
    if coupling not in COUPLINGS:
        raise KeyError(coupling)
    return f"{coupling}:{part}" if part else coupling


@dataclass
class Links:
    """Passes an input on, or its base median where the coupling is off; keeps what passed for a pilot.

    Attributes
    ----------
    switches : coupling → on.
    baseline : medians of the coupled base case; needed as soon as one switch is off.
    keep : whether to keep every value (a pilot does).
    """

    switches: Mapping[str, bool]
    baseline: Baseline | None = None
    keep: bool = False
    kept: dict[str, dict[int, Array]] = field(default_factory=dict)

    def __call__(self, coupling: str, t: int, value: Array, part: str = "") -> Array:
        """The input that the reading mechanism sees in quarter t, (path, entity)."""
        name = name_of(coupling, part)
        if self.keep:
            self.kept.setdefault(name, {})[t] = value
        if self.switches.get(coupling, True):
            return value
        if self.baseline is None:
            raise ValueError(f"coupling {coupling} is off and there is no baseline")
        return np.broadcast_to(self.baseline.medians[name][t], value.shape)


def medians(kept: Mapping[str, Mapping[int, Array]], quarters: int) -> Baseline:
    """Median path of every input over a pilot's paths."""
    out = {}
    for name, values in kept.items():
        path = np.zeros((quarters + 1, next(iter(values.values())).shape[1]))
        for t, value in values.items():
            path[t] = np.median(value, axis=0)
        out[name] = path
    return Baseline(out)
