"""What describes the world at the base date, and whether it does: the state of a register is dated.

An entry is state where it says so, a row where columns.toml names columns of its table. `as_of`
is the day that a figure describes: a day of the base date's quarter, or an earlier one if the row is a
nowcast, which names when what it rests on was `observed` and the `rule` by which it was moved.
`known_by` is the day by which a contemporary could know it; nothing is known after the information date: the
register's own or, where a scenario sets a base date, 60 days after that, unless one is stated.
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

NOWCAST = "nowcast"
"""The grade of a figure that a rule moved to the base date."""

LAG = 60
"""Days from a base date that a scenario sets to the day by which its state was reported."""

FEW = 5
"""Rows named when the whole state is of another day; beyond that only their number."""


def check(
    draft: Draft, base: dt.date | None, register: dt.date | None, stated: dt.date | None
) -> list[Problem]:
    """Return what of the state describes another day than the base date, and what was known too late.

    Parameters
    ----------
    base : the base date, if it is one.
    register : date of the register, if it has one.
    stated : the information date, where it is given.
    """
    information = stated or register
    if base is not None and _moved(draft, BASE_DATE) and not _moved(draft, INFORMATION):
        last = (register or dt.date.max).toordinal()
        information = dt.date.fromordinal(min(base.toordinal() + LAG, last))
        stated = None  # what the register states is of its own base date
    off = _off(draft, base) if base is not None else []
    # State that was left behind is told as such; when it was known says nothing more.
    left = {id(raw) for _, raw, _ in off if _moved(draft, BASE_DATE) and not raw.changes}
    found = [problem for raw in _dated(draft) for problem in _dates(raw)]
    found += _nowcasts(draft)
    found += [p for raw in _dated(draft) if id(raw) not in left for p in _late(raw, information)]
    if base is not None and stated is not None:
        found += _order(draft, base, register, stated)
    return [*found, *_of_another_day(draft, base, off)]


def _moved(draft: Draft, id: str) -> bool:
    """Whether a scenario sets a date of the register."""
    return id in draft.entries and bool(draft.entries[id].changes)


def state(draft: Draft) -> Iterator[tuple[str, Raw]]:
    """Yield what describes the world at the base date: entries and rows by id."""
    yield from ((id, raw) for id, raw in draft.entries.items() if raw.table.get("state") is True)
    for name in draft.state:
        yield from ((f"{name}.{row_id(raw, name)}", raw) for raw in draft.rows.get(name, ()))


def _dated(draft: Draft) -> Iterator[Raw]:
    yield from draft.entries.values()
    for raws in draft.rows.values():
        yield from raws


def _off(draft: Draft, base: dt.date) -> list[tuple[str, Raw, str]]:
    """Return the state that describes another day than the base date: id, row and why."""
    return [(id, raw, reason) for id, raw in state(draft) if (reason := _misdated(draft, raw, base))]


def _of_another_day(draft: Draft, base: dt.date | None, off: list[tuple[str, Raw, str]]) -> Iterator[Problem]:
    """Yield the state that describes another day; where most of it does, the base date is what is wrong."""
    whole = sum(1 for _ in state(draft))
    if len(off) <= max(FEW, whole // 2):
        fix = f"describe {base}, or name what was observed and the rule that moved it"
        for id, raw, reason in off:
            yield raw.problem(CODE, ("as_of",), f"{id} is state, {reason}", fix)
        return
    named = ", ".join(f"{id} ({_place(raw)})" for id, raw, _ in off[:FEW])
    reason = f"the base date is {base}, but {len(off)} of {whole} entries and rows of state describe another"
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
    if _moved(draft, BASE_DATE) and not raw.changes:
        return reason
    missing = [key for key in ("observed", "rule") if not str(raw.table.get(key) or "").strip()]
    if missing:
        return f"{reason} and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    seen = _last_day(raw.table["observed"])
    if seen is not None and quarter_of(seen) > quarter_of(as_of):
        return f"{reason} and before {raw.table['observed']}, when what it rests on was observed"
    return ""


def _dates(raw: Raw) -> Iterator[Problem]:
    """Yield dates of one figure that contradict one another."""
    as_of, known = raw.table.get("as_of"), raw.table.get("known_by")
    observed, rule = _last_day(raw.table.get("observed")), str(raw.table.get("rule") or "").strip()
    if (observed is None and not raw.table.get("observed")) != (not rule):
        have, lack = ("observed", "rule") if observed else ("rule", "observed")
        reason = (
            f"{have} is given without {lack}: a nowcast names what was observed when, and how it was moved"
        )
        yield raw.problem("A004", (have,), reason, f"add {lack}")
    earliest, key = (observed, "observed") if observed else (as_of, "as_of")
    if _is_day(known) and _is_day(earliest) and known < earliest:
        reason = (
            f"known_by = {known} lies before {key} = {raw.table[key]}: nobody knows a figure before its day"
        )
        yield raw.problem("A014", ("known_by",), reason, "correct one of the dates")


def _nowcasts(draft: Draft) -> Iterator[Problem]:
    """Yield nowcasts without a rule, or without a prior that says how wrong they may be."""
    for id, raw in draft.entries.items():
        if raw.table.get("grade") == NOWCAST:
            yield from _unruled(raw, id)
            if not raw.table.get("prior"):
                reason = f"{id} is a nowcast without a prior"
                yield raw.problem("A004", ("grade",), reason, "say by a prior how wrong it may be")
    for name, raws in draft.rows.items():
        error = draft.nowcasts.get(name, "")
        entry = draft.entries.get(error)
        for raw in raws:
            if raw.table.get("grade") != NOWCAST:
                continue
            id = f"{name}.{row_id(raw, name)}"
            yield from _unruled(raw, id)
            if entry is None or not entry.table.get("prior"):
                named = (
                    f"its entry '{error}' has none" if error else f"columns.toml names no entry for {name}"
                )
                reason = f"{id} is a nowcast without a prior: {named}"
                yield raw.problem(
                    "A004", ("grade",), reason, f'[{name}] nowcast = "…", an entry with a prior'
                )


def _unruled(raw: Raw, id: str) -> Iterator[Problem]:
    if not str(raw.table.get("rule") or "").strip():
        reason = f"{id} is a nowcast without a rule"
        fix = "name what was observed when, and how it was moved to the base date"
        yield raw.problem("A004", ("grade",), reason, fix)


def _late(raw: Raw, information: dt.date | None) -> Iterator[Problem]:
    """Yield what was not known at the information date."""
    for key, day in (
        ("known_by", raw.table.get("known_by")),
        ("observed", _last_day(raw.table.get("observed"))),
    ):
        if information is not None and _is_day(day) and day > information:
            reason = f"{key} = {raw.table[key]} lies after the information date {information}"
            yield raw.problem(CODE, (key,), reason, "use what could be known by then, or move the date")


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
