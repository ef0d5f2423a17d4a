"""`bubblerisk verify`: whether a pack is what it says it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from risk.cli.options import COMMON, Common, whole
from risk.cli.screens import give
from risk.cli.simulation import desk

FAILED = 1


def verify(
    pack: Annotated[Path, Parameter(help="A workbook written by bubblerisk pack.")],
    /,
    *,
    rerun: Annotated[bool, Parameter(help="Simulate the run again and compare its result.")] = False,
    jobs: Annotated[int | None, whole("Worker processes of --rerun.", "--jobs", "-j")] = None,
    common: Common = COMMON,
) -> int:
    """Compare a pack with its run: hashes, manifest, checks and every number; exit 1 where one differs."""
    from risk.door import checking

    told = checking.verify(pack, rerun=rerun, desk=desk(common, jobs))
    give(told, common.output)
    return 0 if told.ok else FAILED
