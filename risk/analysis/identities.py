"""Accounting identities of a run, and whether they hold."""

from __future__ import annotations

from dataclasses import dataclass

from risk.runs import Run

TOLERANCE = 1e-9
"""Largest relative error of an identity on any path and quarter."""


@dataclass(frozen=True)
class Identity:
    """One identity and its largest relative error; NaN counts as broken."""

    name: str
    error: float

    @property
    def holds(self) -> bool:
        """Whether the error is rounding only."""
        return self.error <= TOLERANCE


def identities(run: Run) -> tuple[Identity, ...]:
    """Every accounting identity of a run."""
    return tuple(Identity(name, error) for name, error in run.identities.items())
