"""The runs of other scenarios that a pack shows beside its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from risk.door.desk import Desk
from risk.door.naming import among
from risk.door.opening import opened
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.axes import Calendar
    from risk.runs import Manifest, Run, StoredRun
    from risk.runs.prepare import Plan


class Likeness(NamedTuple):
    """What two runs must agree in to share their draws, quarters and the model that they pass through."""

    paths: int
    seed: int
    calendar: Calendar
    source: str


def runs_beside(names: Sequence[str], found: Run | Plan, desk: Desk) -> tuple[Run, ...]:
    """Open the stored runs that words name, in their order and each once.

    Parameters
    ----------
    names : scenarios, of which a run that shares its draws with `found` is meant, or stored runs.
    found : the pack's own run, or the plan of it.

    Raises
    ------
    UsageError : there is no such run, or it has other paths, another seed or another version of the model.
    """
    from risk.runs.find import of_scenario

    if not names:
        return ()
    wanted = _wanted(found)
    runs: dict[str, Run] = {}
    for name in names:
        like = [run for run in of_scenario(name, desk.runs) if _alike(run, wanted)]
        one = among(like, name, desk).id if like else name
        run = alike(opened(one, desk), found)
        runs[run.id] = run
    return tuple(runs.values())


def alike(run: Run, found: Run | Plan) -> Run:
    """The run, if it shares its draws with `found`; UsageError that says in what they differ if not."""
    wanted = _wanted(found)
    if _likeness(run.manifest) != wanted:
        raise _unlike(run, wanted)
    return run


def _alike(stored: StoredRun, wanted: Likeness) -> bool:
    """Whether a run is like another; the manifest of one that cannot be is not read in full."""
    if stored.head is None:
        return False
    made = stored.head.specification
    if (made.paths, made.seed, made.source) != (wanted.paths, wanted.seed, wanted.source):
        return False
    return stored.manifest is not None and _likeness(stored.manifest) == wanted


def _likeness(manifest: Manifest) -> Likeness:
    specification = manifest.specification
    return Likeness(manifest.paths, manifest.seed, manifest.calendar, specification.source)


def _wanted(found: Run | Plan) -> Likeness:
    from risk.runs import Run, specify

    if isinstance(found, Run):
        return _likeness(found.manifest)
    source = specify(found.assumptions, found.paths, found.seed).source
    return Likeness(found.paths, found.seed, found.assumptions.calendar, source)


def _covered(found: Likeness) -> str:
    labels = found.calendar.labels
    return f"{found.calendar.quarters} quarters from {labels[0]}"


def _unlike(run: Run, wanted: Likeness) -> UsageError:
    own = _likeness(run.manifest)
    words = {
        "paths": f"{own.paths:,} paths instead of {wanted.paths:,}",
        "seed": f"seed {own.seed} instead of {wanted.seed}",
        "calendar": f"{_covered(own)} instead of {_covered(wanted)}",
        "source": "another version of the model",
    }
    told = ", ".join(words[name] for name in words if getattr(own, name) != getattr(wanted, name))
    again = f"bubblerisk run {run.manifest.scenario} --paths {wanted.paths} --seed {wanted.seed}"
    return UsageError(
        f"run {run.id} of {run.manifest.scenario} does not share its draws with this one: {told}",
        f"simulate it alike: {again}",
    )
