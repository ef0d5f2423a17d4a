"""Sheets that an export does not have: a copy that somebody edited is named, for no edit may get lost."""

from __future__ import annotations

from collections.abc import Iterator

from risk.assumptions.problems import counted
from risk.exchange import layout
from risk.exchange.cells import Found
from risk.exchange.problems import CellProblem
from risk.exchange.reading import Line, Reading


def tell_others(reading: Reading) -> None:
    """Add a fault for each further sheet that says otherwise than the export's own, a note for the rest."""
    for title, other in reading.others.items():
        edited = {
            id: found for id, line in other.lines.items() if (found := _edited(line, reading.lines.get(id)))
        }
        if not edited:
            reading.notes.append(f"the sheet '{title}' is not of the export and was not read")
            continue
        reason = (
            f"{counted(len(edited), 'row')} of the sheet '{title}' {'says' if len(edited) == 1 else 'say'} "
            f"otherwise than '{layout.ENTRIES}' and '{layout.ROWS}', which alone are imported"
        )
        fix = f"type the changes into '{layout.ENTRIES}' or '{layout.ROWS}', and delete the sheet '{title}'"
        id, cell = next(iter(edited.items()))
        reading.problems.append(CellProblem("W002", title, cell, id, reason, (fix,)))


def _edited(line: Line, own: Line | None) -> str:
    """Address of the first cell of a copied row that differs from the row itself; empty where none does."""
    return next(_differences(line, own), "") if own else ""


def _differences(line: Line, own: Line) -> Iterator[str]:
    nothing = Found(None)
    for header in line.letters:
        if header in own.letters:
            one, two = line.cells.get(header, nothing), own.cells.get(header, nothing)
            if (one.value, one.formula) != (two.value, two.formula):
                yield line.address(header)
