"""What the challenger reads beside the register: `assumptions/challenger.toml`, no part of any run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, fields
from pathlib import Path

from risk.assumptions.problems import AssumptionErrors, Problem
from risk.assumptions.reader import Document
from risk.assumptions.reader import read as parsed
from risk.assumptions.schema import Grade, Record, Text
from risk.assumptions.validation import Site, unknown_key, validate
from risk.errors import suggestion
from risk.processes import Numeric
from risk.shocks.stream import generator

FILE = "challenger.toml"
STREAM = "challenger:inputs"

UNITS = {
    "equity_value": "USD bn", "equity_volatility": "1/√y", "cds": "bp", "cds_recovery": "fraction",
    "reward": "1/√y", "lgd_secured": "fraction", "lgd_unsecured": "fraction",
}  # fmt: skip
"""Every number of the file, and its unit."""

PARTS = frozenset(name for name, unit in UNITS.items() if unit == "fraction")

MOST_HAZARD = 1.0
"""Default rate a year above which a swap's spread is not read: a slip of the pen, and beyond the search."""

BP = 1e-4


class Row(Record):
    """A number as written: what it is, and the ends between which it may as well lie."""

    value: float
    low: float
    high: float
    unit: Text
    source: Text
    as_of: dt.date
    grade: Grade
    note: Text


@dataclass(frozen=True)
class Numbers:
    """Numbers of the file, or draws of them, (draw,).

    Attributes
    ----------
    equity_value : USD bn; `equity_volatility` a root year.
    cds : basis points a year, five years; `cds_recovery` a share of par.
    reward : excess return of the assets per unit of volatility, a root year.
    lgd_secured, lgd_unsecured : shares of par.
    """

    equity_value: Numeric
    equity_volatility: Numeric
    cds: Numeric
    cds_recovery: Numeric
    reward: Numeric
    lgd_secured: Numeric
    lgd_unsecured: Numeric


@dataclass(frozen=True)
class Inputs:
    """The file: its rows by name."""

    rows: Mapping[str, Row]

    @property
    def numbers(self) -> Numbers:
        """Every number at its value."""
        return Numbers(**{name: row.value for name, row in self.rows.items()})

    def drawn(self, seed: int, count: int) -> Numbers:
        """Every number evenly between its ends, on its own, (count,)."""
        stream = generator(seed, STREAM, 0)
        names = [field.name for field in fields(Numbers)]
        return Numbers(
            **{name: stream.uniform(self.rows[name].low, self.rows[name].high, count) for name in names}
        )


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
    rows: dict[str, Row] = {}
    for name, raw in document.data.items():
        if name not in UNITS:
            problems.append(unknown_key(Site(document, ()), (name,), set(UNITS)))
            continue
        row, refused = validate(Row, raw if isinstance(raw, dict) else {}, Site(document, (name,)))
        problems += refused
        if row is not None:
            problems += _row(Site(document, (name,)), name, row, sources)
            rows[name] = row
    missing = [name for name in UNITS if name not in document.data]
    problems += [_missing(document, name) for name in missing if not problems]
    problems += [] if problems else _swap(Site(document, ("cds",)), rows)
    if problems:
        raise AssumptionErrors(problems, len(document.data))
    return Inputs(rows)


def _missing(document: Document, name: str) -> Problem:
    return document.problem("A004", (), f"[{name}] is missing", f"write it, in {UNITS[name]}")


def _row(site: Site, name: str, row: Row, sources: Set[str]) -> Iterator[Problem]:
    if row.unit != UNITS[name]:
        yield site.problem("A009", ("unit",), f"unit is '{row.unit}', but {name} is in {UNITS[name]}")
    if row.source not in sources:
        meant = suggestion(row.source, sources)
        hint = f"did you mean '{meant}'?" if meant else ""
        yield site.problem("A018", ("source",), f"source '{row.source}' is unknown", hint)
    top = 1.0 if name in PARTS else float("inf")
    inside = f"{name} lies between 0 and 1" if name in PARTS else "must be above 0"
    for key in ("value", "low", "high"):
        if not 0.0 < getattr(row, key) < top:
            yield site.problem("A011", (key,), f"{key} is {getattr(row, key):g}; {inside}")
    if not row.low <= row.value <= row.high:
        reason = f"value is {row.value:g}, outside its own range of {row.low:g} to {row.high:g}"
        yield site.problem("A011", ("value",), reason)


def _swap(site: Site, rows: Mapping[str, Row]) -> Iterator[Problem]:
    """What the widest swap at the highest recovery pays for is a default rate that a company can have."""
    hazard = rows["cds"].high * BP / (1.0 - rows["cds_recovery"].high)
    if hazard > MOST_HAZARD:
        reason = (
            f"high is {rows['cds'].high:g}; at the highest recovery it pays for {hazard:.1f} defaults a year"
        )
        yield site.problem("A011", ("high",), reason, "a spread in bp, a recovery as a share of par")
