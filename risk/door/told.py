"""A result as all renderers take it: screen, page of a notebook, JSON document, DataFrames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from risk.errors import UsageError, suggestion
from risk.units import AS_IN_FILES, Names

if TYPE_CHECKING:
    import pandas as pd

    from risk.report.record import Document
    from risk.report.terminal.page import Page, Screen

T = TypeVar("T")

WIDTH = 120
"""Characters of a line in a file, in a pipe and in a notebook."""


@dataclass(frozen=True, repr=False)
class Told(Generic[T]):
    """What was found, and how it is told. `print` writes its screen, a notebook shows it.

    Attributes
    ----------
    found : the result itself, as the analysis gives it.
    document : its JSON document.
    drawn : its screen on a page.
    names : what the register calls its currency and its unit of work.
    """

    found: T
    document: Document[T]
    drawn: Callable[[T, Page], Screen]
    names: Names = AS_IN_FILES

    @property
    def data(self) -> dict[str, Any]:
        """The JSON document, as `--json` writes it: plain data."""
        from risk.report.naming import renamed

        return {"schema": self.document.id, **renamed(self.document.data(self.found), self.names)}

    @property
    def tables(self) -> tuple[str, ...]:
        """Parts of the document that are lists of things, each a DataFrame under its name."""
        from risk.report.record import Keyed, Many

        return tuple(f.key for f in self.document.fields if isinstance(f.type, Many | Keyed))

    def __getitem__(self, name: str) -> pd.DataFrame:
        """One table of the document, one thing a row; an estimate has a column of its standard error, `_se`.

        Raises
        ------
        UsageError : the document has no such table.
        """
        from risk.door.frames import of_records

        if name not in self.tables:
            close = suggestion(name, self.tables)
            known = f"it has: {', '.join(self.tables) or 'none'}"
            raise UsageError(
                f"there is no table {name[:80]} here", f"did you mean {close}?" if close else known
            )
        return of_records(self.data[name])

    def screen(self, page: Page) -> Screen:
        """The screen on a page of the terminal."""
        return self.drawn(self.found, page)

    def __str__(self) -> str:
        from risk.report.terminal.page import Page, text

        page = Page(WIDTH, plain=True, names=self.names)
        return text(self.screen(page), page)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """The screen in color, for a notebook."""
        from io import StringIO

        from rich.console import Console

        from risk.report.terminal.page import Page

        console = Console(record=True, width=WIDTH, file=StringIO(), force_jupyter=False, highlight=False)
        console.print(*self.screen(Page(WIDTH, names=self.names)), sep="\n")
        return console.export_html(inline_styles=True, code_format=_CODE)


_CODE = '<pre style="font-family:monospace;line-height:1.2;overflow-x:auto">{code}</pre>'
