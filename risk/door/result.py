"""A stored run as one works with it in Python: its numbers, and every screen and table of it as an object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.door import opening
from risk.door.desk import Desk
from risk.door.numbers import Numbers
from risk.door.told import Told
from risk.errors import UsageError, suggestion
from risk.report.form import DEFAULT_FORM, Form, Paper

if TYPE_CHECKING:
    import pandas as pd

    from risk.calibrate.bridge import By
    from risk.report.sheet import HeatMap, Workbook
    from risk.report.table import Table
    from risk.runs import Run

TAIL = 0.05
"""Share of the worst paths that is looked at unless another is asked for."""


class Result(Numbers):
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

    def __init__(self, run: Run, desk: Desk | None = None, mask: bool = False) -> None:
        super().__init__(run, mask)
        self._desk = desk or Desk(runs=run.directory.parent)

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

    def show(self, metric: str) -> Told[Any]:
        """One result in full: an outcome, a proposition, a class or a series; UsageError if there is none."""
        from risk.report.terminal import distribution as screens
        from risk.report.terminal.headed import Headed

        found = Headed.of(self.stored, screens.detail(self.stored, metric))
        return self._told(found, screens.form_of(found.result), screens.screen)

    def tail(
        self, share: float = TAIL, outcome: str = "headline_loss", when: str = "", *, lowest: bool = False
    ) -> Told[Any]:
        """What makes the worst paths: their drivers, the lift of propositions, which they are.

        Parameters
        ----------
        outcome : what they are the worst by, such as ``hy_spread@2028Q4``; the largest are the worst.
        when : a condition; only paths that meet it are looked at.
        lowest : the lowest are the worst.
        """
        from risk.report.terminal import tail as screens

        if not 0.0 < share < 1.0:
            raise UsageError(f"{share} is not a share of paths", "give one between 0 and 1, e.g. 0.05")
        return self._told(
            screens.tail(self.stored, share, outcome, when, lowest), screens.DOCUMENT, screens.screen
        )

    def drivers(self, top: int | None = None) -> Told[Any]:
        """Which assumptions move the tail, and what each explains; all of them unless `top` says how many."""
        from risk.report.terminal import drivers as screens

        return self._told(screens.drivers(self.stored, top), screens.DOCUMENT, screens.screen)

    def explain(
        self, outcome: str, when: str = "", *, features: Sequence[str] = (), top: int | None = None
    ) -> Told[Any]:
        """Why a result is what it is: what each input explains of it, alone and beyond all others.

        Parameters
        ----------
        outcome : an outcome, proposition or class, a series at a quarter, or a condition such as
            ``headline_loss > 200 and h100_contract@2028Q4 < 1.0``.
        when : a condition; only paths that meet it are looked at.
        features : further quantities of a path that may explain it, such as ``hy_spread@2027Q4``.
        top : inputs that are wanted; all of them in the data by default.

        Raises
        ------
        UsageError : a name or a unit is unknown, or fewer than 1,000 paths are left.
        """
        from risk.door.explaining import explained

        return explained(self.stored, outcome, when, tuple(features), top, self._names)

    def budget(self, groups: bool = False) -> Told[Any]:
        """What of every result is parameters, what shocks, what both; simulated where nobody has yet.

        Parameters
        ----------
        groups : each group of `assumptions/groups.toml` by itself too, a run of 4,096 paths a group.
        """
        from risk.door.explaining import budgeted

        return budgeted(self.stored, groups, self._desk, self._names)

    def reverse(self, condition: str, then: Sequence[str] = (), *, prove: bool = True) -> Told[Any]:
        """What leads to a condition, such as ``headline_loss > 200 and B4``, and what warns of it.

        Parameters
        ----------
        then : quantities or conditions to look at where it is met.
        prove : simulate the most likely path again, and hold it against the condition.

        Raises
        ------
        UsageError : a condition cannot be read, or too few paths meet it, or do not.
        StorageError : the model is no longer the one that made the run.
        """
        from risk.door.reversing import reverse

        return replace(reverse(self.stored, condition, tuple(then), prove, self._desk), names=self._names)

    def check(self) -> Told[Any]:
        """Calibration targets and accounting identities; not ok where one fails.

        Of a base run what targets need beside it is simulated where nobody has yet: a minute or so.
        """
        from risk.report.terminal import checks

        opening.calibrate(self.stored, self._desk)
        told = self._told(checks.checks(self.stored), checks.DOCUMENT, checks.screen)
        return replace(told, ok=not told.found.result.failures)

    def validation(self) -> Told[Any]:
        """Intended use, what was tested, sizes of limits, triggers, sign-off, drift since."""
        from risk.door.validating import standing

        return standing(self.stored, self._desk)

    def sign(self, by: str, role: str, note: str = "") -> Told[Any]:
        """Sign the run: a record beside it of who looked at which numbers, all of them verified first.

        Raises
        ------
        UsageError : its accounts do not add up, it is a draft and no note says why it may be used all the
            same, or the same person has signed in this role.
        """
        from risk.door.validating import sign

        return sign(self.stored, by, role, note, self._desk)

    def challenger(self) -> Told[Any]:
        """The run beside a reduced form on the same register, and what closes each difference.

        Of a base run couplings are cut on the same draws where nobody has yet: a minute or so.
        """
        from risk.door.studies import challenged

        return replace(challenged(self.stored, self._desk), names=self._names)

    def views(self, *files: str | Path, believe: str | Sequence[str] = ()) -> Told[Any]:
        """The run under members' ballots, side by side, and what one would have to believe.

        Parameters
        ----------
        files : ballots (TOML, docs/views.md) or names of the register's sets; without any the sets of the
            run's time.
        believe : what to reach, ``P(bust) > 2/3``, one or several; two thirds and a third by default.

        Raises
        ------
        AssumptionErrors : a ballot says what nobody knows, or what no weights on these paths meet.
        UsageError : there is no such file, or a bar is none.
        """
        from risk.door.views import voted

        bars = (believe,) if isinstance(believe, str) else tuple(believe)
        return replace(voted(self.stored, files, bars, self._desk), names=self._names)

    def watch(self, event: str = "bust") -> Told[Any]:
        """The registered tripwires by what they would tell of an event; those that are decided, scored.

        Parameters
        ----------
        event : a class, a proposition or a condition on paths.

        Raises
        ------
        AssumptionErrors : the watch list or a reading is wrong.
        UsageError : the event is none of these.
        """
        from risk.door.watching import watched

        return replace(watched(self.stored, event, self._desk), names=self._names)

    def update(self) -> Told[Any]:
        """What was read since the base date, and what that changes; nothing is simulated.

        Raises
        ------
        AssumptionErrors : a reading is from the future, or published before its day.
        UsageError : readings leave too few paths, so that a new base date is due.
        """
        from risk.door.watching import updated

        return replace(updated(self.stored, self._desk), names=self._names)

    def energy(self, location: str = "") -> Told[Any]:
        """What the fleet draws and emits by year, what a bust strands, and what carbon would cost.

        Parameters
        ----------
        location : a place of the register to tell beside the world, such as ``johor``.

        Raises
        ------
        UsageError : the register has no such place.
        """
        from risk.door.energetic import told

        return replace(told(self.stored, location), names=self._names)

    def compare(self, before: Result | str, outcome: str = "", when: str = "") -> Told[Any]:
        """What was assumed, and came out, differently from an earlier run: a result, an id or a scenario.

        Parameters
        ----------
        outcome, when : a result and a condition that are compared before all others, as in `explain`.
        """
        from risk.report.naming import shared
        from risk.report.terminal import comparison, markdown

        old = before.stored if isinstance(before, Result) else opening.any_version(before, self._desk)
        old = opening.whole(old) if comparison.readable(old) else old
        found = comparison.compare(old, self.stored, outcome, when)
        mask = self._names.masked
        called = self._names if found.unread else shared(old.register, self.stored.register, masked=mask)
        return Told(found, comparison.DOCUMENT, comparison.screen, called, memo=markdown.comparison)

    def bridge(self, before: Result | str, *, by: By = "section", paths: int = 4_096) -> Told[Any]:
        """From an earlier run to this one, input by input, and Shapley's shares of groups of inputs.

        Registers in between are simulated where nobody has yet; what comes of them is kept.

        Parameters
        ----------
        before : a result, an id or a scenario.
        by : what groups of inputs are: ``section`` or ``owner``.
        paths : of each register in between, at most.

        Raises
        ------
        UsageError : the older run's inputs are not those of today's model.
        Interrupted : finished registers are kept; the same call goes on from there.
        """
        from risk.door.variants import bridged

        old = before.stored if isinstance(before, Result) else opening.opened(before, self._desk)
        told = bridged(old, self.stored, by, paths, self._desk)
        return replace(told, names=told.names._replace(masked=self._names.masked))

    def sources(self, *drop: str, paths: int = 4_096) -> Told[Any]:
        """What the headlines do if a source is wrong: its numbers as wide as is plausible.

        Parameters
        ----------
        drop : sources, one run each; without any each that somebody published.
        paths : of each run, at most.

        Raises
        ------
        UsageError : nothing rests on a source of that name.
        Interrupted : finished runs are kept; the same call goes on from there.
        """
        from risk.door.variants import dropped

        return replace(dropped(self.stored, drop, paths, self._desk), names=self._names)

    def tokens(self, hit_rate: float | None = None, *, paths: int = 4_096) -> Told[Any]:
        """What tokens cost by generation and phase, and what coupling would move; kept beside the run.

        Parameters
        ----------
        hit_rate : to which cache hits rise; the register's ``gpu.serving.hit_rate_ahead`` by default.
        paths : of each register that is tried, at most.

        Raises
        ------
        UsageError : the register does not say what is served, or the rate is no rise.
        Interrupted : finished registers are kept; the same call goes on from there.
        """
        from risk.door.variants import tokens

        return replace(tokens(self.stored, hit_rate, paths, self._desk), names=self._names)

    def voi(self) -> Told[Any]:
        """The committee's actions: triggers, payoffs, and what it is worth to know each input before.

        Raises
        ------
        AssumptionErrors : `actions.toml` is wrong, with file and line.
        UsageError : the register has none, or the paths are too few.
        """
        from risk.door.acting import valued

        return replace(valued(self.stored, self._desk), names=self._names)

    def book(self, file: str | Path) -> Told[Any]:
        """The committee's positions on the paths: losses, what adds up to them, and how often limits break.

        Parameters
        ----------
        file : TOML or CSV (docs/book.md), or the name of a book that comes along: ``example``.

        Raises
        ------
        AssumptionErrors : something is wrong with it, by file and line.
        UsageError : there is no such book.
        StorageError : another version of the model made the run, and kept less.
        """
        from risk.door.holding import held

        return held(self.stored, file, self._desk, self._names)

    def path(self, which: int | str = "worst") -> Told[Any]:
        """One path told quarter by quarter: an id, ``worst``, ``worst:10`` or ``median``, by headline loss.

        Its block is simulated again, and compared with what is stored.

        Raises
        ------
        StorageError : the model is no longer the one that made the run.
        """
        from risk.analysis.story import story
        from risk.report.terminal import path as screens
        from risk.report.terminal.headed import Headed
        from risk.runs.rerun import rerun

        chosen = self.pick(which)
        told = rerun(self.stored, opening.plan_of(self.stored, self._desk), chosen)
        return self._told(Headed.of(self.stored, story(self.stored, told)), screens.DOCUMENT, screens.screen)

    def recorded(self, which: int | str = "worst") -> Told[Any]:
        """The series of one path by quarter, named and simulated again as in `path`."""
        from risk.door.series import recorded

        chosen = self.pick(which)
        return recorded(opening.plan_of(self.stored, self._desk), chosen, self._desk)

    def pick(self, which: int | str) -> int:
        """The id of a path that is named as in `path`; UsageError where there is none."""
        from risk.analysis.story import pick

        return pick(self.stored, str(which))

    def trace(self, cell: str) -> Told[Any]:
        """A cell of the workbook, such as ``Summary!F14``: its formula, its inputs, the paths behind it."""
        from risk.door.tracing import traced

        return traced(cell, self.stored, None, self._desk, Form(mask=self._names.masked))

    def _told(self, found: Any, document: Any, screen: Any) -> Told[Any]:
        return Told(found, document, screen, self._names)

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
