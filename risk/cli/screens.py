"""Results on standard output: screens as wide as a terminal is, plain text in a pipe, JSON on request."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from risk.cli.console import styled, terminal, unicode
from risk.units import AS_IN_FILES, Names

if TYPE_CHECKING:
    from risk.cli.options import Output
    from risk.report.record import Document
    from risk.report.terminal.page import Page, Screen

PIPED = 120
"""Width of prose in a pipe; tables are as wide as they need."""

T = TypeVar("T")


def tell(
    found: T,
    document: Document[T],
    screen: Callable[[T, Page], Screen],
    output: Output,
    names: Names = AS_IN_FILES,
    hints: Sequence[str] = (),
) -> None:
    """Print a result as one JSON document where that is asked for, else as its screen.

    Parameters
    ----------
    hints : commands to go on with, below the screen.
    """
    if output.json:
        write(document, found, names)
        return
    from risk.report.terminal.page import next_steps

    def build(page: Page) -> Screen:
        return *screen(found, page), *([next_steps(hints, page)] if hints else [])

    show(build, output, names)


def say(found: T, document: Document[T], text: str, output: Output) -> None:
    """Print a result as one JSON document where that is asked for, else in lines that no page breaks."""
    if output.json:
        write(document, found)
    else:
        print(text)


def write(document: Document[T], found: T, names: Names = AS_IN_FILES) -> None:
    """Print a JSON document, in the names of a register where results of its runs are told."""
    from risk.report.naming import renamed

    content = {"schema": document.id, **renamed(document.data(found), names)}
    print(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False, default=str))


def show(build: Callable[[Page], Screen], output: Output, names: Names = AS_IN_FILES) -> None:
    """Print the screen that `build` makes for the page it gets, in a register's own names."""
    from risk.report.terminal.page import Page, text

    if not styled(output):
        page = Page(PIPED, unicode(), plain=True, names=names)
        print(text(build(page), page))
        return
    console = terminal(output)
    console.print(*build(Page(console.width, unicode(), names=names)), sep="\n")
