"""The program as it was called, so that a command which is printed can be typed as it stands."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

NAME = "bubblerisk"
COMMANDS = (
    *(
        "run",
        "show",
        "pack",
        "pdf",
        "trace",
        "batch",
        "compare",
        "tail",
        "drivers",
        "budget",
        "sharpen",
        "reverse",
        "path",
    ),
    *(
        "amplification",
        "screen",
        "tokens",
        "sources",
        "whatif",
        "lenders",
        "book",
        "voi",
        "energy",
        "hindcast",
        "estimate",
        "replay",
        "views",
        "challenger",
        "watch",
        "update",
        "check",
        "validation",
        "sign",
        "verify",
        "runs",
        "doctor",
        "assumptions",
        "scenarios",
    ),
)
_COMMAND = re.compile(rf"(?<![\w/.-]){NAME} (?=(?:{'|'.join(COMMANDS)}|--[a-z-]+)\b)")


def as_called(text: str) -> str:
    """A text whose commands begin as the user's did: ``.venv/bin/bubblerisk run`` for one who typed that."""
    return _COMMAND.sub(lambda _: f"{program(sys.argv[0])} ", text)


@cache
def program(called: str) -> str:
    """What to type for the program.

    Parameters
    ----------
    called : what it was called by, as Python has it.
    """
    path = Path(called)
    if path.parts[-2:] == ("risk", "__main__.py"):
        return f"{shlex.quote(sys.orig_argv[0])} -m risk"
    if path.stem != NAME or not path.is_file():
        return NAME
    found = shutil.which(NAME)
    if found and Path(found).resolve() == path.resolve():
        return NAME
    path = path.absolute()
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
