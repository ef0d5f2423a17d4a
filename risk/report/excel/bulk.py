"""Long tables of plain numbers, written as text: a cell object each would take most of a pack's time.

openpyxl writes the first row of such a table; its styles are those of all rows, which take its place here
with all their digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from risk.report.table import ReportError

_CELL = re.compile(r'<c r="([A-Z]+)\d+"([^>]*?)(?: t="n")?>')
_QUICK = 1
"""Level of compression of what is only read again."""


@dataclass(frozen=True)
class BulkRows:
    """Rows of numbers below a first row that is written already.

    Attributes
    ----------
    first : number of that row on the sheet.
    rows : the numbers of all rows, that row's in front.
    """

    first: int
    rows: tuple[tuple[float, ...], ...]


def extended(part: bytes, found: Sequence[BulkRows]) -> bytes:
    """A sheet with its long tables complete."""
    text = part.decode("utf-8")
    for bulk in found:
        start = re.search(rf'<row r="{bulk.first}"([^>]*)>(.*?)</row>', text, re.DOTALL)
        if start is None:
            raise ReportError(f"row {bulk.first} of a long table is not written")
        cells = _CELL.findall(start[2])
        if len(cells) != len(bulk.rows[0]):
            raise ReportError(f"row {bulk.first} has {len(cells)} cells for {len(bulk.rows[0])} numbers")
        form = "".join(f'<c r="{letter}%d"{look}><v>%r</v></c>' for letter, look in cells)
        form = f'<row r="%d"{start[1]}>{form}</row>'
        lines = []
        for row, numbers in enumerate(bulk.rows, start=bulk.first):
            lines.append(form % (row, *(x for number in numbers for x in (row, number))))
        text = text[: start.start()] + "".join(lines) + text[start.end() :]
        text = _deepened(text, bulk.first + len(bulk.rows) - 1)
    return text.encode("utf-8")


def complete(raw: bytes, bulk: Mapping[str, Sequence[BulkRows]]) -> bytes:
    """A whole file with its long tables; `bulk` by name of the part."""
    if not bulk:
        return raw
    packed = BytesIO()
    with ZipFile(BytesIO(raw)) as source, ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=_QUICK) as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, extended(part, bulk[name]) if name in bulk else part)
    return packed.getvalue()


def _deepened(text: str, last: int) -> str:
    """The sheet's stated extent, at least to a row."""

    def deeper(match: re.Match[str]) -> str:
        return f"{match[1]}{max(int(match[2]), last)}"

    return re.sub(r'(<dimension ref="[A-Z]+\d+:[A-Z]+)(\d+)', deeper, text, count=1)
