"""`bubblerisk sign`: a record, beside a stored run, of who looked at its numbers."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


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
    give(result(run, common).sign(by, role, note), common.output)
