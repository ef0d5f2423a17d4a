"""Thresholds: how often more than that is lost, in which class, and what holds then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from risk.analysis import exceeded
from risk.analysis.answer import BUST
from risk.analysis.sampling import Ids
from risk.analysis.statistics import proportion
from risk.analysis.verdict import CLASSES
from risk.report.content import Cell, Content, Formula
from risk.report.guards import Condition
from risk.report.pack.base.cells import Tables, money, probability_cell, probability_text, subtitle
from risk.report.pack.base.fields import itself
from risk.report.pack.base.results import Array, Results
from risk.report.record import Field
from risk.report.sheet import Dial, Paragraph, Sheet
from risk.report.spec import Spec, count, several, shown
from risk.report.table import Column, Table

CLASS, COMBINATION = "over-classes", "over-patterns"
MEMBERS = dict(CLASSES[:3])
"""Outcome classes that exclude one another, of which each path is in one."""

ALL = "all"
WORDS = "{group}: on {count} of {of} ({share}) lenders to {line} lose {step}."
"""What the page says of a step."""


@dataclass(frozen=True)
class Row:
    """One combination, or all others of a class: number, example, paths, and those above each bar."""

    group: str
    pattern: int | None
    path: int | None
    holds: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Losses:
    """Headline losses of a run against its thresholds.

    Attributes
    ----------
    bars : (threshold,) USD bn.
    counts : (combination, 1 + threshold) paths in all, and those that lose more than each.
    groups : (combination,) place of its class in `MEMBERS`.
    """

    results: Results
    bars: Array
    counts: Ids
    groups: Ids

    @classmethod
    def of(cls, results: Results) -> Losses:
        """Count the paths of a run."""
        found, bars = results.patterns, exceeded.thresholds(results.loss)
        above = exceeded.exceeded(found, results.loss, bars)
        flags = found.flags[:, [found.names.index(name) for name in MEMBERS]]
        return cls(results, bars, np.column_stack([found.counts, above]), flags.argmax(axis=1))

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns of paths: of all, and of those above each threshold."""
        return (ALL, *(f"t{bar:g}".replace(".", "_") for bar in self.bars))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Leading combinations, the most frequent first, then what is left of each class."""
        led = exceeded.leading(self.counts, self.groups)
        return (*map(self._row, led), *self._others(led))

    def _row(self, number: int) -> Row:
        found = self.results.patterns
        flags = zip(found.names, found.flags[number], strict=True)
        known = {claim.id for claim in self.results.verdict.known}
        holds = " ".join(name for name, flag in flags if flag and name in known)
        group = tuple(MEMBERS.values())[self.groups[number]]
        example = int(found.example[number])
        return Row(group, number + 1, example, holds or "none", tuple(self.counts[number].tolist()))

    def _others(self, led: Sequence[int]) -> Iterator[Row]:
        left = np.ones(len(self.counts), dtype=bool)
        left[list(led)] = False
        for place, label in enumerate(MEMBERS.values()):
            rest = self.counts[left & (self.groups == place)]
            if len(rest):
                told = f"{len(rest):,} other combinations"
                yield Row(label, None, None, told, tuple(rest.sum(axis=0).tolist()))


def sheet(results: Results) -> Sheet:
    """Build the sheet, which is for the screen."""
    found = Losses.of(results)
    line = results.lines[0].label
    return Sheet(
        "Thresholds",
        "Thresholds – how often is more than that lost, and what holds then?",
        subtitle(results, f"credit loss to {results.labels[-1]}, {line}, USD bn; counts of paths"),
        "P",
        question="How often do lenders lose more than a threshold, in which class, and what holds then?",
        screen=(Paragraph(_finding(found), "finding"), classes(found), combinations(found)),
        dial=Dial(
            CLASS,
            COMBINATION,
            first=found.keys[1],
            group="class",
            groups={label: name for name, label in {ALL: "All paths", **MEMBERS}.items()},
            label=f"Loss of lenders to {line}",
            words=WORDS.replace("{line}", line),
        ),
    )


def _finding(found: Losses) -> str:
    """How sure a large loss is a bust, at the first threshold and the middle one."""
    busts = found.groups == list(MEMBERS).index(BUST)
    said = []
    for place in dict.fromkeys((0, len(found.bars) // 2)):
        above = found.counts[:, 1 + place]
        if above.any():
            share = probability_text(proportion(int(above[busts].sum()), int(above.sum())))
            said.append(f"{share} of the {int(above.sum()):,} above {money(float(found.bars[place]))}")
    if not said:
        return f"No path costs lenders more than {money(float(found.bars[0]))}."
    return f"Busts are {' and '.join(said)}."


def classes(found: Losses) -> Table:
    """Paths above each threshold, of all and of each class, as sums over the combinations."""
    fields: list[Field[str]] = [shown("step", "Loss", lambda key: _step(found, key))]
    for name, label in {ALL: None, **MEMBERS}.items():
        fields += _counted(found, name, label)
    spec = Spec(
        tuple(fields),
        CLASS,
        "Paths by loss and class",
        "Sums over the combinations below. Shares are of the paths of the class, in the first row of all "
        "paths. They are of this run: how far inputs move the classes stands on Summary.",
        itself,
    )
    return spec.table(found.keys)


def _step(found: Losses, key: str) -> str:
    if key == ALL:
        return "any or none"
    return f"more than {money(float(found.bars[found.keys.index(key) - 1]))}"


def _counted(found: Losses, name: str, label: str | None) -> tuple[Field[str], Field[str]]:
    """Paths of a class above a threshold, and their share."""
    inside = slice(None) if label is None else found.groups == list(MEMBERS).index(name)
    totals = dict(zip(found.keys, found.counts[inside].sum(axis=0).tolist(), strict=True))

    def paths(key: str) -> Formula:
        column = f"{{{COMBINATION}.{key}}}"
        text = f'SUMIF({{{COMBINATION}.class}},"{label}",{column})' if label else f"SUM({column})"
        return Formula(text, totals[key])

    def share(key: str) -> Content:
        of = "N_Paths" if key == ALL else f"{{{CLASS}.{name}[{ALL}]}}"
        n = found.results.run.paths if key == ALL else totals[ALL]
        if key == name:
            return "–"  # all of all
        like = probability_cell(proportion(totals[key], n)) if n else "–"
        if not isinstance(like, Cell):
            return "–"
        return Cell(Formula(f"{{row.{name}}}/{of}", totals[key] / n), like.format, "calculation")

    return (
        shown(name, label or "All paths", paths, "count", style="calculation"),
        shown(f"{name}_share", f"Of {label.lower()}" if label else "Of all", share, "probability"),
    )


def combinations(found: Losses) -> Table:
    """The combinations that lead any class above any threshold, and what is left of each class."""
    bars = dict(zip(found.keys[1:], found.bars, strict=True))
    above = (Column(key, f">{bar:,g}", "count", style="engine") for key, bar in bars.items())
    spec: Spec[Row] = Spec(
        (
            shown("class", "Class", lambda row: row.group),
            shown("holds", "What holds", lambda row: row.holds, width=44.0),
            count(ALL, "All paths", lambda row: row.counts[0], style="engine"),
            several(*above, cells=lambda row: row.counts[1:]),
            shown("pattern", "Pattern", lambda row: _or_dash(row.pattern), "general", align="right"),
            shown("path", "Lowest path id", lambda row: _or_dash(row.path), "general", align="right"),
        ),
        COMBINATION,
        "Paths by combination of what holds, and how many of them lose more than …, USD bn",
        f"Rows of Patterns: the {exceeded.EACH} most frequent of each class above each threshold, and what "
        "is left. These propositions hold, all others do not. A combination on few paths says little.",
        bold=lambda row: row.pattern is None,
    )
    return spec.table(found.rows)


def _or_dash(number: int | None) -> int | str:
    return "–" if number is None else number


def conditions(results: Results, t: Tables) -> Iterator[Condition]:
    """Combinations are all paths; above the last threshold they are those that TailRows lists."""
    every = Formula("N_Paths", results.run.paths)
    total = t.total(COMBINATION, ALL)
    yield Condition("Combinations by threshold cover every path", total, every, 0.0, "sum of their counts")
    found = Losses.of(results)
    bar, above = float(found.bars[-1]), t.total(COMBINATION, found.keys[-1])
    if results.loss[results.tail_rows[-1]] > bar:  # of more than two million paths not so many are listed
        return
    listed = Formula(f'COUNTIF(Tail_Loss,">{bar:g}")', int((results.loss > bar).sum()))
    yield Condition("Paths above the last threshold", above, listed, 0.0, "Thresholds v. TailRows")
