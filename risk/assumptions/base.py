"""A register's base by itself: it must be valid before a scenario, which excuses nothing that it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from risk.assumptions import columns, entries, page_checks
from risk.assumptions.draft import Draft, Raw
from risk.assumptions.schema import Entry
from risk.assumptions.table import Row
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import validate_at


@dataclass(frozen=True)
class Base:
    """A base as read, and what of it is valid.

    Attributes
    ----------
    draft : what was read, with what is wrong.
    entries : valid entries by id; `rows` : valid rows by table and position.
    """

    draft: Draft
    entries: dict[str, Entry]
    rows: Mapping[str, Mapping[int, Row]]

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Check a base by itself; what is wrong is added to the draft."""
        built = built_entries(draft, draft.entries)
        rows = {name: built_rows(draft, name, dict(enumerate(raws))) for name, raws in draft.rows.items()}
        draft.problems += page_checks.page(draft, rows)  # the page is held against the base
        return cls(draft, built, rows)

    def again(self) -> Self:
        """Return the same for a scenario, which changes what was read and adds what is wrong with that."""
        draft = replace(
            self.draft,
            problems=[*self.draft.problems],
            entries={id: Raw(raw.table, raw.home) for id, raw in self.draft.entries.items()},
            rows={name: [Raw(raw.table, raw.home) for raw in raws] for name, raws in self.draft.rows.items()},
            removed={},
        )
        return replace(self, draft=draft, entries={**self.entries})


def built_entries(draft: Draft, raws: Mapping[str, Raw]) -> dict[str, Entry]:
    """Return the valid ones of entries as read; what is wrong with the others is the draft's."""
    built = {}
    for id, raw in raws.items():
        entry, found = entries.build(id, raw.table, raw.locate, tuple(raw.changes))
        draft.problems += found
        if entry is not None:
            built[id] = entry
    return built


def built_rows(draft: Draft, name: str, raws: Mapping[int, Raw]) -> dict[int, Row]:
    """Return the valid ones of a table's rows as read, by position; what is wrong is the draft's."""
    built = {}
    for i, raw in raws.items():
        row, found = validate_at(TABLES[name], raw.table, raw.locate)
        draft.problems += found
        if row is not None:
            built[i] = row
    draft.problems += columns.problems(draft, name, built)
    return built
