"""Coverage of our own intervals as figures of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from risk.calibrate.coverage.measure import Coverage
from risk.calibrate.validation.evidence import Figure

HOW = "python -m risk.calibrate.coverage"

LARGE: Final = 8
"""Blocks of a piece in which kinds are measured that most single blocks have too few paths for."""

SCARCE: Final = ("drivers", "explained")
"""Sources that tell these kinds."""


@dataclass(frozen=True)
class Measured:
    """What was measured of one size of pieces: how many there are, and of how many paths each."""

    pieces: int
    paths: int
    found: tuple[Coverage, ...]


def figures(small: Measured, large: Measured, further: Measured) -> Iterator[Figure]:
    """A figure a kind of interval, of small pieces or, where these have too few paths, of large ones.

    Parameters
    ----------
    further : of what rests on further runs.
    """
    others = {found.kind: found for found in large.found}
    for found in small.found:
        if found.silent < 0.5:
            yield figure(found, small)
        elif found.kind in others:
            yield figure(others[found.kind], large)
    yield from (figure(found, further) for found in further.found)


def figure(found: Coverage, of: Measured) -> Figure:
    """The share of intervals that hold, with bounds that leave two of its own standard errors."""
    what = f"Our 95% intervals of {of.paths:,} paths that hold the truth: {found.kind}"
    silent = f" {found.silent:.0%} of runs have too few paths to tell one." if found.silent > 0.005 else ""
    note = (
        f"± {found.held.standard_error:.1%}; {found.numbers:,} numbers a run; "
        f"{found.below:.1%} lie below, {found.above:.1%} above.{silent}"
    )
    name = f"interval-{found.kind.replace(' ', '-')}".replace("'", "")
    return Figure(name, what, found.held.value, "fraction", *found.bounds, of.pieces, "runs", HOW, note)


def failing(found: Iterable[Figure]) -> tuple[Figure, ...]:
    """Those that do not hold."""
    return tuple(each for each in found if not each.wanted)
