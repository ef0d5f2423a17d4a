"""The register's currency and unit of work are names: in others every decision and every ratio stays.

Money is worth 0.122 of what it was and units of work are counted by the thousand, so that what is paid for a
unit or an hour of one is 122 times as much. A number of the engine that is a dollar or a GPU shows at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.assumptions.priors import Lognormal, Prior
from risk.assumptions.schema import Entry
from risk.assumptions.table import units
from risk.engine import simulate
from risk.engine.outcomes import POWERED
from risk.paths import SERIES, Block

MONEY, UNITS = 0.122, 0.001
PRICE = MONEY / UNITS
SEED, PATHS = 5, 256

CLOSE = 1e-7
"""Relative: what rounding leaves of a quantity whose parts cancel."""

LOGARITHMS = {"revenue.log_ceiling": MONEY}
"""Logarithms of money: their unit does not say so."""

PRICES = ("USD/h", "USD/GPU", "USD k", "USD")
"""What is paid for one unit of work, or an hour of it; larger amounts of money are of firms and markets."""

COUNTS = ("GPU", "H100e", "GW", "TWh")
"""Units of work, the power they draw together and the energy of a year; the power of one stays."""

MONEY_OF = ("claim", "line_", "loan_loss.", "loss", "owed", "paired.", "ultimate.")
"""Beginnings of outcomes that are money and are not declared one by one."""
POWER_OF = tuple(f"{name}." for name in POWERED)
"""Beginnings of those that are power or energy."""


def factor(unit: str) -> float:
    """By how much a number of a unit grows."""
    above, _, below = unit.partition(" per ")
    if "USD" in below:
        return 1 / MONEY
    if above in PRICES or above.startswith("USD/"):
        return PRICE
    first = above.partition("/")[0]
    return MONEY if first.startswith("USD") else UNITS if first.startswith(COUNTS) else 1.0


def prior_of(prior: Prior | None, by: float) -> Prior | None:
    if prior is None or by == 1.0:
        return prior
    kept = ("sigma",) if isinstance(prior, Lognormal) else ()
    moved = {k: v * by for k, v in prior.model_dump().items() if isinstance(v, float) and k not in kept}
    return prior.model_copy(update=moved)


def renamed(entry: Entry) -> Entry:
    """An entry in the other currency and unit of work: value and prior."""
    if isinstance(entry.value, str):
        return entry
    if entry.id in LOGARITHMS:
        shift = float(np.log(LOGARITHMS[entry.id]))
        assert entry.prior is not None
        moved = entry.prior.model_copy(update={"mean": getattr(entry.prior, "mean") + shift})  # noqa: B009
        return replace(entry, value=np.asarray(entry.value).item() + shift, prior=moved)
    by = factor(entry.unit)
    if by == 1.0:
        return entry
    value: Any = (np.asarray(entry.value) * by).tolist()
    return replace(
        entry, value=tuple(value) if isinstance(value, list) else value, prior=prior_of(entry.prior, by)
    )


def placebo(register: Assumptions) -> Assumptions:
    """The register in the other currency and unit of work."""
    tables = {}
    for name, table in register.tables.items():
        by = {column: factor(unit) for column, unit in units(table.model).items()}
        rows = tuple(
            row.model_copy(update={c: f * getattr(row, c) for c, f in by.items() if f != 1.0})
            for row in table.rows
        )
        tables[name] = replace(table, rows=rows)
    entries = {name: renamed(entry) for name, entry in register.entries.items()}
    return replace(register, entries=entries, tables=tables)


@pytest.fixture(scope="module")
def blocks(register: Assumptions) -> tuple[Block, Block]:
    return simulate(register, SEED, 0, PATHS), simulate(placebo(register), SEED, 0, PATHS)


def unit_of(name: str, register: Assumptions) -> str:
    """Unit of an outcome: as declared, or money of an instrument or owner; of flags and quarters, none."""
    if name in register.outcomes:
        return register.outcomes[name].unit
    if name.startswith(POWER_OF):
        return "GW"
    return "USD bn" if name.startswith(MONEY_OF) else "1"


def test_every_flag_and_default_is_the_same(blocks: tuple[Block, Block]) -> None:
    ours, theirs = blocks
    flags = [name for name, x in ours.outcomes.items() if np.isin(x, (0.0, 1.0)).all()]
    assert len(flags) > 30
    for name in flags:
        np.testing.assert_array_equal(theirs.outcomes[name], ours.outcomes[name], err_msg=name)


def test_rents_and_money_grow_by_what_they_are_counted_in(
    blocks: tuple[Block, Block], register: Assumptions
) -> None:
    ours, theirs = blocks
    seen = set()
    for name, values in ours.outcomes.items():
        by = factor(unit_of(name, register))
        nothing = 1e-12 * float(np.nanmax(np.abs(values * by), initial=0.0))  # what rounding leaves of a zero
        np.testing.assert_allclose(theirs.outcomes[name], values * by, rtol=CLOSE, atol=nothing, err_msg=name)
        seen.add(by)
    assert seen == {1.0, MONEY, PRICE, UNITS}


def test_every_series_grows_by_what_it_is_counted_in(blocks: tuple[Block, Block]) -> None:
    ours, theirs = blocks
    for variable in SERIES:
        expected = ours.series[variable.name].astype(np.float64) * factor(variable.unit)
        # Kept in single precision, which is good to 6e-8 on either side.
        np.testing.assert_allclose(
            theirs.series[variable.name], expected, rtol=CLOSE + 2.0**-22, err_msg=variable.name
        )


def test_rungs_of_every_facility_are_the_same(blocks: tuple[Block, Block]) -> None:
    ours, theirs = blocks
    np.testing.assert_array_equal(theirs.facility["stage"], ours.facility["stage"])
