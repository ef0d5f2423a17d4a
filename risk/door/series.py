"""What is recorded of one path, a row a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from risk.door.desk import Desk
from risk.door.told import Told
from risk.errors import NumericalError, UsageError

if TYPE_CHECKING:
    from risk.report.terminal.series import Recorded
    from risk.runs.prepare import Plan


def recorded(planned: Plan, path: int, at: Desk) -> Told[Recorded]:
    """The series of a path of a planned run, whose block is simulated again."""
    if not 0 <= path < planned.paths:
        raise UsageError(f"the run has no path {path}", f"give an id from 0 to {planned.paths - 1}")
    from risk.report.terminal import series as screens

    planned.settle(at.note)
    told = planned.rerun(path)
    found = screens.Recorded.of(planned, path, told.series)
    error = NumericalError(told.stopped, path=path) if told.stopped else None
    return Told(
        found, screens.SERIES, screens.screen, planned.assumptions.names, ok=error is None, error=error
    )
