"""What outcomes, propositions, flags and classes must satisfy beside the rest of the register."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from risk.assumptions.draft import Draft
from risk.assumptions.measures import SORTS, Class, Condition, Measure, Outcome, Proposition, measures, worded
from risk.assumptions.problems import Problem
from risk.assumptions.schema import Entry
from risk.assumptions.table import Row
from risk.assumptions.targets import Target
from risk.assumptions.validation import Site
from risk.axes import Calendar, is_window
from risk.catalogue import MEASURABLE
from risk.errors import suggestion

Rows = Mapping[str, Mapping[int, Row]]


def check(
    draft: Draft, rows: Rows, built: Mapping[str, Entry], windows: Mapping[str, str], calendar: Calendar
) -> Iterator[Problem]:
    """Yield everything wrong with what is measured.

    Parameters
    ----------
    rows : valid rows by table and position; built : valid entries; windows : entries that hold one.
    """
    records = [*draft.outcomes.items(), *draft.propositions.items(), *draft.flags.items()]
    yield from _names(records)
    for _, (record, site) in records:
        found = list(measures([record]))
        for m in found:
            yield from _measure(m, site, draft, rows, built, windows)
        if isinstance(record, (Outcome, Proposition)):
            said = record.any if isinstance(record, Proposition) else [record]
            yield from texts(record, said, site, windows, calendar)
        if isinstance(record, Proposition) and not record.any and not record.pending:
            reason = f"proposition '{record.id}' has no condition and is not pending"
            yield site.problem("A004", (), reason, "write [[proposition.any]]")
    for definition, site in draft.classes.values():
        yield from _class(definition, site, draft, built)


def _names(records: list[tuple[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for id, (_, site) in records:
        if id in seen or id.partition("_")[0] in SORTS:
            yield site.problem("A019", ("id",), f"'{id}' is the id of another outcome, proposition or flag")
        seen.add(id)


def _measure(
    m: Measure, site: Site, draft: Draft, rows: Rows, built: Mapping[str, Entry], windows: Mapping[str, str]
) -> Iterator[Problem]:
    for key, name in (("quantity", m.quantity), ("per", m.per)):
        if name and name not in MEASURABLE:
            yield unknown(site, key, name, MEASURABLE, "no path quantity")
    of = next((q.of for name in (m.quantity, m.per) if (q := MEASURABLE.get(name)) and q.of), "")
    known = [row.id for row in rows.get(of, {}).values()]
    if of and m.entity not in known:
        yield unknown(site, "entity", m.entity, known, f"no row of [[{of}]]")
    if m.entity and not of and m.quantity in MEASURABLE:
        reason = f"entity is '{m.entity}', but {m.quantity} has one value a path"
        yield site.problem("A018", ("entity",), reason, "leave the entity out")
    for key, over in (("over", m.over), ("per_over", m.per_over)):
        if over:
            yield from window(over, site, key, draft, built, windows)
    if m.counts_from and m.counts_from not in built and not told(draft, m.counts_from, built):
        yield unknown(site, "counts_from", m.counts_from, built, "no entry of the register")
    if isinstance(m, Condition):
        yield from _bar(m, site, draft, built)


def window(
    over: str, site: Site, key: str, draft: Draft, built: Mapping[str, Entry], windows: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what is no window."""
    if not is_window(over) and over not in windows and not told(draft, over, built):
        yield unknown(site, key, over, windows, "no window, nor an entry that holds one")


def told(draft: Draft, name: str, built: Mapping[str, Entry]) -> bool:
    """Whether a name is of an entry that is wrong itself, or of a file that could not be read."""
    return (name in draft.entries and name not in built) or not draft.whole(name.partition(".")[0])


def _bar(m: Condition, site: Site, draft: Draft, built: Mapping[str, Entry]) -> Iterator[Problem]:
    if len(m.thresholds) != 1:
        reason = f"the condition on {m.quantity} has {len(m.thresholds)} thresholds; it needs one"
        yield site.problem("A004", (), reason, "at_least, at_most, above or below")
    for word, limit in m.thresholds.items():
        entry = built.get(str(limit))
        number = entry is not None and isinstance(entry.value, (int, float))
        if (
            isinstance(limit, str)
            and limit not in MEASURABLE
            and not number
            and not told(draft, limit, built)
        ):
            yield unknown(site, word, limit, [*built, *MEASURABLE], "neither number nor quantity")


def texts(
    record: Outcome | Proposition | Target,
    said: Sequence[Measure],
    site: Site,
    windows: Mapping[str, str],
    calendar: Calendar,
) -> Iterator[Problem]:
    """Yield texts that name a window which is not among those of the measures."""
    for key in ("label", "statement"):
        try:
            worded(getattr(record, key, ""), said, calendar, windows)
        except (LookupError, AttributeError, ValueError) as error:
            reason = f"{key} of '{record.id}' speaks of a window it does not have ({error})"
            fix = "{0} is the window of the first condition, {0.year} its year, {0.per} the divisor's quarter"
            yield site.problem("A018", (key,), reason, fix)


def _class(definition: Class, site: Site, draft: Draft, built: Mapping[str, Entry]) -> Iterator[Problem]:
    timed = {id: record.timed for id, (record, _) in (draft.propositions | draft.flags).items()}
    for key, name in (("gap", definition.gap), *(("breaks", name) for name in definition.breaks)):
        if name not in timed:
            yield unknown(site, key, name, timed, "no proposition or flag")
        elif key == "breaks" and not definition.id and not timed[name]:
            yield site.problem("A004", (key,), f"'{name}' dates a bust, but is not timed", "timed = true")
    if definition.companions not in built and not told(draft, definition.companions, built):
        yield unknown(site, "companions", definition.companions, built, "no entry of the register")


def unknown(site: Site, key: str, name: str, known: Collection[str], what: str) -> Problem:
    """Return the problem of a name that nothing has."""
    meant = suggestion(name, known)
    hint = f". Did you mean '{meant}'?" if meant else ""
    return site.problem("A018", (key,), f"{key} is '{name}', which is {what}{hint}")
