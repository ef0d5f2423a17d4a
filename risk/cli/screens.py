"""Results on standard output: screens as wide as a terminal is, plain text in a pipe, JSON on request."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from risk.cli.console import styled, terminal, unicode
from risk.door.told import WIDTH, Told
from risk.units import AS_IN_FILES, Names

if TYPE_CHECKING:
    from risk.cli.options import Output
    from risk.report.record import Document
    from risk.report.terminal.page import Page, Screen

T = TypeVar("T")


def tell(
    found: T,
    document: Document[T],
    screen: Callable[[T, Page], Screen],
    output: Output,
    names: Names = AS_IN_FILES,
    hints: Sequence[str] = (),
) -> None:
    """Print a result as one JSON document where that is asked for, else as its screen; see `give`."""
    give(Told(found, document, screen, names), output, hints)


def give(told: Told[Any], output: Output, hints: Sequence[str] = ()) -> None:
    """Print what the door returns: as one JSON document where that is asked for, else as its screen.

    Parameters
    ----------
    hints : commands to go on with, below the screen.
    """
    if output.json:
        _write(told)
        return
    from risk.report.terminal.page import next_steps

    def build(page: Page) -> Screen:
        return *told.screen(page), *([next_steps(hints, page)] if hints else [])

    show(build, output, told.names)


def say(found: T, document: Document[T], text: str, output: Output) -> None:
    """Print a result as one JSON document where that is asked for, else in lines that no page breaks."""
    if output.json:
        write(document, found)
    else:
        print(text)


def write(document: Document[T], found: T) -> None:
    """Print a JSON document."""
    _write(Told(found, document, _undrawn))


def _write(told: Told[Any]) -> None:
    print(json.dumps(told.data, indent=2, ensure_ascii=False, allow_nan=False, default=str))


def _undrawn(found: object, page: Page) -> Screen:
    return ()


def show(build: Callable[[Page], Screen], output: Output, names: Names = AS_IN_FILES) -> None:
    """Print the screen that `build` makes for the page it gets, in a register's own names."""
    from risk.report.terminal.page import Page, text

    if not styled(output):
        page = Page(WIDTH, unicode(), plain=True, names=names)
        print(text(build(page), page))
        return
    console = terminal(output)
    console.print(*build(Page(console.width, unicode(), names=names)), sep="\n")
