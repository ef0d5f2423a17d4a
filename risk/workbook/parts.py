"""The parts of a workbook, unpacked in small pieces: their size first, then their XML."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from openpyxl.utils import get_column_letter, range_boundaries

from risk.workbook.archive import refuse_foreign
from risk.workbook.refused import Unfit

MB = 1 << 20
MAX_PART, MAX_UNPACKED, MAX_RATIO = 60 * MB, 120 * MB, 200
MAX_TAGS = 6_000_000
"""Opening and closing tags of all parts: four of every cell, and some more."""

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 25_000, 256, 600_000
"""Of a sheet: the longest of a pack lists 20,000 paths in some 30 columns."""

MAX_SHEETS = 100
MAX_ELEMENTS = 100_000
"""Elements beside cells, their values and formulas, in all parts: a pack has 40,000, most of charts."""

PER_CELL = 3
"""Elements of a cell: itself, its formula and its value."""

SPREAD, MAX_AREA = ("mergeCell", "hyperlink"), 10_000
"""Elements that stand for every cell of a range, and the most cells of one."""

MAX_LENGTH = 10 * 32_767
"""Bytes of a text or a tag: Excel's longest text, each of its characters written as a reference."""

MAX_DEPTH = 1_000
PIECE = SMALL = 1 << 16
"""Bytes that are unpacked at once; and those of a part up to which its ratio says nothing."""

COLUMNS = {get_column_letter(i): i for i in range(1, MAX_COLUMNS + 1)}
XML = (".xml", ".rels", ".vml")


def check_parts(archive: ZipFile, size: int) -> None:
    """Refuse a workbook by what its parts hold.

    Parameters
    ----------
    size : bytes of the archive.
    """
    infos = sorted(archive.infolist(), key=lambda info: info.file_size)  # the quick ones first
    totals = _Totals(max(SMALL, MAX_RATIO * size))
    for info in infos:
        _measure(archive, info, totals)
    elements = 0
    for info in infos:
        if info.filename.casefold().endswith(XML):
            elements += _parse(archive, info, MAX_ELEMENTS - elements)


def _pieces(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as part:
        while piece := part.read(PIECE):
            yield piece


class _Totals:
    """Bytes and tags of the parts seen so far."""

    def __init__(self, most: int) -> None:
        self.size = self.tags = 0
        self._most = min(most, MAX_UNPACKED)

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        self.tags += piece.count(b"<")
        if self.size > self._most:
            raise Unfit("unpacks to far more than a workbook of bubblerisk")
        if self.tags > MAX_TAGS:
            raise Unfit("holds far more cells than a workbook of bubblerisk")


def _measure(archive: ZipFile, info: ZipInfo, totals: _Totals) -> None:
    """Count the bytes of a part, and the length of its longest text or tag."""
    size = run = 0
    xml = info.filename.casefold().endswith(XML)
    for piece in _pieces(archive, info):
        size += len(piece)
        if size > MAX_PART:
            raise Unfit(f"has a part larger than {MAX_PART // MB} MB")
        if size > max(SMALL, MAX_RATIO * info.compress_size):
            raise Unfit(f"has a part that unpacks to more than {MAX_RATIO} times its size")
        totals.add(piece)
        first = piece.find(b"<")
        if xml and run + (len(piece) if first < 0 else first) > MAX_LENGTH:
            raise Unfit("holds a text longer than Excel allows (32,767 characters)")
        run = run + len(piece) if first < 0 else len(piece) - piece.rfind(b"<")
    if size != info.file_size:
        raise Unfit("is damaged: a part has not the size that it says", "save it again in Excel")


def _parse(archive: ZipFile, info: ZipInfo, most: int) -> int:
    """Read the elements of a part; return how many there are beside those of cells.

    Parameters
    ----------
    most : elements beside those of cells that it may have.
    """
    elements = _Elements(info.filename)
    parser = elements.parser
    fed = depth = 0
    try:
        for piece in _pieces(archive, info):
            parser.Parse(piece, False)
            fed += len(piece)
            depth += piece.count(b"<") - 2 * piece.count(b"</") - piece.count(b"/>") - piece.count(b"<?")
            if b"\0" in piece:
                raise Unfit("is not written in UTF-8", "open it in Excel and save it again")
            if fed - parser.CurrentByteIndex > MAX_LENGTH + PIECE:
                raise Unfit("holds a remark or a tag longer than any text that Excel allows")
            if depth > MAX_DEPTH:
                raise Unfit(f"nests elements more than {MAX_DEPTH:,} deep")
            if elements.beside > most:
                raise Unfit("holds far more than a workbook of bubblerisk beside its cells")
        parser.Parse(b"", True)
    except expat.ExpatError:
        text = f"has a damaged part ({info.filename[:60]!r})"
        raise Unfit(text, "open it in Excel and save it again") from None
    return elements.beside


class _Elements:
    """Follows the elements of one part."""

    def __init__(self, name: str) -> None:
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.StartCdataSectionHandler = self._raw_text
        self._folder = posixpath.dirname(posixpath.dirname(name))
        self._lists = name.casefold() == "[content_types].xml"
        self._row, self._digits, self._column = 0, "0", 0
        self._seen: set[str] = set()
        self._all = self._cells = self._sheets = 0

    @property
    def beside(self) -> int:
        """Elements beside cells, their values and formulas."""
        return self._all - PER_CELL * self._cells

    def _element(self, name: str, attributes: list[str]) -> None:
        self._all += 1
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._next_row(_named(attributes))
        elif self._all == 1 and any("purl.oclc.org/ooxml" in text for text in attributes):
            raise Unfit("is of the strict kind", "save it as an Excel workbook (.xlsx), not Strict Open XML")
        elif name == "Relationship":
            self._relation(_named(attributes))
        elif name == "sheet":
            self._sheets += 1
            self._once(_named(attributes).get("id", ""))
            if self._sheets > MAX_SHEETS:
                raise Unfit(f"has more than {MAX_SHEETS} sheets")
        elif name in SPREAD and _area(_named(attributes).get("ref", "")) > MAX_AREA:
            raise Unfit(f"merges or links more than {MAX_AREA:,} cells at once")
        elif self._lists:
            refuse_foreign(" ".join(attributes))

    def _next_row(self, attributes: dict[str, str]) -> None:
        """Take the next row; programs write them from top to bottom, each once."""
        before = self._row
        self._digits = attributes.get("r") or str(before + 1)
        if len(self._digits) <= len(str(MAX_ROWS)) and self._digits.isdecimal():
            self._row, self._column = int(self._digits), 0
            if self._row <= before:
                raise Unfit("has a sheet with a row out of its place", "open it in Excel and save it again")
        if self._row > MAX_ROWS or self._row == before:
            raise Unfit(f"has more than {MAX_ROWS:,} rows on a sheet")

    def _cell(self, attributes: list[str]) -> None:
        """Take the next cell of a row; programs write them from left to right, each once."""
        self._cells += 1
        place = attributes[1] if attributes[:1] == ["r"] else _named(attributes).get("r")
        digits = self._digits
        if place is None:
            column = self._column + 1
        elif place.endswith(digits):
            letters = place[: -len(digits)]
            column = COLUMNS.get(letters) or (MAX_COLUMNS + 1 if letters.isalpha() else 0)
        else:
            column = 0
        if column <= self._column:
            raise Unfit("has a sheet with a cell out of its place", "open it in Excel and save it again")
        if column > MAX_COLUMNS:
            raise Unfit(f"has more than {MAX_COLUMNS} columns on a sheet")
        if self._cells > MAX_CELLS:
            raise Unfit("holds far more cells on a sheet than a workbook of bubblerisk")
        self._column = column

    def _relation(self, attributes: dict[str, str]) -> None:
        """Take a link from a part to another; only pages may lie outside the file."""
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        refuse_foreign(f"{kind} {target}")
        if attributes.get("TargetMode", "").casefold() == "external":
            if not kind.casefold().endswith("/hyperlink"):
                raise Unfit("leads to something outside the file", "save a copy without it")
        elif target.casefold().endswith(".xml"):
            self._once(posixpath.normpath(posixpath.join("/", self._folder, target)))

    def _once(self, part: str) -> None:
        """Take a part that another names; read a hundred times, a small part is a large one."""
        if part in self._seen:
            raise Unfit("shows one part as two", "open it in Excel and save it again")
        self._seen.add(part)

    def _document_type(self, *_: object) -> None:
        raise Unfit("declares XML entities or a document type (DTD)")

    def _raw_text(self) -> None:
        raise Unfit("holds CDATA, which no spreadsheet program writes", "open it in Excel and save it again")


def _area(cells: str) -> int:
    """Cells of a range such as A1:C5; those of a range that is none are too many."""
    try:
        left, top, right, bottom = range_boundaries(cells)
    except ValueError:
        return MAX_AREA + 1
    whole = (right or MAX_AREA) - (left or 0) + 1, (bottom or MAX_AREA) - (top or 0) + 1
    return whole[0] * whole[1]


def _named(attributes: list[str]) -> dict[str, str]:
    """Attributes by name, without prefixes."""
    names = (name.rpartition(":")[2] for name in attributes[::2])
    return dict(zip(names, attributes[1::2], strict=True))
