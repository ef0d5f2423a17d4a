"""A small network of holders: a fund, a CLO that owes the fund, and four ultimate owners."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from risk.assumptions import Assumptions
from risk.engine.inputs import table_columns
from risk.mechanisms import cascade
from risk.parameters import build, entry_ids
from tests.mechanisms.given import Array, given

NAMES = ("fund", "clo", "insurer", "pension", "bank", "vendor")
FUND, CLO, INSURER, PENSION, BANK, VENDOR = range(6)
OWNERS = ("insurer", "pension", "bank", "vendor", "households")
INSTRUMENTS = (
    "ddtl", "vendor", "site_loan", "revolver", "notes", "converts", "spv", "software", "direct_lending",
    "b_loans",
)  # fmt: skip
BN = 1e9


def rows(columns: str, *values: tuple[Any, ...]) -> list[SimpleNamespace]:
    """Rows of a table."""
    return [SimpleNamespace(**dict(zip(columns.split(), row, strict=True))) for row in values]


OWNED = rows(
    "vehicle owner share", ("fund", "households", 0.75), ("fund", "pension", 0.25), ("clo", "insurer", 1.0)
)
OWED = rows(
    "debtor seniority creditor share",
    ("fund", "senior", "bank", 0.6), ("fund", "junior", "households", 0.4),
    ("clo", "senior", "bank", 0.8), ("clo", "junior", "fund", 0.1), ("clo", "junior", "pension", 0.1),
)  # fmt: skip


def network(paths: int = 1, /, **changes: Any) -> cascade.Params:
    """Round numbers for the six holders; `changes` by field."""
    even = np.array([[0.2, 0.2, 0.2, 0.2, 0.15, 0.05]])
    values: dict[str, Any] = {
        "holdings": np.repeat(even, len(INSTRUMENTS), axis=0),
        "rated": np.array([name == "spv" for name in INSTRUMENTS]) * 1.0,
        "owners": cascade.owners(OWNED, NAMES),
        "creditors": cascade.creditors(OWED, NAMES),
        "roles": cascade.roles(rows("role", *((name,) for name in NAMES))),
        "assets_to_equity": np.array([[2.0, 10.0, 9.0, 1.0, 11.0, 4.0]]),
        "carry": np.full((1, 6), 0.04),
        "threshold": np.full((1, 6), 0.05),
        "bankruptcy_cost": 0.05,
        "overleverage_sold": np.full((paths, 1), 0.5),
        "price_impact": np.full((paths, 1), 0.06),
        "largest_discount": 0.3,
        "call_rate": 0.5,
        "pension_liquid": 0.7,
        "bank_securities": 0.3,
        "securities_duration": 4.0,
        "run_threshold": 0.5,
        "run_sale": 0.1,
        "bank_lines": 95 * BN,
        "bank_lines_drawn": 56 * BN,
        "line_pull": 5.0,
        "line_squeeze": 0.5,
        "downgrade_charge": 0.04,
    }
    return given(cascade.Params, **{**values, **changes})


def base(register: Assumptions, paths: int = 1) -> cascade.Params:
    """The register's network."""
    inputs: dict[str, Any] = {
        name: register.value(name) for name in entry_ids(cascade.Params) if name in register.entries
    }
    inputs |= table_columns(register)
    return build(cascade.Params, inputs, paths)


def channels(paths: int = 1, /, **inputs: float) -> cascade.Channels:
    """Inputs of the channels, zero where not given."""
    names = ("pensions", "banks", "clo", "nbfi", "downgrade")
    return cascade.Channels(*(np.full((paths, 1), float(inputs.get(name, 0.0))) for name in names))


def owed(*amounts: float) -> Array:
    """USD bn of the first instruments on one path, nothing of the rest."""
    return BN * np.array([[*amounts, *[0.0] * (len(INSTRUMENTS) - len(amounts))]])
