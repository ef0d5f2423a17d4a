"""Pools and the first round of losses on single paths against a spreadsheet written on its own."""

from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import inputs
from risk.mechanisms.cascade import ultimate
from tests.base_names import INSTRUMENTS
from tests.engine.base import SEED, Opened, fixed_parameters, opened, quiet
from tests.engine.pool_sheet import SEGMENTS, Pools, first_round

TABLE = 0.01
"""The model reads the barrier of default from a table that is good to this part of a probability."""
BOOK = 1e-3
"""What is left of that in a book after all quarters: no more than a tenth of it defaults."""


@pytest.fixture(scope="module")
def still(register: Assumptions) -> Opened:
    certain = fixed_parameters(register)
    return opened(certain, register.calendar.quarters, shocks=quiet(certain))


def compare(run: Opened, register: Assumptions, drawn: dict[str, Any], row: int) -> None:
    """Every flow of every segment; defaults and what follows from them as good as the table."""
    pools = Pools(run, register, drawn, row)
    for t in range(1, len(run.worlds)):
        found, state = pools.step(t), run.worlds[t].segments
        for k, name in enumerate(SEGMENTS):
            where = f"{name} on path {row} in quarter {t}: "
            for flow, amount in found[name].items():
                model = getattr(run.flow(t).segments, flow)[row, k]
                exact = flow in ("originated", "in_kind_accrued")
                assert model == pytest.approx(amount, rel=BOOK if exact else TABLE, abs=1.0), where + flow
            assert state.exposure[row, k] == pytest.approx(pools.s[name]["exposure"], rel=BOOK), where
            assert state.in_kind[row, k] == pytest.approx(pools.in_kind[name], rel=1e-9), where
            assert run.flow(t).segments.weak[row, k] == pytest.approx(pools.mix[name][-1], rel=TABLE), where


@pytest.mark.slow
def test_pools_without_chance_are_the_spreadsheets(still: Opened, register: Assumptions) -> None:
    compare(still, register, inputs.draw(fixed_parameters(register), SEED, 0), 0)


@pytest.mark.parametrize("row", [3, *(pytest.param(row, marks=pytest.mark.slow) for row in (200, 555, 901))])
def test_pools_on_a_path_are_the_spreadsheets(base: Opened, register: Assumptions, row: int) -> None:
    compare(base, register, inputs.draw(register, SEED, 0), row)


def test_losses_reach_holders_and_owners_as_in_the_spreadsheet(base: Opened, register: Assumptions) -> None:
    """On paths on which no vehicle is insolvent; where one is, sums still agree (identities)."""
    names = ultimate(register.tables["credit.owner"].rows, register.tables["credit.holder"].names)
    compared = 0
    for row in range(0, 1024, 64):
        for t in (1, 8, 15, 22, len(base.worlds) - 1):
            f = base.flow(t)
            lost = dict(zip(INSTRUMENTS, f.instrument_losses[row], strict=True))
            holders, owners = first_round(register, lost)
            np.testing.assert_allclose(f.cascade.losses[row], list(holders.values()), rtol=1e-9)
            if f.cascade.creditor_loss[row].any() or f.cascade.bankruptcy_cost[row, 0]:
                continue
            np.testing.assert_allclose(f.cascade.ultimate[row], [owners[n] for n in names], rtol=1e-9)
            compared += 1
    assert compared > 40
