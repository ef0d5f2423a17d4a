"""Progress of a run on standard error, in the program's own voice."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from risk.cli.console import bare, dumb, is_terminal, message
from risk.cli.pulse import hush
from risk.door import progress

if TYPE_CHECKING:
    from risk.cli.options import Output


class Progress(progress.Progress):
    """Callback of `risk.runs.execute`.

    Parameters
    ----------
    title : what runs.
    output : whether it is shown, as a bar, in color.
    """

    def __init__(self, title: str, output: Output) -> None:
        drawn = not (output.plain or dumb()) and is_terminal(sys.stderr)
        super().__init__(title, quiet=output.quiet, drawn=drawn, color=not bare(output))
        self._output = output

    def say(self, line: str) -> None:
        """Write a line as every other message."""
        message(line)

    def raised(self) -> None:
        """A bar that is up is sign of life enough."""
        hush()
        _log_above_the_bar(self._output)

    def lowered(self) -> None:
        """Leave the bar as it is."""
        hush(False)
        _log_above_the_bar(self._output)


def level(output: Output) -> int:
    """What of the log is shown: errors only, warnings, or everything."""
    return logging.ERROR if output.quiet else logging.INFO if output.verbose else logging.WARNING


def _log_above_the_bar(output: Output) -> None:
    """Let warnings go where standard error goes now: a bar that is up shifts down for them."""
    from risk.runs import log_to_stderr

    log_to_stderr(level(output))
