"""Reverse stress of a stored run, with its most likely path simulated again to prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from risk.door import opening
from risk.door.told import Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from risk.door.desk import Desk
    from risk.report.terminal.reverse import Proof
    from risk.runs import Run


def reverse(run: Run, words: str, then: Sequence[str], prove: bool, desk: Desk) -> Told[Any]:
    """What leads to a condition on the paths of a run; see `risk.door.result.Result.reverse`."""
    from risk.analysis.reverse.answer import reverse as answer
    from risk.report.terminal import reverse as screens
    from risk.runs.remembered import Remembered

    found = answer(Remembered(run.store, run.manifest), words, then)
    proof = proved(run, words, found.path, desk) if prove else None
    told = screens.asked(run, found, proof)
    ok = proof is None or proof.holds
    return Told(told, screens.DOCUMENT, screens.screen, run.register.names, ok=ok)


def proved(run: Run, words: str, path: int, desk: Desk) -> Proof:
    """A path simulated again, and whether it meets the condition.

    Raises
    ------
    StorageError : the model is no longer the one that made the run, or the path comes out differently.
    """
    from risk.analysis.conditions import condition
    from risk.report.terminal.reverse import Proof
    from risk.runs.again import again

    found, row = again(run, opening.plan_of(run, desk), path)
    return Proof(path, bool(condition(found, words).flags[row]))
