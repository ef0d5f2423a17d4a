"""Drift: what has moved since a run of the same scenario was signed last, beyond the errors of both."""

from __future__ import annotations

from dataclasses import dataclass

from risk.analysis import contrasts
from risk.analysis.contrasts import Difference
from risk.errors import BubbleriskError
from risk.runs import Run
from risk.runs.signature import last_signed


@dataclass(frozen=True)
class Moved:
    """A headline of the signed run and of this one; the error of the change is paired where it can be."""

    name: str
    label: str
    unit: str
    before: float
    after: float
    change: float
    standard_error: float


@dataclass(frozen=True)
class Drift:
    """A run against the last signed one.

    Attributes
    ----------
    run, by, role, date : the signed run, and who signed it when.
    compared : headlines that both have.
    moved : those that differ by more than chance explains.
    why : why nothing could be compared; empty where it was.
    """

    run: str
    by: str
    role: str
    date: str
    compared: int
    moved: tuple[Moved, ...]
    why: str = ""


def drift(run: Run) -> Drift | None:
    """Compare a run with the last signed one of its scenario; None where no other is signed."""
    last = last_signed(run.manifest.scenario, run.directory.parent, but=run.id)
    if last is None:
        return None
    signed, signature = last
    words = signed.id, signature.by, signature.role, signature.date[:10]
    try:
        found = contrasts.differences(signed, run)
    except (BubbleriskError, KeyError):
        return Drift(*words, 0, (), "another version of the model made it: its numbers have other names")
    return Drift(*words, len(found), tuple(_moved(each) for each in found if not each.noise))


def _moved(found: Difference) -> Moved:
    change = found.change
    values = found.before.value, found.after.value, change.value, change.standard_error
    return Moved(found.name, found.label, found.unit, *values)
