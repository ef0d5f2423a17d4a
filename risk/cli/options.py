"""Options that many commands share."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, Token, convert, validators

from risk.door.desk import RUNS, SHOWN

_FRACTION = re.compile(r"[+-]?\d*\.\d*[1-9]\d*")


def counted(type_: Any, tokens: Sequence[Token]) -> Any:
    """A whole number as it is typed; a fraction is refused instead of rounded."""
    word = tokens[0].value
    if _FRACTION.fullmatch(word):
        raise ValueError(f"{word} is no whole number")
    return convert(type_, tokens)


def whole(help: str, *names: str, least: int = 1, most: int | None = None) -> Parameter:
    """An option that takes a whole number.

    Parameters
    ----------
    names : of the option; by default that of the argument.
    """
    limits = validators.Number(gte=least, lte=most)
    return Parameter(name=names or None, converter=counted, validator=limits, help=help)


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
    mask : companies by letters in all that is shown or written.
    """

    json: Annotated[bool, Parameter(help="Write one JSON document.")] = False
    plain: Annotated[bool, Parameter(help="Write plain columns, as when piped.")] = False
    no_color: Annotated[bool, Parameter(help="Use no color; so does the variable NO_COLOR.")] = False
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], help="Show no progress.")] = False
    verbose: Annotated[bool, Parameter(name=["--verbose", "-v"], help="Show the log of a run.")] = False
    mask: Annotated[bool, Parameter(help="Show companies by letters.")] = False


@Parameter(name="*")
@dataclass(frozen=True)
class Folder:
    """Where runs are kept."""

    runs: Annotated[Path, Parameter(help="Folder of the stored runs.")] = RUNS

    @property
    def option(self) -> str:
        """The option as a command line needs it; empty where it is the default."""
        return "" if self.runs == RUNS else f" --runs {shlex.quote(str(self.runs))}"

    def commands(self, run: str, *words: str) -> list[str]:
        """Commands as they are typed; `RUN` stands for a run of this folder."""
        return [
            f"bubblerisk {each.replace('RUN', run[:SHOWN])}{self.option if 'RUN' in each else ''}"
            for each in words
        ]


@Parameter(name="*")
@dataclass(frozen=True)
class Register:
    """Which register is read."""

    assumptions: Annotated[
        Path | None,
        Parameter(help="Folder of the register; by default ./assumptions, else the one that came along."),
    ] = None


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """What commands on runs share: where these and the register are, how results are written."""

    folder: Folder = Folder()
    register: Register = Register()
    output: Output = Output()


OUTPUT, FOLDER, REGISTER, COMMON = Output(), Folder(), Register(), Common()
"""Every option left out."""
