"""How much room a run takes on disk, before it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from risk.paths import FACILITY_BLOCKS, FACILITY_SERIES, FIRM_SERIES, SERIES
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

_FLOWS = 1500
"""A generous count of entity-level flows a quarter, for the estimate of space only."""


def estimated_bytes(assumptions: Assumptions, paths: int) -> int:
    """Space a run will take on disk at most, at any moment.

    Numbers are counted as they are in memory; on disk they take two thirds of it, which leaves room for the
    files of a stretch that stand there twice while its blocks are put together.

    Parameters
    ----------
    assumptions
        Decide the horizon, the parameter draws, the outcomes and the facilities.
    paths
        Of the whole run.
    """
    from risk.engine.outcomes import counted  # who only reads runs does without the engine

    steps = assumptions.calendar.quarters + 1
    drawn = sum(
        int(np.size(entry.value)) for entry in assumptions.entries.values() if entry.prior is not None
    )
    facilities, firms = (_rows(assumptions, f"neoclouds.{table}") for table in ("facility", "firm"))
    blocks = -(-paths // BLOCK)
    per_path = 8 * (drawn + counted(assumptions)) + 4 * steps * len(SERIES)
    per_early_path = 4 * steps * (len(FACILITY_SERIES) * facilities + len(FIRM_SERIES) * firms)
    per_block = 16 * steps * _FLOWS
    return paths * per_path + min(paths, FACILITY_BLOCKS * BLOCK) * per_early_path + blocks * per_block


def _rows(assumptions: Assumptions, table: str) -> int:
    found = assumptions.tables.get(table)
    return len(found.rows) if found else 0
