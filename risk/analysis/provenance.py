"""How much of a register is judgement, stylised or old: why a result is read with care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from risk.assumptions import Assumptions
from risk.assumptions.table import units


@dataclass(frozen=True)
class Provenance:
    """Counts over a register.

    Attributes
    ----------
    entries, rows, files : size of the register.
    numbers : entries, and cells of the tables.
    judgement : entries graded so.
    uncertain, guessed : entries with a prior, and those of them graded judgement: the figure that matters.
    operator : what the companies are, before a noun.
    firms, stylised : firms and facilities, and those of them without a public balance sheet.
    stale : numbers older than `stale_days` on the day asked about.
    """

    entries: int
    rows: int
    files: int
    numbers: int
    judgement: int
    firms: int
    stylised: int
    stale: int
    stale_days: int
    uncertain: int
    guessed: int
    operator: str

    @property
    def words(self) -> str:
        """Evidence, stylised firms and age in a sentence, the same on every page."""
        borrowers = f"{self.firms} {self.operator} facilities and HoldCos"
        return (
            f"of {self.uncertain} uncertain inputs {self.guessed} are judgement ({self.judgement} of all "
            f"{self.entries} entries); {self.stylised} of {borrowers} are stylised; "
            f"{self.stale:,} of {self.numbers:,} numbers are older than {self.stale_days} days"
        )


def provenance(register: Assumptions, today: date) -> Provenance:
    """Count the inputs of a register.

    Parameters
    ----------
    today : day on which ages are counted.
    """
    entries, tables = register.entries.values(), register.tables.values()
    files = {entry.file for entry in entries} | {table.file for table in tables}
    rows = [(row, len(units(table.model))) for table in tables for row in table.rows]
    dated = [(entry.as_of, 1) for entry in entries] + [(row.as_of, n) for row, n in rows]
    uncertain = [entry for entry in entries if entry.prior is not None]
    days = register.integer("run.stale_days")
    return Provenance(
        entries=len(entries),
        rows=len(rows),
        files=len(files - {""}),
        numbers=sum(n for _, n in dated),
        judgement=sum(entry.grade == "judgement" for entry in entries),
        firms=sum(hasattr(row, "stylised") for row, _ in rows),
        stylised=sum(getattr(row, "stylised", False) for row, _ in rows),
        stale=sum(n for as_of, n in dated if (today - as_of).days > days),
        stale_days=days,
        uncertain=len(uncertain),
        guessed=sum(entry.grade == "judgement" for entry in uncertain),
        operator=register.terms.operator,
    )
