"""Options that many commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How results are written.

    Attributes
    ----------
    json : one JSON document on standard output.
    plain : no box, no color, no truncation, as when piped.
    no_color : no color; so does the variable NO_COLOR.
    quiet : no progress; errors and results only.
    verbose : the log of a run as it is written.
    """

    json: Annotated[bool, Parameter(help="Write one JSON document.", show_default=False)] = False
    plain: Annotated[bool, Parameter(help="Write plain columns, as when piped.", show_default=False)] = False
    no_color: Annotated[
        bool, Parameter(help="Use no color; so does the variable NO_COLOR.", show_default=False)
    ] = False
    quiet: Annotated[
        bool, Parameter(name=["--quiet", "-q"], help="Show no progress.", show_default=False)
    ] = False
    verbose: Annotated[
        bool, Parameter(name=["--verbose", "-v"], help="Show the log of a run.", show_default=False)
    ] = False


@Parameter(name="*")
@dataclass(frozen=True)
class Register:
    """Which register is read."""

    assumptions: Annotated[
        Path | None,
        Parameter(help="Folder of the register; by default ./assumptions, else the one that came along."),
    ] = None
