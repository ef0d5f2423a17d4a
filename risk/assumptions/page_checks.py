"""What must hold of the thesis page in the register: one fate a figure, and names that mean something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from risk.assumptions.draft import PARTS, SECTIONS, Draft
from risk.assumptions.figures import FigureError, Numbers, names, parse, printed, scale
from risk.assumptions.page import FATES, Figure
from risk.assumptions.positions import Path
from risk.assumptions.problems import Problem
from risk.assumptions.table import Row
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import Site
from risk.errors import suggestion
from risk.units import SCALE, TEXT_UNITS

Rows = Mapping[str, Mapping[int, Row]]

LARGEST = 1e300
"""Size of a number beyond which a valid entry never lies; what is larger, or no number, is told elsewhere."""

_HELP = "entries, tables, rows, columns and cells of the register; target:T8b; proposition:B6"


def page(draft: Draft, rows: Rows) -> Iterator[Problem]:
    """Yield what is wrong with figures, facts and contradictions of valid form.

    Parameters
    ----------
    rows : valid rows by table and position.
    """
    numbers = _numbers(draft, rows)
    words = _words(draft, rows)
    for figure, site in draft.figures.values():
        yield from _fate(figure, site)
        yield from _sections(draft, figure, site)
        for key in ("value_of", "evidence_for"):
            for i, name in enumerate(getattr(figure, key)):
                yield from _reference(draft, site, (key, i), name, numbers, words)
        for key in ("replaced_by", "today"):
            if getattr(figure, key):
                yield from _expression(draft, site, key, getattr(figure, key), numbers)
    for id, (_, site) in draft.facts.items():
        if id in draft.figures:
            yield site.problem("A019", ("id",), f"'{id}' is a figure of the page already")
    for contradiction, site in draft.contradictions.values():
        for key in ("says", "against"):
            yield from _expression(draft, site, key, getattr(contradiction, key), numbers)
        yield from _unit(site, contradiction.unit)


def _numbers(draft: Draft, rows: Rows) -> Numbers:
    """Return everything an expression can name; parts that are not valid are missing."""
    figures = {id: (figure.value, figure.unit) for id, (figure, _) in draft.figures.items()}
    facts = {id: (fact.value, fact.unit) for id, (fact, _) in draft.facts.items()}
    entries = {id: (raw.table.get("value"), raw.table.get("unit")) for id, raw in draft.entries.items()}
    return Numbers(
        {id: (value, str(unit)) for id, (value, unit) in entries.items() if _sound(value, unit)},
        {name: {row.id: vars(row) for row in found.values()} for name, found in rows.items()},
        facts | figures,
    )


def _sound(value: object, unit: object) -> bool:
    """Whether a value can be read in its unit: as numbers, or as the words or the matrix that it is."""
    if not isinstance(unit, str):
        return False
    found = value if isinstance(value, list) else [value]
    if unit in TEXT_UNITS or (found and isinstance(found[0], list)):
        return True
    return unit in SCALE and bool(found) and all(map(_number, found))


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST


def _words(draft: Draft, rows: Rows) -> set[str]:
    """Return what a figure can refer to without being a number."""
    known = {*draft.entries, *rows}
    for name, found in rows.items():
        columns = tuple(TABLES[name].model_fields)
        places = [name, *(f"{name}.{row.id}" for row in found.values())]
        known |= {*places, *(f"{place}.{column}" for place in places for column in columns)}
    known |= {f"target:{id}" for id in draft.targets}
    return known | {f"proposition:{id}" for id in draft.propositions}


def _fate(figure: Figure, site: Site) -> Iterator[Problem]:
    if len(figure.fates) != 1:
        told = ", ".join(figure.fates) or "none"
        reason = f"figure '{figure.id}' has {told}; it needs exactly one of {', '.join(FATES)}"
        yield site.problem("A023", (), reason)
    elif figure.replaced_by and not figure.why:
        yield site.problem("A023", ("replaced_by",), f"figure '{figure.id}' does not say why it gave way")
    elif figure.today and not figure.evidence_for:
        reason = f"figure '{figure.id}' has today, which only evidence has: of a value it is the entry's"
        yield site.problem("A023", ("today",), reason, "leave it out")
    elif figure.value_of and printed(figure.value) is None:
        reason = f"figure '{figure.id}' is printed as '{figure.value}', which is no value of an entry"
        yield site.problem("A023", ("value",), reason, "give it as evidence_for, or one number or range")


def _sections(draft: Draft, figure: Figure, site: Site) -> Iterator[Problem]:
    headings = {section for sections in draft.parts.values() for section in sections}
    places: list[tuple[Path, str]] = [(("section",), figure.section)]
    places += [(("also", i), section) for i, section in enumerate(figure.also)]
    for at, section in places:
        if headings and section not in headings:
            meant = suggestion(section, headings)
            hint = f" Did you mean '{meant}'?" if meant else ""
            yield site.problem("A018", at, f"'{section[:60]}' is no heading of [parts].{hint}")


def _reference(
    draft: Draft, site: Site, at: Path, name: str, numbers: Numbers, words: set[str]
) -> Iterator[Problem]:
    """Yield a problem if a name means nothing, or is to be a value and is no number."""
    if name in words and at[0] == "evidence_for":
        return
    try:
        if "." in name and ":" not in name:
            numbers.span(name)
            return
    except FigureError:
        pass
    if name in words:
        reason = f"'{name}' is not one number, so that no figure is its value"
        yield site.problem("A018", at, reason, "give it as evidence_for, or name a cell")
    elif _whole(draft, name, numbers):
        meant = suggestion(name, words)
        hint = f" Did you mean '{meant}'?" if meant else ""
        yield site.problem("A018", at, f"'{name}' is no entry, table, row or cell.{hint}", _HELP)


def _expression(draft: Draft, site: Site, key: str, text: str, numbers: Numbers) -> Iterator[Problem]:
    try:
        parse(text)
    except FigureError as error:
        yield site.problem("A029", (key,), str(error))
        return
    for name in names(text):
        try:
            numbers.span(name)
        except FigureError as error:
            if _whole(draft, name, numbers):
                known = {*numbers.entries, *numbers.figures}
                meant = None if name in known else suggestion(name, known)
                yield site.problem(
                    "A029", (key,), f"{error}." + (f" Did you mean '{meant}'?" if meant else "")
                )


def _unit(site: Site, unit: str) -> Iterator[Problem]:
    try:
        scale(unit)
    except FigureError as error:
        yield site.problem("A009", ("unit",), str(error))


def _whole(draft: Draft, name: str, numbers: Numbers) -> bool:
    """Whether what a name belongs to was read and is valid, so that what is missing is missing."""
    section, entry = re.split(r"[.:]", name)[0], name.partition("[")[0]
    if entry in draft.entries and entry not in numbers.entries:
        return False
    if any(name.startswith(t) and len(numbers.tables.get(t, ())) < len(r) for t, r in draft.rows.items()):
        return False
    files = {"target": ("targets",), "proposition": ("propositions",)}.get(section, (section,))
    if section not in (*SECTIONS, "target", "proposition"):
        return True
    parts = [part for part, whole in PARTS.items() if whole in files and part in draft.documents]
    faulty = {problem.file for problem in draft.problems}
    return all(f in draft.documents and draft.documents[f].name not in faulty for f in (*files, *parts))
