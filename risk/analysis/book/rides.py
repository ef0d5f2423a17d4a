"""What a position rides on, in words that a run understands, and whose it is."""

from __future__ import annotations

from collections.abc import Collection

from risk.analysis.book.instruments import Instrument
from risk.assumptions import Assumptions, tables
from risk.axes import ordinal
from risk.errors import suggestion


def words(one: Instrument, name: str, due: str | None, register: Assumptions, expects: float) -> str:
    """The expression of an instrument with its placeholders filled in.

    Parameters
    ----------
    name : row that the position is of.
    due : quarter by whose end it is repaid: a default after it takes nothing.
    expects : what today's price expects, where the instrument asks.
    """
    calendar = register.calendar
    loans = [row for row in register.rows(tables.Facility) if name in (row.name, row.firm)]
    filled = {
        "name": name,
        "loans": "(" + " + ".join(f"loan_loss.{row.name}" for row in loans) + ")",
        "commitment": f"{sum(row.debt + row.undrawn for row in loans):.9g} USD bn",
        "quarters": str(calendar.quarters),
        "base": calendar.labels[0],
        "expects": f"{expects:.9g}",
    }
    said = one.rides
    for key, value in filled.items():
        said = said.replace(f"{{{key}}}", value)
    if due is None:
        return said
    left = ordinal(calendar.labels[-1]) - ordinal(due) + 1
    return f"{said} * (failed.{name} >= {left} quarter)"


def company(name: str, register: Assumptions) -> tuple[str, str, tuple[str, ...]]:
    """What a company is called, twice, and why nobody is called so and what to do."""
    for known in register.companies.values():
        if name in (known.id, *known.codes, *known.words):
            return known.id, known.id, ()
    called = [
        word for known in register.companies.values() for word in (known.id, *known.codes, *known.words)
    ]
    meant = suggestion(name, called)
    hint = f"did you mean {meant}?" if meant else ""
    fixes = (*filter(None, (hint,)), "companies are listed in companies.toml of the register: add it there")
    return "", "", (f"there is no company {name[:60]}", *fixes)


def code(name: str, rows: Collection[str], register: Assumptions) -> str | None:
    """The row of a company that is named in words; None where it has none."""
    for known in register.companies.values():
        if name in (known.id, *known.codes, *known.words):
            return next((row for row in rows if row in known.codes), None)
    return None


def issuer(table: str, row: str, register: Assumptions) -> str:
    """Who owes: the company of a loan or of a code, or the pool itself."""
    if table == "neoclouds.facility":
        row = next(each.firm for each in register.rows(tables.Facility) if each.name == row)
    found = company(row, register)[1] if table.startswith("neoclouds.") else ""
    return found or row
