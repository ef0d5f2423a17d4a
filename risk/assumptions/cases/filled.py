"""What was put in the places that a case left empty, and what every number of a case must say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from risk.assumptions.cases.form import Case
from risk.assumptions.problems import Problem
from risk.assumptions.validation import Site
from risk.axes import quarter_of

ATTRIBUTES = ("source", "as_of", "grade")

CARRIED = "Carried to the base date unchanged."
CASE = "Of the case."


@dataclass
class Filled:
    """What was filled in.

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

    def count(self, table: str, column: str) -> None:
        """Remember that a column was filled in a row."""
        columns = self.columns.setdefault(table, {})
        columns[column] = columns.get(column, 0) + 1


def attributed(table: Mapping[str, Any], site: Site, what: str) -> Iterator[Problem]:
    """Yield what is not said of where a number comes from."""
    missing = [key for key in ATTRIBUTES if key not in table]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        fix = 'every number has a source, the day it describes and a grade, e.g. source = "judgement"'
        yield site.problem("A004", (), f"{' and '.join(missing)} of {what} {verb} missing", fix, key=True)


def stated(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with what a scenario's table needs: why it differs, and that it is let in."""
    return {"why": str(table.get("note") or CASE), "accept": CASE, **table}


def carried(case: Case, table: Mapping[str, Any], what: str, filled: Filled) -> dict[str, Any]:
    """Return the dates of a state that was observed before the base date's quarter."""
    day, base = table.get("as_of"), case.head.base_date
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime) or day > base:
        return {}
    if quarter_of(day) == quarter_of(base) or "observed" in table:
        return {}
    if "rule" not in table:
        filled.carried.append(what)
    return {"as_of": base, "observed": day, "rule": table.get("rule", CARRIED)}


def number(x: Any) -> float:
    """Return a number that was read; zero where it is none."""
    return float(x) if isinstance(x, (int, float)) and not isinstance(x, bool) else 0.0
