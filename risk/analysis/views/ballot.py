"""A member's ballot: views in a TOML file, read and checked; a folder of them ships beside the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from risk.assumptions.problems import AssumptionErrors, Problem, quoted
from risk.assumptions.reader import Document, parse
from risk.assumptions.reader import read as parsed
from risk.assumptions.schema import Note, Record, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.errors import UsageError

FOLDER = "views"
"""Where a register's own sets of views are."""

MOST = 40
"""Views of one ballot: more than that nobody holds at once."""

MARKET = ("source", "as_of", "reading", "conversion")
"""Keys of a view that comes from a price: all of them, or none."""

Share = Annotated[float, Field(gt=0, le=1)]


class Head(Record):
    """Who votes: ``[ballot]``.

    Attributes
    ----------
    confidence : of all views without their own; the rest of the weight stays with the model.
    """

    member: Text
    date: dt.date
    confidence: Share = 1.0
    note: Note = ""


class View(Record):
    """What is believed: ``[[view]]``.

    Attributes
    ----------
    believe : in words, see `risk.analysis.views.opinion`.
    label : what it is about, for whoever does not read codes.
    source, as_of, reading, conversion : of a price: who published which figure when, and how it becomes the
        view.
    """

    believe: Text
    label: Note = ""
    why: Note = ""
    confidence: Share | None = None
    source: Note = ""
    as_of: dt.date | None = None
    reading: Note = ""
    conversion: Note = ""


@dataclass(frozen=True)
class Ballot:
    """A file of views.

    Attributes
    ----------
    name : of its file, without the ending.
    """

    name: str
    document: Document
    head: Head
    views: tuple[View, ...]

    def confidence(self, view: View) -> float:
        """How far the posterior goes along with a view."""
        return self.head.confidence if view.confidence is None else view.confidence

    def problem(self, code: str, place: int | None, reason: str, *fixes: str) -> Problem:
        """A problem with what a view believes, or with the ballot as a whole."""
        at = ("ballot",) if place is None else ("view", place, "believe")
        return self.document.problem(code, at, reason, *fixes, key=place is None)

    def line(self, place: int) -> int:
        """The line on which a view says what it believes."""
        return self.document.line(("view", place, "believe"))


def files(folder: Path) -> tuple[Path, ...]:
    """Sets of views that a register's folder has, by name."""
    return tuple(sorted((folder / FOLDER).glob("*.toml")))


def read(paths: Sequence[Path]) -> tuple[Ballot, ...]:
    """Read several ballots.

    Raises
    ------
    AssumptionErrors : everything that is wrong in any of them, by line.
    UsageError : two files are called alike.
    """
    _told_apart(paths)
    return _all([parsed(path) for path in paths], [path.stem for path in paths])


def written(texts: Sequence[tuple[str, str, str]]) -> tuple[Ballot, ...]:
    """Ballots of (name, file as it is shown, text); raises as `read`."""
    return _all([parse(shown, text) for _, shown, text in texts], [name for name, _, _ in texts])


def _all(read: Sequence[tuple[Document, list[Problem]]], names: Sequence[str]) -> tuple[Ballot, ...]:
    problems: list[Problem] = []
    found = []
    for name, (document, refused) in zip(names, read, strict=True):
        ballot, wrong = (None, refused) if refused else _ballot(name, document)
        problems += wrong
        if ballot is not None:
            found.append(ballot)
    if problems:
        raise AssumptionErrors(problems, sum(len(document.data.get("view", ())) for document, _ in read))
    return tuple(found)


def _told_apart(paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        if path.stem in seen:
            reason = f"{seen[path.stem]} and {path} have the same name: nobody could tell their ballots apart"
            raise UsageError(reason, "give one of the files another name")
        seen[path.stem] = path


def _ballot(name: str, document: Document) -> tuple[Ballot | None, list[Problem]]:
    problems = [
        unknown_key(Site(document, ()), (key,), ("ballot", "view"))
        for key in document.data
        if key not in ("ballot", "view")
    ]
    raw = document.data.get("ballot")
    if raw is None:
        problems.append(
            document.problem("A004", (), "[ballot] is missing", 'write it, with member = "…" and date = …')
        )
    head, refused = validate(Head, raw if isinstance(raw, dict) else {}, Site(document, ("ballot",)))
    problems += refused if raw is not None else []
    views, refused = _views(document)
    problems += refused
    return (None if problems or head is None else Ballot(name, document, head, views)), problems


def _views(document: Document) -> tuple[tuple[View, ...], list[Problem]]:
    raw: Any = document.data.get("view", [])
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        return (), [document.problem("A005", ("view",), "'view' must be a list of tables", "write [[view]]")]
    if not raw:
        fix = '[[view]] and below it believe = "P(bust) >= 50%"'
        return (), [document.problem("A004", (), "there is no view", fix)]
    if len(raw) > MOST:
        reason = f"{len(raw)} views; a ballot has at most {MOST}"
        return (), [document.problem("A024", ("view", MOST), reason, "keep those that matter")]
    found, problems = [], []
    for place, each in enumerate(raw):
        view, refused = validate(View, each, Site(document, ("view", place)))
        problems += refused
        if view is not None:
            found.append(view)
            problems += _priced(Site(document, ("view", place)), view)
    return tuple(found), problems


def _priced(site: Site, view: View) -> Iterator[Problem]:
    """What comes from a price says whose, of when, which, and how it becomes the view."""
    given = [key for key in MARKET if getattr(view, key)]
    missing = [key for key in MARKET if key not in given]
    if given and missing:
        reason = f"the view has {quoted(given[0])}, as one from a price does, but not {' or '.join(missing)}"
        yield site.problem("A004", (given[0],), reason, f"add it, or leave out {', '.join(given)}", key=True)
