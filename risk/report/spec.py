"""Tables by declaration: a field says once what workbook, page, screens and documents show of a row.

A `Spec` is the fields of a row: `table` gives what is shown, `data` and `schema` what a JSON document holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from risk.analysis.estimate import Estimate
from risk.report.content import Cell, Content, Formula
from risk.report.guards import Guard
from risk.report.record import Field, Record, own
from risk.report.table import Column, Table

T = TypeVar("T")


def text(key: str, header: str = "", get: Callable[[T], Any] | None = None, **look: Any) -> Field[T]:
    """A field of words; `look` as in `Column`. By default a row has it under its own name."""
    return Field(key, get or own(key), look.pop("type", str), (Column(key, header, **look),))


def quoted(key: str, header: str, get: Callable[[T], str] | None = None, **look: Any) -> Field[T]:
    """A field of words as the register or a source has them, whose currency they keep."""
    return worded(key, header, lambda text: Cell(text, quoted=True), get, **look)


def worded(
    key: str,
    header: str,
    words: Callable[[Any], Content],
    get: Callable[[T], Any] | None = None,
    type: Any = str,
    **look: Any,
) -> Field[T]:
    """A field that documents have as it is, and tables in words."""
    return Field(key, get or own(key), type, (Column(key, header, **look),), lambda value: (words(value),))


def flag(
    key: str,
    header: str = "",
    get: Callable[[T], bool | None] | None = None,
    yes: str = "yes",
    no: str = "no",
    type: Any = bool,
    **look: Any,
) -> Field[T]:
    """A field that is true or false, told in words; "–" where it is neither."""
    columns = (Column(key, header, **look),)
    return Field(key, get or own(key), type, columns, lambda x: ("–" if x is None else yes if x else no,))


def figure(
    key: str,
    header: str = "",
    get: Callable[[T], Any] | None = None,
    form: str = "number",
    type: Any = float,
    **look: Any,
) -> Field[T]:
    """A field that is a number without an error; "–" where it is not defined."""
    columns = (Column(key, header, form, **look),)
    return Field(key, get or own(key), type, columns, lambda value: (value if _defined(value) else "–",))


def count(
    key: str,
    header: str = "",
    get: Callable[[T], Any] | None = None,
    form: str = "count",
    type: Any = int,
    **look: Any,
) -> Field[T]:
    """A field that is a whole number; empty where it is None."""
    return Field(key, get or own(key), type, (Column(key, header, form, **look),))


def measure(
    key: str,
    header: str,
    get: Callable[[T], Any] | None,
    cells: Callable[[Any], tuple[Content, Content]],
    error: str = "± SE",
    form: str = "number",
    note: str = "number",
    rest: int = 0,
    suffix: str = "se",
    error_span: int = 1,
    **look: Any,
) -> Field[T]:
    """A field that is an estimate: one declaration, a column of the value and one of its error.

    Parameters
    ----------
    cells : the estimate as value and error, such as `measures.pair`.
    error : header of the error's column.
    form, note : formats of both, where a cell has none of its own.
    rest : how early the error alone is left out on a narrow screen, as `optional` says of both.
    suffix : what the error's column is called behind `key`: "se" of a standard error, "mc" of a 95% margin.
    error_span : columns of the sheet that the error covers.
    look : of the value's column, as in `Column`; `optional` and `align` of both.
    """
    beside = {"optional": rest} | {
        name: value for name, value in look.items() if name in ("optional", "align")
    }
    columns = (
        Column(key, header, form, **{"style": "engine", **look}),
        Column(f"{key}_{suffix}", error, note, style="note", span=error_span, **beside),
    )
    return Field(key, get or own(key), Estimate | None, columns, cells)


def shown(key: str, header: str, get: Callable[[T], Content], form: str = "text", **look: Any) -> Field[T]:
    """A field that only tables have."""
    return Field(key, get, Any, (Column(key, header, form, **look),), told=False)


def live(key: str, header: str, text: str, get: Callable[[T], float], form: str, **look: Any) -> Field[T]:
    """A field that the workbook computes by the formula `text`; `get` finds what the engine computed."""
    columns = (Column(key, header, form, **{"style": "calculation", **look}),)
    return Field(key, get, Any, columns, lambda value: (Formula(text, value),), told=False)


def several(*columns: Column, cells: Callable[[T], tuple[Content, ...]]) -> Field[T]:
    """Cells of a row that are found together, one a column; only tables have them."""
    return Field(columns[0].key, lambda item: item, Any, columns, cells, told=False)


@dataclass(frozen=True)
class Spec(Record[T]):
    """A table by declaration: its fields, and what it is called.

    Attributes
    ----------
    row_id : name of a row for formulas; None = rows have numbers only.
    bold : whether a row is a total, or stands out.
    guards : what must hold of the table.
    """

    id: str = ""
    title: str = ""
    note: str = ""
    row_id: Callable[[T], str] | None = None
    bold: Callable[[T], bool] = field(default=lambda item: False)
    guards: tuple[Guard, ...] = ()

    def table(self, items: Iterable[T], **given: Any) -> Table:
        """The table of some rows.

        Parameters
        ----------
        given : of `Table`, in place of what is declared: a title with a date in it, a note with a number.
        """
        rows, seen = list(items), [f for f in self.fields if f.columns]
        made = Table(
            self.id,
            tuple(column for f in seen for column in f.columns),
            tuple(tuple(cell for f in seen for cell in f.cells(f.get(item))) for item in rows),
            self.title,
            self.note,
            tuple(map(self.row_id, rows)) if self.row_id else (),
            frozenset(i for i, item in enumerate(rows) if self.bold(item)),
            guards=self.guards,
        )
        return replace(made, **given) if given else made


def _defined(value: Any) -> bool:
    return value is not None and (not isinstance(value, float) or math.isfinite(value))
