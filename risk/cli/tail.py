"""`bubblerisk tail`: what moves the worst paths of a run, what is true in them, and which they are."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, REGISTER, SHOWN, Folder, Stored, open_stored
from risk.errors import UsageError


def tail(
    run: Stored,
    /,
    *,
    share: Annotated[str, Parameter(help="Share of the worst paths: 5% or 0.05.")] = "5%",
    folder: Folder = FOLDER,
    register: Register = REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Explain the worst paths of a stored run: drivers, lift of propositions, the worst by id."""
    wanted = fraction(share)
    found = open_stored(run, folder, register)
    from risk.report.terminal import tail as screens

    shown = screens.tail(found, wanted)
    worst, short = shown.found.worst[0].path, found.id[:SHOWN]
    hints = [f"bubblerisk {words}{folder.option}" for words in (f"path {short} {worst}", f"show {short}")]
    screen = partial(screens.screen, hints=hints)
    tell(shown, screens.DOCUMENT, screen, output, found.register.names)


def fraction(text: str) -> float:
    """A share written as 5% or 0.05.

    Raises
    ------
    UsageError : it is neither, or not between 0 and 1.
    """
    percent = text.strip().endswith("%")
    try:
        value = float(text.strip().removesuffix("%")) / (100.0 if percent else 1.0)
    except ValueError:
        value = -1.0
    if not 0.0 < value < 1.0:
        raise UsageError(f"'{text}' is not a share of paths", "write 5% or 0.05")
    return value
