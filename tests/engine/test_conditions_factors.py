"""The factors' matrix belongs to the one list of factors."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import AssumptionErrors, Assumptions, load
from risk.engine.admission import admit
from risk.shocks.draw import CORRELATION, correlation_of
from tests.engine.base import changed


def labelled(register: Assumptions, value: Any, labels: tuple[str, ...]) -> Assumptions:
    entry = replace(register.entries[CORRELATION], value=value, labels=labels)
    return replace(register, entries={**register.entries, CORRELATION: entry})


def test_the_order_of_its_rows_means_nothing(register: Assumptions) -> None:
    entry = register.entries[CORRELATION]
    turned = np.asarray(entry.value)[::-1, ::-1]
    other = labelled(register, tuple(map(tuple, turned.tolist())), entry.labels[::-1])
    np.testing.assert_array_equal(correlation_of(other), correlation_of(register))
    assert correlation_of(register)[0, 5] == -0.5


@pytest.mark.parametrize("labels", [("M", "Z", "E", "H", "P", "X"), ("M", "Z", "E", "H", "P", "P"), ()])
def test_a_factor_without_its_row_is_refused(register: Assumptions, labels: tuple[str, ...]) -> None:
    with pytest.raises(AssumptionErrors, match="it needs one each of M, Z, E, H, P, L"):
        admit(labelled(register, register.entries[CORRELATION].value, labels))


def test_a_matrix_too_small_is_refused(register: Assumptions) -> None:
    small = changed(register, {CORRELATION: ((1.0, 0.1), (0.1, 1.0))})
    with pytest.raises(AssumptionErrors, match="it needs one each"):
        admit(labelled(small, small.entries[CORRELATION].value, ("M", "Z")))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("credit.factor_means", (0.4, 0.05, -0.653), "must rise from calm to stress"),
        ("credit.factor_means", (-0.4, -0.05, 1.0), "mean 0.0"),
        ("credit.factor_own", 1.0, "variance 1.18"),
    ],
)
def test_regimes_means_belong_to_their_chain(register: Assumptions, name: str, value: Any, said: str) -> None:
    """Over the chain the factor has mean zero and variance one."""
    with pytest.raises(AssumptionErrors, match=said):
        admit(changed(register, {name: value}))


def test_a_scenario_with_another_chain_keeps_the_means() -> None:
    admit(load(scenario="sector-bust"))
