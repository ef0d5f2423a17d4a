"""Where every key and value of a TOML text stands.

`tomllib` parses but forgets positions. `Positions` walks the same text once more and remembers the span of
every key path, so that an error can point at its line and column. It expects a text that `tomllib` accepts;
property tests hold the two together.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and array indices from the top of a document: ``("gpu", "generation", 2, "index")``."""


class Span(NamedTuple):
    """Offsets into the text: of the key, of the value, and one past the value's end."""

    key: int
    value: int
    end: int


# Groups repeat without a possessive quantifier: before Python 3.11.4 that one gives wrong matches.
_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*")
_SPACE = re.compile(r"[ \t]*+")
_DOT = re.compile(r"[ \t]*+\.[ \t]*+")
_BARE = re.compile(r"[A-Za-z0-9_-]++")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*+'"
)
_SCALAR = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]++|[^\s,\]}#]++")
_ESCAPE = re.compile(r'\\(?:([btnfr"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class Positions:
    """Spans by path, and their line and column (both from 1)."""

    def __init__(self, text: str) -> None:
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self.spans = _Scanner(text).spans

    def span(self, path: Path) -> Span:
        """Return the span of `path`, or of its nearest recorded ancestor."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans.get(path, Span(0, 0, 0))

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset."""
        line = bisect_right(self._newlines, offset - 1)
        return line + 1, offset - (self._newlines[line - 1] if line else -1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: dict[Path, Span] = {}
        self._lengths: dict[Path, int] = {}  # tables so far in each array of tables
        self._document()

    def _document(self) -> None:
        table: Path = ()
        pos = self._skip(0)
        while pos < len(self.text):
            if self.text[pos] == "[":
                table, pos = self._header(pos)
            else:
                pos = self._pair(pos, table)
            pos = self._skip(pos)

    def _skip(self, pos: int) -> int:
        """Return the position after blanks, line ends and comments."""
        match = _BLANK.match(self.text, pos)
        return match.end() if match else pos

    def _header(self, pos: int) -> tuple[Path, int]:
        start, double = pos, self.text.startswith("[[", pos)
        parts, pos = self._key(_end(_SPACE, self.text, pos + 1 + double))
        pos = _end(_SPACE, self.text, pos) + 1 + double
        path: Path = ()
        for part, offset in parts[:-1]:
            path = self._element((*path, part))
            self.spans.setdefault(path, Span(offset, start, pos))
        last, offset = parts[-1]
        path = (*path, last)
        if double:
            self.spans.setdefault(path, Span(offset, start, pos))
            self._lengths[path] = self._lengths.get(path, 0) + 1
            path = self._element(path)
        self.spans[path] = Span(offset, start, pos)
        return path, pos

    def _element(self, path: Path) -> Path:
        """Return `path`, or its newest element where it is an array of tables."""
        length = self._lengths.get(path)
        return path if length is None else (*path, length - 1)

    def _pair(self, pos: int, table: Path) -> int:
        start = pos
        parts, pos = self._key(pos)
        value = _end(_SPACE, self.text, _end(_SPACE, self.text, pos) + 1)
        path = table
        for part, offset in parts[:-1]:
            path = (*path, part)
            self.spans.setdefault(path, Span(offset, start, value))
        last, offset = parts[-1]
        return self._value(value, (*path, last), offset)

    def _key(self, pos: int) -> tuple[list[tuple[str, int]], int]:
        """Return the parts of a dotted key with their offsets, and the position after it."""
        parts: list[tuple[str, int]] = []
        while True:
            bare = _BARE.match(self.text, pos)
            match = bare or _STRING.match(self.text, pos)
            if match is None:
                raise ValueError(f"no key at offset {pos}")
            parts.append((bare[0] if bare else _unquote(match[0]), pos))
            dot = _DOT.match(self.text, match.end())
            if dot is None:
                return parts, match.end()
            pos = dot.end()

    def _value(self, pos: int, path: Path, key: int) -> int:
        """Record the value at `pos`, and what it contains; return the position after it."""
        opening = self.text[pos : pos + 1]
        if opening == "[":
            end = self._array(pos + 1, path)
        elif opening == "{":
            end = self._inline(pos + 1, path)
        else:
            end = _end(_STRING if opening in ("'", '"') else _SCALAR, self.text, pos)
            if end == pos:
                raise ValueError(f"no value at offset {pos}")
        self.spans[path] = Span(key, pos, end)
        return end

    def _array(self, pos: int, path: Path) -> int:
        index = 0
        while self.text[pos := self._skip(pos)] != "]":
            pos = self._skip(self._value(pos, (*path, index), pos))
            pos += self.text[pos] == ","
            index += 1
        return pos + 1

    def _inline(self, pos: int, path: Path) -> int:
        while self.text[pos := self._skip(pos)] != "}":
            pos = self._skip(self._pair(pos, path))
            pos += self.text[pos] == ","
        return pos + 1


def _end(pattern: re.Pattern[str], text: str, pos: int) -> int:
    match = pattern.match(text, pos)
    return match.end() if match else pos


def _unquote(key: str) -> str:
    if key[0] == "'" or "\\" not in key:
        return key[1:-1]
    return _ESCAPE.sub(lambda m: _ESCAPED[m[1]] if m[1] else chr(int(m[2] or m[3], 16)), key[1:-1])
