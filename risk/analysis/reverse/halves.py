"""Found on one half of the paths, measured on the other: what is chosen to look good is not judged by itself.

Paths are independent, so that those of even and of odd number are two samples of the same futures. A rule, a
threshold or a group that was fitted to the first is fixed when the second is counted, and a count has the
error of a count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.errors import UsageError

Flags = NDArray[np.bool_]

FEWEST = 100
"""Paths that must meet a condition, and must not, before it is said how it comes about: fifty a half."""


def learning(paths: int) -> Flags:
    """The half on which something is found: paths of even number, (path,)."""
    return np.asarray(np.arange(paths) % 2 == 0)


def enough(words: str, flags: NDArray[Any]) -> None:
    """Refuse a condition that too few paths meet, or that nearly all do.

    Raises
    ------
    UsageError : says how many there are.
    """
    paths, hits = len(flags), int(np.count_nonzero(flags))
    if hits >= FEWEST and paths - hits >= FEWEST:
        return
    said = f"'{words[:200]}'"
    if hits < FEWEST:
        count = f"{hits:,} of {paths:,} paths meet" if hits else f"none of {paths:,} paths meets"
        reason = f"{count} {said}; a reverse stress needs {FEWEST}"
        fix = "ask for something less extreme, or simulate more paths: bubblerisk run SCENARIO --paths N"
    else:
        count = f"{paths - hits:,} of {paths:,} paths do" if paths > hits else f"no path of {paths:,} does"
        reason = f"{count} not meet {said}: there is nothing to tell it from; {FEWEST} are needed"
        fix = "ask for something that fewer paths meet"
    raise UsageError(reason, fix)
