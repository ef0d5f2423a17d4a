"""`bubblerisk verify`: whether a pack is what it says it is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT, DEFAULT_REGISTER
from risk.cli.console import document, message
from risk.cli.options import Output, Register
from risk.cli.packing import run_in
from risk.cli.simulation import FOLDER, Folder, Simulation, open_stored, plan, simulate
from risk.errors import BubbleriskError

if TYPE_CHECKING:
    from risk.report.terminal.findings import Finding

FAILED = 1


def verify(
    pack: Annotated[Path, Parameter(help="A workbook written by bubblerisk pack.")],
    /,
    *,
    rerun: Annotated[
        bool, Parameter(help="Simulate the run again and compare its result.", show_default=False)
    ] = False,
    jobs: Annotated[int | None, Parameter(name=["--jobs", "-j"], help="Worker processes of --rerun.")] = None,
    folder: Folder = FOLDER,
    register: Register = DEFAULT_REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> int:
    """Compare a pack with its run: hashes, manifest, checks and every number; exit 1 where one differs."""
    from risk.report.terminal import findings as screens
    from risk.report.verification import SCHEMA
    from risk.report.verification import verify as look

    found = list(look(pack, folder.runs))
    if rerun and any(f.subject == "run folder" for f in found):
        found.append(_again(run_in(pack), jobs, folder, register, output))
    if output.json:
        document(SCHEMA, {"pack": pack.as_posix(), **screens.findings_data(found)})
    else:
        from risk.cli.screens import show

        show(lambda page: screens.screen(found, page, f"{pack} is what it says it is"), output)
    return FAILED if screens.failures(found) else 0


def _again(name: str, jobs: int | None, folder: Folder, register: Register, output: Output) -> Finding:
    """Simulate the run in another folder, and compare the fingerprints of all its numbers."""
    from risk.report.terminal.findings import Finding

    run = open_stored(name, folder)
    m = run.manifest
    with TemporaryDirectory(prefix="bubblerisk-") as other:
        try:
            planned = plan(m.scenario, Simulation(run.paths, m.seed), register, Folder(Path(other)))
            if planned.settle(message).id != run.id:
                text = "today's assumptions, source or libraries are not those of the run"
                return Finding("FAIL", "rerun", text, f"check out commit {m.environment.get('commit', '')}")
            result = simulate(planned, jobs, output).manifest.result
        except BubbleriskError as error:
            return Finding("FAIL", "rerun", error.reason, *error.fixes[:1])
    if result != m.result:
        return Finding("FAIL", "rerun", f"other numbers: {result[:16]} against {m.result[:16]}")
    return Finding("ok", "rerun", f"the same numbers to the bit: {result[:16]}")
