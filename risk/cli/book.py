"""`bubblerisk book`: what the committee's positions lose on the paths of a stored run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common
from risk.cli.screens import give
from risk.cli.simulation import Stored, result


def book(
    file: Annotated[
        Path, Parameter(help="Positions, TOML or CSV (docs/book.md), or a book that comes along: example.")
    ],
    run: Stored = "base",
    /,
    *,
    common: Common = COMMON,
) -> None:
    """Say what positions lose, through what, in which outcome, and how often a limit is broken."""
    found = result(run, common)
    hints = common.folder.commands(found.id, f"pack RUN --book {file}", "reverse RUN --if bust")
    give(found.book(file), common.output, hints)
