"""The valid register under one scenario, as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from risk.assumptions import locate
from risk.assumptions.measures import Class, Flag, Measure, Outcome, Proposition, measures
from risk.assumptions.normalised import digest, normalised, portable
from risk.assumptions.page import Contradiction, Fact, Figure
from risk.assumptions.plausible import Outlier
from risk.assumptions.schema import (
    Change,
    Entry,
    Event,
    Limit,
    ScenarioInfo,
    Source,
)
from risk.assumptions.table import Row, Table
from risk.assumptions.targets import Reading, Target, readings
from risk.assumptions.terms import Terms
from risk.axes import Calendar
from risk.errors import AssumptionError, suggestion
from risk.units import Names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, eq=False, repr=False)
class Assumptions:
    """A valid register under one scenario. Two are equal when their numbers are.

    Attributes
    ----------
    scenario : which scenario the numbers are of.
    entries : by id, in the order of the files.
    tables : entity tables by name, e.g. ``neoclouds.facility``.
    switches : every coupling; False where it is cut.
    events : forced stresses.
    sources, targets, propositions, page_figures, limits : the register's words, by key or id.
    terms : what the roles of the model are called.
    outcomes, flags, classes : what every path leaves behind beside the propositions, by id.
    page_parts : headings of the thesis page by part of it.
    page_facts, contradictions : what the page's figures are held against, and where they contradict it or one
        another.
    propositions_version : version of the thresholds.
    calendar : the time axis.
    directory : where the register was read.
    reconciled : totals that do not agree, for a reason.
    shocks : which other shocks strike the same parameters, from 1; 0 = those of the run's seed.
    """

    scenario: ScenarioInfo
    entries: Mapping[str, Entry]
    tables: Mapping[str, Table]
    switches: Mapping[str, bool]
    events: tuple[Event, ...]
    sources: Mapping[str, Source]
    terms: Terms
    targets: Mapping[str, Target]
    propositions: Mapping[str, Proposition]
    propositions_version: str
    page_figures: Mapping[str, Figure]
    calendar: Calendar
    directory: str
    limits: Mapping[str, Limit] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    flags: Mapping[str, Flag] = field(default_factory=dict)
    classes: Mapping[str, Class] = field(default_factory=dict)
    page_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page_facts: Mapping[str, Fact] = field(default_factory=dict)
    contradictions: Mapping[str, Contradiction] = field(default_factory=dict)
    reconciled: tuple[Outlier, ...] = ()
    shocks: int = 0

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all numbers: values, priors, tables, switches, events, thresholds; not of notes."""
        return digest(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assumptions) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Assumptions({self.scenario.name}, {len(self.entries)} entries, {self.digest[:12]})"

    def entry(self, id: str) -> Entry:
        """Return an entry; AssumptionError where there is none."""
        try:
            return self.entries[id]
        except KeyError:
            meant = suggestion(id, self.entries)
            hint = f"did you mean '{meant}'?" if meant else "see: bubblerisk assumptions list"
            raise AssumptionError(f"the register has no entry '{id}'", hint) from None

    def value(self, id: str) -> float | Array:
        """Return an entry's value in base units, an array for a vector or matrix."""
        entry = self.entry(id)
        if isinstance(entry.value, str):
            raise AssumptionError(f"'{id}' is a setting in words ({entry.value}), not a number")
        if isinstance(entry.value, (int, float)):
            return float(entry.value * entry.scale)
        import numpy as np

        return np.asarray(entry.value, dtype=np.float64) * entry.scale

    def number(self, id: str) -> float:
        """Return a scalar entry's value in base units."""
        value = self.value(id)
        if not isinstance(value, float):
            raise AssumptionError(f"'{id}' is a vector or matrix, not one number")
        return value

    def integer(self, id: str) -> int:
        """Return a counted entry's value, every digit of it."""
        value = self.entry(id).value
        if not isinstance(value, (int, float)) or not float(value).is_integer():
            raise AssumptionError(f"'{id}' is not one whole number")
        return int(value)

    def array(self, id: str) -> Array:
        """Return a vector's or matrix's values in base units."""
        value = self.value(id)
        if isinstance(value, float):
            raise AssumptionError(f"'{id}' is one number, not a vector or matrix")
        return value

    def text(self, id: str) -> str:
        """Return a setting in words."""
        value = self.entry(id).value
        if not isinstance(value, str):
            raise AssumptionError(f"'{id}' is a number, not a setting in words")
        return value

    def rows(self, model: type[R]) -> tuple[R, ...]:
        """Return the rows of the table whose rows are of a class, each in its type."""
        found = next(table for table in self.tables.values() if table.model is model)
        return cast("tuple[R, ...]", found.rows)

    def source_title(self, key: str) -> str:
        """Return the title of a source; its key where it has none."""
        return self.sources[key].title if key in self.sources else key

    def place(self, file: str) -> str:
        """Return a file as seen from the register's folder; one that a run keeps is so already."""
        return portable(file, self.directory)

    @property
    def inputs(self) -> int:
        """Number of entries and rows."""
        return len(self.entries) + sum(len(table.rows) for table in self.tables.values())

    @property
    def names(self) -> Names:
        """What the register calls its currency and its unit of work."""
        found = {"currency": "run.currency", "work": "run.unit_of_work"}
        return Names(**{key: self.text(id) for key, id in found.items() if id in self.entries})

    @cached_property
    def roles(self) -> dict[str, str]:
        """What each role is called, by role: the terms, and the generations that are numeraire and newest.

        With a capital, `Operators`, as it begins a sentence.
        """
        found = self.terms.model_dump()
        for row in self.tables["gpu.generation"].rows:
            found |= {role: row.id for role in ("numeraire", "newest") if getattr(row, role)}
        return found | {role.capitalize(): word[:1].upper() + word[1:] for role, word in found.items()}

    def said(self, text: str, *parts: object) -> str:
        """Return a text with its roles by name: ``"{Operators} borrow {0}"``; `parts` are named by place."""
        return text.format(*parts, **self.roles)

    @property
    def claims(self) -> tuple[Flag | Proposition, ...]:
        """Everything that comes true on a path or does not: propositions the model can answer, and flags."""
        answered = (p for p in self.propositions.values() if p.any and not p.pending)
        return (*answered, *self.flags.values())

    @property
    def measures(self) -> Iterator[Measure]:
        """Every measure of outcomes, propositions and flags, conditions inside conditions too."""
        return measures([*self.outcomes.values(), *self.claims])

    @property
    def readings(self) -> dict[str, Reading]:
        """Everything a path leaves behind that a target may name."""
        return readings(self.outcomes.values(), self.claims, self.classes.values())

    @cached_property
    def windows(self) -> dict[str, str]:
        """Entries that hold a window of time: a quarter, or first and last year."""
        return {id: text for id, entry in self.entries.items() if (text := entry.window)}

    def section(self, name: str) -> dict[str, Entry]:
        """Return a section's entries by their id without the section."""
        return {entry.name: entry for entry in self.entries.values() if entry.section == name}

    @property
    def outliers(self) -> tuple[Outlier, ...]:
        """Numbers outside their plausible range that a reason let in."""
        found = [outlier for entry in self.entries.values() for outlier in entry.outliers]
        found += self.reconciled
        return (*found, *(outlier for table in self.tables.values() for outlier in table.outliers))

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything the scenario sets differently from the base."""
        found = [change for entry in self.entries.values() for change in entry.changes]
        return (*found, *(change for table in self.tables.values() for change in table.changes))

    def derived(
        self,
        words: str,
        title: str,
        switches: Mapping[str, bool] | None = None,
        events: tuple[Event, ...] = (),
        shocks: int = 0,
    ) -> Assumptions:
        """Return these assumptions with couplings, stresses or shocks changed, as another scenario.

        Parameters
        ----------
        words : added to the scenario's name: lower-case letters, digits and hyphens.
        title : added to its title.
        switches : couplings that change.
        events : forced beside the scenario's own; their quarters must lie in the run.
        shocks : which other shocks, on the same parameters; 0 leaves them as they are.

        Raises
        ------
        AssumptionError : there is no such coupling.
        """
        changed = dict(switches or {})
        for coupling in changed:
            if coupling not in self.switches:
                meant = suggestion(coupling, self.switches)
                hint = f"did you mean '{meant}'?" if meant else "couplings: " + ", ".join(self.switches)
                raise AssumptionError(f"unknown coupling '{coupling}'", hint)
        head = self.scenario.name[: locate.LONGEST - len(words) - 1].rstrip("-")
        info = replace(self.scenario, name=f"{head}-{words}", title=f"{self.scenario.title}, {title}")
        own = tuple(replace(event, scenario=info.name) for event in events)
        return replace(
            self,
            scenario=info,
            switches={**self.switches, **changed},
            events=(*self.events, *own),
            shocks=shocks or self.shocks,
        )

    def normalised(self) -> dict[str, Any]:
        """Return the register as plain data (JSON): every number with its unit and where it comes from."""
        return normalised(self)
