"""Tracing a cell: what it is, what the stored run makes of it, what the file says, and on which paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from risk.analysis.metrics import HEADLINE
from risk.report.excel import with_chart_data
from risk.report.excel.places import arrange
from risk.report.form import DEFAULT_FORM, Form
from risk.report.opened import Opened
from risk.report.pack.base.cells import Tables
from risk.report.pack.base.results import Results
from risk.report.pack.paths.lookup import Found, Lookup, Where, same
from risk.report.pack.paths.sample import PATTERNS
from risk.report.pack.paths.trace import MEASURES
from risk.report.pack.paths.witness import Witness, Witnesses
from risk.report.sheet import Workbook
from risk.runs import Run


@dataclass(frozen=True)
class Mismatch:
    """A cell in which the file differs from the run."""

    address: str
    run: str
    file: str


@dataclass(frozen=True)
class Traced:
    """A cell traced.

    Attributes
    ----------
    run : id of the run.
    file : name of the pack that was compared; "" for none.
    error : Monte Carlo error as the pack prints it; "" where none stands beside the number.
    other : id of the run the pack was made of, if that is another one.
    compared : cells compared.
    """

    run: str
    found: Found
    paths: tuple[Witness, ...]
    error: str = ""
    file: str = ""
    other: str = ""
    compared: int = 0
    differences: tuple[Mismatch, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether pack and run say the same; also where there is no pack."""
        return not self.differences and not self.other


class Tracer:
    """Traces cells of the pack of one run; everything is recomputed from the stored run."""

    def __init__(self, run: Run, book: Workbook, form: Form = DEFAULT_FORM) -> None:
        self.run, self.book = run, with_chart_data(book)
        self.lookup = Lookup(self.book, arrange(self.book))
        self._witnesses = Witnesses(Results.of(run, form=form))
        self._tables = Tables(self.book.sheets)

    def trace(self, address: str, file: Opened | None = None) -> Traced:
        """Trace a cell, and compare it and what it rests on with a workbook."""
        found = self.lookup.cell(address)
        paths = self._witnesses.of(found)
        if file is None:
            return Traced(self.run.id, found, paths, self._error(found))
        cells = {part.address: part for part in found.every() if ":" not in part.address}
        values = file.seen(cells)
        differences = tuple(
            Mismatch(address, repr(part.value), repr(values[address]))
            for address, part in cells.items()
            if not same(part.value, values[address])
        )
        other = file.run if file.run != self.run.id else ""
        error, name = self._error(found), file.path.as_posix()
        return Traced(self.run.id, found, paths, error, name, other, len(cells), differences)

    def _error(self, found: Found) -> str:
        """Error of the first number a cell rests on that has one."""
        for part in found.every():
            for name, column, row in _errors(part.where) if part.where else ():
                if name not in self._tables:
                    continue
                table = self._tables[name]
                if column in {c.key for c in table.columns} and row in table.row_ids:
                    number = table.row_number(row)
                    text = table.text(number, table.index(column))
                    if column.endswith("_mc"):
                        return f"{text} ({'half of the ' if text.startswith('±') else ''}95% interval)"
                    return f"{'' if text.startswith('±') else '± '}{text} (standard error)" if text else ""
        return ""


def _errors(where: Where) -> Iterator[tuple[str, str, str]]:
    """Cells in which the error of a number may stand: table, column, row."""
    table, column, row = where.table, where.column, where.row
    if table == PATTERNS and row is None:
        yield from ((name, "p_mc", column) for name in ("claims", "classes"))
    elif table == "tail-measures" and row in MEASURES and column in ("var", "es"):
        _, var, es = MEASURES[row]
        yield "metric-errors", var if column == "var" else es, HEADLINE
    elif table == "metrics" and row is not None:
        yield "metrics" if column == "mean" else "metric-errors", "se" if column == "mean" else column, row
    elif row is not None:
        own = (f"{column}_mc", f"{column}_se", f"e{column[1:]}" if column.startswith("y") else "")
        yield from ((table, key, row) for key in own if key)
