"""A stored run as one works with it in Python: its numbers, and every screen and table of it as an object."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.door import opening
from risk.door.against import Against
from risk.door.told import Told
from risk.errors import UsageError, suggestion
from risk.report.form import DEFAULT_FORM, Form, Paper

if TYPE_CHECKING:
    import pandas as pd

    from risk.report.sheet import HeatMap, Workbook
    from risk.report.table import Table


class Result(Against):
    """A stored run. Nothing is held in memory but what is asked for; every array is verified as it is read.

    Frames are in the units that reports show: money in USD bn, never raw. `frame.attrs["units"]` says the
    unit of every column, `frame.attrs["unit"]` that of a frame of one quantity. Path 17 is the same joint
    future in every frame, and in every run of the same seed.

    Parameters
    ----------
    run : the stored numbers.
    desk : where other runs and the register are.
    mask : companies are shown by letters.
    """

    def masked(self) -> Result:
        """The same run with companies shown by letters, wherever it is shown; its id and numbers stay."""
        return Result(self.stored, self._desk, mask=True)

    @property
    def propositions(self) -> pd.DataFrame:
        """The claims of the verdict: index id; probability with its standard error, words, timing."""
        return self._verdict["claims"]

    @property
    def classes(self) -> pd.DataFrame:
        """Bust, correction, durable: index name; probability with its standard error, words."""
        return self._verdict["outcomes"]

    @property
    def lines(self) -> pd.DataFrame:
        """Credit loss by line, the headline first: index line; USD bn, in all and by class."""
        return self._verdict["lines"]

    @cached_property
    def _verdict(self) -> Told[Any]:
        from risk.calibrate.validation import validation
        from risk.calibrate.watch import watching
        from risk.report.terminal.summary import DOCUMENT, summarise
        from risk.report.terminal.verdict import screen
        from risk.runs.remembered import Remembered

        run = Remembered.of(self.stored)
        reasons = validation.current(run, self._desk.register).reasons
        watched = watching.current(run, self._desk.register)
        return self._told(summarise(run, reasons, watched), DOCUMENT, screen)

    def summary(self) -> Told[Any]:
        """The verdict screen."""
        return self._verdict

    @cached_property
    def _book(self) -> Workbook:
        from risk.report.pack import pack

        return pack(self.stored, form=Form(mask=self._names.masked))

    @cached_property
    def _blocks(self) -> dict[str, tuple[str, Table | HeatMap]]:
        from risk.report.sheet import HeatMap
        from risk.report.table import Table

        return {
            block.id: (sheet.name, block)
            for sheet in self._book.sheets
            for block in sheet.blocks()
            if isinstance(block, Table | HeatMap)
        }

    @property
    def tables(self) -> pd.DataFrame:
        """The tables of the pack: index id; sheet, title, rows. The first call puts the pack together."""
        import pandas as pd

        listed = [(id, sheet, block.title, len(_rows(block))) for id, (sheet, block) in self._blocks.items()]
        return pd.DataFrame(listed, columns=["id", "sheet", "title", "rows"]).set_index("id")

    def table(self, id: str) -> pd.DataFrame:
        """A table of the pack by id, such as ``exceedance``; numbers as in its cells.

        Raises
        ------
        UsageError : the pack has no such table.
        """
        from risk.door.frames import of_table

        if id not in self._blocks:
            close = suggestion(id, self._blocks)
            fix = f"did you mean {close}?" if close else "run.tables lists them"
            raise UsageError(f"the pack has no table {id[:80]}", fix)
        return of_table(self._blocks[id][1])

    def pack(
        self,
        path: str | Path | None = None,
        *,
        prior: Result | None = None,
        beside: Sequence[Result] = (),
        paper: Paper = DEFAULT_FORM.paper,
        sample: int = DEFAULT_FORM.sample,
        html: bool = False,
        book: str | Path | None = None,
    ) -> Path:
        """Write the workbook and return where it is; ``reports/SCENARIO/pack.xlsx`` by default.

        Parameters
        ----------
        prior, beside : an earlier run to compare with, runs of other scenarios to show beside.
        paper, sample : paper that sheets are laid out for, paths on the sheet Sample.
        html : write its presentation sheets as a page beside it.
        book : the committee's positions, TOML or CSV, for the sheet Book and a line on Summary.

        Raises
        ------
        AssumptionErrors : something is wrong with the book, by file and line.
        UsageError : `path` is not the name of a workbook, or a run beside does not share the draws.
        StorageError : it cannot be written.
        """
        from risk.door import holding, naming, packs
        from risk.door.beside import alike

        file = naming.place(self.scenario) if path is None else Path(path)
        if file.suffix.lower() != ".xlsx":
            raise UsageError(f"{file} is not the name of a workbook", "give a file that ends in .xlsx")
        others = tuple(alike(other.stored, self.stored) for other in beside)
        earlier = prior.stored if prior else None
        held = "" if book is None else holding.kept(self.stored, book, self._desk)
        opening.strike_again(self.stored, self._desk)
        form = Form(paper, sample, self._names.masked, held)
        packs.write(self.stored, file, self._desk, earlier, others, form, html)
        return file

    def pdf(self, path: str | Path | None = None, *, prior: Result | None = None) -> Path:
        """Print the sheet Summary with LibreOffice, as ``reports/SCENARIO/summary.pdf`` by default.

        Raises
        ------
        UsageError : LibreOffice is not installed.
        StorageError : it cannot be written.
        """
        from risk.door import naming
        from risk.report.printing import office, print_summary

        office()
        file = naming.place(self.scenario).with_name("summary.pdf") if path is None else Path(path)
        print_summary(self.stored, file, prior.stored if prior else None, Form(mask=self._names.masked))
        return file

    def verify(self) -> None:
        """Read everything that is stored of the run; StorageError where something is not what was written."""
        self.stored.verify()

    def remove(self) -> int:
        """Remove the run for good and return the bytes freed; the same inputs simulate it again."""
        from risk.runs.remove import remove

        return remove(self.id, self.folder.parent)

    def _repr_html_(self) -> str:
        """The verdict, for a notebook."""
        return self._verdict._repr_html_()


def _rows(block: Table | HeatMap) -> Sequence[Any]:
    return block.values if hasattr(block, "values") else block.rows
