"""What the columns of a run are: unit and meaning of every outcome, parameter, series and sum, by kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from risk.assumptions.measures import worded
from risk.axes import Calendar
from risk.catalogue import CATALOGUE, FAMILIES, PARTS
from risk.paths import FACILITY_SERIES, FIRM_SERIES, SERIES, Variable
from risk.units import parse

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

FLAG = "flag"
"""Unit of what is 1 where it comes true; stored as a plain number."""

TRUE, WHEN = "1 where it comes true", "quarters after the base date until it does; not a number where never"
"""What is kept of a claim."""

_FAMILY = re.compile(r"(?P<name>\w+?)(?:_(?P<part>calm|stress|narrow|wide))?\.(?P<of>.+)")
_COMPONENT = re.compile(r"(?P<id>.+)\[(?P<place>\d+)\]")


@dataclass(frozen=True)
class Legend:
    """Units and meanings of what a run of a register keeps.

    Attributes
    ----------
    calendar : the quarters.
    declared : outcomes that the register declares, its claims and classes.
    parameters : uncertain assumptions; of a vector the whole.
    """

    calendar: Calendar
    declared: Mapping[str, Variable]
    parameters: Mapping[str, Variable]

    @classmethod
    def of(cls, assumptions: Assumptions) -> Legend:
        """Legend of every run of a register."""
        entries = assumptions.entries.values()
        return cls(
            assumptions.calendar,
            {variable.name: variable for variable in _declared(assumptions)},
            {entry.id: Variable(entry.id, entry.unit, "") for entry in entries if entry.prior is not None},
        )

    def column(self, kind: str, name: str) -> Variable:
        """A column by kind of its file; KeyError where there is none."""
        match kind:
            case "parameters":
                found = _COMPONENT.fullmatch(name)
                return self.parameters[name] if found is None else self._component(found["id"], name)
            case "outcomes":
                return self.declared[name] if name in self.declared else _of_family(name)
            case "series" | "facility" | "firm":
                return _SERIES[kind][name]
        quantity = CATALOGUE[name]
        return Variable(name, quantity.unit, quantity.label)

    def _component(self, id: str, name: str) -> Variable:
        return Variable(name, self.parameters[id].unit, "")

    def footer(self, kind: str, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """What a file says of its columns: the base unit in which they are kept, and what they mean.

        Of one that nobody explains it says nothing: a result is not thrown away for that.
        """
        columns = []
        for name in names:
            with suppress(KeyError):
                columns.append(self.column(kind, name))
        return {
            "units": {column.name: base(column) for column in columns},
            "labels": {column.name: column.label for column in columns if column.label},
        }


def base(column: Variable) -> str:
    """The base unit in which a column is kept."""
    return "1" if column.unit == FLAG else parse(column.unit).base


_SERIES: Mapping[str, Mapping[str, Variable]] = {
    kind: {variable.name: variable for variable in variables}
    for kind, variables in (("series", SERIES), ("facility", FACILITY_SERIES), ("firm", FIRM_SERIES))
}


def _declared(assumptions: Assumptions) -> Iterator[Variable]:
    calendar, windows = assumptions.calendar, assumptions.windows
    for outcome in assumptions.outcomes.values():
        label = worded(outcome.label, [outcome], calendar, windows)
        yield Variable(outcome.id, outcome.unit, label)
    for claim in assumptions.claims:
        words = worded(getattr(claim, "label", ""), claim.any, calendar, windows) or claim.id
        yield Variable(claim.id, FLAG, f"{words}: {TRUE}")
        if claim.timed:
            yield Variable(f"{claim.id}_quarter", "quarter", f"{words}: {WHEN}")
    for definition in assumptions.classes.values():
        for word in definition.words:
            yield Variable(word, FLAG, f"{word.replace('_', ' ').capitalize()}: {TRUE}")
        if not definition.id:
            yield Variable("bust_quarter", "quarter", f"Bust: {WHEN}")


def _of_family(name: str) -> Variable:
    """An outcome that no file declares: its family, and which of its members it is."""
    found = _FAMILY.fullmatch(name)
    if found is None:
        raise KeyError(name)
    whole = name.partition(".")[0]
    family = FAMILIES[whole] if whole in FAMILIES else FAMILIES[found["name"]]
    part = "" if whole in FAMILIES else f", {PARTS[found['part']]}"
    return Variable(name, family.unit, f"{family.label}{part}: {found['of']}")
