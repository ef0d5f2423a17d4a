"""Outcomes of a case as outcomes and flags of its register, so that a run leaves them behind path by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk.assumptions.cases.form import NEVER, Case, Expected
from risk.assumptions.draft import Draft
from risk.assumptions.measures import Condition, Flag, Outcome, measures
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.table import Row
from risk.assumptions.validation import Site
from risk.axes import ordinal
from risk.catalogue import MEASURABLE
from risk.errors import suggestion
from risk.units import SCALE, parse

PREFIX = "case_"
GIVEN = "given_"

MEASURED = {
    "level": "level", "ratio": "level", "minimum": "smallest", "maximum": "largest", "mean": "mean",
    "cumulative": "sum",
}  # fmt: skip
"""Statistic of a case → that of an outcome."""

ROLES = ("numeraire", "newest")
"""Words for a generation, whatever it is called."""


def produced(outcome: Expected) -> bool:
    """Whether the model has a quantity for what came."""
    return outcome.quantity in MEASURABLE and outcome.per in ("", *MEASURABLE)


def missing(outcome: Expected) -> str:
    """Why the model cannot produce an outcome; empty where it can."""
    for name in (outcome.quantity, outcome.per):
        if name and name not in MEASURABLE:
            meant = suggestion(name, MEASURABLE)
            return f"'{name}' is no quantity of the model" + (f"; did you mean '{meant}'?" if meant else "")
    return "" if outcome.quantity else "the model has no quantity for it"


def entities(outcome: Expected, rows: Mapping[str, Mapping[int, Row]]) -> tuple[str, str, list[str]]:
    """Return the entity of an outcome by name, the table it is a row of, and the names in that table."""
    of = next((q.of for name in (outcome.quantity, outcome.per) if (q := MEASURABLE.get(name)) and q.of), "")
    found: dict[str, Any] = {row.id: row for row in rows.get(of, {}).values()}
    chosen = outcome.entity
    if chosen in ROLES and of == "gpu.generation" and chosen not in found:
        chosen = next((name for name, row in found.items() if getattr(row, chosen)), chosen)
    return chosen, of, list(found)


def declare(draft: Draft, case: Case, rows: Mapping[str, Mapping[int, Row]]) -> Iterator[Problem]:
    """Add what a case expects to its register, and yield what is wrong with it.

    Parameters
    ----------
    rows : valid rows by table and position.
    """
    known = {row.id for found in rows.values() for row in found.values()}
    draft.flags = {id: pair for id, pair in draft.flags.items() if _names(pair[0]) <= known}
    seen: set[str] = set()
    for outcome, site in case.outcomes:
        if outcome.id in seen:
            yield site.problem("A019", ("id",), f"outcome '{outcome.id}' is given twice")
        seen.add(outcome.id)
        faults = [*_realised(case, outcome, site), *_naive(outcome, site)]
        if produced(outcome):
            faults += _measured(outcome, site, rows)
        yield from faults
        if not faults and produced(outcome):
            _add(draft, outcome, site, entities(outcome, rows)[0])


def _names(flag: Flag) -> set[str]:
    """Entities that a flag of today's register looks at."""
    return {m.entity for m in measures([flag]) if m.entity}


def _add(draft: Draft, outcome: Expected, site: Site, entity: str) -> None:
    measure = {
        "quantity": outcome.quantity, "per": outcome.per, "by": outcome.by, "entity": entity,
        "over": outcome.over, "complement": outcome.complement,
        "relative_to": "base" if outcome.statistic == "ratio" else outcome.relative_to,
    }  # fmt: skip
    id = PREFIX + outcome.id
    if outcome.timed:
        scale = SCALE[outcome.unit] if outcome.statistic == "happens" or outcome.unit in SCALE else 1.0
        bar = {word: x * scale for word, x in outcome.threshold.items()}
        condition = Condition.model_validate({**measure, **bar, "statistic": "any"})
        draft.flags[id] = Flag(id=id, any=(condition,), timed=True), site
    else:
        unit = {"unit": outcome.unit, "id": id, "label": outcome.label.replace("{", "{{").replace("}", "}}")}
        found = Outcome.model_validate({**measure, **unit, "statistic": MEASURED[outcome.statistic]})
        draft.outcomes[id] = found, site
    if outcome.given:
        row = {"id": GIVEN + outcome.id, "label": outcome.id, "unit": "1", "quantity": outcome.given}
        own = {"entity": entity if MEASURABLE[outcome.given].of else "", "over": outcome.over}
        start = outcome.over if ".." in outcome.over or outcome.over == "run" else f"+1..{outcome.over}"
        own["over"] = start if not outcome.over.isdigit() else outcome.over
        draft.outcomes[GIVEN + outcome.id] = (
            Outcome.model_validate({**row, **own, "statistic": "largest"}),
            site,
        )


def _measured(outcome: Expected, site: Site, rows: Mapping[str, Mapping[int, Row]]) -> Iterator[Problem]:
    """Yield what keeps the model from measuring an outcome: entity, unit, threshold, condition."""
    entity, of, known = entities(outcome, rows)
    if of and entity not in known:
        meant = suggestion(outcome.entity, known)
        hint = f"did you mean '{meant}'?" if meant else f"rows of {of}: {', '.join(known) or 'none'}"
        reason = f"entity of '{outcome.id}' is '{outcome.entity}', which is no row of {of}"
        yield site.problem("A018", ("entity",), reason, hint)
    if outcome.entity and not of:
        reason = (
            f"entity of '{outcome.id}' is '{outcome.entity}', but {outcome.quantity} has one value a path"
        )
        yield site.problem("A018", ("entity",), reason, "leave the entity out")
    yield from _unit(outcome, site)
    if outcome.timed and len(outcome.threshold) != 1:
        reason = f"'{outcome.id}' asks when or whether something happens: it needs one threshold"
        yield site.problem("A004", (), reason, "at_least, at_most, above or below, in its unit", key=True)
    if not outcome.timed and outcome.threshold:
        reason = f"'{outcome.id}' has a threshold, but its statistic is '{outcome.statistic}'"
        yield site.problem(
            "A003", (next(iter(outcome.threshold)),), reason, 'statistic = "happens" or "first time"'
        )
    if outcome.given and outcome.given not in MEASURABLE:
        meant = suggestion(outcome.given, MEASURABLE)
        hint = f"did you mean '{meant}'?" if meant else ""
        yield site.problem("A018", ("given",), f"given = '{outcome.given}' is no quantity of the model", hint)


def _unit(outcome: Expected, site: Site) -> Iterator[Problem]:
    """Yield a unit that is none of the quantity's."""
    own = parse(MEASURABLE[outcome.quantity].unit).base
    pure = bool(outcome.per or outcome.statistic == "ratio" or outcome.relative_to)
    wanted = {"1"} if pure else {own}
    if not pure and outcome.statistic in ("cumulative", "mean", "level") and own.endswith("/q"):
        wanted |= (
            {own.removesuffix("/q"), own.removesuffix("/q") + "/y"}
            if outcome.by != "quarter" or outcome.statistic == "cumulative"
            else set()
        )
    if parse(outcome.unit).base not in wanted:
        unit = MEASURABLE[outcome.quantity].unit
        reason = f"unit of '{outcome.id}' is '{outcome.unit}', but {outcome.quantity} is in {unit}"
        fix = "a ratio is a fraction" if pure else "use that unit or a multiple of it"
        yield site.problem("A009", ("unit",), reason, fix)


def _realised(case: Case, outcome: Expected, site: Site) -> Iterator[Problem]:
    """Yield a realised value that is none of what is asked."""
    x = outcome.realised
    if outcome.statistic == "first time":
        if x == NEVER:
            return
        try:
            t = case.calendar.offset(str(x)) if isinstance(x, str) and ordinal(x) else 0
        except ValueError:
            t = 0
        if not 1 <= t <= case.calendar.quarters:
            reason = f"realised of '{outcome.id}' is {quoted(x)}; it must be a quarter of the run, or 'never'"
            yield site.problem("A014", ("realised",), reason, f'e.g. "{case.calendar.labels[1]}"')
    elif outcome.statistic == "happens":
        if not isinstance(x, bool):
            yield site.problem(
                "A005", ("realised",), f"realised of '{outcome.id}' is {quoted(x)}; it must be true or false"
            )
    elif isinstance(x, list):
        numbers = [y for y in x if isinstance(y, (int, float)) and not isinstance(y, bool)]
        if len(x) != 2 or len(numbers) != 2 or not numbers[0] <= numbers[1]:
            yield site.problem(
                "A005",
                ("realised",),
                f"realised of '{outcome.id}' must be a number or a range such as [0.2, 0.3]",
            )
    elif isinstance(x, bool) or not isinstance(x, (int, float)):
        yield site.problem(
            "A005",
            ("realised",),
            f"realised of '{outcome.id}' is {quoted(x)}; it must be a number or a range such as [0.2, 0.3]",
        )


def _naive(outcome: Expected, site: Site) -> Iterator[Problem]:
    """Yield a naive forecast that is told twice."""
    if outcome.history and outcome.last is not None:
        yield site.problem(
            "A022",
            ("last",),
            f"'{outcome.id}' gives its last value beside its history",
            "leave one of the two out",
        )
