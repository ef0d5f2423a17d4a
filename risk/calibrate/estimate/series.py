"""Files of data: what columns they have, where they may be had, and a reader that refuses what is wrong.

A file is CSV of one header row; lines before it that begin with # say source, licence and when it was
retrieved. A series that may be passed on lies in the register's folder `data`; of the others the form is
declared here and the user brings the file.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from risk.assumptions.problems import quoted
from risk.assumptions.reader import shown
from risk.errors import AssumptionError, storage_error

FOLDER = "data"
"""Folder of a register that holds the series which may be passed on."""

DIGITS = 12
"""Of a file's SHA-256 that name it."""

SHOWN = 12
"""Bad rows told of one file at most."""

Kind = Literal["number", "text", "day", "month", "quarter", "year"]

FORMS: Mapping[str, tuple[str, str]] = {
    "day": (r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a day such as 2026-09-30"),
    "month": (r"\d{4}-(0[1-9]|1[0-2])", "a month such as 2026-09"),
    "quarter": (r"\d{4}Q[1-4]", "a quarter such as 2026Q3"),
    "year": (r"[12]\d{3}", "a year such as 2026"),
}
"""What a date looks like, by its kind."""

FREQUENCY: Mapping[str, str] = {"day": "D", "month": "M", "quarter": "Q", "year": "Y"}


@dataclass(frozen=True)
class Column:
    """One column of a file.

    Attributes
    ----------
    unit : of a number, as printed in the docs.
    low, high : what a number may be, in `unit`.
    blank : whether a cell may be empty.
    """

    name: str
    kind: Kind = "number"
    unit: str = ""
    low: float = -1e9
    high: float = 1e9
    blank: bool = False


@dataclass(frozen=True)
class Series:
    """One file.

    Attributes
    ----------
    key : columns that name a row: no two rows have the same.
    ships : it lies in the register's folder; else the user brings it.
    where : where the public source has it, by the names used there.
    unbroken : the first column's periods follow one another without a gap.
    """

    file: str
    title: str
    columns: tuple[Column, ...]
    where: str
    key: tuple[str, ...] = ()
    ships: bool = False
    unbroken: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """What names a row: the first column where nothing is said."""
        return self.key or (self.columns[0].name,)


@dataclass(frozen=True)
class Data:
    """A file that was read: its rows in the types of their columns, and what the file is."""

    rows: pd.DataFrame
    hash: str


def path(series: Series, register: Path, given: Path | None) -> Path | None:
    """Where a series is read: in the register's folder if it ships, else in the folder given; None if not.

    Parameters
    ----------
    register : folder of the register.
    given : folder of the user's own files.
    """
    folder = register / FOLDER if series.ships else given
    found = None if folder is None else folder / series.file
    return found if found is not None and found.is_file() else None


def read(series: Series, file: Path) -> Data:
    """Read and check a file.

    Raises
    ------
    AssumptionError : a column is missing, or rows are wrong; each by its line, with the reason.
    StorageError : the file cannot be read.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise storage_error(error, file) from error
    name = shown(file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AssumptionError(f"{name} is not UTF-8 text", "save it as UTF-8") from error
    frame, first = _frame(series, text, name)
    found = list(_bad(series, frame, first, name))
    if found:
        count = f"{len(found)} bad cell{'s' * (len(found) > 1)}"
        raise AssumptionError(f"{name} holds {count}", *found[:SHOWN], "its form: docs/data.md")
    typed = pd.DataFrame({c.name: _typed(frame[c.name], c.kind) for c in series.columns})
    return Data(typed, hashlib.sha256(raw).hexdigest()[:DIGITS])


def _frame(series: Series, text: str, name: str) -> tuple[pd.DataFrame, int]:
    """All cells as text, by name of column, and the line of the first row."""
    lines = text.splitlines()
    above = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    try:
        frame = pd.read_csv(
            io.StringIO(text), skiprows=above, dtype=str, keep_default_na=False, skip_blank_lines=False
        )
    except pd.errors.EmptyDataError as error:
        raise AssumptionError(f"{name} holds no header row", "its form: docs/data.md") from error
    except pd.errors.ParserError as error:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if found is None:
            raise AssumptionError(f"{name} is not CSV: {error}") from error
        reason = f"{name}:{found[2]} has {found[3]} cells; the header has {found[1]}"
        raise AssumptionError(reason, "quote a text that holds a comma") from error
    missing = [c.name for c in series.columns if c.name not in frame.columns]
    if missing:
        has = ", ".join(map(str, frame.columns))
        reason = f"{name}:{above + 1} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}"
        raise AssumptionError(reason, f"it has {has}", "its form: docs/data.md")
    return frame.fillna(""), above + 2


def _bad(series: Series, frame: pd.DataFrame, first: int, name: str) -> Iterator[str]:
    """Yield what is wrong, each with file, line and reason."""
    if frame.empty:
        yield f"{name}:{first} the file holds no rows"
    for column in series.columns:
        for i, cell in enumerate(frame[column.name]):
            reason = _fault(column, str(cell).strip())
            if reason:
                yield f"{name}:{first + i} {column.name} is {quoted(cell)}; {reason}"
    keys = frame[list(series.keys)]
    for i in keys.index[keys.duplicated()]:
        said = ", ".join(keys.loc[i])
        yield f"{name}:{first + int(i)} {said} stands there for the second time"
    if series.unbroken:
        yield from _gaps(series.columns[0], frame, first, name)


def _fault(column: Column, cell: str) -> str:
    """Why a cell is refused; "" where it is not."""
    if not cell:
        return "" if column.blank else "an empty cell is not allowed here"
    if column.kind == "text":
        return ""
    if column.kind != "number":
        form, words = FORMS[column.kind]
        return "" if re.fullmatch(form, cell) else f"{words} is expected"
    try:
        value = float(cell)
    except ValueError:
        return "a number is expected"
    if column.low <= value <= column.high:  # false of a NaN
        return ""
    return f"a number from {column.low:g} to {column.high:g} is expected"


def _gaps(column: Column, frame: pd.DataFrame, first: int, name: str) -> Iterator[str]:
    """Yield rows whose period does not follow that of the row before."""
    cells = frame[column.name].str.strip()
    if not all(re.fullmatch(FORMS[column.kind][0], cell) for cell in cells):
        return  # told already
    periods = pd.PeriodIndex(cells, freq=FREQUENCY[column.kind]).astype("int64")
    for i in range(1, len(periods)):
        if periods[i] != periods[i - 1] + 1:
            yield f"{name}:{first + i} {cells.iloc[i]} does not follow {cells.iloc[i - 1]}"


def _typed(cells: pd.Series[str], kind: Kind) -> pd.Series[float] | pd.Series[str]:
    """Numbers as floats, NaN where a cell is empty; all else as text."""
    stripped = cells.str.strip()
    return pd.to_numeric(stripped.replace("", None)).astype(float) if kind == "number" else stripped
