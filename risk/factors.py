"""The common factors: one list for the draws, the register's matrix and whoever reads either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Factor:
    """A common factor: its letter in the register, its name, and what a high innovation means."""

    letter: str
    name: str
    up: str


FACTORS = (
    Factor("M", "macro and credit", "stress"),
    Factor("Z", "AI demand", "more of it"),
    Factor("E", "algorithmic efficiency", "a jump"),
    Factor("H", "hardware launch", "earlier"),
    Factor("P", "power delivery", "more of it"),
    Factor("L", "AI-lab funding window", "open"),
)
"""Append only: a factor's draws depend on its letter, and its place in the matrix on those before it."""

LETTERS = tuple(factor.letter for factor in FACTORS)


def arranged(labels: Sequence[str]) -> tuple[int, ...]:
    """Places of the factors among labels that the register gives in any order.

    Raises
    ------
    ValueError : a factor has no label, or a label no factor.
    """
    if sorted(labels) != sorted(LETTERS):
        raise ValueError(f"has the labels {', '.join(labels)}; it needs one each of {', '.join(LETTERS)}")
    return tuple(list(labels).index(letter) for letter in LETTERS)
