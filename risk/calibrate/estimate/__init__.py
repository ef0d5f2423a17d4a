"""What data say of the register's numbers: one module a question, each with errors and diagnostics.

Never at run time, never silent: `estimate` reads files, and returns numbers beside those of the register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from risk.calibrate.estimate import (
    capex,
    credit_cycle,
    default_factor,
    dependence,
    generations,
    pd_lgd,
    private_credit,
    rents,
    revenue,
)
from risk.calibrate.estimate.core import Estimate, Module, beside
from risk.calibrate.estimate.series import Data, Series, path, read
from risk.errors import UsageError, suggestion

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.assumptions.schema import Entry

_ALL = (
    credit_cycle, default_factor, pd_lgd, private_credit, rents, generations, capex, revenue, dependence,
)  # fmt: skip

MODULES: Mapping[str, Module] = {each.MODULE.name: each.MODULE for each in _ALL}
"""All modules by name, in the order they are told."""

__all__ = ["MODULES", "Answer", "Estimate", "Module", "ask", "chosen", "files"]


@dataclass(frozen=True)
class Answer:
    """What one module found.

    Attributes
    ----------
    estimates : in its order; empty where data are missing.
    data : files that were read, each with the first digits of its hash.
    missing : files that it needs and that are not there.
    kept : entries that were estimated by it before, as the register has them.
    """

    module: Module
    estimates: tuple[Estimate, ...]
    data: tuple[str, ...]
    missing: tuple[str, ...]
    kept: tuple[Entry, ...]


def chosen(names: Sequence[str]) -> tuple[Module, ...]:
    """Modules by name; all where none is named.

    Raises
    ------
    UsageError : there is no such module.
    """
    for name in names:
        if name not in MODULES:
            meant = suggestion(name, MODULES)
            hint = f"did you mean '{meant}'?" if meant else "modules: " + ", ".join(MODULES)
            raise UsageError(f"there is no module '{name}'", hint)
    return tuple(MODULES[name] for name in names or MODULES)


def ask(module: Module, register: Assumptions, folder: Path, given: Path | None = None) -> Answer:
    """Ask the data of one module.

    Parameters
    ----------
    folder : the register's folder, whose `data` holds the series that ship.
    given : folder of the user's own files.

    Raises
    ------
    AssumptionError : a file holds bad rows; they are told by line.
    """
    found = {series.file: path(series, folder, given) for series in (*module.series, *module.optional)}
    missing = tuple(series.file for series in module.series if found[series.file] is None)
    kept = tuple(e for e in register.entries.values() if e.estimate and e.estimate.module == module.name)
    if missing:
        return Answer(module, (), (), missing, kept)
    known: dict[str, Data] = {}
    for series in (*module.series, *module.optional):
        file = found[series.file]
        if file is not None:
            known[series.file] = read(series, file)
    estimates = tuple(beside(module.name, each, register) for each in module.find(known, register))
    data = tuple(f"{name}@sha256:{data.hash}" for name, data in known.items())
    return Answer(module, estimates, data, (), kept)


def files() -> tuple[Series, ...]:
    """Every file that some module reads, once, those that ship first."""
    all_of_them = {s.file: s for m in MODULES.values() for s in (*m.series, *m.optional)}
    return tuple(sorted(all_of_them.values(), key=lambda s: not s.ships))
