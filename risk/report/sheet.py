"""Sheets as data: blocks on a grid of columns, and the workbook they make. No renderer is known here.

A sheet is a sequence of bands, one below the other. A band is one block, or several side by side, each
from its own column. Columns of a sheet have widths (`grid`); without them the first tables decide. What is
for the screen only stands below what prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from risk.report.charts import Chart
from risk.report.content import Formula, ReportError
from risk.report.form import Paper
from risk.report.table import Table

Kind = Literal["F", "W", "P", "C"]
"""Foundation (inputs), Workings, Presentation, Control."""

KINDS: Mapping[Kind, str] = {"F": "Foundation", "W": "Workings", "P": "Presentation", "C": "Control"}


@dataclass(frozen=True)
class Heading:
    """Title of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Prose, broken into lines that fit the columns it covers; formulas stay on one line. An alert is red."""

    text: str | Formula
    style: Literal["body", "lead", "note", "bullet", "finding", "alert"] = "body"


@dataclass(frozen=True)
class Tile:
    """One large number with its name above and its error or unit below."""

    label: str
    value: str | float | Formula
    format: str
    note: str = ""


@dataclass(frozen=True)
class Tiles:
    """Large numbers side by side, over the columns the block covers."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class HeatMap:
    """A grid of numbers in color; cells that rest on too few paths are grey.

    Attributes
    ----------
    values : one row per row label, in the unit of `format`; None = there is none.
    counts : number of paths behind each value; () = not stated.
    low, middle, high : ends and middle of the color scale.
    alt : the finding, in a sentence; a drawing says it to screen readers.
    """

    id: str
    title: str
    row_title: str
    column_title: str
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    counts: tuple[tuple[int, ...], ...] = ()
    format: str = "share"
    low: float = 0.0
    middle: float = 0.5
    high: float = 1.0
    fewest: int = 100
    note: str = ""
    alt: str = ""

    def __post_init__(self) -> None:
        shape = {len(self.column_labels)}
        for grid in filter(None, (self.values, self.counts)):
            if len(grid) != len(self.row_labels) or {len(row) for row in grid} != shape:
                raise ReportError(f"heat map {self.id}: values or counts do not fit the labels")

    def thin(self, row: int, column: int) -> bool:
        """Whether a cell rests on too few paths."""
        return bool(self.counts) and self.counts[row][column] < self.fewest

    @property
    def remarks(self) -> str:
        """The finding, the note, and what grey cells mean."""
        return " ".join(filter(None, (self.alt, self.note, self.grey)))

    @property
    def grey(self) -> str:
        """What grey cells mean; empty where there can be none."""
        return f"Grey: fewer than {self.fewest} paths." if self.counts else ""


@dataclass(frozen=True)
class Network(HeatMap):
    """Who owes what to whom: a row a debtor, a column a creditor.

    The workbook shows the amounts in color; a page draws them as a network, where what is owed to a creditor
    that is a debtor too, by its label, goes on from there.
    """


Block = Heading | Paragraph | Tiles | Table | HeatMap | Chart


@dataclass(frozen=True)
class At:
    """A block from a given column of the grid (1 = first) over a number of columns (None = to the end).

    `down` rows below the top of its band, so that blocks can be stacked beside a taller one.
    """

    block: Block
    column: int = 1
    columns: int | None = None
    down: int = 0


@dataclass(frozen=True)
class Strip:
    """Blocks side by side."""

    blocks: tuple[At, ...]


@dataclass(frozen=True)
class Fold:
    """Bands that the page folds away under a title; the workbook has them in line, without it."""

    title: str
    bands: tuple[Block | Strip, ...]


Band = Block | Strip | Fold
"""What stands below one another on a sheet."""


@dataclass(frozen=True)
class Dial:
    """What a reader of the page turns: a step, and the group that is shown. No number is computed there.

    Attributes
    ----------
    steps : id of a table with a row a step below a first row that is always shown.
    across : id of a table with a column a step, from column `first` on.
    group : column of `across` whose words are the keys of `groups`.
    groups : words to choose from, the first for all → column of `steps`; its share is the column behind.
    label : what a step is of.
    words : sentence of a step: {group}, {share}, {count}, {of} and {step} are cells of `steps`.
    """

    steps: str
    across: str
    first: str
    group: str
    groups: Mapping[str, str]
    label: str
    words: str


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes
    ----------
    name : at most 31 characters; the tab.
    title : heading of the sheet.
    subtitle : what it covers: date, run, units.
    kind : what the sheet is for; colors the tab.
    bands : on paper and on the screen.
    screen : below them, on the screen only; a sheet that has no other bands does not print.
    grid : widths of the columns in characters; () = from the tables.
    freeze : "title" keeps title rows in view, "corner" the first column too, "header" that column and all
        rows down to the header of the first table.
    pages : number of printed pages tall; None = as many as needed.
    turns : id of the table that the second of two pages begins with; empty where the paper decides.
    printed_columns : columns of the print area; None = all. Its subtitle names the others.
    quoted : its texts are those of a source, whose currency they keep.
    dial : what the reader of the page turns above its blocks.
    """

    name: str
    title: str
    subtitle: str
    kind: Kind
    bands: tuple[Band, ...] = ()
    question: str = ""
    screen: tuple[Band, ...] = ()
    grid: tuple[float, ...] = ()
    freeze: Literal["title", "corner", "header", "none"] = "title"
    landscape: bool = True
    pages: int | None = None
    turns: str = ""
    printed_columns: int | None = None
    quoted: bool = False
    dial: Dial | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= 31 or set(self.name) & set("[]:*?/\\'"):
            raise ReportError(f"{self.name!r} cannot be the name of a sheet")

    def placed(self) -> Iterator[tuple[At, ...]]:
        """The blocks of each band, folded or not."""
        return laid((*self.bands, *self.screen))

    @property
    def printed_bands(self) -> int:
        """Number of bands on paper."""
        return sum(1 for _ in laid(self.bands))

    def blocks(self) -> Iterator[Block]:
        """All blocks in order of reading."""
        for band in self.placed():
            yield from (at.block for at in band)


def laid(bands: Iterable[Band]) -> Iterator[tuple[At, ...]]:
    """The blocks of each band; those of a fold in line with the others."""
    for band in bands:
        if isinstance(band, Fold):
            yield from laid(band.bands)
        else:
            yield band.blocks if isinstance(band, Strip) else (At(band),)


@dataclass(frozen=True)
class Properties:
    """What the document says of itself.

    Attributes
    ----------
    run : id of the run, or of what else the document shows; in every footer and in the document's subject.
    shows : what that is.
    created : time of the run, not of the writing, so that writing again gives the same bytes.
    custom : further properties, such as the seed and the hash of the assumptions.
    """

    title: str
    run: str
    created: datetime
    shows: str = "run"
    creator: str = "bubblerisk"
    classification: str = "confidential"
    keywords: str = ""
    custom: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Workbook:
    """Sheets in order of reading.

    Attributes
    ----------
    names : defined names, such as `Sample_Loss`, and the cells they stand for (`{sample.loss}`).
    contents : name of the sheet that lists the others; every sheet links back to it.
    front : names of the sheets that the page shows first, in this order; the first of them unfolded.
    """

    properties: Properties
    sheets: tuple[Sheet, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    paper: Paper = "a4"
    contents: str = "Cover"
    front: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [s.name.casefold() for s in self.sheets]
        if len(set(names)) < len(names):
            raise ReportError("two sheets have the same name")
        ids = [b.id for s in self.sheets for b in s.blocks() if isinstance(b, (Table, HeatMap, Chart))]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ReportError(f"blocks have the same id: {', '.join(twice)}")
