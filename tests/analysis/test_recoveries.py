"""Recoveries by hand, their errors against sampling, and the figures of the thesis page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.analysis import recoveries
from risk.analysis.recoveries import Array, Claims
from risk.analysis.statistics import Estimate
from risk.assumptions.page import Figure
from risk.runs import Run
from risk.shocks.stream import generator
from tests.analysis.errors import student

BILLION = 1e9


def claims(par: list[float], loss: list[float]) -> Claims:
    return Claims(np.array(par) * BILLION, np.array(loss) * BILLION)


HAND = claims([0.0, 10.0, 20.0, 70.0], [0.0, 2.0, 10.0, 63.0])
"""Recoveries of 80, 50 and 10% on three paths; nothing defaults on the first."""


@dataclass(frozen=True)
class Stored:
    """The columns of a run."""

    columns: dict[str, Array]
    entities: dict[str, tuple[str, ...]]
    paths: int = 4

    def outcomes(self, names: list[str]) -> dict[str, Array]:
        return {name: self.columns[name] for name in names}


def stored() -> Run:
    columns = {
        "claim.a": [10.0, 0.0, 8.0, 4.0],
        "loss.a": [5.0, 0.0, 6.0, 1.0],
        "claim_stress.a": [4.0, 0.0, 8.0, 0.0],
        "loss_stress.a": [3.0, 0.0, 6.0, 0.0],
        "claim.b": [10.0, 5.0, 0.0, 0.0],
        "loss.b": [9.0, 5.0, 0.0, 0.0],
        "claim_stress.b": [0.0, 5.0, 0.0, 0.0],
        "loss_stress.b": [0.0, 5.0, 0.0, 0.0],
    }
    scaled = {name: np.array(values) * BILLION for name, values in columns.items()}
    return cast(Run, Stored(scaled, {"losses.instrument": ("a", "b")}))


def both(stress: bool = False) -> Claims:
    return recoveries.together(recoveries.claims(stored(), "stress" if stress else ""), ["a", "b"])


def test_a_dollar_recovers_the_ratio_of_means_and_a_path_its_own() -> None:
    found = recoveries.recovery(HAND)
    assert found.n == 3
    assert found.pooled.value == pytest.approx(1.0 - 75.0 / 100.0)
    assert found.quantiles[1].value == pytest.approx(0.5)
    assert (found.lowest, found.highest) == pytest.approx((0.1, 0.8))


def test_the_error_of_a_ratio_by_hand() -> None:
    """Influence (loss − .75 par) / 25: 0, −.22, −.2, .42, a mean of four."""
    influence = np.array([0.0, -5.5, -5.0, 10.5]) / 25.0
    assert recoveries.pooled(HAND).standard_error == pytest.approx(student(influence))


def test_the_error_of_a_ratio_is_that_of_repeated_samples() -> None:
    draws = generator(1, "recoveries", 0)
    par = np.exp(draws.standard_normal((400, 500))) * BILLION
    loss = par * (0.3 + 0.4 * draws.random((400, 500)) * (par > BILLION))
    found = [recoveries.pooled(Claims(p, x)) for p, x in zip(par, loss, strict=True)]
    spread = np.std([e.value for e in found], ddof=1)
    # 400 samples know a standard deviation to 3.5%
    assert np.mean([e.standard_error for e in found]) == pytest.approx(spread, rel=0.15)


def test_regimes_are_parts_of_the_whole() -> None:
    every, stress = both(), both(stress=True)
    rest = every.less(stress)
    assert (every.par.sum(), stress.par.sum(), rest.par.sum()) == (37 * BILLION, 17 * BILLION, 20 * BILLION)
    assert recoveries.pooled(stress).value == pytest.approx(1.0 - 14.0 / 17.0)
    assert recoveries.pooled(rest).value == pytest.approx(1.0 - 12.0 / 20.0)
    gap = recoveries.difference(stress, rest)
    assert gap.value == pytest.approx(12.0 / 20.0 - 14.0 / 17.0)
    assert recoveries.difference(every, every) == Estimate(0.0, 0.0, 4)


def test_no_claim_has_no_recovery() -> None:
    nothing = claims([0.0, 0.0], [0.0, 0.0])
    found = recoveries.recovery(nothing)
    assert (found.n, found.pooled.n) == (0, 0)
    assert all(np.isnan(x) for x in (found.pooled.value, found.lowest, found.quantiles[0].value))
    assert recoveries.difference(nothing, HAND).n == 0


@given(
    par=arrays(float, 20, elements=st.floats(0.0, 1e12)),
    lost=arrays(float, 20, elements=st.floats(0.0, 1.0)),
)
def test_recoveries_are_shares(par: Array, lost: Array) -> None:
    found = Claims(par, par * lost)
    paths = recoveries.by_path(found)
    assert ((paths >= 0.0) & (paths <= 1.0)).all()
    if len(paths):
        assert -1e-9 <= recoveries.pooled(found).value <= 1.0 + 1e-9


def test_a_figure_of_the_page_is_placed_among_the_paths() -> None:
    worst = np.array([True, False, False, False])
    found = recoveries.reconciled(0.30, both(), both(stress=True), worst)
    # path by path 30%, 0%, 25% and 75% are recovered
    assert found.below.value == pytest.approx(0.75)
    assert found.everywhere.pooled.value == pytest.approx(1.0 - 26.0 / 37.0)
    assert found.worst.pooled.value == pytest.approx(0.3)


def test_figures_of_the_page_are_percent() -> None:
    private, syndicated, words = (
        Figure(id=value, section="Credit", value=value, unit="%") for value in ("33", "~52", "low")
    )
    assert recoveries.page_figure(private) == pytest.approx(0.33)
    assert recoveries.page_figure(syndicated) == pytest.approx(0.52)
    with pytest.raises(ValueError, match="'low', which is no number"):
        recoveries.page_figure(words)
