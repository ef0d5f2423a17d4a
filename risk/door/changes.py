"""Changes asked for in Python as a scenario that stands in no file: the register checks it like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from risk.assumptions.priors import Dirichlet, DiscreteUniform, Prior
from risk.assumptions.reader import Document, parse
from risk.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

Change = float | str | Prior | Sequence[Any] | Mapping[str, Any]
"""A number, vector or word fixes an entry to it; a prior replaces what is drawn; a mapping sets keys of an
entry or row, as a scenario file does."""

PLACE = "changes asked for in Python"
"""What stands for the name of a file in messages."""

WHY = "Asked for in Python."


def scenario(over: str | Path, changes: Mapping[str, Change], name: str, title: str, why: str) -> Document:
    """The changes as a scenario over another.

    Raises
    ------
    UsageError : a change has no form that the register knows.
    """
    import tomlkit

    head = {"name": name, "title": title, "description": f"{PLACE.capitalize()}, over {over}."}
    table = {id: {"why": why, **_keys(id, change)} for id, change in changes.items()}
    document, problems = parse(PLACE, tomlkit.dumps({"scenario": head, "change": table}))
    if problems:
        raise UsageError(f"the changes cannot be read: {problems[0].reason}")
    return document


def _keys(id: str, change: Change) -> dict[str, Any]:
    """Keys that a change sets."""
    if isinstance(change, Prior):
        prior = change.model_dump(exclude_none=True)
        return (
            {"prior": prior} if isinstance(change, Dirichlet) else {"value": _center(change), "prior": prior}
        )
    if isinstance(change, Mapping):
        return {
            str(key): value.model_dump(exclude_none=True) if isinstance(value, Prior) else _plain(id, value)
            for key, value in change.items()
        }
    return {"value": _plain(id, change), "prior": False}


def _center(prior: Prior) -> float | int:
    """The value beside a prior, to which it is fixed where nothing is drawn: its median."""
    median = float(prior.quantile(0.5))
    return round(median) if isinstance(prior, DiscreteUniform) else median


def _plain(id: str, value: Any) -> Any:
    """A value as TOML has it; NumPy's numbers and arrays too."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(id, item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(id, item) for key, item in value.items()}
    if value is None:
        raise UsageError(
            f"{id} cannot be changed to None", "a prior is taken away by prior=False in a mapping"
        )
    if isinstance(value, bool | int | float | str) or hasattr(value, "isoformat"):
        return value
    raise UsageError(
        f"{id} cannot be changed to {type(value).__name__}", "give a number, a prior or a mapping"
    )
