"""One figure of a benchmark: what was measured, how much, and whether less of it is better."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """A measured number.

    Attributes
    ----------
    name : what it is of, the same in every run, so that runs can be compared.
    comparable : whether another run on a like machine should find about the same; counts and ratios do.
    less : whether less of it is better.
    """

    name: str
    value: float
    unit: str
    what: str = ""
    comparable: bool = True
    less: bool = True
