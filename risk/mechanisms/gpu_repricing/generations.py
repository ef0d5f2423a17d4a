"""GPU generations: how much work a unit does, read off what it rents for.

The market pays for a generation g the one-year rent ``index_g``. With rent proportional to
``E_g^(1 + omega)`` (E: throughput in H100 equivalents, omega: the discount of old units beyond raw
throughput) the observed indices fix throughput on every path:

    E_g = (index_g / index_H100)^(1 / (1 + omega))

Generations not yet rented stand at fixed ratios to B200 (roadmap bandwidth and rack throughput).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.parameters import Array, Drawn, entry

H100, B200 = 1, 3
"""Columns of the numeraire generation and of the newest one at the base date."""


@dataclass(frozen=True)
class Params:
    """Observed rents and roadmap ratios; arrays (1, generation) unless said."""

    launch_obsolescence: Drawn = entry("gpu.launch_obsolescence")  # (path, 1) omega
    index: Array = entry("gpu.generation.index")  # USD/h, 0 where nothing is rented yet
    ratio_to_b200: Array = entry("gpu.generation.relative_throughput")  # 0 where the index decides


def throughput(params: Params) -> Array:
    """H100 equivalents per GPU, shape (path, generation)."""
    rented = params.index > 0
    ratio = np.where(rented, params.index, 1.0) / params.index[:, H100 : H100 + 1]
    observed = ratio ** (1.0 / (1.0 + params.launch_obsolescence))
    return np.where(rented, observed, params.ratio_to_b200 * observed[:, B200 : B200 + 1])
