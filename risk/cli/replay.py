"""`bubblerisk replay`: another bust, described from what was known before it, held against what came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import tell
from risk.cli.simulation import WHOLE, Jobs, Seed, simulate

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.assumptions.cases import Described
    from risk.calibrate.cases.forced import Path
    from risk.calibrate.cases.placebo import Placebo
    from risk.calibrate.cases.replay import Replay
    from risk.runs import Run

PATHS = 4_096
"""Paths of each run: a percentile is known to within half a point."""


@Parameter(name="*")
@dataclass(frozen=True)
class Runs:
    """What is simulated, and by how many processes."""

    paths: Annotated[
        int, Parameter(name=["--paths", "-n"], validator=WHOLE, help="Number of paths of each run.")
    ] = PATHS
    seed: Seed = None
    jobs: Jobs = None


RUNS = Runs()
"""Every option left out."""


def replay(
    case: Annotated[str, Parameter(help="Name of a case of the register, or a case's file or folder.")],
    /,
    *,
    check: Annotated[bool, Parameter(help="Only read the case, and rehearse it on a few paths.")] = False,
    opened: Annotated[
        bool, Parameter(name="--open", help="List every number that the case leaves open.")
    ] = False,
    markdown: Annotated[bool, Parameter(name="--md", help="Write Markdown, for a memo.")] = False,
    simulation: Runs = RUNS,
    common: Common = COMMON,
) -> None:
    """Replay a case from what was known before it, and hold what the model says against what came."""
    from risk.assumptions.cases import load_case
    from risk.engine.case_admission import admit_case

    described = load_case(common.register.assumptions, case)
    admit_case(described.register)
    from risk.report.terminal import replay as report

    if check:
        tell(described, report.CHECKED, report.checked, common.output, described.register.names)
        return
    found = report.Shown(played(described, simulation, common), opened)
    if markdown and not common.output.json:
        print(report.document(found))
        return
    tell(found, report.DOCUMENT, report.screen, common.output, described.register.names)


def played(described: Described, simulation: Runs, common: Common) -> Replay:
    """A case replayed: its own run, those with the record forced, and the placebo, stored or made now."""
    from risk.calibrate.cases import replayed

    run = _run(described.register, simulation, common)
    forced = {path: _forced(described, path, run, simulation, common) for path in _paths(described)}
    return replayed(described, run, forced, _placebo(described, run))


def _run(register: Assumptions, simulation: Runs, common: Common) -> Run:
    """The run of a register, stored or made now."""
    from risk.runs.prepare import arrange

    folder = common.register.assumptions
    planned = arrange(register, simulation.paths, simulation.seed, register=folder, root=common.folder.runs)
    return simulate(planned, simulation.jobs, common.output, admitted=True)


def _paths(described: Described) -> tuple[Path, ...]:
    """What of the record the case has for a second reading."""
    from risk.calibrate.cases import forced

    return tuple(path for path in forced.PATHS if forced.points(described.case, path))


def _forced(described: Described, path: Path, run: Run, simulation: Runs, common: Common) -> Run:
    from risk.calibrate.cases import forced

    other = forced.register(described.case, described.register, path, run.series("revenue"))
    return _run(other, replace(simulation, seed=run.manifest.seed), common)


def _placebo(described: Described, run: Run) -> Placebo:
    """The first block again, with other names, another currency and another unit."""
    from risk.calibrate.cases import placebo
    from risk.engine import simulate as block
    from risk.shocks.stream import BLOCK

    paths = min(run.paths, BLOCK)
    other = block(placebo.placebo(described.register), run.manifest.seed, 0, paths)
    ours = {name: x[:paths] for name, x in run.outcomes().items()}
    return placebo.compare(ours, other.outcomes)
