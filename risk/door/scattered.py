"""Runs computed on several machines: some blocks of one, gathered, or all of them on a cluster."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.door import opening
from risk.door.desk import RUNS, Desk, Where, desk
from risk.door.told import Told

if TYPE_CHECKING:
    from risk.runs.prepare import Plan
    from risk.runs.scattered import Standing


def some(
    scenario: str | Path,
    blocks: range,
    *,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    **where: Unpack[Where],
) -> Told[Any]:
    """Compute some blocks of a scenario's run; others may compute others, into the same folder or their own.

    Parameters
    ----------
    blocks : their numbers; block i has paths 1,024 i to 1,024 i + 1,023.
    paths, seed, vintage : of the whole run.

    Raises
    ------
    UsageError : the run has no such blocks.
    """
    at = desk(where)
    planned = opening.plan(str(scenario), at, paths, seed, vintage)
    return replace(_told(planned, opening.simulate_some(planned, at, blocks)), ok=True)


def gather(
    scenario: str | Path,
    *places: str,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    **where: Unpack[Where],
) -> Told[Any]:
    """Bring the blocks of a run into its folder, each verified, and complete it where none is missing.

    Not ok where some are missing; it is said which, and the command that computes them.

    Parameters
    ----------
    places : folders of runs, or addresses for `fsspec`; what lies in the folder of the run counts anyway.
    paths, seed, vintage : of the whole run.

    Raises
    ------
    UsageError : a place has no block of this run.
    """
    from risk.runs import scattered

    at = desk(where)
    planned = opening.plan(str(scenario), at, paths, seed, vintage)
    opening.settle(planned, at)
    found = scattered.gather(planned, places)
    if not found.missing:
        opening.simulate(planned, at, admitted=True)
    return _told(planned, found)


@contextmanager
def on_cluster(here: Desk, address: str, through: str | None = None) -> Iterator[Desk]:
    """A desk whose runs a Dask cluster computes, as long as the context lasts.

    Raises
    ------
    UsageError : the package `distributed` is not installed, or no scheduler answers.
    """
    from risk.runs.cluster import connected

    with connected(address) as executor:
        here.step(f"{executor.workers} workers of {address}")
        yield replace(here, executor=executor, through=through)


def _told(planned: Plan, found: Standing) -> Told[Any]:
    """How far a run is; not ok where blocks are missing."""
    from risk.report.terminal.scattered import STANDING, Gap, text

    gaps = tuple(
        Gap(part.start, part.stop, _command(planned, "run", "--blocks", f"{part.start}:{part.stop}"))
        for part in found.missing
    )
    told = (found, gaps, planned.assumptions.scenario.name)
    complete = found.directory.joinpath("manifest.json").exists()
    notes = () if gaps else (_command(planned, *(("run",) if complete else ("runs", "gather"))),)
    return replace(Told.line(told, STANDING, text(*told)), ok=not gaps, notes=notes)


def _command(planned: Plan, *words: str) -> str:
    """A command on a planned run."""
    verb = list(words[: 2 if words[0] == "runs" else 1])
    full = ["bubblerisk", *verb, planned.scenario, "--paths", str(planned.paths), "--seed", str(planned.seed)]
    full += words[len(verb) :]
    if planned.register is not None:
        full += ["--assumptions", str(planned.register)]
    if planned.root != RUNS:
        full += ["--runs", str(planned.root)]
    return shlex.join(full)
