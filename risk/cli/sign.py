"""`bubblerisk sign`: a record, beside a stored run, of who looked at its numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import say
from risk.cli.simulation import Stored, open_stored
from risk.errors import UsageError


def sign(
    run: Stored,
    /,
    *,
    by: Annotated[str, Parameter(help="Who signs.")],
    role: Annotated[str, Parameter(help="As what: Risk, Committee …")],
    note: Annotated[str, Parameter(help="What must be said; needed for a run past a trigger.")] = "",
    common: Common = COMMON,
) -> None:
    """Sign a stored run: every number is verified first, and the record holds their fingerprint."""
    from risk.analysis.identities import identities
    from risk.calibrate.validation import validation
    from risk.report.terminal.validation import SIGNED
    from risk.runs import signature

    found = open_stored(run, common)
    broken = [identity.name for identity in identities(found) if not identity.holds]
    if broken:
        reason = f"accounts of run {found.id} do not add up ({'; '.join(broken)}): it cannot be signed"
        raise UsageError(reason, f"see: bubblerisk check {found.id}")
    reasons = validation.current(found, common.register.assumptions).reasons
    if reasons and not note.strip():
        why = " ".join(reasons)
        raise UsageError(f"run {found.id} is a draft: {why}", "say in --note why it may be used all the same")
    signed = signature.sign(found, by, role, note)
    file = (found.directory / signature.FILE).as_posix()
    words = f"signed: run {found.id} by {signed.by}, {signed.role} ({file})"
    say({**asdict(signed), "file": file}, SIGNED, words, common.output)
