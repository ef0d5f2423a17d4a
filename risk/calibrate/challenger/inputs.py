"""What the challenger reads beside the register: `assumptions/challenger.toml`, no part of any run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import read as parsed
from risk.assumptions.schema import Grade, Record, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.errors import suggestion

FILE = "challenger.toml"

UNITS = {
    "equity_value": "USD bn", "equity_volatility": "1/√y", "cds": "bp", "cds_recovery": "fraction",
    "reward": "1/√y", "lgd_secured": "fraction", "lgd_unsecured": "fraction",
}  # fmt: skip
"""Every number of the file, and its unit."""

PARTS = frozenset(name for name, unit in UNITS.items() if unit == "fraction")


class _Row(Record):
    """A number as written."""

    value: float
    unit: Text
    source: Text
    as_of: dt.date
    grade: Grade
    note: Text


@dataclass(frozen=True)
class Inputs:
    """Numbers of the file.

    Attributes
    ----------
    equity_value : USD bn; `equity_volatility` a root year.
    cds : basis points a year, five years; `cds_recovery` a share of par.
    reward : excess return of the assets per unit of volatility, a root year.
    lgd_secured, lgd_unsecured : shares of par.
    as_of : day of each by name.
    """

    equity_value: float
    equity_volatility: float
    cds: float
    cds_recovery: float
    reward: float
    lgd_secured: float
    lgd_unsecured: float
    as_of: dict[str, dt.date]


def read(folder: Path, sources: Set[str]) -> Inputs:
    """Read and check the file in a register's folder.

    Parameters
    ----------
    sources : keys of the bibliography.

    Raises
    ------
    AssumptionErrors : everything that is wrong, by line.
    """
    document, problems = parsed(folder / FILE)
    rows: dict[str, _Row] = {}
    for name, raw in document.data.items():
        if name not in UNITS:
            problems.append(unknown_key(Site(document, ()), (name,), set(UNITS)))
            continue
        row, refused = validate(_Row, raw if isinstance(raw, dict) else {}, Site(document, (name,)))
        problems += refused
        if row is not None:
            problems += _row(Site(document, (name,)), name, row, sources)
            rows[name] = row
    missing = [name for name in UNITS if name not in document.data]
    problems += [_missing(document, name) for name in missing if not problems]
    if problems:
        raise AssumptionErrors(problems, len(document.data))
    return Inputs(
        **{name: row.value for name, row in rows.items()},
        as_of={name: row.as_of for name, row in rows.items()},
    )


def _missing(document: Document, name: str) -> Problem:
    return document.problem("A004", (), f"[{name}] is missing", f"write it, in {UNITS[name]}")


def _row(site: Site, name: str, row: _Row, sources: Set[str]) -> Iterator[Problem]:
    if row.unit != UNITS[name]:
        yield site.problem("A009", ("unit",), f"unit is '{row.unit}', but {name} is in {UNITS[name]}")
    if row.source not in sources:
        meant = suggestion(row.source, sources)
        hint = f"did you mean '{meant}'?" if meant else ""
        yield site.problem("A018", ("source",), f"source '{row.source}' is unknown", hint)
    top = 1.0 if name in PARTS else float("inf")
    if not 0.0 < row.value < top:
        reason = (
            f"value is {row.value:g}; {name} lies between 0 and 1" if name in PARTS else "must be above 0"
        )
        yield site.problem("A011", ("value",), reason)
