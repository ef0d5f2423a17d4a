"""Paths behind a cell of the pack: which show what it says, by what the cell is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from risk.analysis import metrics, ranking, sampling, triggers
from risk.analysis.attribution import DECILE
from risk.analysis.loss_lines import outcome
from risk.analysis.verdict import CLASSES
from risk.report.content import number_of
from risk.report.formats import show
from risk.report.pack.base.cells import format_of
from risk.report.pack.base.names import assumption
from risk.report.pack.base.results import TAIL as WORST
from risk.report.pack.base.results import Results
from risk.report.pack.paths.lookup import Found, Where
from risk.report.pack.paths.sample import PATTERNS, SAMPLE, TAIL

FEW = 3
"""Paths shown of a kind."""


@dataclass(frozen=True)
class Witness:
    """A path and why it is shown; its headline loss in USD bn."""

    path: int
    why: str
    loss: float


class Witnesses:
    """Finds paths in a run."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.outcomes = {v.name for v in results.run.variables}

    def of(self, found: Found) -> tuple[Witness, ...]:
        """Paths behind a cell: those of the first cell it rests on that speaks of paths."""
        for part in found.every():
            paths = tuple(self._of(part, found))
            if paths:
                return paths
        return ()

    def _of(self, part: Found, asked: Found) -> Iterator[Witness]:
        if part.form == "MAX(Tail_Loss)":
            yield self._told(int(self._worst[0]), "largest headline loss")
            return
        if part.where is None:
            return
        where, flags = part.where, self.results.patterns.names
        if where.table in (SAMPLE, TAIL, PATTERNS) and where.row is not None:
            yield from self._row(where)
        elif where.table == PATTERNS and where.column in flags:
            yield from self._flag(where.column)
        elif where.table in ("claims", "classes") and where.row in flags:
            yield from self._flag(str(where.row))
        elif where.table == "tail-measures" and where.row is not None:
            yield from self._quantile(float(f"0.{where.row}"))
        elif where.table == "actions-triggers" and where.row is not None:
            yield from self._fires(str(where.row))
        elif where.table in ("drivers", "movers") and where.row is not None:
            yield from self._driver(where)
        elif where.table == "tail" and where.row is not None:
            yield from self._fact(where, part)
        elif where.table == "loss-lines" and where.row is not None:
            yield from self._line(where)
        elif where.row in self.outcomes and isinstance(part.value, int | float):
            yield from self._near(str(where.row), part, asked)

    def _fires(self, action: str) -> Iterator[Witness]:
        """The first paths on which the trigger of an action fires."""
        if self.results.decision is None:
            return
        known = self.results.decision.actions
        place = [each.id for each in known.actions].index(action)
        fires = np.isfinite(triggers.quarters(self.results.first, known)[place])
        for path in np.flatnonzero(fires)[:FEW].tolist():
            yield self._told(path, f"the trigger of {action} fires")

    @property
    def _worst(self) -> sampling.Ids:
        return ranking.worst_first(self.results.loss)

    def _told(self, path: int, why: str) -> Witness:
        return Witness(path, why, float(self.results.loss[path]))

    def _row(self, where: Where) -> Iterator[Witness]:
        """The path of a row of Sample, TailRows or Patterns."""
        number = int(str(where.row))
        if where.table == PATTERNS:
            yield self._told(int(self.results.patterns.example[number]), "lowest id with the pattern")
            return
        ids = self.results.sampled if where.table == SAMPLE else self._worst
        yield self._told(int(ids[number]), "the row's path")

    def _flag(self, name: str) -> Iterator[Witness]:
        """Worst, median and lightest path on which something holds, and the worst on which it doesn't."""
        holds = self.results.run.outcomes([name])[name] > 0.0
        inside, outside = (self._worst[flag[self._worst]] for flag in (holds, ~holds))
        if len(inside):
            yield self._told(int(inside[0]), f"{name} holds, largest loss")
            yield self._told(int(inside[(len(inside) - 1) // 2]), f"{name} holds, median loss")
            yield self._told(int(inside[-1]), f"{name} holds, smallest loss")
        if len(outside):
            yield self._told(int(outside[0]), f"{name} does not hold, largest loss")

    def _quantile(self, level: float) -> Iterator[Witness]:
        """The two paths between which a quantile of the headline loss lies, and the worst."""
        n = self.results.run.paths
        rank = n - int((n - 1) * level)
        yield self._told(int(self._worst[rank - 1]), f"just below VaR {100.0 * level:g}%")
        yield self._told(int(self._worst[max(rank - 2, 0)]), f"just above VaR {100.0 * level:g}%")
        yield self._told(int(self._worst[0]), "largest headline loss")

    def _driver(self, where: Where) -> Iterator[Witness]:
        """Worst paths with an assumption in its lowest or highest tenth."""
        draws = self.results.first.parameter(str(where.row))
        order = np.argsort(draws, kind="stable")
        cut = max(int(len(order) * DECILE), 1)
        high = where.column.startswith("high")
        among = np.zeros(self.results.run.paths, dtype=bool)
        among[order[-cut:] if high else order[:cut]] = True
        end = "highest" if high else "lowest"
        for path in self._worst[among[self._worst]][:FEW]:
            yield self._told(int(path), f"{assumption(str(where.row))} in its {end} tenth, large loss")

    def _fact(self, where: Where, part: Found) -> Iterator[Witness]:
        """Paths of the tail, or of all, nearest to a mean."""
        name = str(where.row)
        if name in self.results.patterns.names:
            yield from self._flag(name)
            return
        if not isinstance(part.value, int | float):
            return
        values = self._values(name)
        tail = where.column.startswith("tail")
        ids = np.flatnonzero(ranking.worst(self.results.loss, WORST)) if tail else np.arange(len(values))
        yield from self._nearest(name, values, ids, number_of(part.value))

    def _line(self, where: Where) -> Iterator[Witness]:
        """Paths that lose about the mean on a line of credit, of the outcome class that the row speaks of."""
        name, kind = outcome(where.column.removesuffix("_se")), str(where.row).removeprefix("excess_")
        values = self._values(name)
        inside = np.ones(len(values), dtype=bool)
        if kind in dict(CLASSES):
            inside = self.results.run.outcomes([kind])[kind] > 0.0
        if inside.any():
            yield from self._nearest(name, values, np.flatnonzero(inside), float(values[inside].mean()))

    def _near(self, name: str, part: Found, asked: Found) -> Iterator[Witness]:
        """Paths whose outcome is nearest to a number of its distribution; to its mean for an error."""
        column = part.where.column if part.where else ""
        located = column in ("min", "max", "mean") or column.startswith(("p", "var", "es"))
        target = number_of(part.value) if located and part.where and part.where.table == "metrics" else None
        if part.where and part.where.table == "witnesses":
            yield self._told(int(number_of(part.value)), f"{name} nearest to its {column}")
            return
        values = self._values(name)
        mean, ids = float(values.mean()), np.arange(len(values))
        yield from self._nearest(name, values, ids, mean if target is None else target)

    def _values(self, name: str) -> sampling.Array:
        return metrics.values(self.results.run, self.results.run.variable(name))

    def _nearest(
        self, name: str, values: sampling.Array, ids: sampling.Ids, target: float
    ) -> Iterator[Witness]:
        variable = self.results.run.variable(name)
        unit = "" if variable.unit in ("fraction", "1/y") else f" {variable.unit}"
        for path in ids[np.argsort(np.abs(values[ids] - target), kind="stable")[:FEW]]:
            value = show(float(values[path]), format_of(variable.unit))
            yield self._told(int(path), f"{variable.label}: {value}{unit}")
