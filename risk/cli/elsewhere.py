"""Options of commands that may compute on other machines."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from risk.door.desk import Desk
from risk.errors import UsageError

_BLOCKS = re.compile(r"(\d+):(\d+)")


@Parameter(name="*")
@dataclass(frozen=True)
class Elsewhere:
    """Which cluster computes, and how its blocks come."""

    cluster: Annotated[
        str | None,
        Parameter(help="Compute on a Dask cluster: address of its scheduler, or its scheduler file."),
    ] = None
    through: Annotated[
        str | None,
        Parameter(help="With --cluster: store over which blocks come if no folder is shared, as s3://…"),
    ] = None

    def desk(self, here: Desk) -> AbstractContextManager[Desk]:
        """Where one works, with the cluster that the options name."""
        if self.cluster is None:
            if self.through is not None:
                raise UsageError("--through says how blocks of a cluster come", "name it: --cluster ADDRESS")
            return nullcontext(here)
        from risk.door.scattered import on_cluster

        return on_cluster(here, self.cluster, self.through)


ELSEWHERE = Elsewhere()
"""Every option left out."""


def some(text: str) -> range:
    """Blocks written A:B.

    Raises
    ------
    UsageError : they are not, or they are none.
    """
    found = _BLOCKS.fullmatch(text.strip())
    blocks = range(int(found[1]), int(found[2])) if found else range(0)
    if not blocks:
        raise UsageError(
            f"'{text}' are no blocks of a run", "write first:end, such as 0:50 for blocks 0 to 49"
        )
    return blocks
