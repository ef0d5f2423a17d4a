"""The ground a case stands on: the register of today at the case's date and in its sizes.

What a case leaves open is read off today's register: amounts in the ratio of the case's sizes to today's,
dates as far from the base date as they are today, everything without a size as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from risk.assumptions import states
from risk.assumptions.cases import scale as scales
from risk.assumptions.cases.form import Case
from risk.assumptions.cases.scale import Scale
from risk.assumptions.draft import Draft, Raw
from risk.assumptions.measures import Condition, Flag, Proposition
from risk.assumptions.table import units
from risk.assumptions.tables import TABLES
from risk.axes import label, ordinal, quarter_of

YEARS = ("propositions.gap_years", "propositions.so_far_years")
"""Entries that hold calendar years."""

QUARTER_COLUMNS = (("gpu.generation", "launch"), ("capex.actual", "quarter"))
SIZES = ("capex.firm", "gpu.generation")

_YEAR = re.compile(r"\d{4}(?:Q[1-4])?")


def ground(draft: Draft, case: Case) -> Scale:
    """Move a draft of today's register to the date and the sizes of a case; return the ratios."""
    scale = measured(draft, case)
    first = dt.date.fromisoformat(str(draft.entries[states.BASE_DATE].table["value"]))
    quarters = quarter_of(case.head.base_date) - quarter_of(first)
    years = (quarter_of(case.head.base_date) + 1) // 4 - (quarter_of(first) + 1) // 4
    state = {id(raw) for _, raw in states.state(draft)}
    for name, raw in list(draft.entries.items()):
        table = _dated(scales.entry(name, raw.table, scale), case, id(raw) in state)
        draft.entries[name] = Raw(_moved(name, table, quarters, years), raw.home)
    for name, raws in draft.rows.items():
        draft.rows[name] = [
            Raw(_row(name, _dated(raw.table, case, id(raw) in state), scale, quarters, years), raw.home)
            for raw in raws
        ]
        draft.ranges[name] = scales.ranges(draft.ranges.get(name, {}), units(TABLES[name]), scale)
    _settings(draft, case)
    _words(draft, case, quarters, years)
    return scale


def measured(draft: Draft, case: Case) -> Scale:
    """Return the sizes of a case over today's: of money by capex, of prices, units and power by the fleet."""
    firms, fleet = (_rows(case.tables.get(name)) for name in SIZES)
    own = {name: [raw.table for raw in draft.rows.get(name, [])] for name in SIZES}
    money = _ratio(_sum(firms, "capex_last_quarter"), _sum(own["capex.firm"], "capex_last_quarter"))
    if not firms:
        money = _ratio(
            _value(case.changes, "revenue.run_rate"), draft.entries["revenue.run_rate"].table["value"]
        )
    if not fleet:
        return Scale(money, money)
    price = _ratio(_price(fleet), _price(own["gpu.generation"]))
    work = _ratio(_work(fleet), _work(own["gpu.generation"]))
    power = _ratio(_sum(fleet, "gpus", "power"), _sum(own["gpu.generation"], "gpus", "power"))
    return Scale(money, price, work, power)


def _rows(table: Any) -> list[Mapping[str, Any]]:
    rows = table if isinstance(table, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _number(x: Any, otherwise: float = 0.0) -> float:
    return float(x) if isinstance(x, (int, float)) and not isinstance(x, bool) and x > 0 else otherwise


def _sum(rows: Iterable[Mapping[str, Any]], column: str, times: str = "") -> float:
    return sum(_number(row.get(column)) * (_number(row.get(times), 1.0) if times else 1.0) for row in rows)


def _value(changes: Mapping[str, Any], id: str) -> float:
    table = changes.get(id)
    return _number(table.get("value")) if isinstance(table, dict) else 0.0


def _price(fleet: Sequence[Mapping[str, Any]]) -> float:
    """Rent of the numeraire."""
    chosen = [row for row in fleet if row.get("numeraire") is True] or fleet[:1]
    return _number(chosen[0].get("index"))


def _work(fleet: Sequence[Mapping[str, Any]]) -> float:
    """Units, each counted by what it rents for."""
    price = _price(fleet) or 1.0
    return sum(_number(row.get("gpus")) * _number(row.get("index")) / price for row in fleet)


def _ratio(ours: float, theirs: Any) -> float:
    """Return a ratio; one where a size is not given."""
    return ours / float(theirs) if ours > 0 and _number(theirs) else 1.0


def _dated(table: Mapping[str, Any], case: Case, state: bool) -> dict[str, Any]:
    """Return a raw table as one of the base date; what was known of today's observation is left out."""
    found = {key: x for key, x in table.items() if key not in ("known_by", "observed", "rule")}
    if table.get("grade") == states.NOWCAST:
        found["grade"] = "judgement"
    return {**found, "as_of": case.head.base_date} if state else found


def _moved(name: str, table: dict[str, Any], quarters: int, years: int) -> dict[str, Any]:
    """Return an entry whose value is a quarter or calendar years, moved."""
    if table.get("domain") == "quarter":
        return {**table, "value": label(ordinal(table["value"]) + quarters)}
    if name in YEARS:
        return {**table, "value": [year + years for year in table["value"]]}
    return table


def _row(name: str, row: dict[str, Any], scale: Scale, quarters: int, years: int) -> dict[str, Any]:
    """Return a row at the case's scale and date."""
    of = {column: scale.of(unit) for column, unit in units(TABLES[name]).items()}
    found = {key: x * of[key] if of.get(key, 1.0) != 1.0 else x for key, x in row.items()}
    if isinstance(row.get("plausible"), dict):
        found["plausible"] = {
            key: [x * of.get(key, 1.0) for x in bounds] for key, bounds in row["plausible"].items()
        }
    for table, column in QUARTER_COLUMNS:
        if table == name and row.get(column):
            found[column] = label(ordinal(row[column]) + quarters)
    if name == "credit.maturity":
        found["year"] = row["year"] + years
    return found


def _settings(draft: Draft, case: Case) -> None:
    """Set what a run is: dates, horizon, names."""
    head, entries = case.head, draft.entries
    given = {
        states.BASE_DATE: head.base_date.isoformat(),
        "run.quarters": case.calendar.quarters,
        "run.currency": head.currency,
        "run.unit_of_work": head.unit_of_work,
    }
    for id, value in given.items():
        entries[id].table |= {"value": value, "note": f"Of the case {case.name}."}
    day, own = case.information, entries["run.as_of"]
    table = {key: x for key, x in own.table.items() if key != "note"}
    entries[states.INFORMATION] = Raw({**table, "value": day.isoformat()}, own.home)
    if draft.terms is not None:
        known = {key: word for key, word in head.terms.items() if key in type(draft.terms).model_fields}
        draft.terms = draft.terms.model_copy(update=known)


def _words(draft: Draft, case: Case, quarters: int, years: int) -> None:
    """Leave out what speaks of today; claims look at windows as far ahead as today's."""
    draft.targets, draft.figures, draft.parts, draft.facts = {}, {}, {}, {}
    draft.contradictions, draft.limits, draft.outcomes = {}, {}, {}
    draft.flags = {id: (_again(flag, quarters, years), site) for id, (flag, site) in draft.flags.items()}
    draft.propositions = {
        id: (_again(claim, quarters, years), site) for id, (claim, site) in draft.propositions.items()
    }


def _again(claim: Any, quarters: int, years: int) -> Any:
    """Return a flag or proposition whose windows are moved."""
    assert isinstance(claim, (Flag, Proposition))
    return claim.model_copy(update={"any": tuple(_condition(c, quarters, years) for c in claim.any)})


def _condition(c: Condition, quarters: int, years: int) -> Condition:
    def move(text: str) -> str:
        return _YEAR.sub(lambda found: _window(found[0], quarters, years), text)

    also = tuple(_condition(other, quarters, years) for other in c.also)
    return c.model_copy(update={"over": move(c.over), "per_over": move(c.per_over), "also": also})


def _window(word: str, quarters: int, years: int) -> str:
    return label(ordinal(word) + quarters) if "Q" in word else str(int(word) + years)
