"""`bubblerisk pack`: the workbook of a scenario, simulated if need be, or of a stored run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter, validators

from risk.cli import naming, packing
from risk.cli.beside import runs_beside
from risk.cli.console import message
from risk.cli.options import COMMON, Common, Folder, Output
from risk.cli.run import write_verdict
from risk.cli.screens import say
from risk.cli.simulation import (
    REPORTS,
    SIMULATION,
    Simulation,
    calibrate,
    find,
    open_stored,
    simulate,
    stand,
    strike_again,
)
from risk.errors import UsageError
from risk.report.form import DEFAULT_FORM, FEWEST, MOST, Form, Paper
from risk.report.record import Document, told

if TYPE_CHECKING:
    from risk.runs import Run
    from risk.runs.prepare import Plan

LISTED = validators.Number(gte=FEWEST, lte=MOST)
Force = Annotated[bool, Parameter(help="Let fewer paths of the same inputs replace a workbook of more.")]


PACK: Document[Mapping[str, Any]] = Document(
    (
        told("status", Literal["written", "up to date"]),
        told("pack"),
        told("page", absent=True),
        told("run"),
        told("draft", list[str] | None, absent=True),
    ),
    name="pack/1",
    title="A workbook: bubblerisk pack --json",
)


def pack(
    target: Annotated[str, Parameter(help="A scenario, simulated if need be, or a stored run.")] = "base",
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], help="File to write; reports/SCENARIO/pack.xlsx by default."),
    ] = None,
    prior: Annotated[str | None, Parameter(help="Stored run to compare with.")] = None,
    beside: Annotated[
        tuple[str, ...],
        Parameter(
            name="--with",
            help="Scenario, stored with the same paths and seed, to show beside; may be repeated.",
        ),
    ] = (),
    paper: Annotated[Paper, Parameter(help="Paper that the sheets are laid out for.")] = DEFAULT_FORM.paper,
    sample: Annotated[
        int, Parameter(validator=LISTED, help="Paths listed on the sheet Sample.")
    ] = DEFAULT_FORM.sample,
    force: Force = False,
    html: Annotated[bool, Parameter(help="Write its presentation sheets as an HTML page beside it.")] = False,
    simulation: Simulation = SIMULATION,
    common: Common = COMMON,
) -> None:
    """Write the workbook of a scenario or of a stored run; nothing is done where it is up to date."""
    from risk.runs import Run, open_run

    if file is not None and file.suffix.lower() != ".xlsx":
        raise UsageError(f"{file} is not the name of a workbook", "give a file that ends in .xlsx")
    output = common.output
    found = find(target, simulation, common)
    before = open_stored(prior, common) if prior is not None else None
    others = runs_beside(beside, found, common)
    form = Form(paper, sample)
    path = place(found, file)
    stand(found, common.register)
    page = packing.page_of(path) if html else None
    fresh = made(found, before, path, others, form)
    if fresh and (page is None or made(found, before, page, others, form)):
        _report("up to date", path, page, open_run(fresh, common.folder.runs), output)
        if packing.touched(path):
            message(f"{path} was saved by another program since; bubblerisk verify {path} says what differs")
        return
    if not force and (why := fewer(found, path, common.folder)):
        raise UsageError(why, "--force replaces it", "-o FILE writes another beside it")
    run = found if isinstance(found, Run) else simulate(found, simulation.jobs, output)
    strike_again(run, common.register, simulation.jobs, output)
    if not output.json:
        write_verdict(run, common, "show RUN B4", "check RUN")
    calibrate(run, common.register, simulation.jobs)
    stand(run, common.register)
    if not output.quiet:
        message(f"{run.manifest.scenario}: writing {path}")
    page = packing.write(run, path, before, others, form, html)
    _report("written", path, page, run, output)


def place(found: Run | Plan, file: Path | None = None, reports: Path = REPORTS) -> Path:
    """Where a pack is written: the file asked for, else the scenario's place among the reports."""
    from risk.runs import Run

    scenario = found.manifest.scenario if isinstance(found, Run) else found.assumptions.scenario.name
    return file or naming.place(scenario, reports)


def fewer(found: Run | Plan, path: Path, folder: Folder) -> str:
    """Why a pack should not be replaced: it shows more paths of the same inputs; else empty."""
    from risk.runs import Run

    wanted = found.manifest.specification if isinstance(found, Run) else found.specification()
    more = packing.larger(path, wanted, folder.runs) if wanted else 0
    return f"{path} shows {more:,} paths of the same inputs, not {wanted.paths:,}" if wanted and more else ""


def made(
    found: Run | Plan, prior: Run | None, path: Path, beside: Sequence[Run] = (), form: Form = DEFAULT_FORM
) -> str:
    """Id of the run that the pack (or page) at `path` was made of, if it is up to date; else empty."""
    from risk.runs import Run
    from risk.runs.hashing import digest

    if isinstance(found, Run):
        run, words, root = found.id, found.manifest.assumptions, found.directory.parent
    else:
        run, words, root = found.settle(message).id, digest(found.assumptions.normalised()), found.root
    return run if packing.Ingredients.of(run, words, prior, beside, form, root).made(path) else ""


def _report(status: str, path: Path, page: Path | None, run: Run, output: Output) -> None:
    """Say what stands where, and of a draft why it is one."""
    from risk.calibrate.validation import validation

    stands = validation.read(run)
    reasons = list(stands.reasons) if stands and stands.reasons else None
    files = list(filter(None, (path, page)))
    written = dict(zip(("pack", "page"), (file.as_posix() for file in files), strict=False))
    words = "\n".join(f"{status}: {file}" for file in files)
    say({"status": status, **written, "run": run.id, "draft": reasons}, PACK, words, output)
