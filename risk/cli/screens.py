"""What the door returns on standard output: as wide as a terminal is, plain in a pipe, JSON on request."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from risk.cli.console import message, styled, terminal
from risk.door.told import WIDTH, Told
from risk.report.terminal.characters import unicode
from risk.units import AS_IN_FILES, Names

if TYPE_CHECKING:
    from risk.cli.options import Output
    from risk.report.terminal.page import Page, Screen


def give(told: Told[Any], output: Output, hints: Sequence[str] = (), markdown: bool = False) -> None:
    """Print what the door returns: as one JSON document where that is asked for, else as its screen.

    Parameters
    ----------
    hints : commands to go on with, below the screen.
    markdown : as Markdown instead of the screen.

    Raises
    ------
    BubbleriskError : what stopped it, when what there is was printed.
    """
    told = told.masked() if output.mask else told
    if output.json:
        print(json.dumps(told.data, indent=2, ensure_ascii=False, allow_nan=False, default=str))
    elif markdown or told.text:
        print(told.markdown() if markdown else told.text)
    else:
        _draw(told, output, hints)
    for note in () if output.json else told.notes:
        message(note)
    if told.error:
        raise told.error


def _draw(told: Told[Any], output: Output, hints: Sequence[str]) -> None:
    from risk.report.terminal.page import next_steps

    def build(page: Page) -> Screen:
        return *told.screen(page), *([next_steps(hints, page)] if hints else [])

    show(build, output, told.names)


def show(build: Callable[[Page], Screen], output: Output, names: Names = AS_IN_FILES) -> None:
    """Print the screen that `build` makes for the page it gets, in a register's own names."""
    from risk.report.terminal.page import Page, text

    if not styled(output):
        page = Page(WIDTH, unicode(), plain=True, names=names)
        print(text(build(page), page))
        return
    console = terminal(output)
    console.print(*build(Page(console.width, unicode(), names=names)), sep="\n")
