"""The words of a pack: capitalised ones wherever they stand, and all of its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from risk.assumptions.register import Assumptions
from risk.report.charts import Chart
from risk.report.content import value_of
from risk.report.sheet import Block, Heading, HeatMap, Paragraph, Sheet, Tiles, Workbook
from risk.report.table import Table

RUN = re.compile(r"\(run [0-9a-f]{12}\)")
"""The run that a heading names: an id is no word, whatever digit it begins with."""

WORD = re.compile(r"(?<![\w.\-/…])[A-Za-z][\w]*(?:[-/&][\w]+)*")
BEGINS = re.compile(r"(?:^|[.:;?!–…|•·=]|^\s*[A-Z]\d*\w?\s)[\s(\"'“‘]*$")
"""What stands before a word that begins a sentence."""


OWN = frozenset({"Cover", "Checks"})
CALLED = ("name", "firm", "lender")
"""Columns of the register's tables in which somebody or something is named."""


def headings(book: Workbook) -> set[str]:
    """Names of sheets, their titles, and those of tables, columns, pictures, tiles and sections.

    Workings have a column a drawn assumption, which is named by its entry.
    """
    every = (text for sheet in book.sheets if sheet.kind != "W" for text in _headings(sheet))
    return {RUN.sub("", text) for text in every if text}


def _headings(sheet: Sheet) -> Iterator[str]:
    yield from (sheet.name, sheet.title)
    for block in sheet.blocks():
        if isinstance(block, Table):
            yield from (block.title, *(column.header for column in block.columns))
        elif isinstance(block, Heading):
            yield block.text
        elif isinstance(block, Tiles):
            yield from (tile.label for tile in block.tiles)
        elif isinstance(block, Chart | HeatMap):
            yield block.title


def texts(book: Workbook) -> Iterator[str]:
    """Whatever stands on presentation sheets, cover and Checks; the other sheets quote the register."""
    for sheet in book.sheets:
        if sheet.kind == "P" or sheet.name in OWN:
            yield sheet.question
            yield from _headings(sheet)
            for block in sheet.blocks():
                yield from _cells(block)


def _cells(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield str(value_of(block.text))
    elif isinstance(block, Table):
        for row in block.rows:
            yield from (found for cell in row if isinstance(found := value_of(cell), str))


def capitalised(text: str) -> Iterator[str]:
    """Words of a text with a capital that no beginning of a sentence explains."""
    for found in WORD.finditer(text):
        word = found[0]
        if len(word) == 1:
            continue  # a symbol, explained where it stands
        inside = bool(re.search(r"[A-Z]", word[1:]))
        begins = bool(BEGINS.search(text[: found.start()]))
        if inside or (word[0].isupper() and not begins):
            yield word


def plain(text: str) -> Iterator[str]:
    """Words of a text, small; one that a narrow column breaks is put together again."""
    text = re.sub(r"(?<=[a-z])-\s+(?=[a-z])", "", text)
    for found in re.finditer(r"(?<!\w)[A-Za-z][A-Za-z\d]+(?:’s|'s)?", text):
        yield re.sub(r"['’]s$", "", found[0]).lower()


def names(book: Workbook, register: Assumptions) -> set[str]:
    """What sheets, companies, loans, generations, indices and sources are called."""
    rows = [row for table in register.tables.values() for row in table.rows]
    said = [getattr(row, column, "") or "" for row in rows for column in CALLED]
    titles = [source.title for source in register.sources.values()]
    sheets = [sheet.name for sheet in book.sheets]
    return {word for text in (*sheets, *said, *titles) for word in WORD.findall(str(text))}


def entries(register: Assumptions) -> set[str]:
    """What labels of assumptions begin with: the words of their ids."""
    return {part.capitalize() for id in register.entries for part in re.split(r"[._]", id)}
