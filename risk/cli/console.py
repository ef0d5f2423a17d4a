"""What a terminal can show, and messages on standard error."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from risk.cli.options import Output
from risk.cli.pulse import spoken
from risk.report.terminal.called import as_called
from risk.report.terminal.characters import dumb, printable, unicode

if TYPE_CHECKING:
    from rich.console import Console

_EXCERPT = re.compile(r"\s*\d*\s*\|")


def message(text: str) -> None:
    """Write a message to standard error; on a terminal no word of it is broken."""
    if sys.stdout is not None:
        with suppress(OSError):  # told when the command is over
            sys.stdout.flush()
    if sys.stderr is None:  # closed: `print` would turn to standard output
        return
    spoken()
    with suppress(OSError):  # nobody reads it, which is no reason to stop
        for line in as_called(text).splitlines():
            print("\n".join(_wrapped(line)), file=sys.stderr)


def _wrapped(line: str) -> list[str]:
    """A line in lines that fit the terminal; excerpts of files, with a bar at their left, stay whole."""
    clean = printable(line, unicode(sys.stderr))
    if not is_terminal(sys.stderr) or _EXCERPT.match(clean):
        return [clean]
    from shutil import get_terminal_size
    from textwrap import wrap

    indent = " " * (5 if clean.startswith("   = ") else 3)
    width = max(get_terminal_size().columns, 40)
    return wrap(clean, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [
        ""
    ]


def styled(output: Output) -> bool:
    """Return whether results are laid out for a terminal."""
    return not output.plain and is_terminal(sys.stdout)


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a person reads the stream."""
    return stream is not None and stream.isatty()


def terminal(output: Output) -> Console:
    """Return the console of standard output."""
    from rich.console import Console

    return Console(color_system=None if bare(output) else "auto", highlight=False)


def bare(output: Output = Output()) -> bool:  # noqa: B008 - frozen
    """Return whether color is unwanted: by option, by NO_COLOR, or by a terminal that has none."""
    return output.no_color or bool(os.environ.get("NO_COLOR")) or dumb()
