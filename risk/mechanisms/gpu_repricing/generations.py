"""GPU generations: how much work a unit does, read off what it rents for.

The market pays for a generation g the one-year rent ``index_g``. With rent proportional to
``E_g^(1 + omega)`` (E: throughput in units of the numeraire generation, omega: the discount of old units
beyond raw throughput) the observed indices fix throughput on every path:

    E_g = (index_g / index_numeraire)^(1 / (1 + omega))

Generations not yet rented stand at fixed ratios to the newest (roadmap bandwidth and rack throughput).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry


@dataclass(frozen=True)
class Params:
    """Observed rents and roadmap ratios; arrays (1, generation) unless said."""

    launch_obsolescence: Drawn = entry("gpu.launch_obsolescence")  # (path, 1) omega
    index: Array = entry("gpu.generation.index")  # USD/h, 0 where nothing is rented yet
    ratio_to_newest: Array = entry("gpu.generation.relative_throughput")  # 0 where the index decides
    numeraire: int = entry("gpu.generation.numeraire")  # column whose unit of work is one
    newest: int = entry("gpu.generation.newest")  # column of the newest generation at the base date


def only(values: Array, generation: int) -> Array:
    """One generation's column of (path, generation) values, (path, 1)."""
    return values[:, generation : generation + 1]


def throughput(params: Params) -> Array:
    """Numeraire units of work per unit, shape (path, generation)."""
    rented = params.index > 0
    ratio = np.where(rented, params.index, 1.0) / only(params.index, params.numeraire)
    observed = ratio ** (1.0 / (1.0 + params.launch_obsolescence))
    return np.where(rented, observed, params.ratio_to_newest * only(observed, params.newest))
