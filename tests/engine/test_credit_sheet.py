"""Facilities and HoldCos of single paths against a spreadsheet written on its own (relation 19).

On chosen paths of the base case, for all of their drawn parameters and shocks, every stage of distress
happens: draws, sweeps, cures, amendments, extended and refinanced balloons, defaults, estates. The sheet adds
in another order, hence nine digits.
"""

from typing import Any

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.engine import inputs
from tests.engine.base import SEED, Opened
from tests.engine.credit_sheet import AMENDED, Sheet

pytestmark = pytest.mark.slow

CENT = 1e-2
LOANS = ("devices", "original", "debt", "margin", "undrawn", "cash", "level", "stage")
FLAGS = ("scheduled", "pushed", "extended", "cures", "defaulted")
PAID = (
    "drawn", "cfads", "service", "principal", "interest", "distributed", "supported", "cured", "swept",
    "capitalized", "written_off", "recovered", "loss", "surplus",
)  # fmt: skip
COMPANIES = ("cash", "revolver", "limit", "notes", "converts")
CLAIMS = ("revolver", "notes", "leases", "customers", "guarantees", "converts")


def chosen(base: Opened) -> list[int]:
    """Some paths, and the first of those on which something rare happens."""
    flows = [base.flow(t).operators for t in range(1, base.layout.quarters + 1)]
    rare = (
        sum((f.facility.capitalized > 1.0).any(axis=1) for f in flows),
        sum((f.facility.balloon_extended > 0.0).any(axis=1) for f in flows),
        sum((f.holdco.recovered.converts > 0.0).any(axis=1) for f in flows),
    )
    first = [int(row) for events in rare for row in np.flatnonzero(events)[:6]]
    return sorted({*range(0, 1024, 64), *first})


def near(found: Any, expected: list[Any], what: str) -> None:
    np.testing.assert_allclose(
        np.asarray(found, dtype=np.float64), expected, rtol=1e-9, atol=CENT, err_msg=what
    )


def compare_loans(base: Opened, sheet: Sheet, t: int) -> None:
    """Every balance of every facility, and every payment of those that are a quarter old."""
    state, paid, loans = base.worlds[t].facility, base.flow(t).operators.facility, sheet.loans
    where = f" on path {sheet.row} in quarter {t}"
    for name in (*LOANS, *FLAGS):
        near(getattr(state, name)[sheet.row], [getattr(loan, name) for loan in loans], name + where)
    old = loans[: paid.loss.shape[1]]
    for name in PAID:
        near(getattr(paid, name)[sheet.row], [loan.now.get(name, 0.0) for loan in old], name + where)


def compare_companies(base: Opened, sheet: Sheet, t: int) -> None:
    """Every balance and payment of every HoldCo, and what its estate pays."""
    state, paid, companies = base.worlds[t].holdco, base.flow(t).operators.holdco, sheet.companies
    where = f" on path {sheet.row} in quarter {t}"
    for name in (*COMPANIES, "defaulted"):
        near(getattr(state, name)[sheet.row], [getattr(c, name) for c in companies], name + where)
    alive = [k for k, c in enumerate(companies) if not c.defaulted]
    near(state.coupon[sheet.row, alive], [companies[k].coupon for k in alive], "coupon" + where)
    for name in (
        "interest", "equity", "notes_due", "notes_repaid", "revolver_due", "drawn", "upstreamed", "settled",
        "equity_value",
    ):  # fmt: skip
        near(getattr(paid, name)[sheet.row, alive], [companies[k].now[name] for k in alive], name + where)
    for name in CLAIMS:
        owed, got = ([c.now.get(f"{what} {name}", 0.0) for c in companies] for what in ("claim", "paid"))
        near(getattr(paid.claims, name)[sheet.row], owed, f"claims of {name}" + where)
        near(getattr(paid.recovered, name)[sheet.row], got, f"recoveries of {name}" + where)
    near(paid.estate_equity[sheet.row], [c.now.get("shareholders", 0.0) for c in companies], "equity" + where)


def test_paths_are_the_spreadsheets(base: Opened, register: Assumptions) -> None:
    drawn = inputs.draw(register, SEED, 0)
    happened = dict.fromkeys(
        (
            "drawn",
            "cured",
            "swept",
            "capitalized",
            "loss",
            "extended",
            "refinanced",
            "estate",
            "surplus",
            "called",
        ),
        0,
    )
    for row in chosen(base):
        sheet = Sheet(base, drawn, row)
        for t in range(1, base.layout.quarters + 1):
            sheet.step(t)
            compare_loans(base, sheet, t)
            compare_companies(base, sheet, t)
            for loan in sheet.loans:
                for name in set(happened) & set(loan.now):
                    happened[name] += loan.now[name] > 1.0
                happened["extended"] += loan.pushed and loan.stage == AMENDED
                happened["refinanced"] += loan.level > 0.0 and loan.scheduled
            happened["estate"] += sum("shareholders" in c.now for c in sheet.companies)
    assert min(happened.values()) > 0, happened
