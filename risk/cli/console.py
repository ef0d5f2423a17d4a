"""Where commands write: tables on a terminal, plain columns in a pipe, one JSON document on request.

Data goes to standard output, messages to standard error. No cell of a table is ever cut but in a flexible
column: where a terminal is too narrow whole columns are left out, or the table goes on below itself.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TextIO

from risk.cli.options import Output
from risk.cli.pulse import spoken
from risk.report.terminal.called import as_called
from risk.report.terminal.characters import printable
from risk.units import AS_IN_FILES, Names

if TYPE_CHECKING:
    from rich.console import Console

GAP = 2
_EXCERPT = re.compile(r"\s*\d*\s*\|")

FLEXIBLE = 16
"""Least width of a flexible column."""


@dataclass(frozen=True)
class Column:
    """A column of a printed table.

    Attributes
    ----------
    title : its heading.
    align : numbers go right.
    optional : 0 is always shown; of the others the largest goes first where room is short.
    flexible : wrapped where room is short.
    """

    title: str
    align: Literal["left", "right"] = "left"
    optional: int = 0
    flexible: bool = False


def document(schema: str, content: Mapping[str, Any], names: Names = AS_IN_FILES) -> None:
    """Write one JSON document that names its form, e.g. ``bubblerisk.assumptions.list/1``.

    Parameters
    ----------
    names : of currency and unit of work, for results of a run; a register is written as its files have it.
    """
    from risk.report.naming import renamed

    text = json.dumps(
        {"schema": schema, **renamed(content, names)},
        indent=2,
        ensure_ascii=False,
        allow_nan=False,
        default=str,
    )
    print(text)


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


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], output: Output, keys: int = 1) -> None:
    """Write a table.

    Parameters
    ----------
    keys : leading columns that are repeated where the table goes on below itself.
    """
    cells = [[_clean(cell) for cell in row] for row in rows]
    if not styled(output):
        _write_plain(columns, cells)
        return
    console = terminal(output)
    widths = [max(len(row[i]) for row in [[c.title for c in columns], *cells]) for i in range(len(columns))]
    for i, shown in enumerate(_blocks(columns, widths, console.width, keys)):
        if i:
            print()
        _write_rich(columns, cells, shown, console)


def pairs(items: Iterable[tuple[str, str]], output: Output, indent: str = "") -> None:
    """Write names and what they are, one a line; long text is wrapped on a terminal."""
    from textwrap import wrap

    known = [(name, _clean(text)) for name, text in items if text]
    left = max((len(name) for name, _ in known), default=0) + GAP
    width = max(40, terminal(output).width) if styled(output) else 10_000
    for name, text in known:
        first, *rest = wrap(text, width - left - len(indent), break_on_hyphens=False) or [""]
        print(f"{indent}{name:<{left}}{first}")
        for line in rest:
            print(indent + " " * left + line)


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


def dumb() -> bool:
    """Return whether the terminal can only write line after line."""
    return os.environ.get("TERM") == "dumb"


def unicode(stream: TextIO | None = None) -> bool:
    """Return whether a stream, standard output by default, can show box characters."""
    encoding = (getattr(stream or sys.stdout, "encoding", "") or "").lower()
    return encoding.replace("-", "").startswith("utf") and not dumb()


def _clean(text: str) -> str:
    """Return text without the characters that a terminal would obey or could not show."""
    return printable(text, unicode())


def _blocks(columns: Sequence[Column], widths: Sequence[int], room: int, keys: int) -> Iterator[list[int]]:
    """Yield the columns to show together, one block below the other."""
    need = [min(w, FLEXIBLE) if c.flexible else w for c, w in zip(columns, widths, strict=True)]
    shown = list(range(len(columns)))
    for level in sorted({column.optional for column in columns} - {0}, reverse=True):
        if _width(need, shown) > room:
            shown = [i for i in shown if columns[i].optional != level]
    block, rest = shown[:keys], shown[keys:]
    for i in rest:
        if len(block) > keys and _width(need, [*block, i]) > room:
            yield block
            block = shown[:keys]
        block = [*block, i]
    yield block


def _width(need: Sequence[int], shown: Sequence[int]) -> int:
    return sum(need[i] for i in shown) + GAP * (len(shown) - 1)


def _write_plain(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    lines = [[column.title for column in columns], *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    for line in lines:
        cells = [
            f"{cell:>{width}}" if column.align == "right" else f"{cell:<{width}}"
            for cell, width, column in zip(line, widths, columns, strict=True)
        ]
        print((" " * GAP).join(cells).rstrip())


def _write_rich(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], shown: Sequence[int], console: Console
) -> None:
    from rich.box import ASCII2, SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    # The box puts one blank between columns, the padding another.
    box = SIMPLE_HEAD if unicode() else ASCII2
    found = Table(box=box, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 0, 0, 1))
    for i in shown:
        found.add_column(columns[i].title, justify=columns[i].align, no_wrap=not columns[i].flexible)
    for row in rows:
        found.add_row(*(Text(row[i]) for i in shown))
    console.print(found)
