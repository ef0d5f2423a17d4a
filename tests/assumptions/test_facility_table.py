from typing import Any

import pytest
from pydantic import ValidationError

from risk.assumptions import Assumptions, load
from risk.assumptions.tables import Facility


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


def changed(register: Assumptions, name: str, **values: Any) -> Facility:
    row = register.tables["neoclouds.facility"].row(name)
    return Facility.model_validate(row.model_dump() | values)


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"undrawn": 1.0, "draw_quarters": 0}, "no quarter in which to draw it"),
        ({"undrawn": 1.0, "draw_quarters": 24}, "longer than the debt"),
        ({"contract_last": 1}, "comes before contract_first"),
        ({"rate": "variable"}, "fixed"),
        ({"amortization": "bullet"}, "sculpted"),
    ],
    ids=str,
)
def test_rows_that_make_no_sense_are_refused(
    register: Assumptions, values: dict[str, Any], column: str
) -> None:
    assert changed(register, "CRWV-DDTL4").undrawn == 0.5
    with pytest.raises(ValidationError, match=column):
        changed(register, "CRWV-DDTL4", **values)


FIXED = "CRWV-MAGN"
"""The one term loan at a fixed rate: 12%, as published."""


def test_term_loans_float_and_vendor_paper_and_notes_do_not(register: Assumptions) -> None:
    rows = [row for row in register.tables["neoclouds.facility"].rows if isinstance(row, Facility)]
    assert {(row.instrument, row.rate) for row in rows if row.name != FIXED} == {
        ("ddtl", "floating"), ("vendor", "fixed"), ("notes", "fixed"), ("dc_loan", "fixed"),
    }  # fmt: skip
    assert [(r.instrument, r.rate, r.coupon) for r in rows if r.name == FIXED] == [("ddtl", "fixed", 12.0)]


@pytest.mark.parametrize(
    ("name", "margin"),
    [
        ("CRWV-DDTL1", 0.0962),
        ("CRWV-DDTL21", 0.0425),
        ("CRWV-DDTL3", 0.0400),
        ("CRWV-DDTL4", 0.0225),
        ("CRWV-DDTL5", 0.0450),
    ],
)
def test_published_margins_over_sofr(register: Assumptions, name: str, margin: float) -> None:
    table = register.tables["neoclouds.facility"]
    coupon = table.numbers("coupon")[table.names.index(name)]
    assert coupon - register.number("credit.sofr") == pytest.approx(margin)
