"""Relation 22: money in a currency 1,024 times smaller. Amounts scale, decisions and ratios stay.

A number that is money and is not scaled, or is scaled and is not money, shows at once: this is the test of
every unit in the model.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.assumptions.schema import Entry
from risk.assumptions.table import units
from risk.engine import simulate
from risk.paths import SERIES, Block
from risk.units import parse

FACTOR = 1024.0
SEED = 5

LOGARITHMS = {"revenue.log_ceiling"}
"""Logarithms of money: their unit does not say so."""


def power(unit: str) -> int:
    """How often money stands in a unit: 1 in USD/h, -1 in bp per 10 USD bn."""
    above, _, below = parse(unit).base.replace(" per ", "/").partition("/")
    return ("USD" in above) - ("USD" in below)


def inflated(entry: Entry) -> Entry:
    """An entry in the smaller currency: value and prior."""
    value: Any = np.asarray(entry.value) if not isinstance(entry.value, str) else entry.value
    if entry.id in LOGARITHMS:
        assert entry.prior is not None
        shift = float(np.log(FACTOR))
        moved = entry.prior.model_copy(update={"mean": getattr(entry.prior, "mean") + shift})  # noqa: B009
        return replace(entry, value=value.item() + shift, prior=moved)
    if isinstance(entry.value, str) or not power(entry.unit):
        return entry
    factor = FACTOR ** power(entry.unit)
    prior = entry.prior
    if prior is not None:
        amounts = {k: v * factor for k, v in prior.model_dump().items() if isinstance(v, float)}
        prior = prior.model_copy(update=amounts)
    scaled = tuple((value * factor).tolist()) if value.ndim else float(value * factor)
    return replace(entry, value=scaled, prior=prior)


def in_small_change(register: Assumptions) -> Assumptions:
    """The register with all money 1,024 times as large."""
    tables = {}
    for name, table in register.tables.items():
        money = [column for column, unit in units(table.model).items() if power(unit) == 1]
        rows = tuple(
            row.model_copy(update={c: FACTOR * getattr(row, c) for c in money}) for row in table.rows
        )
        tables[name] = replace(table, rows=rows)
    entries = {name: inflated(entry) for name, entry in register.entries.items()}
    return replace(register, entries=entries, tables=tables)


@pytest.fixture(scope="module")
def blocks(register: Assumptions) -> tuple[Block, Block]:
    return simulate(register, SEED, 0), simulate(in_small_change(register), SEED, 0)


MONEY = {
    "headline_loss", "headline_loss_2030", "software_loss", "generic_loss", "neocloud_loss",
    "credit_worst_year",
    "debt_2030", "ai_capex_2026_2030", "deployed_2026_2030", "required_2030", "gap_2030", "gap_external_2030",
    "h100_2026", "h100_spot_2026", "h100_2028", "h100_2030", "neocloud_loss_2030", "second_round",
    "bankruptcy_cost", "wall_default_2028", "wall_default_later", "wall_extended_2028",
    "idle_impairment",
    "neocloud_borrowed_year", "neocloud_earned_year", "neocloud_equity_year", "neocloud_sources_year",
    "neocloud_planned_year", "neocloud_financed_year", "neocloud_planned_run", "neocloud_financed_run",
}  # fmt: skip

MONEY_OF = ("capex_2", "revenue_2", "claim", "loss", "owed", "paired.", "ultimate.", "line_")
"""Beginnings of outcomes that are money, by year, instrument or owner."""


@pytest.mark.slow
def test_every_outcome_scales_or_stays(blocks: tuple[Block, Block]) -> None:
    dollars, cents = blocks
    for name, values in dollars.outcomes.items():
        money = name in MONEY or name.startswith(MONEY_OF)
        cent = 1.0 if money else 1e-9  # a residue of rounding is not scaled
        np.testing.assert_allclose(
            cents.outcomes[name], values * (FACTOR if money else 1.0), rtol=1e-6, atol=cent, err_msg=name
        )


def test_every_series_scales_or_stays(blocks: tuple[Block, Block]) -> None:
    dollars, cents = blocks
    for variable in SERIES:
        factor = FACTOR ** power(variable.unit)
        a, b = dollars.series[variable.name], cents.series[variable.name]
        cent = 1.0 if factor > 1 else 1e-7  # a residue of rounding is not scaled
        np.testing.assert_allclose(b, a * factor, rtol=1e-5, atol=cent, err_msg=variable.name)


def test_the_units_of_the_register_know_money(register: Assumptions) -> None:
    found = {name for name, e in register.entries.items() if not isinstance(e.value, str) and power(e.unit)}
    assert {"revenue.run_rate", "gpu.gpu_cost", "capex.bond_cap", "gpu.h100_spot"} <= found
    assert power(register.entries["credit.loss_impact"].unit) == -1
