"""`bubblerisk drivers`: which uncertain assumptions move the tail of a run, and what each explains."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from cyclopts import Parameter

from risk.cli.assumptions import DEFAULT_OUTPUT
from risk.cli.options import Output, Register
from risk.cli.screens import tell
from risk.cli.simulation import FOLDER, REGISTER, SHOWN, WHOLE, Folder, Stored, open_stored


def drivers(
    run: Stored,
    /,
    *,
    top: Annotated[
        int | None,
        Parameter(validator=WHOLE, help="How many; 15 on a screen and all in JSON by default."),
    ] = None,
    folder: Folder = FOLDER,
    register: Register = REGISTER,
    output: Output = DEFAULT_OUTPUT,
) -> None:
    """Rank the uncertain assumptions of a stored run by how far they move the tail of the loss."""
    found = open_stored(run, folder, register)
    from risk.report.terminal import drivers as screens

    shown, short = screens.drivers(found, top), found.id[:SHOWN]
    words = (f"assumptions show {shown.found[0].driver.id}", f"tail {short}{folder.option}")
    screen = partial(screens.screen, hints=[f"bubblerisk {each}" for each in words])
    tell(shown, screens.DOCUMENT, screen, output, found.register.names)
