"""How much room text needs: widths of Calibri's characters, so that lines break as Excel's would.

No library that writes workbooks measures text, and rows whose height is not stated overlap in print.
Widths are the advance widths of Carlito, which has Calibri's metrics, in 1/2048 em.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

PIXELS_PER_CHARACTER = 7
"""A column of width 1 at 96 dpi: the widest digit of the workbook's default font, Calibri 11."""

PADDING = 6
"""Pixels of a cell that text cannot use."""

LINE = 1.28
"""Height of a line of text, in font sizes: 12.8 pt for 10 pt text, as Excel makes a row by itself."""

_REGULAR = (
    463, 667, 821, 1020, 1038, 1464, 1397, 452, 621, 621, 1020, 1020, 511, 627, 517, 791, 1038, 1038,
    1038, 1038, 1038, 1038, 1038, 1038, 1038, 1038, 548, 548, 1020, 1020, 1020, 949, 1831, 1185, 1114, 1092,
    1260, 1000, 941, 1292, 1276, 516, 653, 1064, 861, 1751, 1322, 1356, 1058, 1378, 1112, 941, 998, 1314,
    1162, 1822, 1063, 998, 959, 628, 791, 628, 1020, 1020, 596, 981, 1076, 866, 1076, 1019, 625, 964,
    1076, 470, 490, 931, 470, 1636, 1076, 1080, 1076, 1076, 714, 801, 686, 1076, 925, 1464, 887, 927,
    809, 644, 943, 644, 1020,
)  # fmt: skip
_OTHERS = {"–": 1020, "—": 1854, "±": 1020, "·": 517, "…": 1414, "→": 1854, "≤": 1020, "≥": 1020, "×": 1020}
_WIDEST_OTHER = 1250
_BOLD = 1.03
_SPACE = _REGULAR[0]


class _Advances(dict[str, int]):
    """Width of each character; the widest for one that is not known."""

    def __missing__(self, character: str) -> int:
        return _WIDEST_OTHER


_ADVANCES = _Advances({chr(32 + i): width for i, width in enumerate(_REGULAR)} | _OTHERS)


@lru_cache(maxsize=65536)
def pixels(text: str, size: float = 10, bold: bool = False) -> float:
    """Width of a line of text on screen, in pixels at 96 dpi."""
    return _units(text) / 2048 * size * 96 / 72 * (_BOLD if bold else 1.0)


@lru_cache(maxsize=65536)
def _units(text: str) -> int:
    return sum(map(_ADVANCES.__getitem__, text))


def room(widths: float) -> float:
    """Pixels that text can use in columns of this total width."""
    return widths * PIXELS_PER_CHARACTER - PADDING


def characters(text: str, size: float = 10, bold: bool = False) -> float:
    """Column width that a line of text needs."""
    return (pixels(text, size, bold) + PADDING) / PIXELS_PER_CHARACTER


def lines(text: str, width: float, size: float = 10, bold: bool = False) -> list[str]:
    """Break text at spaces so that each line fits columns of total width `width`; long words stand alone."""
    space = room(width) * 2048 * 72 / (96 * size * (_BOLD if bold else 1.0))
    broken: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line, used = "", 0
        for word in paragraph.split(" "):
            longer, needed = (
                (f"{line} {word}", used + _SPACE + _units(word)) if line else (word, _units(word))
            )
            if line and needed > space:
                broken.append(line)
                longer, needed = word, _units(word)
            line, used = longer, needed
        broken.append(line)
    return broken


def line_count(text: str, width: float, size: float = 10, bold: bool = False) -> int:
    """Lines a cell needs when it wraps; a word longer than the cell is broken."""
    space = room(width)
    if pixels(text, size, bold) < space and len(text.splitlines()) < 2:
        return 1
    return sum(max(1, ceil(pixels(line, size, bold) / space)) for line in lines(text, width, size, bold))


def height(count: int, size: float = 10) -> float:
    """Height of a row of `count` lines, in points."""
    return round(count * size * LINE, 1)
