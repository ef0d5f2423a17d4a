"""Reading one TOML file: caps before parsing, positions after, problems instead of exceptions."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cached_property, lru_cache
from pathlib import Path as FilePath
from typing import Any

from risk.assumptions.positions import Path, Positions
from risk.assumptions.problems import Problem
from risk.errors import refuse_pipe

MAX_BYTES = 1 << 20
MAX_DEPTH = 12
REMEMBERED = 128
"""Files whose content is kept; a register has some eighty with its scenarios and evidence."""

_KEY = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{3,5}'
    r"|'{3}(?:[^']|'{1,2}(?!'))*+'{3,5}"
    rf"|(?P<dotted>(?:{_KEY}[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}})"
    r"""|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|#[^\n]*+|[\w-]++|(?P<open>[\[{])|(?P<close>[\]}])"""
)
_HEADER = re.compile(r"^\[(\[?)([A-Za-z0-9_.-]+)\]", re.MULTILINE)
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Document:
    r"""A parsed TOML file that knows where everything stands.

    Attributes
    ----------
    name : the file as it is shown to the user.
    text : its content, line ends as ``\n``.
    data : its parsed content; empty where it could not be parsed.
    """

    def __init__(self, name: str, text: str = "", data: dict[str, Any] | None = None) -> None:
        self.name, self.text, self.data = name, text, data or {}

    @cached_property
    def positions(self) -> Positions:
        """Where every key and value stands."""
        return Positions(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.text.split("\n")

    @cached_property
    def _headers(self) -> dict[Path, int]:
        """Lines of plain table headers, by what they open."""
        if '"""' in self.text or "'''" in self.text:  # a long string may hold what looks like a header
            return {}
        found: dict[Path, int] = {}
        lengths: dict[str, int] = {}
        line, start = 1, 0
        for match in _HEADER.finditer(self.text):
            line, start = line + self.text.count("\n", start, match.start()), match.start()
            path: Path = tuple(match[2].split("."))
            if match[1]:
                lengths[match[2]] = lengths.get(match[2], 0) + 1
                path = (*path, lengths[match[2]] - 1)
            found[path] = line
        return found

    def line(self, path: Path) -> int:
        """Return the line of a key path; cheap for a plain table header."""
        return self._headers.get(path) or self.positions.place(self.positions.span(path).key)[0]

    def problem(self, code: str, path: Path, reason: str, *fixes: str, key: bool = False) -> Problem:
        """Return a problem at the value of `path`, or at its key."""
        span = self.positions.span(path)
        start, end = (span.key, span.value) if key else (span.value, span.end)
        if key or path not in self.positions.spans:
            start = span.key
            end = start + len(re.match(r"[^\s=\]]*", self.text[start:])[0])  # type: ignore[index]
        return self._at(code, start, end - start, reason, fixes)

    def _at(self, code: str, offset: int, width: int, reason: str, fixes: tuple[str, ...]) -> Problem:
        line, column = self.positions.place(offset)
        return Problem(code, self.name, line, column, reason, fixes, self.excerpt(line), max(1, width))

    def excerpt(self, line: int) -> tuple[tuple[int, str], ...]:
        """Return the header a line stands under, the line before it, and the line itself."""
        shown = {line}
        if not self.lines[line - 1].startswith("["):
            header = next((n for n in range(line, 0, -1) if self.lines[n - 1].startswith("[")), line)
            shown |= {header, max(header, line - 1)}
        return tuple((n, self.lines[n - 1]) for n in sorted(shown))


def content(path: FilePath) -> bytes | Problem:
    """What stands in a file of the register or beside it, or why it cannot be taken."""
    name = shown(path)
    try:
        refuse_pipe(path)
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        return Problem("A001", name, 0, 0, f"cannot be read: {(error.strerror or str(error)).lower()}")
    if len(raw) > MAX_BYTES:
        return Problem("A024", name, 0, 0, f"is larger than {MAX_BYTES >> 20} MB")
    return raw


def read(path: FilePath) -> tuple[Document, list[Problem]]:
    """Read and parse a file; on failure return an empty document and why."""
    name = shown(path)
    raw = content(path)
    if isinstance(raw, Problem):
        return Document(name), [raw]
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        fix = "save the file as UTF-8"
        return Document(name), [Problem("A001", name, line, column, "is not UTF-8 text", (fix,))]
    return parse(name, text)


def parse(name: str, text: str) -> tuple[Document, list[Problem]]:
    """Parse a text; on failure return an empty document and why."""
    document, problems = _parsed(name, text)
    return document, list(problems)


@lru_cache(maxsize=REMEMBERED)
def _parsed(name: str, text: str) -> tuple[Document, tuple[Problem, ...]]:
    """Parse once what is read again and again: all scenarios stand on one base. Nobody writes to it."""
    too_deep = _too_deep(text)
    if too_deep is not None:
        offset, reason = too_deep
        return Document(name), (_text_problem("A024", name, text, offset, reason, ()),)
    try:
        return Document(name, text, tomllib.loads(text)), ()
    except tomllib.TOMLDecodeError as error:
        offset, reason = _where(str(error), text)
        return Document(name), (_text_problem("A002", name, text, offset, reason, _syntax_fixes(reason)),)
    except (ValueError, RecursionError) as error:  # e.g. an integer of more digits than Python reads
        return Document(name), (Problem("A002", name, 0, 0, f"cannot be parsed: {str(error)[:80]}"),)


def shown(path: FilePath) -> str:
    """Return a path as the user would type it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return str(path) if relative.startswith("..") else FilePath(relative).as_posix()


def _too_deep(text: str) -> tuple[int, str] | None:
    """Return where brackets or dotted keys nest deeper than allowed."""
    depth = 0
    for match in _TOKEN.finditer(text):
        if match["dotted"]:
            return match.start(), f"a key of more than {MAX_DEPTH} parts"
        depth += bool(match["open"]) - bool(match["close"])
        if depth > MAX_DEPTH:
            return match.start(), f"brackets nested more than {MAX_DEPTH} deep"
    return None


def _text_problem(
    code: str, name: str, text: str, offset: int, reason: str, fixes: tuple[str, ...]
) -> Problem:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    excerpt = Document(name, text).excerpt(line)
    return Problem(code, name, line, column, reason, fixes, excerpt)


def _where(message: str, text: str) -> tuple[int, str]:
    """Return the offset and the reason in a message of `tomllib`."""
    match = _AT.search(message)
    if match is None or match[1] is None:
        return len(text.rstrip()), _AT.sub("", message)
    line, column = int(match[1]), int(match[2])
    start = sum(len(row) + 1 for row in text.split("\n")[: line - 1])
    return start + column - 1, message[: match.start()]


def _syntax_fixes(reason: str) -> tuple[str, ...]:
    if "overwrite" in reason or "Cannot declare" in reason or "mutate" in reason:
        return ("a table or key stands here for the second time: remove or rename one of the two",)
    if "Invalid value" in reason:
        return ('text needs quotes ("…"), numbers a point and no unit (0.15, 1_000), dates 2026-06-30',)
    if "Expected newline" in reason:
        return ("one key = value a line; a text stands in quotes, the unit of a number in `unit`",)
    if "table declaration" in reason:
        return ('a name of letters, digits, "_" and "-" needs no quotes, any other does',)
    if "Unescaped" in reason or "Illegal character" in reason:
        return ("write a backslash twice, or use single quotes",)
    return ()
