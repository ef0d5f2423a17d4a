"""The runs between two runs: which registers are simulated, what is kept of the bridge, and where.

A bridge is kept beside the newer run, by the id of the older one; the outcomes of every register in between
are kept by themselves (`risk.runs.variants`), so that neither is computed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from risk.analysis.bridge import (
    EXACT,
    Between,
    Bridge,
    End,
    Step,
    chain,
    coalitions,
    shapley,
    totals,
)
from risk.analysis.screening import HEADLINES, outcomes
from risk.assumptions import Assumptions
from risk.assumptions.mixed import Part, mixed, parts
from risk.calibrate import effects
from risk.errors import StorageError, UsageError
from risk.runs import Run
from risk.runs.files import publish_json, read_json
from risk.runs.prepare import arrange
from risk.runs.variants import Came, Variant, Variants, variants

By = Literal["section", "owner", "input"]
"""What groups of inputs are; each input by itself where all are of one and few enough."""

PATHS = 4_096
"""Paths of each register in between: what runs on the same draws differ in is known well enough."""

MOST = 60
"""Inputs that are told one by one, at most: an hour's work."""

OUTCOMES = outcomes(HEADLINES)

TOO_MANY = "more than {0} inputs differ: they went over by {1}"


@dataclass(frozen=True)
class Planned:
    """What a bridge is made of; nothing is simulated yet.

    Attributes
    ----------
    steps : parts that go over together, in order: one each, or those of a group where there are too many.
    trials : every register that is to be simulated, on the draws of the newer run.
    own : of the older run's register on its own draws, where these are other ones.
    """

    before: Run
    after: Run
    paths: int
    by: By
    parts: tuple[Part, ...]
    steps: Mapping[str, tuple[Part, ...]]
    trials: Variants
    own: Variants | None
    register: Path | None
    note: Callable[[str], object]

    @property
    def missing(self) -> int:
        """Registers that are not simulated yet."""
        return len(self.trials.missing) + (len(self.own.missing) if self.own else 0)

    @cached_property
    def groups(self) -> dict[str, tuple[Part, ...]]:
        """Parts by section or owner."""
        return grouped(self.parts, self.by)


def planned(
    before: Run, after: Run, register: Path | None, by: By, paths: int, note: Callable[[str], object]
) -> Planned:
    """Plan the bridge from one run to another.

    Parameters
    ----------
    register : folder of the register, whose base stands in where couplings are cut.
    by : what the groups of inputs are.
    paths : of each register in between, at most; fewer where a run has fewer.

    Raises
    ------
    UsageError : the older run's register, or its results, are not those of today's model.
    """
    for run in (before, after):
        _readable(run)
    n = min(paths, before.paths, after.paths)
    found = parts(before.register, after.register)
    if len(grouped(found, by)) == 1 and 1 < len(found) <= EXACT:
        by = "input"
    steps: dict[str, tuple[Part, ...]] = {part.id: (part,) for part in found}
    if len(found) > MOST:
        steps = grouped(found, "section")
    root = after.directory.parent

    def variant(assumptions: Assumptions) -> Variant:
        plan = arrange(assumptions, n, after.manifest.seed, register=register, root=root)
        plan.settle(note)
        return Variant(assumptions, plan.baseline())

    registers = [_between(before, after, some) for some in _wanted(found, steps, by)]
    trials = variants([variant(each) for each in registers], after.manifest.seed, n, OUTCOMES, root)
    own = None
    if before.manifest.seed != after.manifest.seed:
        first = [variant(before.register)]
        own = variants(first, before.manifest.seed, n, OUTCOMES, root)
    return Planned(before, after, n, by, found, steps, trials, own, register, note)


def grouped(found: tuple[Part, ...], by: By) -> dict[str, tuple[Part, ...]]:
    """Parts by their section or owner, in the order of the first of each."""
    groups: dict[str, list[Part]] = {}
    for part in found:
        groups.setdefault(part.id if by == "input" else getattr(part, by), []).append(part)
    return {name: tuple(own) for name, own in groups.items()}


def _readable(run: Run) -> None:
    try:
        missing = set(OUTCOMES) - set(run.names("outcomes")) if run.register else set(OUTCOMES)
    except StorageError:
        missing = set(OUTCOMES)
    if missing:
        reason = f"run {run.id} is of a version of the model whose inputs cannot be told one by one"
        raise UsageError(reason, f"simulate it again: bubblerisk run {run.manifest.scenario}")


def _wanted(found: tuple[Part, ...], steps: Mapping[str, tuple[Part, ...]], by: By) -> list[tuple[Part, ...]]:
    """Sets of parts that have gone over in some register of the bridge."""
    sets: list[tuple[Part, ...]] = [()]
    for own in steps.values():
        sets.append((*sets[-1], *own))
    groups = grouped(found, by)
    for pairs in coalitions(tuple(groups)).values():
        sets += [tuple(p for g in groups if g in some for p in groups[g]) for pair in pairs for some in pair]
    return sets


def _between(before: Run, after: Run, some: tuple[Part, ...]) -> Assumptions:
    return mixed(before.register, after.register, some)


def built(found: Planned) -> Bridge:
    """Put a bridge together whose registers are all simulated.

    Raises
    ------
    LookupError : one is not.
    """
    before, after, n = found.before, found.after, found.paths
    came = {variant.assumptions.digest: found.trials.kept(variant) for variant in found.trials.variants}

    def of(some: tuple[Part, ...]) -> Came:
        own = came[_between(before, after, some).digest]
        if own is None:
            raise LookupError("a register in between is not simulated")
        return own

    start = _runs(of(()), before)
    first = _runs(found.own.kept(found.own.variants[0]), before) if found.own else start
    gone: tuple[Part, ...] = ()
    between = []
    for name, own in found.steps.items():
        gone = (*gone, *own)
        between.append(Between(name, of(gone).outcomes, of(gone).refused))
    ends = [
        End(run.outcomes(OUTCOMES), today)
        for run, today in ((before, first), (after, _runs(of(found.parts), after)))
    ]
    same = before.manifest.seed == after.manifest.seed
    old, new, total = totals(ends[0].stored, ends[1].stored, HEADLINES, same)
    steps = chain(ends[0], ends[1], start, between, HEADLINES, same)
    groups, lacking = _shares(found, of)
    if len(found.steps) < len(found.parts):
        lacking = " ".join(filter(None, (TOO_MANY.format(MOST, "section") + ".", lacking)))
    return Bridge(before.id, after.id, n, old, new, total, steps, groups, found.by, lacking)


def _runs(came: Came | None, run: Run) -> Mapping[str, Any]:
    """Outcomes of a register at an end, which has to run."""
    if came is None:
        raise LookupError("an end is not simulated")
    if came.refused:
        reason = f"today's model does not run the register of run {run.id}: {came.refused}"
        raise UsageError(reason, f"simulate it again: bubblerisk run {run.manifest.scenario}")
    return came.outcomes


def _shares(found: Planned, of: Callable[[tuple[Part, ...]], Came]) -> tuple[tuple[Step, ...], str]:
    """Shares of the groups, or why there are none."""
    groups = found.groups
    if len(groups) < 2:
        return (), f"all inputs are of one {found.by}" if groups else "no input differs"

    def chosen(some: frozenset[str]) -> tuple[Part, ...]:
        return tuple(part for group in groups if group in some for part in groups[group])

    weights = coalitions(tuple(groups))
    for some in {s for pairs in weights.values() for pair in pairs for s in pair}:
        if refused := of(chosen(some)).refused:
            names = ", ".join(sorted(some))
            return (), f"the model does not run where {names} alone go over: {refused}"
    members = {group: tuple(part.id for part in own) for group, own in groups.items()}
    return shapley(weights, lambda some: of(chosen(some)).outcomes, members, HEADLINES), ""


WORDS = ("before", "after", "paths", "by", "lacking")
"""What of a bridge is plain as it is."""


def called(before: str) -> str:
    """File of a bridge, beside the newer run, by the id of the older one."""
    return f"bridge-{before}.json"


def keep(found: Bridge, after: Run) -> None:
    """Keep a bridge beside the newer run."""
    publish_json(after.directory / called(found.before), {"run": after.id, **_plain(found)})


def kept(before: Run, after: Run) -> Bridge | None:
    """The bridge that is kept beside the newer run; None where none is, or it is not what was written."""
    path = after.directory / called(before.id)
    if not path.exists():
        return None
    try:
        content = read_json(path)
        return _restored(content) if content["run"] == after.id else None
    except (StorageError, KeyError, TypeError, ValueError):
        return None


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "effects": effects.plain(step.effects),
        "inputs": list(step.inputs),
        "why": step.why,
    }


def _plain(found: Bridge) -> dict[str, Any]:
    results = {name: effects.plain(getattr(found, name)) for name in ("old", "new", "total")}
    rows = {name: [_step(step) for step in getattr(found, name)] for name in ("steps", "groups")}
    words = {name: getattr(found, name) for name in WORDS}
    return {**words, **results, **rows}


def _restored(content: Mapping[str, Any]) -> Bridge:
    def steps(raw: list[Mapping[str, Any]]) -> tuple[Step, ...]:
        return tuple(
            Step(s["name"], effects.restored(s["effects"]), tuple(s["inputs"]), s["why"]) for s in raw
        )

    results: dict[str, Any] = {name: effects.restored(content[name]) for name in ("old", "new", "total")}
    words: dict[str, Any] = {name: content[name] for name in WORDS}
    return Bridge(**words, **results, steps=steps(content["steps"]), groups=steps(content["groups"]))
