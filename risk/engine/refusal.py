"""Numbers that would not run are refused: conditions of the opening state, then a rehearsal.

The engine is the same for every register, so that what stops a rehearsal is one of its numbers. Which one is
looked for by whoever asks: a register takes back other numbers than a case that stands on one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from risk.assumptions.problems import AssumptionErrors, Problem
from risk.engine.conditions import conditions, opening_faults
from risk.engine.finite import place
from risk.engine.rehearsal import Corner, cast, corners, perform, rehearse
from risk.errors import AssumptionError, NumericalError

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

CODE = "A028"


def refuse(assumptions: Assumptions, at_fault: Callable[[Assumptions, Exception], Iterable[Problem]]) -> None:
    """Refuse what would not run.

    Parameters
    ----------
    at_fault : finds the numbers that stop a rehearsal with an error.

    Raises
    ------
    AssumptionErrors : what keeps it from running, with file and line.
    """
    found = list(conditions(assumptions)) or list(_rehearsed(assumptions, at_fault))
    if found:
        raise AssumptionErrors(found, len(assumptions.entries))


def _rehearsed(
    assumptions: Assumptions, at_fault: Callable[[Assumptions, Exception], Iterable[Problem]]
) -> Iterable[Problem]:
    try:
        start = cast(assumptions)
        faults = list(opening_faults(assumptions, start))
        if not faults:
            perform(assumptions, start)
    except Exception as error:  # whatever it is, a number made it
        return at_fault(assumptions, error)
    return faults


def stopped(assumptions: Assumptions) -> Exception | None:
    """What stops a rehearsal."""
    try:
        rehearse(assumptions)
    except Exception as error:  # whatever it is, a number made it
        return error
    return None


def corner(assumptions: Assumptions, error: Exception) -> Corner | None:
    """The uncertain number that is extreme on the path that fails."""
    path = error.path if isinstance(error, NumericalError) else None
    return None if path is None else corners(assumptions)[path]


def told(error: Exception) -> str:
    """Say in a sentence what stopped the model, without the path on which it did."""
    if isinstance(error, NumericalError):
        return error.reason.replace(f" on path {error.path}", "")
    if isinstance(error, AssumptionError):
        return error.reason
    return f"the model fails in {place(error)} ({type(error).__name__}: {error})"
