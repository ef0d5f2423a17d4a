"""What a stored run answers: every screen of it as an object, and as the document that its command writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.door import opening
from risk.door.desk import Desk
from risk.door.numbers import Numbers
from risk.door.told import Told
from risk.errors import UsageError
from risk.report.form import Form

if TYPE_CHECKING:
    from risk.runs import Run

TAIL = 0.05
"""Share of the worst paths that is looked at unless another is asked for."""


class Answers(Numbers):
    """A stored run that is asked; nothing is simulated.

    Parameters
    ----------
    run : the stored numbers.
    desk : where other runs and the register are.
    mask : companies are shown by letters.
    """

    def __init__(self, run: Run, desk: Desk | None = None, mask: bool = False) -> None:
        super().__init__(run, mask)
        self._desk = desk or Desk(runs=run.directory.parent)

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

    def lenders(self) -> Told[Any]:
        """Who bears the credit loss in the end, and on what it is lost."""
        from risk.analysis import holders
        from risk.report.terminal import lenders as screens
        from risk.report.terminal.headed import Headed

        run = self.stored
        by = run.register.calendar.labels[-1]
        found = screens.Lenders(by, holders.bearers(run), holders.instruments(run))
        return self._told(Headed.of(run, found), screens.DOCUMENT, screens.screen)

    def sharpen(self) -> Told[Any]:
        """The headlines with less noise: what the paths drew by chance is taken out; nothing is simulated.

        Raises
        ------
        UsageError : too few paths for a regression on as many controls.
        """
        from risk.analysis.controls import sharpened
        from risk.report.terminal import sharpen as screens
        from risk.report.terminal.headed import Headed

        return self._told(Headed.of(self.stored, sharpened(self.stored)), screens.DOCUMENT, screens.screen)

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
