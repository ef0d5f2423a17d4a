"""The facilities of the base date as rows of the book: their loans at register values.

The engine simulates these rows; what is stated of them without simulation reads their schedules too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from risk.assumptions.tables import Facility
from risk.mechanisms.neocloud import book as books

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]


def base_rows(assumptions: Assumptions) -> list[books.Row]:
    """Rows of the facilities at the base date, in the order of their table."""
    return [_base_row(assumptions, row) for row in assumptions.rows(Facility)]


def _base_row(assumptions: Assumptions, row: Facility) -> books.Row:
    tables = assumptions.tables
    firms, generations = tables["neoclouds.firm"].names, tables["gpu.generation"].names
    paper = tables["neoclouds.paper"]
    profile = _cash_profile(assumptions, row, generations) if row.amortization == "sculpted" else None
    return books.Row(
        name=row.name,
        firm=firms.index(row.firm),
        generation=generations.index(row.generation),
        payer=tables["neoclouds.payer"].names.index(row.payer),
        origination=0,
        due=row.debt_quarters,
        coupon=row.coupon / 100.0,
        balloon=row.balloon / 100.0,
        amortization=row.amortization,
        site=row.kind == "site",
        floating=row.rate == "floating",
        instrument=books.INSTRUMENTS.index(paper.words("instrument")[paper.names.index(row.instrument)]),
        tenant=firms.index(row.tenant) if row.tenant else -1,
        draw_quarters=row.draw_quarters,
        profile=profile,
    )


def _cash_profile(assumptions: Assumptions, row: Facility, generations: tuple[str, ...]) -> Array:
    """What the lender of a sculpted loan expects, USD per GPU-hour, (life,)."""
    use = assumptions.number("gpu.normal_utilization") + assumptions.number("neoclouds.utilization_premium")
    opex = assumptions.tables["gpu.generation"].numbers("opex")[generations.index(row.generation)]
    return books.expected_cash(
        life=row.debt_quarters,
        ends=(row.contract_first, row.contract_last),
        price=row.price * (1.0 - row.prepaid_share),
        cost=opex * row.opex_multiple,
        availability=assumptions.number("neoclouds.contract_availability"),
        merchant=assumptions.number("neoclouds.merchant_haircut") * use,
        decline=assumptions.number("gpu.median_rent_decline"),
    )
