"""`bubblerisk validation`: what a validator is told of a run; `measure` finds the figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from risk.cli.console import message
from risk.cli.options import COMMON, Common
from risk.cli.replay import RUNS, Runs, played
from risk.cli.screens import say, tell
from risk.cli.simulation import SIMULATION, Simulation, Stopped, calibrate, obtain, strike_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from risk.calibrate.validation.evidence import Figure

app = App(name="validation", help="Use, tests, limits, triggers and sign-off of a run.", help_epilogue="")


@app.default
def show(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    markdown: Annotated[bool, Parameter(name="--md", help="Write the page of the docs.")] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Say for what the model is, what was tested, how large limits are, and how a run stands."""
    from risk.calibrate.validation import validation
    from risk.report.terminal import validation as report
    from risk.report.terminal.summary import Headed

    run = obtain(target, simulation, common)
    found = validation.current(run, common.register.assumptions)
    told = Headed.of(run, report.Told(found, tuple(run.register.limits.values())))
    if markdown and not common.output.json:
        print(run.register.said(report.page(told)))
        return
    tell(told, report.DOCUMENT, report.screen, common.output, run.register.names)


@app.command
def measure(
    *,
    tests: Annotated[
        Path | None, Parameter(help="Report of the test suite, as pytest --junitxml writes it.")
    ] = None,
    simulation: Runs = RUNS,
    common: Common = COMMON,
) -> None:
    """Measure limitations and gather figures of tests, and keep both as evidence in the register's folder."""
    from risk.assumptions import load, locate
    from risk.calibrate.hindcast import readings
    from risk.calibrate.validation import declared, evidence, figures, sizes
    from risk.report.terminal.validation import MEASURED
    from risk.runs import Interrupted

    folder = locate.register(common.register.assumptions)
    base = load(folder)
    metrics = readings.read(folder, base.sources.keys())
    suites = declared.read(folder, [metric.id for metric in metrics]).suites
    moved = sizes.moves(folder, base)  # what is wrong is told before anything runs
    ran = tuple(figures.of_suites(tests, suites)) if tests else ()
    seed = base.integer("run.seed") if simulation.seed is None else simulation.seed
    found = (*_figures(folder, simulation, common), *ran)
    command = "bubblerisk validation measure --tests FILE" if ran else "bubblerisk validation measure"
    tested = evidence.made("tests", command, found, paths=simulation.paths, seed=seed)
    files = [evidence.keep(tested, folder)]
    try:
        limits = sizes.measure(base, moved, simulation.paths, seed, message, simulation.jobs)
    except Interrupted as stop:
        raise Stopped(stop) from stop
    files.append(evidence.keep(limits, folder))
    content: dict[str, Any] = {
        "files": [file.as_posix() for file in files],
        "figures": len(found),
        "sizes": len(limits.sizes),
    }
    words = "\n".join(f"written: {file}" for file in content["files"])
    say(content, MEASURED, words, common.output)


def _figures(folder: Path, simulation: Runs, common: Common) -> Iterator[Figure]:
    """Figures of the base case, of hindcasts by the same engine where they are kept, and of every case."""
    from risk.assumptions.cases import load_case
    from risk.assumptions.cases.read import names
    from risk.calibrate.hindcast import hindcast
    from risk.calibrate.validation import figures
    from risk.engine.case_admission import admit_case

    run = obtain("base", Simulation(simulation.paths, simulation.seed, simulation.jobs), common)
    strike_again(run, common.register, simulation.jobs, common.output)
    calibrate(run, common.register, simulation.jobs)
    yield from figures.of_run(run)
    past = hindcast.read(common.folder.runs)
    if past and past.source == run.manifest.specification.source:
        yield from figures.of_hindcast(past)
    elif not common.output.quiet:
        message("no hindcasts by this engine are kept: bubblerisk hindcast; they have no figure here")
    for name in names(folder):
        described = load_case(common.register.assumptions, name)
        admit_case(described.register)
        yield figures.of_replay(name, played(described, simulation, common))
