"""How much of a register is judgement, stylised or old: why a result is read with care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


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


def provenance(assumptions: Mapping[str, Any], today: date) -> Provenance:
    """Count the inputs of a register.

    Parameters
    ----------
    assumptions : normalised, as a run keeps it.
    today : day on which ages are counted.
    """
    entries, tables = assumptions["entries"], assumptions["tables"].values()
    rows = [(row, len(table["units"])) for table in tables for row in table["rows"]]
    dated = [(entry["as_of"], 1) for entry in entries.values()] + [(row["as_of"], n) for row, n in rows]
    uncertain = [entry for entry in entries.values() if entry["prior"] is not None]
    days = round(entries["run.stale_days"]["value"])
    return Provenance(
        entries=len(entries),
        rows=len(rows),
        files=len({place["file"] for place in (*entries.values(), *tables)} - {""}),
        numbers=sum(n for _, n in dated),
        judgement=sum(entry["grade"] == "judgement" for entry in entries.values()),
        firms=sum("stylised" in row for row, _ in rows),
        stylised=sum(bool(row.get("stylised")) for row, _ in rows),
        stale=sum(n for as_of, n in dated if (today - date.fromisoformat(as_of)).days > days),
        stale_days=days,
        uncertain=len(uncertain),
        guessed=sum(entry["grade"] == "judgement" for entry in uncertain),
        operator=assumptions["terms"]["operator"],
    )
