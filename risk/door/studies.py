"""Studies that take several runs: what couplings add, earlier states, other busts; and estimates on data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.door import opening
from risk.door.desk import Desk, Where, desk
from risk.door.several import simulated
from risk.door.side_by_side import one_crew
from risk.door.told import Told
from risk.errors import UsageError

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.assumptions.cases import Described
    from risk.calibrate.cases.placebo import Placebo
    from risk.calibrate.cases.replay import Replay
    from risk.runs import Run
    from risk.runs.prepare import Plan

PATHS = 4_096
"""Paths of each run: what runs that share their draws differ in, and a percentile, are known well enough."""


@one_crew
def amplification(
    scenario: str = "base",
    *,
    quarter: str | None = None,
    pilots: bool = False,
    paths: int = PATHS,
    seed: int | None = None,
    **where: Unpack[Where],
) -> Told[Any]:
    """Cut each coupling in a run of its own and say what it adds to the loss, and the gain of the loop.

    Parameters
    ----------
    quarter : in which the spread is pushed; the third by default.
    pilots : measure what chance in the medians that stand in for a cut coupling does to the ratios: a
        minute or two.
    paths, seed : of each run.
    where : see `risk.Where`.
    """
    from risk.analysis.amplification import cases
    from risk.analysis.loop import push_quarter
    from risk.assumptions import load
    from risk.report.terminal import amplification as report

    at = desk(where)
    assumptions = load(at.register, scenario)
    pushed = push_quarter(assumptions.calendar, quarter)
    wanted = cases(assumptions, pushed)
    plans = {case: _plan(derived, at, paths, seed) for case, derived in wanted.items()}
    runs = simulated(plans, at, f"couplings of {assumptions.scenario.name}")
    noise = _noise(wanted, assumptions, at, seed) if pilots else None
    return Told(report.findings(runs, pushed, noise), report.DOCUMENT, report.screen, assumptions.names)


def _noise(
    wanted: Mapping[str, Assumptions], assumptions: Assumptions, at: Desk, seed: int | None
) -> dict[str, dict[str, float]]:
    """What chance in the medians does to the ratios of every case."""
    from risk.assumptions import load, locate
    from risk.calibrate.pilots import noise

    base = load(at.register, locate.at(locate.BASE, assumptions.scenario.vintage))
    return noise(base, wanted, assumptions.integer("run.seed") if seed is None else seed, at.step)


@one_crew
def hindcast(
    *vintages: str, paths: int = PATHS, seed: int | None = None, **where: Unpack[Where]
) -> Told[Any]:
    """Run earlier states and score what was read since; what all vintages give is kept, and packs show it.

    Parameters
    ----------
    vintages : quarters such as ``2024Q4``; all that the register has by default.
    paths, seed, where : as in `amplification`.
    """
    from risk.assumptions import load, locate
    from risk.calibrate.hindcast import hindcast as found_by
    from risk.calibrate.hindcast import readings
    from risk.report.terminal import hindcast as report

    at = desk(where)
    folder = locate.register(at.register)
    known = found_by.known(folder)
    wanted = tuple(dict.fromkeys(vintages)) or known
    for quarter in wanted:
        locate.vintage(folder, locate.at(locate.BASE, quarter))  # a misspelt one is told before anything runs
    metrics = readings.read(folder, load(folder).sources.keys())
    plans = {}
    for quarter in wanted:
        own = found_by.own_priors(folder, quarter)
        plans[quarter, ""] = opening.plan(locate.BASE, at, paths, seed, quarter)
        if own:
            plans[quarter, "own"] = opening.plan(str(own), at, paths, seed, quarter)
    runs = simulated(plans, at, "hindcast")
    pairs = [(runs[quarter, ""], runs.get((quarter, "own"))) for quarter in wanted]
    found = found_by.compare(pairs, metrics)
    if wanted == known:
        found_by.store(found, at.runs)
    else:
        at.step("not all vintages: packs go on showing what was kept last")
    called = pairs[0][0].register.names
    return Told(found, report.DOCUMENT, report.screen, called, memo=report.document)


def estimate(
    *modules: str,
    data: str | Path | None = None,
    write: str | Path | None = None,
    **where: Unpack[Where],
) -> Told[Any]:
    """Estimate numbers of the register on data, and show them beside it; nothing is changed.

    Parameters
    ----------
    modules : all where none is named.
    data : folder of your own files, for series that may not be passed on.
    write : file of a scenario of the differences, to read before it is used.
    """
    if data is not None and not Path(data).is_dir():
        raise UsageError(f"{data} is not a folder", "its files are described in docs/data.md")
    from risk.assumptions import load, locate
    from risk.calibrate.estimate import ask, chosen, scenario
    from risk.report.terminal import estimates

    at = desk(where)
    folder, assumptions = locate.register(at.register), load(at.register)
    own, file = (None if given is None else Path(given) for given in (data, write))
    answers = tuple(ask(module, assumptions, folder, own) for module in chosen(modules))
    changed = scenario.write(file, answers, assumptions, dt.date.today()) if file else 0
    found = estimates.Asked(answers, str(file or ""), changed)
    return Told(found, estimates.DOCUMENT, estimates.screen, assumptions.names)


def rehearse(case: str | Path, **where: Unpack[Where]) -> Told[Described]:
    """Read a case, and rehearse it on a few paths; AssumptionErrors where it does not run."""
    from risk.report.terminal import replay as report

    found = described(case, desk(where))
    return Told(found, report.CHECKED, report.checked, found.register.names)


def replay(
    case: str | Path,
    *,
    opened: bool = False,
    paths: int = PATHS,
    seed: int | None = None,
    **where: Unpack[Where],
) -> Told[Any]:
    """Replay another bust from what was known before it, and hold what the model says against what came.

    Parameters
    ----------
    case : name of a case of the register, or a case's file or folder.
    opened : list every number that the case leaves open.
    paths, seed, where : as in `amplification`.
    """
    from risk.report.terminal import replay as report

    at = desk(where)
    own = described(case, at)
    found = report.Shown(played(own, at, paths, seed), opened)
    return Told(found, report.DOCUMENT, report.screen, own.register.names, memo=report.document)


@one_crew
def played(described: Described, at: Desk, paths: int, seed: int | None) -> Replay:
    """A case replayed: its own run, those with the record forced, and the placebo, stored or made now."""
    from risk.calibrate.cases import forced, replayed

    own = described.register
    run = opening.simulate(_plan(own, at, paths, seed), at, admitted=True)
    recorded = {
        path: forced.register(described.case, own, path, run.series("revenue"))
        for path in forced.PATHS
        if forced.points(described.case, path)
    }
    plans = {path: _plan(each, at, paths, run.manifest.seed) for path, each in recorded.items()}
    others = simulated(plans, at, f"{own.scenario.name} with its record forced", admitted=True)
    return replayed(described, run, others, _placebo(described, run))


def described(case: str | Path, at: Desk) -> Described:
    """A case, read and rehearsed on a few paths; AssumptionErrors where it does not run."""
    from risk.assumptions.cases import load_case
    from risk.engine.case_admission import admit_case

    found = load_case(at.register, str(case))
    admit_case(found.register)
    return found


@one_crew
def challenged(run: Run, at: Desk) -> Told[Any]:
    """A run beside closed forms on the same register, and what closes each difference."""
    from risk.assumptions import load, locate
    from risk.calibrate.challenger import cut, inputs
    from risk.calibrate.challenger.challenge import challenge
    from risk.calibrate.estimate.capex import CAPEX, NEWEST
    from risk.calibrate.estimate.series import read
    from risk.report.terminal import challenger as report
    from risk.report.terminal.headed import Headed

    folder = locate.register(at.register)
    given = inputs.read(folder, load(at.register).sources.keys())
    data = {series.file: read(series, folder / "data" / series.file) for series in (CAPEX, NEWEST)}
    if cut.wanted(run):
        cut.measure(run, at.register, at.note, at.jobs)
    found = Headed.of(run, challenge(run, given, data, cut.kept(run)))
    return Told(found, report.DOCUMENT, report.screen, run.register.names, memo=report.page)


def _plan(register: Assumptions, at: Desk, paths: int, seed: int | None) -> Plan:
    """The run of a register."""
    from risk.runs.prepare import arrange

    return arrange(register, paths, seed, register=at.register, root=at.runs)


def _placebo(described: Described, run: Run) -> Placebo:
    """The first block again, with other names, another currency and another unit."""
    from risk.calibrate.cases import placebo
    from risk.engine import simulate as block
    from risk.shocks.stream import BLOCK

    paths = min(run.paths, BLOCK)
    other = block(placebo.placebo(described.register), run.manifest.seed, 0, paths)
    ours = {name: x[:paths] for name, x in run.outcomes().items()}
    return placebo.compare(ours, other.outcomes)
