"""Whether the credit factor of every pool is of unit variance, as its default probabilities take it to be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.priors import TAILS
from risk.assumptions.problems import Problem
from risk.engine.places import at_entry
from risk.factors import LETTERS
from risk.processes.markov import stationary
from risk.processes.ou import state_correlation
from risk.shocks.draw import CORRELATION, correlation_of

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.assumptions.schema import Entry

PARTS = [LETTERS.index(letter) for letter in "MZL"]
PERSISTENCE = ("revenue.demand_persistence", "revenue.lab_window_persistence")
UNIT_TOLERANCE = 1.1
"""How far the standard deviation of a pool's credit factor may be off; judgement. 1.01 in the base case."""
TINY = 1e-12
OFF_CENTER = 0.05
"""How far mean and variance of the credit factor over the regimes may be off zero and one; judgement. They
are off by a thousandth in the base case."""


def factors(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield correlations under which a pool's credit factor is not of unit variance.

    Its three parts are scaled by the correlation of their innovations. They fade at different speeds, so
    that the parts themselves are correlated a little less: nothing, unless they all but cancel. Of the credit
    factor only what is its own is correlated with the others.
    """
    yield from _cycle(assumptions)
    entries, table = assumptions.entries, assumptions.tables["credit.segment"]
    correlation = correlation_of(assumptions)[np.ix_(PARTS, PARTS)]
    correlation[0, 1:] *= assumptions.number("credit.factor_own")
    correlation[1:, 0] = correlation[0, 1:]
    demand, window = (assumptions.number(id) for id in PERSISTENCE)
    ends = _ends(entries["credit.factor_persistence"])
    displaced, weights = table.numbers("disrupted"), _ends(entries["credit.disruption"])
    pools: tuple[Any, ...] = table.rows
    window_weights = table.numbers("lab_weight")
    for i, row in enumerate(pools):
        demands = [row.demand_weight - displaced[i] * weight for weight in weights]
        off = max(
            _off(np.array([1.0, -d, -window_weights[i]]), correlation, np.array([end, demand, window]))
            for d, end in product(demands, ends)
        )
        if off > UNIT_TOLERANCE:
            reason = (
                f"M, Z and L (weights 1, {-demands[0]:g}, -{window_weights[i]:g}) all but cancel in "
                f"the credit factor of '{row.id}': its standard deviation is off by a factor of {off:.3g}"
            )
            fix = f"correlate them less, or change the weights of '{row.id}' ({table.file}:{table.lines[i]})"
            yield at_entry("A016", entries[CORRELATION], reason, "value", fix)


def _cycle(assumptions: Assumptions) -> Iterator[Problem]:
    """Yield means of the regimes that do not belong to their chain.

    Where a scenario sets another chain they stay those of the base: a world without stress is calm.
    """
    chain, found = assumptions.entries["credit.transition"], assumptions.entries["credit.factor_means"]
    means, own = np.asarray(found.value, dtype=np.float64), assumptions.number("credit.factor_own")
    share = stationary(np.asarray(chain.value, dtype=np.float64))
    mean, variance = float((share * means).sum()), float((share * means**2).sum()) + own**2
    if (np.diff(means) <= 0.0).any():
        yield at_entry("A011", found, f"{found.id} must rise from calm to stress")
    elif not chain.changes and max(abs(mean), abs(variance - 1.0)) > OFF_CENTER:
        reason = f"over the regimes the credit factor has mean {mean:.3g} and variance {variance:.3g}"
        fix = "center credit.factor_means; credit.factor_own is the root of what they leave of one"
        yield at_entry("A011", found, f"{reason}; default probabilities refer to 0 and 1", "value", fix)


def _ends(entry: Entry) -> list[float]:
    """A number's value, or both ends of its prior, base units."""
    values: list[Any] = [entry.value] if entry.prior is None else [entry.quantile(p) for p in TAILS]
    return [float(x) for x in values]


def _off(weights: NDArray[np.float64], correlation: NDArray[np.float64], kept: NDArray[np.float64]) -> float:
    """Factor by which the standard deviation of weighted states is another than that of their innovations."""
    lasting = state_correlation(correlation, kept)
    assumed, real = (abs(float((weights[:, None] * r * weights).sum())) for r in (correlation, lasting))
    return float((max(real, assumed) / max(min(real, assumed), TINY)) ** 0.5)
