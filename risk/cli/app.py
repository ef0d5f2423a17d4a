"""The program itself: commands by name, and what becomes of an error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cyclopts import App, Parameter

import risk
from risk.cli.console import is_terminal
from risk.errors import BubbleriskError

if TYPE_CHECKING:
    from cyclopts.exceptions import CycloptsError

COMMANDS = (
    ("run", "risk.cli.run:run", "Simulate a scenario and print the verdict."),
    ("show", "risk.cli.show:show", "Show a stored run, or one of its results in full."),
    ("pack", "risk.cli.pack:pack", "Write the workbook of a scenario or of a stored run."),
    ("pdf", "risk.cli.pdf:pdf", "The Summary of a stored run on one page, printed by LibreOffice."),
    ("trace", "risk.cli.trace:trace", "A cell of a workbook: its formula, its inputs, the paths behind it."),
    ("batch", "risk.cli.batch:batch", "Every scenario: a workbook each, and one to compare them."),
    ("compare", "risk.cli.compare:compare", "What changed between two stored runs, and is it noise?"),
    ("tail", "risk.cli.tail:tail", "The worst paths: what moves them, what is true in them, which they are."),
    ("path", "risk.cli.path:path", "One path told quarter by quarter: what happened, when, and why it lost."),
    ("amplification", "risk.cli.amplification:amplification", "What each coupling adds; the loop gain."),
    ("check", "risk.cli.check:check", "Calibration targets and accounting identities."),
    ("verify", "risk.cli.verify:verify", "Whether a workbook is what it says: run, hashes, every number."),
    ("runs", "risk.cli.runs:app", "Stored runs: list, remove."),
    ("doctor", "risk.cli.doctor:doctor", "Whether this machine has what the program needs."),
    (
        "assumptions",
        "risk.cli.assumptions:app",
        "The register: list, show, check, diff, stale, export, import.",
    ),
    ("scenarios", "risk.cli.scenarios:app", "Scenarios: list, show, check."),
)
"""Name, where its function or app is imported from when it is called, and its line in the help."""

HELP = "Joint Monte Carlo of the AI build-out: GPU rents, capex, revenue, neocloud finance, private credit."

EPILOGUE = (
    "Exit codes: 0 ok, 1 a check failed, 2 usage, 3 bad assumptions or workbook, 4 numerical, 5 storage, "
    "6 locked, 70 defect of the program, 130 interrupted."
)

INTERNAL, PIPE = 70, 141


def error_text(error: CycloptsError) -> str:
    """Return a wrong command line's answer in the form of every other error."""
    chain = error.command_chain or ()
    command = " ".join(("bubblerisk", *chain))
    return f"error: {error}\n   = see: {command} --help"


app = App(
    name="bubblerisk",
    help=HELP,
    help_epilogue=EPILOGUE,
    version=lambda: f"bubblerisk {risk.__version__}",
    help_formatter="default" if is_terminal(sys.stdout) else "plain",
    default_parameter=Parameter(negative=()),
    error_formatter=error_text,
    result_action="return_int_as_exit_code_else_zero",
)
for _name, _path, _help in COMMANDS:
    app.command(_path, name=_name, help=_help)
app.register_install_completion_command(
    help="Install completion of words for this shell.", add_to_startup=False
)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the program's exit code.

    Parameters
    ----------
    arguments : words of the command line; those the program was called with by default.
    """
    try:
        code: int = app(arguments)
    except BubbleriskError as error:
        _flush()
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone, e.g. `| head`: nobody is left to tell.
        sys.stdout = None
        return PIPE
    except Exception:
        _report_defect()
        return INTERNAL
    return code


def main() -> None:
    """Entry point of the program."""
    for stream in (sys.stdout, sys.stderr):
        # A console without Unicode shows a question mark rather than end the program.
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(run())


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _report_defect() -> None:
    import traceback

    traceback.print_exc()
    print("error: this is a defect of bubblerisk, not of your input; nothing more was done", file=sys.stderr)
