"""Reverse stress whole: how often a condition is met, how it comes about, and what warns of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk.analysis import metrics, parameter_band, statistics
from risk.analysis.columns import Column
from risk.analysis.conditions import Condition, condition
from risk.analysis.parameter_band import ParameterBand
from risk.analysis.reverse.consequences import Consequence, consequence
from risk.analysis.reverse.coordinates import coordinates, told_apart
from risk.analysis.reverse.dates import dates
from risk.analysis.reverse.grid import Grid, grid
from risk.analysis.reverse.halves import enough
from risk.analysis.reverse.nearest import Nearest, nearest
from risk.analysis.reverse.rules import Rule, rules
from risk.analysis.reverse.signs import Signs, signs
from risk.analysis.reverse.ways import Ways, courses, ways
from risk.analysis.statistics import Estimate
from risk.runs import Run
from risk.runs.legend import Legend
from risk.units import SCALE

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Joint:
    """How often the parts of a condition come together.

    Attributes
    ----------
    parts : each as written, and its own probability.
    times : how many times as often they come together as if each came by itself.
    """

    parts: tuple[tuple[str, Estimate], ...]
    times: Estimate


@dataclass(frozen=True)
class Reverse:
    """How a condition comes about.

    Attributes
    ----------
    words : the condition.
    paths, met : of the run, and of them those that meet it.
    band : where its probability lies over parameters; None where that was not measured beside the run.
    joint : its parts; None where it has one.
    tested, found, counted : coordinates there are, that it moves beyond chance, that count.
    stated : what it looks at, on the most likely path.
    then : what is asked for beside, where it is met and everywhere.
    """

    words: str
    paths: int
    met: int
    probability: Estimate
    band: ParameterBand | None
    joint: Joint | None
    tested: int
    found: int
    nearest: Nearest
    stated: tuple[Column, ...]
    ways: Ways
    rules: tuple[Rule, ...]
    signs: Signs
    grid: Grid
    then: tuple[Consequence, ...] = ()

    @property
    def path(self) -> int:
        """Id of the most likely path."""
        return self.nearest.paths[0]


def reverse(run: Run, words: str, then: Sequence[str] = ()) -> Reverse:
    """How a condition comes about on the paths of a run.

    Parameters
    ----------
    words : the condition (`risk.analysis.conditions`).
    then : quantities or conditions to look at where it is met.

    Raises
    ------
    UsageError : the condition cannot be read, or too few paths meet it, or do not.
    """
    asked = condition(run, words)
    later = [consequence(run, asked.flags, each) for each in then]
    enough(words, asked.flags)
    flags = asked.flags
    legend = Legend.of(run.register)
    units = {name: legend.column("parameters", name).unit for name in run.names("parameters")}
    every = list(coordinates(run, {name: (unit, SCALE[unit]) for name, unit in units.items()}))
    told = told_apart(every, flags)
    loss = metrics.values(run, run.variable(metrics.HEADLINE))
    when = dates(run, asked)
    return Reverse(
        words=words,
        paths=run.paths,
        met=int(flags.sum()),
        probability=statistics.probability(flags),
        band=_band(run, asked),
        joint=joint(run, asked),
        tested=told.tested,
        found=told.found,
        nearest=nearest(told, flags),
        stated=asked.quantities,
        ways=ways(courses(run), told, flags, when, loss, run.manifest.seed),
        rules=rules(told, flags),
        signs=signs(run, flags, when),
        grid=grid(run, flags),
        then=tuple(later),
    )


def _band(run: Run, asked: Condition) -> ParameterBand | None:
    """Band over parameters of a condition that is a claim by itself, where it was measured."""
    name = asked.words.strip()
    moments = parameter_band.kept(run).get(name)
    return None if moments is None else parameter_band.band(statistics.probability(asked.flags), moments)


def joint(run: Run, asked: Condition) -> Joint | None:
    """The parts of a condition that all must be met, each by itself; None where it has one part.

    Notes
    -----
    Influence of a path on p / Π p_i, all of the same paths: times · (y / p − Σ y_i / p_i + parts − 1).
    """
    words = parts(asked.words)
    if len(words) < 2:
        return None
    flags = [condition(run, part).flags.astype(np.float64) for part in words]
    single = [statistics.probability(each) for each in flags]
    whole = asked.flags.astype(np.float64)
    p = float(whole.mean())
    times = p / float(np.prod([each.value for each in single]))
    moved = sum(each / own.value for each, own in zip(flags, single, strict=True))
    influence = times * (whole / p - moved + len(words) - 1)
    error = statistics.mean(influence).standard_error
    return Joint(tuple(zip(words, single, strict=True)), Estimate(times, error, len(whole)))


def parts(words: str) -> tuple[str, ...]:
    """What a condition joins by `and`, outside of brackets; the whole where `or` joins it."""
    found: list[list[str]] = [[]]
    depth = 0
    for word in words.replace("(", " ( ").replace(")", " ) ").split():
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "or":
            return (words.strip(),)
        if depth == 0 and word == "and":
            found.append([])
        else:
            found[-1].append(word)
    return tuple(" ".join(part).replace("( ", "(").replace(" )", ")") for part in found)
