"""Registers with one number at a corner of what its domain admits, as the loader would build them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

from risk.assumptions import Assumptions, entries, locate
from risk.assumptions.draft import Draft, read_base
from risk.assumptions.tables import TABLES
from risk.assumptions.validation import validate_at

FAR = (0.0, 1.0, -1.0, 1e-300, -1e-300, 1e-6, 1e3, 1e9, -1e9, 1e300, -1e300)
"""Where a number is taken, beside its bounds."""

PRIORS: tuple[dict[str, Any], ...] = (
    {"shape": "lognormal", "median": 1.0, "sigma": 1e308},
    {"shape": "lognormal", "median": 1e-300, "sigma": 1e-300},
    {"shape": "normal", "mean": 0.5, "sd": 1e308},
    {"shape": "normal", "mean": 0.5, "sd": 1e-300},
    {"shape": "normal", "mean": 0.5, "sd": 1e308, "low": 0.0, "high": 1.0},
    {"shape": "normal", "mean": 0.5, "sd": 1e-300, "low": 0.0, "high": 1.0},
    {"shape": "uniform", "low": -1e300, "high": 1e300},
    {"shape": "uniform", "low": -1.7e308, "high": 1.7e308},
    {"shape": "uniform", "low": 0.0, "high": 1e-300},
    {"shape": "uniform", "low": 0.0, "high": 1.0},
    {"shape": "triangular", "low": 0.0, "mode": 0.0, "high": 1.0},
    {"shape": "triangular", "low": -1e300, "mode": 0.0, "high": 1e300},
    {"shape": "discrete_uniform", "low": 0, "high": 10**17},
    {"shape": "discrete_uniform", "low": 0, "high": 1},
    {"shape": "dirichlet", "concentration": 1e-300},
    {"shape": "dirichlet", "concentration": 1e-3},
    {"shape": "dirichlet", "concentration": 1e300},
)
"""Priors at the corners of their parameters; the entry's value is put in their middle."""


class Corner(NamedTuple):
    """A number somewhere far out, and the register with it; None where the loader refuses it."""

    words: str
    build: Callable[[], Assumptions | None]


@dataclass
class Walk:
    """Every corner of a register."""

    base: Assumptions

    @cached_property
    def draft(self) -> Draft:
        return read_base(locate.register(None) / locate.BASE)

    def corners(self) -> Iterator[Corner]:
        """Every number of an entry, every prior shape of an uncertain one, every column of a table."""
        for id, entry in self.base.entries.items():
            if isinstance(entry.value, str):
                continue
            bounds = [x for x in (entry.low, entry.high) if isinstance(x, (int, float))]
            for x in dict.fromkeys((*bounds, *FAR)):
                yield Corner(f"{id} = {x:g}", partial(self._entry, id, x))
            if entry.prior is not None:
                for prior in PRIORS:
                    words = ", ".join(f"{key} {item}" for key, item in prior.items())
                    yield Corner(f"{id} ~ {words}", partial(self._prior, id, prior))
        for name, table in self.base.tables.items():
            for column in TABLES[name].model_fields:
                for i in dict.fromkeys((0, len(table.rows) - 1)):
                    if isinstance(getattr(table.rows[i], column), float):
                        for x in FAR:
                            yield Corner(
                                f"{name}.{table.rows[i].id}.{column} = {x:g}",
                                partial(self._cell, name, i, column, x),
                            )

    def _entry(self, id: str, x: float) -> Assumptions | None:
        raw = self.draft.entries[id]
        value = raw.table["value"]
        if isinstance(value, list):
            value = [[x, *row[1:]] for row in value] if isinstance(value[0], list) else [x, *value[1:]]
        else:
            value = x
        return self._built(id, {**raw.table, "value": value, "prior": None})

    def _prior(self, id: str, prior: dict[str, Any]) -> Assumptions | None:
        raw = self.draft.entries[id]
        value = raw.table["value"]
        if prior["shape"] != "dirichlet":
            value = prior.get("median", prior.get("mean", prior.get("mode", prior.get("low", 0.0))))
        return self._built(id, {**raw.table, "value": value, "prior": prior})

    def _built(self, id: str, raw: dict[str, Any]) -> Assumptions | None:
        table = {key: item for key, item in raw.items() if item is not None}
        entry, _ = entries.build(id, table, self.draft.entries[id].locate)
        return None if entry is None else replace(self.base, entries={**self.base.entries, id: entry})

    def _cell(self, name: str, i: int, column: str, x: float) -> Assumptions | None:
        raws = self.draft.rows[name]
        row, _ = validate_at(TABLES[name], {**raws[i].table, column: x}, raws[i].locate)
        if row is None:
            return None
        table = self.base.tables[name]
        rows = (*table.rows[:i], row, *table.rows[i + 1 :])
        if list(TABLES[name].faults(list(rows))):
            return None
        return replace(self.base, tables={**self.base.tables, name: replace(table, rows=rows)})
