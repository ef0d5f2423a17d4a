"""What describes the world at the base date, and whether it does: the state of a register is dated.

An entry is state where it says so, a row where columns.toml names columns of its table. `as_of`
is the day that a figure describes: a day of the base date's quarter, or an earlier one if the row is a
nowcast, which names when what it rests on was `observed` and the `rule` by which it was moved.
`known_by` is the day by which a contemporary could know it; nothing is known after the information date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TypeGuard

from risk.assumptions.draft import Draft, Raw
from risk.assumptions.problems import Problem
from risk.assumptions.rows import row_id
from risk.axes import ordinal, quarter_end, quarter_of

CODE = "A031"
BASE_DATE, INFORMATION = "run.base_date", "run.information_date"
ROLLING = "rolling a base forward is editing a state, never relabelling one"

FEW = 5
"""Rows named when the whole state is of another day; beyond that only their number."""


def check(
    draft: Draft, base: dt.date | None, register: dt.date | None, information: dt.date | None
) -> list[Problem]:
    """Return what of the state describes another day than the base date, and what was known too late.

    Parameters
    ----------
    base : the base date, if it is one.
    register : date of the register, if it has one.
    information : the information date; the register's where it is not given.
    """
    found = [problem for raw in _dated(draft) for problem in _knowledge(raw, information or register)]
    if base is None:
        return found
    if information is not None:
        found += _order(draft, base, register, information)
    return [*found, *_of_another_day(draft, base)]


def state(draft: Draft) -> Iterator[tuple[str, Raw]]:
    """Yield what describes the world at the base date: entries and rows by id."""
    yield from ((id, raw) for id, raw in draft.entries.items() if raw.table.get("state") is True)
    for name in draft.state:
        yield from ((f"{name}.{row_id(raw, name)}", raw) for raw in draft.rows.get(name, ()))


def _dated(draft: Draft) -> Iterator[Raw]:
    yield from draft.entries.values()
    for raws in draft.rows.values():
        yield from raws


def _of_another_day(draft: Draft, base: dt.date) -> Iterator[Problem]:
    """Yield the state that describes another day; where most of it does, the base date is what is wrong."""
    whole = list(state(draft))
    off = [(id, raw, reason) for id, raw in whole if (reason := _misdated(draft, raw, base))]
    if len(off) <= max(FEW, len(whole) // 2):
        fix = f"describe {base}, or name what was observed and the rule that moved it"
        for id, raw, reason in off:
            yield raw.problem(CODE, ("as_of",), f"{id} is state, {reason}", fix)
        return
    named = ", ".join(f"{id} ({_place(raw)})" for id, raw, _ in off[:FEW])
    reason = (
        f"the base date is {base}, but {len(off)} of {len(whole)} entries and rows of state describe another"
    )
    fix = f"{ROLLING}: give each its value, as_of, observed and rule of {base}"
    more = f" and {len(off) - FEW} more"
    yield draft.entries[BASE_DATE].problem(CODE, ("value",), f"{reason} day: {named}{more}", fix)


def _misdated(draft: Draft, raw: Raw, base: dt.date) -> str:
    """Return why a state is not that of the base date; "" where it is."""
    as_of = raw.table.get("as_of")
    if not _is_day(as_of):
        return ""
    if as_of > base:
        return f"but as_of = {as_of} lies after the base date {base}"
    if quarter_of(as_of) == quarter_of(base):
        return ""
    reason = f"but as_of = {as_of} lies before the base date {base}"
    # A rule moved its figure to the base date of its file: not to one that a scenario sets.
    if draft.entries[BASE_DATE].changes and not raw.changes:
        return reason
    missing = [key for key in ("observed", "rule") if not str(raw.table.get(key) or "").strip()]
    return (
        f"{reason} and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        if missing
        else ""
    )


def _knowledge(raw: Raw, information: dt.date | None) -> Iterator[Problem]:
    """Yield dates of one figure that contradict one another, or what was known at the information date."""
    as_of, known = raw.table.get("as_of"), raw.table.get("known_by")
    observed, rule = _last_day(raw.table.get("observed")), str(raw.table.get("rule") or "").strip()
    if (observed is None and not raw.table.get("observed")) != (not rule):
        have, lack = ("observed", "rule") if observed else ("rule", "observed")
        reason = (
            f"{have} is given without {lack}: a nowcast names what was observed when, and how it was moved"
        )
        yield raw.problem("A004", (have,), reason, f"add {lack}")
    for key, day in (("known_by", known), ("observed", observed)):
        if information is not None and _is_day(day) and day > information:
            reason = f"{key} = {raw.table[key]} lies after the information date {information}"
            yield raw.problem(CODE, (key,), reason, "use what could be known by then, or move the date")
    earliest, key = (observed, "observed") if observed else (as_of, "as_of")
    if _is_day(known) and _is_day(earliest) and known < earliest:
        reason = (
            f"known_by = {known} lies before {key} = {raw.table[key]}: nobody knows a figure before its day"
        )
        yield raw.problem("A014", ("known_by",), reason, "correct one of the dates")


def _order(draft: Draft, base: dt.date, register: dt.date | None, information: dt.date) -> Iterator[Problem]:
    """Yield an information date before the base date or after the register."""
    raw = draft.entries[INFORMATION]
    if information < base:
        reason = f"the information date {information} lies before the base date {base}"
        yield raw.problem("A014", ("value",), reason, "the state of a day is not known before it")
    elif register is not None and information > register:
        reason = f"the information date {information} lies after the register's own date {register}"
        yield raw.problem("A014", ("value",), reason, "correct the date, or move run.as_of")


def _place(raw: Raw) -> str:
    document, path = raw.home
    return f"{document.name}:{document.line(path)}"


def _last_day(observed: object) -> dt.date | None:
    """Return the day on which an observation was complete; None where there is none, or a wrong one."""
    if isinstance(observed, dt.date) and not isinstance(observed, dt.datetime):
        return observed
    try:
        text = str(observed or "")
        return dt.date.fromisoformat(text) if "-" in text else quarter_end(ordinal(text))
    except ValueError:
        return None


def _is_day(value: object) -> TypeGuard[dt.date]:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
