"""The committee's book on a stored run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.door.desk import Desk
from risk.door.told import Told
from risk.units import Names

if TYPE_CHECKING:
    from risk.analysis.book.book import Book
    from risk.runs import Run
    from risk.runs.prepare import Plan


def held(run: Run, file: str | Path, at: Desk, names: Names) -> Told[Any]:
    """What the positions of a file lose on the paths of a run; see `risk.door.result.Result.book`."""
    from risk.analysis.book.answer import answer
    from risk.report.terminal import book as screens
    from risk.report.terminal.headed import Headed
    from risk.runs.first import first

    run = first(run)
    found = answer(run, read(file, run, at))
    return Told(Headed.of(run, found), screens.DOCUMENT, screens.screen, found.book.names(names))


def read(file: str | Path, found: Run | Plan, at: Desk) -> Book:
    """The book of a file, on runs of the register of a run, stored or planned."""
    from risk.analysis.book import kept
    from risk.runs import Run

    register = found.register if isinstance(found, Run) else found.assumptions
    return kept.read(Path(file), register, at.register)


def named(book: Book, at: Desk) -> str:
    """Key under which a book is kept beside a run."""
    from risk.analysis.book import kept

    return kept.named(book, at.register)


def kept(run: Run, file: str | Path, at: Desk) -> str:
    """Read the book of a file, keep it beside the run whose pack shows it, and return its key."""
    book = read(file, run, at)
    keep(run, book, at)
    return named(book, at)


def keep(run: Run, book: Book, at: Desk) -> None:
    """Keep a book beside a run."""
    from risk.analysis.book import kept

    kept.keep(run, book, at.register)


def names(run: Run, key: str) -> Names:
    """What a run calls companies, and the positions of the book kept under a key, if there is one."""
    from risk.analysis.book import kept

    book = kept.kept(run, key) if key else None
    return run.register.names if book is None else book.names(run.register.names)
