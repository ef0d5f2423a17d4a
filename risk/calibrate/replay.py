"""The funding waterfall replayed on reported 2025 quarters: what debt it would have issued.

The mechanism's own step runs on actual cash flow and capex, firm by firm, with what followed as the plan a
firm had for the next year. No leases, vehicles or lab stakes: the comparison is with bonds and loans.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.assumptions import Assumptions
from risk.assumptions.tables import CapexActual
from risk.axes import label, ordinal
from risk.mechanisms.capex import funding
from risk.parameters import build, entry_ids

Array = NDArray[np.float64]
AFTER_ALL_LEASES = 1000  # a quarter in which no lease commences
YEAR = ("2025Q1", "2025Q2", "2025Q3", "2025Q4")


def _parameters(register: Assumptions) -> funding.Params:
    """The waterfall's parameters at their register values, in a calm market."""
    inputs: dict[str, Any] = {}
    firms = register.tables["capex.firm"]
    for identifier in entry_ids(funding.Params):
        if identifier in register.entries:
            inputs[identifier] = np.asarray(register.value(identifier))
        else:
            inputs[identifier] = firms.numbers(identifier.rpartition(".")[2])[None, :]
    zero = np.zeros_like(inputs["capex.firm.cash"])
    before = {f"capex.firm.{x}": firms.numbers(f"{x}_before_replay")[None, :] for x in ("cash", "debt")}
    quiet = {"capex.firm.lease_not_commenced": zero, "capex.spv_share": 0.0, "capex.cfo_growth": 0.0}
    return build(funding.Params, inputs | before | quiet)


def _actuals(register: Assumptions) -> Mapping[str, tuple[Array, Array]]:
    """Capex and cash flow by quarter, (1, firm) USD, from a year before to a year after.

    What a firm has not reported is expected from the base date's quarter on, and unknown before it.
    """
    firms, base = register.tables["capex.firm"], ordinal(register.calendar.labels[0])
    cfo = firms.numbers("cfo")[None, :]
    found: dict[str, tuple[Array, Array]] = {}
    for q in range(ordinal(YEAR[0]) - 4, ordinal(YEAR[-1]) + 5):
        capex = firms.numbers("guidance" if q > base else "capex_last_quarter")[None, :]
        known = 1.0 if q >= base else np.nan
        found[label(q)] = capex * known, cfo * known
    for row in register.rows(CapexActual):
        if row.quarter in found:
            for values, reported in zip(found[row.quarter], (row.capex, row.cfo), strict=True):
                values[0, firms.names.index(row.firm)] = reported * 1e9
    return found


def gross_issuance(register: Assumptions) -> float:
    """Bonds, loans and private credit the waterfall would have issued in 2025, USD."""
    params, actuals = _parameters(register), _actuals(register)
    state = funding.init(params, 1)
    state = replace(state, cash=params.minimum_cash * params.cash, uncommenced=np.zeros_like(params.cash))
    nothing, firms = np.zeros((1, 1)), np.zeros_like(params.cash)
    market = funding.Market(np.ones((1, 1)), nothing, nothing, nothing, np.zeros((1, 2)), firms)
    issued = 0.0
    for quarter in YEAR:
        capex, cfo = actuals[quarter]
        following = [actuals[label(ordinal(quarter) + k)][0] for k in range(1, 5)]
        past = [actuals[label(ordinal(quarter) - k)][1] for k in range(4)]
        season = 4.0 * (cfo - np.mean(past, axis=0))  # a plan looks through the season of cash flow
        ahead = np.sum(following, axis=0) + season
        state, flows = funding.step(
            params, replace(state, core_cfo=cfo), AFTER_ALL_LEASES, capex, ahead, nothing, nothing, nothing,
            firms, firms, market,
        )  # fmt: skip
        issued += float((flows.bonds + flows.private_credit).sum())
    return issued
