"""The program itself: commands by name, and what becomes of an error."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from cyclopts import App, CycloptsError, Parameter

import risk
from risk.cli import settings
from risk.cli.console import bare, is_terminal, message
from risk.cli.pulse import hush, pulse
from risk.errors import BubbleriskError, Terminated, storage_error

COMMANDS = (
    ("run", "run:run", "Simulate a scenario and print the verdict."),
    ("show", "stored:show", "Show a stored run, or one of its results in full."),
    ("pack", "pack:pack", "Write the workbook of a scenario or of a stored run."),
    ("pdf", "pdf:pdf", "The Summary of a stored run on paper, printed by LibreOffice."),
    ("trace", "trace:trace", "A cell of a workbook: its formula, its inputs, the paths behind it."),
    ("batch", "batch:batch", "Every scenario: a workbook each, and one to compare them."),
    ("compare", "stored:compare", "What changed between two stored runs, and is it noise?"),
    (
        "tail",
        "stored:tail",
        "The worst paths: what moves them, what is true in them, which they are.",
    ),
    ("drivers", "stored:drivers", "Which assumptions move the tail, and what each explains."),
    ("budget", "budget:budget", "What of every result is parameters, what shocks, what both."),
    ("sharpen", "sharpen:sharpen", "The headlines with less noise from the same paths."),
    ("reverse", "reverse:reverse", "What leads to a condition, the ways to it, what warns of it."),
    ("path", "path:path", "One path told quarter by quarter: what happened, when, and why it lost."),
    ("amplification", "amplification:amplification", "What each coupling adds; the loop gain."),
    (
        "tokens",
        "tokens:tokens",
        "What tokens cost by generation; what cache hits would move.",
    ),
    ("lenders", "lenders:lenders", "Who bears the credit loss in the end, and on what it is lost."),
    ("whatif", "whatif:whatif", "What the headlines do under a scenario, or with other numbers."),
    ("sources", "sources:sources", "What the headlines do if a source is wrong."),
    ("book", "book:book", "What the committee's positions lose, through what, past which limits."),
    ("voi", "voi:voi", "Actions, their triggers, and which number to find out next."),
    ("screen", "screening:screen", "Which judgements without a prior decide the answer."),
    ("energy", "energy:energy", "Power, energy and carbon; what a bust strands; a place beside."),
    ("hindcast", "hindcast:hindcast", "Earlier states, held against what was read since."),
    ("estimate", "estimate:estimate", "What data say of the register's numbers, with errors."),
    ("replay", "replay:replay", "Another bust, described from what was known, against what came."),
    ("views", "views:views", "Members' views side by side, and what must be believed."),
    ("challenger", "challenger:challenger", "A reduced form beside the model, and what closes the gap."),
    ("watch", "watch:watch", "Which registered tripwires would tell most; those decided, scored."),
    ("update", "watch:update", "What was read since the base date, and what that changes."),
    ("check", "check:check", "Calibration targets and accounting identities."),
    ("validation", "validation:app", "Use, tests, limits, triggers and sign-off of a run; measure."),
    ("sign", "sign:sign", "Sign a stored run: who looked at which numbers."),
    ("verify", "verify:verify", "Whether a workbook is what it says: run, hashes, every number."),
    ("runs", "runs:app", "Stored runs: list, remove, gather."),
    ("doctor", "doctor:doctor", "Whether this machine has what the program needs."),
    ("assumptions", "assumptions:app", "The register: list, show, check, diff, stale, export, import."),
    ("scenarios", "scenarios:app", "Scenarios: list, show, check."),
)
"""Name, where in risk.cli its function or app is found when it is called, and its line in the help."""

HELP = "Joint Monte Carlo of the AI build-out: GPU rents, capex, revenue, neocloud finance, private credit."

EPILOGUE = (
    "Every command takes --config FILE: its options in a TOML file, e.g. [run] with paths = 50_000.\n\n"
    "Exit codes: 0 ok, 1 a check failed, 2 usage, 3 bad assumptions or workbook, 4 numerical, 5 storage, "
    "6 locked, 70 defect of the program, 130 interrupted, 143 terminated."
)

USAGE, INTERNAL, INTERRUPTED, PIPE = 2, 70, 130, 141


def error_text(error: CycloptsError) -> str:
    """Return a wrong command line's answer in the form of every other error."""
    command = " ".join(("bubblerisk", *(error.command_chain or ())))
    return f"error: {error}\n   = see: {command} --help"


def default_text(value: object) -> str | None:
    """Return what the help says of a default; nothing of a flag that is off, or a list that is empty."""
    return str(value) if value else None


app = App(
    name="bubblerisk",
    help=HELP,
    help_epilogue=EPILOGUE,
    version=lambda: f"bubblerisk {risk.__version__}",
    help_formatter="default" if is_terminal(sys.stdout) and not bare() else "plain",
    default_parameter=Parameter(negative=(), show_default=default_text),
    result_action="return_int_as_exit_code_else_zero",
    suppress_keyboard_interrupt=False,
)
for _name, _path, _help in COMMANDS:
    app.command(f"risk.cli.{_path}", name=_name, help=_help)
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
        words, file = settings.split(sys.argv[1:] if arguments is None else arguments)
        app.config = () if file is None else (settings.read(file, app),)
        if settings.quiet(words, app.config):
            hush()
        code: int = app(words, exit_on_error=False, print_error=False)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a full disk or a reader that has gone still has an answer
    except CycloptsError as error:
        message(error_text(error))
        return USAGE
    except BubbleriskError as error:
        message(str(error))
        return error.exit_code
    except KeyboardInterrupt as stop:
        message(str(stop) or "interrupted")
        return getattr(stop, "exit_code", INTERRUPTED)
    except BrokenPipeError:
        # The reader of a pipe has gone, e.g. `| head`: nobody is left to tell.
        _give_up_output()
        return PIPE
    except OSError as error:
        unnamed = error.filename is None and error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF)
        found = storage_error(error, "standard output" if _give_up_output() or unnamed else "")
        message(str(found))
        return found.exit_code
    except Exception:
        _report_defect()
        return INTERNAL
    finally:
        _give_up_output()
    return code


def main() -> None:
    """Entry point of the program."""
    for stream in (sys.stdout, sys.stderr):
        # A console without Unicode shows a question mark rather than end the program.
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _terminate)
    try:
        with pulse(message):
            code = run()
    except KeyboardInterrupt as stop:  # one more, while the first was being told
        code = getattr(stop, "exit_code", INTERRUPTED)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # all is said: now it ends the program without a word
    sys.exit(code)


def _terminate(*_: object) -> None:
    raise Terminated


def _give_up_output() -> bool:
    """Send what standard output cannot take, now or when the program ends, nowhere; whether there is such."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        return True
    return False


def _report_defect() -> None:
    import traceback

    traceback.print_exc()
    print("error: this is a defect of bubblerisk, not of your input; nothing more was done", file=sys.stderr)
