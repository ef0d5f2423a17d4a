"""`bubblerisk pdf`: the Summary of a stored run on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Prior, Stored, desk


def pdf(
    run: Stored,
    /,
    *,
    file: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], help="File to write; reports/SCENARIO/summary.pdf by default."),
    ] = None,
    prior: Prior = None,
    common: Common = COMMON,
) -> None:
    """Print the sheet Summary of a stored run as a PDF, with LibreOffice."""
    from risk.door import packs

    mask = common.output.mask
    give(packs.pdf(run, file=file, prior=prior, mask=mask, desk=desk(common)), common.output)
