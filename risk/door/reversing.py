"""Reverse stress of a stored run, with its most likely path simulated again to prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risk.door import opening
from risk.door.told import Told
from risk.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from risk.door.desk import Desk
    from risk.report.terminal.reverse import Proof
    from risk.runs import Run
    from risk.runs.prepare import Plan


def reverse(run: Run, words: str, then: Sequence[str], prove: bool, desk: Desk) -> Told[Any]:
    """What leads to a condition on the paths of a run; see `risk.door.result.Result.reverse`."""
    from risk.analysis.reverse.answer import reverse as answer
    from risk.report.terminal import reverse as screens
    from risk.runs.first import first
    from risk.runs.remembered import Remembered

    plan = _plan(run, desk) if prove else None  # before anything that takes time
    run = first(Remembered.of(run))
    found = answer(run, words, then)
    proof = None if plan is None else proved(run, plan, words, found.path)
    told = screens.asked(run, found, proof)
    ok = proof is None or proof.holds
    return Told(told, screens.DOCUMENT, screens.screen, run.register.names, ok=ok)


def _plan(run: Run, desk: Desk) -> Plan:
    """The plan of a run; StorageError where the model is no longer the one that made it."""
    try:
        return opening.plan_of(run, desk)
    except StorageError as error:
        raise StorageError(error.reason, *error.fixes, "or leave the proof out: --stored") from error


def proved(run: Run, plan: Plan, words: str, path: int) -> Proof:
    """A path simulated again, and whether it meets the condition.

    Raises
    ------
    StorageError : the path comes out differently.
    """
    from risk.analysis.conditions import condition
    from risk.report.terminal.reverse import Proof
    from risk.runs.again import again

    found, row = again(run, plan, path)
    return Proof(path, bool(condition(found, words).flags[row]))
