"""Rows that a case gives: the columns it leaves out, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from risk.assumptions.cases.filled import Filled, attributed, carried, number, stated
from risk.assumptions.cases.form import Case
from risk.assumptions.draft import Draft
from risk.assumptions.problems import Problem
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import Site
from risk.axes import label, quarter_of

PLAIN: Mapping[str, Mapping[str, Any]] = {
    "gpu.generation": {
        "relative_throughput": 0, "noise": 0.04, "age": 5.0, "power": 1.0, "compute": 1.0,
        "memory_bandwidth": 1.0, "memory": 1.0,
    },
    "capex.firm": {
        "lab_equity_share": 0.0, "lease_not_commenced": 0.0, "lab_commitment_share": 0.0, "useful_life": 5.0,
    },
    "neoclouds.firm": {
        "revolver": 0.0, "revolver_quarters": 4, "growth_equity": 0.0, "rated": True,
        "balance_sheet": "published", "stylised": True,
    },
    "neoclouds.facility": {
        "payer": "other", "contract_first": 0, "contract_last": 0, "balloon": 0.0, "opex_multiple": 1.0,
        "prepaid_share": 0.0, "shell_value": 0.0, "kind": "device", "instrument": "ddtl", "lender": "",
        "guarantee": 1.0, "stylised": True,
    },
    "neoclouds.note": {"kind": "note"},
}  # fmt: skip
"""Columns that a case may leave out, and what stands in them: nothing of the kind."""

SHARED = {"capex.firm": "ai_revenue_share", "neoclouds.firm": "cohort_share"}
"""Columns of shares that sum to one, which rows that leave them out take in equal parts."""

OLD = 20
"""Quarters before the base date at which a generation without a launch was launched."""


def dicts(rows: Any) -> list[dict[str, Any]]:
    """Return the rows of a table as read; none where it is not an array of tables."""
    return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else []


def tables(draft: Draft, case: Case, filled: Filled, problems: list[Problem]) -> dict[str, Any]:
    """Return the tables that a case gives with everything that rows have; what is wrong is added."""
    found: dict[str, Any] = {}
    for name, rows in case.tables.items():
        if name in TABLES and dicts(rows):
            found[name] = [_row(draft, case, name, i, row, filled, problems) for i, row in enumerate(rows)]
            _share(name, found[name], filled)
        else:
            found[name] = rows  # told where tables are replaced
    _overheads(draft, dicts(found.get("neoclouds.firm")), dicts(found.get("neoclouds.facility")), filled)
    return found


def _row(
    draft: Draft,
    case: Case,
    name: str,
    i: int,
    row: dict[str, Any],
    filled: Filled,
    problems: list[Problem],
) -> dict[str, Any]:
    site = Site(case.document, ("table", name, i))
    named = " ".join(str(row[key]) for key in TABLES[name].key if key in row)
    what = f"{name}.{named}" if named else f"a row of {name}"
    problems += attributed(row, site, what)
    found = stated(row)
    if name in draft.state:
        found |= carried(case, row, what, filled)
    for column, value in {**PLAIN.get(name, {}), **_derived(case, name, row)}.items():
        if column not in row:
            found[column] = value
            filled.count(name, column)
    return found


def _derived(case: Case, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that follow from the rest of the case."""
    fleet = dicts(case.tables.get("gpu.generation"))
    alone = fleet[0] if len(fleet) == 1 else {}
    if name == "gpu.generation":
        found: dict[str, Any] = {"launch": label(quarter_of(case.head.base_date) - OLD)}
        return {**found, "numeraire": True, "newest": True} if alone else found
    if name == "neoclouds.facility":
        generation = row.get("generation", alone.get("name"))
        prices = {str(each.get("name")): number(each.get("index")) for each in fleet}
        found = {"generation": generation} if generation else {}
        return {**found, "price": prices[generation]} if generation in prices else found
    return {}


def _share(name: str, rows: Sequence[dict[str, Any]], filled: Filled) -> None:
    """Divide what is left of one among the rows that give no share."""
    column = SHARED.get(name, "")
    empty = [row for row in rows if column and column not in row]
    left = max(0.0, 1.0 - sum(number(row.get(column)) for row in rows))
    for row in empty:
        row[column] = left / len(empty)
        filled.count(name, column)


def _overheads(
    draft: Draft, firms: Sequence[dict[str, Any]], loans: Sequence[dict[str, Any]], filled: Filled
) -> None:
    """Give companies without an overhead that of today's register, in proportion to their loans."""
    owed = sum(number(raw.table.get("debt")) for raw in draft.rows.get("neoclouds.facility", []))
    spent = sum(number(raw.table.get("overhead")) for raw in draft.rows.get("neoclouds.firm", []))
    for firm in firms:
        if "overhead" not in firm and owed:
            own = sum(number(loan.get("debt")) for loan in loans if loan.get("firm") == firm.get("name"))
            firm["overhead"] = spent / owed * own
            filled.count("neoclouds.firm", "overhead")
