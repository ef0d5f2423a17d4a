"""What a case says, laid over its ground: rows with the columns it leaves out, changes with moved priors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from risk.assumptions import values
from risk.assumptions.cases.form import Case
from risk.assumptions.cases.scale import multiplied, shifted
from risk.assumptions.draft import Draft
from risk.assumptions.priors import PRIORS, Prior
from risk.assumptions.problems import Problem
from risk.assumptions.table import Entity, Row, references
from risk.assumptions.tables import MAY_BE_EMPTY, TABLES
from risk.assumptions.validation import Site
from risk.axes import label, quarter_of
from risk.units import SCALE, parse

SETTINGS = ("run.base_date", "run.information_date", "run.quarters", "run.currency", "run.unit_of_work", "run.as_of")
REQUIRED = ("source", "as_of", "grade")
WIDER = 1.5
"""By how much the register's own uncertainty is widened where a case moves a value and gives no prior; judgement."""

RULE = "Carried to the base date unchanged."
CASE = "Of the case."

PLAIN: Mapping[str, Mapping[str, Any]] = {
    "gpu.generation": {
        "relative_throughput": 0, "noise": 0.04, "age": 5.0, "power": 1.0, "memory_bandwidth": 1.0, "memory": 1.0,
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
        "stylised": True,
    },
    "neoclouds.note": {"kind": "note"},
}  # fmt: skip
"""Columns that a case may leave out, and what stands in them: nothing of the kind."""

SHARED = {"capex.firm": "ai_revenue_share", "neoclouds.firm": "cohort_share"}
"""Columns of shares that sum to one, which rows that leave them out take in equal parts."""


@dataclass
class Filled:
    """What was put in the places that a case left empty.

    Attributes
    ----------
    columns : table → columns, each with the number of rows it was filled in.
    priors : entry → rule that gave it its prior.
    carried : numbers of an earlier day that stand at the base date unchanged.
    dropped : table → rows of the register that name what the case does not have.
    """

    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    priors: dict[str, str] = field(default_factory=dict)
    carried: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)


def prepared(draft: Draft, case: Case) -> tuple[dict[str, Any], Filled, list[Problem]]:
    """Return a case's data as a scenario's, what was filled in, and what is wrong with it."""
    filled = Filled()
    problems: list[Problem] = []
    changes = {id: _change(draft, case, id, table, filled, problems) for id, table in case.changes.items()}
    tables = {
        name: [_row(draft, case, name, i, row, filled, problems) for i, row in enumerate(rows)]
        if name in TABLES and isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
        else rows
        for name, rows in case.tables.items()
    }
    for name in TABLES:
        if isinstance(tables.get(name), list) and all(isinstance(row, dict) for row in tables[name]):
            _share(name, tables[name], filled)
    _overheads(draft, tables, filled)
    rows = case.document.data.get("event", [])
    events = [{k: x for k, x in row.items() if k not in ("known_by", "source", "grade", "as_of", "note")} for row in rows] if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else rows
    return {"change": changes, "table": tables, "event": events}, filled, problems


# ─── changes ───


def _change(draft: Draft, case: Case, id: str, table: Any, filled: Filled, problems: list[Problem]) -> Any:
    if not isinstance(table, dict):
        return table
    site = Site(case.document, ("change", id))
    if id in SETTINGS:
        reason = f"{id} is told in the [case] table"
        problems.append(site.problem("A022", (), reason, "base_date, information_date, horizon, currency, unit_of_work", key=True))
        return {"why": CASE}
    problems += _attributed(table, site, id)
    found = {"why": str(table.get("note") or CASE), "accept": CASE, **table}
    raw = draft.entries.get(id)
    if raw is None:
        return found
    if raw.table.get("state") is True:
        found |= _carried(case, table, id, filled)
    found |= _factor(table, raw.table, site, problems)
    if "value" in table and "prior" not in table and isinstance(raw.table.get("prior"), Mapping):
        found |= _prior(raw.table, {**raw.table, **found}, id, filled)
    return found


def _attributed(table: Mapping[str, Any], site: Site, what: str) -> Iterator[Problem]:
    """Yield what is not said of where a number comes from."""
    missing = [key for key in REQUIRED if key not in table]
    if missing:
        reason = f"{' and '.join(missing)} of {what} {'is' if len(missing) == 1 else 'are'} missing"
        fix = 'every number has a source, the day it describes and a grade: source = "judgement", as_of = …, grade = "judgement"'
        yield site.problem("A004", (), reason, fix, key=True)


def _carried(case: Case, table: Mapping[str, Any], what: str, filled: Filled) -> dict[str, Any]:
    """Return the dates of a state that was observed before the base date's quarter."""
    day, base = table.get("as_of"), case.head.base_date
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime) or day > base:
        return {}
    if quarter_of(day) == quarter_of(base) or "observed" in table:
        return {}
    if "rule" not in table:
        filled.carried.append(what)
    return {"as_of": base, "observed": day, "rule": table.get("rule", RULE)}


def _factor(
    table: Mapping[str, Any], base: Mapping[str, Any], site: Site, problems: list[Problem]
) -> dict[str, Any]:
    """Return a number that is given in another multiple of the register's unit, in that unit."""
    unit, own = table.get("unit"), base.get("unit")
    if unit is None or unit == own:
        return {}
    if unit not in SCALE or own not in SCALE:
        return {}
    if parse(unit).base != parse(str(own)).base:
        reason = f"unit is '{unit}', which is no multiple of the register's '{own}'"
        problems.append(site.problem("A009", ("unit",), reason))
        return {"unit": own}
    by = parse(unit).scale / parse(str(own)).scale
    found: dict[str, Any] = {"unit": own}
    if isinstance(table.get("value"), (int, float)):
        found["value"] = table["value"] * by
    elif isinstance(table.get("value"), list):
        found["value"] = [x * by if isinstance(x, (int, float)) else x for x in table["value"]]
    if isinstance(table.get("prior"), dict) and "shape" in table["prior"]:
        found["prior"] = multiplied(table["prior"], by)
    return found


def _prior(base: Mapping[str, Any], table: Mapping[str, Any], id: str, filled: Filled) -> dict[str, Any]:
    """Return the register's prior moved to a case's value and widened; none where it does not fit."""
    before, after, prior = base.get("value"), table.get("value"), base["prior"]
    if prior.get("shape") == "dirichlet" or not all(isinstance(x, (int, float)) for x in (before, after)):
        return {}
    wide = widened(moved(prior, float(before), float(after)), float(after), str(base.get("domain", "real")), str(base["unit"]))  # type: ignore[arg-type]
    if wide is not None and not list(values.faults({**table, "prior": wide}, _built(wide))):
        filled.priors[id] = f"wide prior: the register's, moved to the value and {WIDER:g} times as wide"
        return {"prior": wide}
    filled.priors[id] = "fixed: the register's prior does not fit the value"
    return {"prior": False}


def moved(prior: Mapping[str, Any], before: float, after: float) -> dict[str, Any]:
    """Return a prior of another value: in proportion where both have one sign, else by the difference."""
    return multiplied(prior, after / before) if before * after > 0 else shifted(prior, after - before)


def widened(prior: Mapping[str, Any], center: float, domain: str, unit: str) -> dict[str, Any] | None:
    """Return a prior `WIDER` times as wide around a value, within what the domain allows; None of other shapes."""
    low, high = values.limits(domain, SCALE[unit])
    stretch = lambda x: min(max(center + WIDER * (x - center), low), high)  # noqa: E731
    match prior["shape"]:
        case "normal":
            ends = {key: stretch(prior[key]) for key in ("low", "high") if prior.get(key) is not None}
            return {**prior, "sd": abs(prior["sd"]) * WIDER, **ends}
        case "lognormal":
            return {**prior, "sigma": prior["sigma"] * WIDER}
        case "uniform" | "triangular":
            return {**prior, "low": stretch(prior["low"]), "high": stretch(prior["high"])}
    return None


def _built(prior: Mapping[str, Any]) -> Prior | None:
    try:
        return PRIORS[prior["shape"]].model_validate(dict(prior))
    except ValueError:
        return None


# ─── rows ───


def _row(
    draft: Draft, case: Case, name: str, i: int, row: dict[str, Any], filled: Filled, problems: list[Problem]
) -> dict[str, Any]:
    """Return a row of a case with everything that a row has."""
    site = Site(case.document, ("table", name, i))
    named = " ".join(str(row[key]) for key in TABLES[name].key if key in row)
    what = f"row '{named}' of {name}" if named else f"a row of {name}"
    problems += _attributed(row, site, what)
    found = {"why": str(row.get("note") or CASE), "accept": CASE, **row}
    if name in draft.state:
        found |= _carried(case, row, what, filled)
    for column, value in _left_out(draft, case, name, row).items():
        found[column] = value
        _count(filled, name, column)
    return found


def _left_out(draft: Draft, case: Case, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that a row leaves out and may."""
    found = {key: x for key, x in PLAIN.get(name, {}).items() if key not in row}
    fleet = [r for r in case.tables.get("gpu.generation", []) if isinstance(r, dict)] if isinstance(case.tables.get("gpu.generation", []), list) else []
    if name == "gpu.generation":
        if "launch" not in row:
            found["launch"] = label(quarter_of(case.head.base_date) - 20)
        if len(fleet) == 1:
            found |= {key: True for key in ("numeraire", "newest") if key not in row}
    if name == "neoclouds.facility":
        if "generation" not in row and len(fleet) == 1 and "name" in fleet[0]:
            found["generation"] = fleet[0]["name"]
        index = {r.get("name"): r.get("index") for r in fleet}
        chosen = row.get("generation", found.get("generation"))
        if "price" not in row and isinstance(index.get(chosen), (int, float)):
            found["price"] = float(index[chosen])
        if "guarantee" not in row:
            found["guarantee"] = 1.0
    return found


def _count(filled: Filled, name: str, column: str) -> None:
    columns = filled.columns.setdefault(name, {})
    columns[column] = columns.get(column, 0) + 1


def _share(name: str, rows: Sequence[dict[str, Any]], filled: Filled) -> None:
    """Divide what is left of one among the rows that give no share."""
    column = SHARED.get(name)
    if column is None:
        return
    empty = [row for row in rows if column not in row]
    given = sum(row[column] for row in rows if isinstance(row.get(column), (int, float)))
    for row in empty:
        row[column] = max(0.0, 1.0 - given) / len(empty)
        _count(filled, name, column)


def _overheads(draft: Draft, tables: Mapping[str, Any], filled: Filled) -> None:
    """Give companies without an overhead that of today's register, in proportion to their loans."""
    rows, loans = tables.get("neoclouds.firm"), tables.get("neoclouds.facility")
    if not isinstance(rows, list) or not isinstance(loans, list):
        return
    owed = sum(_float(raw.table.get("debt")) for raw in draft.rows["neoclouds.facility"])
    spent = sum(_float(raw.table.get("overhead")) for raw in draft.rows["neoclouds.firm"])
    for row in rows:
        if isinstance(row, dict) and "overhead" not in row:
            own = sum(_float(loan.get("debt")) for loan in loans if isinstance(loan, dict) and loan.get("firm") == row.get("name"))
            row["overhead"] = spent / owed * own
            _count(filled, "neoclouds.firm", "overhead")


def _float(x: Any) -> float:
    return float(x) if isinstance(x, (int, float)) and not isinstance(x, bool) else 0.0


# ─── what hangs together ───


def settled(draft: Draft, case: Case, filled: Filled) -> list[Problem]:
    """Take out rows of today's register that name what a case does not have; tell tables that are then empty."""
    found = []
    for name, model in TABLES.items():
        if name in case.tables:
            continue
        kept = [raw for raw in draft.rows.get(name, []) if _stands(draft, model, raw.table)]
        gone = len(draft.rows.get(name, [])) - len(kept)
        draft.rows[name] = kept
        if gone:
            filled.dropped[name] = gone
        if gone and not kept and name not in MAY_BE_EMPTY:
            why = ", ".join(t for t in dict.fromkeys(mark.table for mark in references(model).values()) if t in case.tables)
            reason = f'[[table."{name}"]] is missing: every row of the register names a row of {why}, which the case replaces'
            found.append(case.document.problem("A004", ("table",), reason, f"give {name} too", key=True))
    return found


def _stands(draft: Draft, model: type[Row], row: Mapping[str, Any]) -> bool:
    """Whether every row that a row names is there."""
    for column, mark in references(model).items():
        known = {str(raw.table.get("name")) for raw in draft.rows.get(mark.table, [])} | set(mark.also)
        if column in row and str(row[column]) not in known and issubclass(TABLES[mark.table], Entity):
            return False
    return True

