"""From the rows of a workbook to edits of the register, or to everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from risk.assumptions.problems import counted
from risk.errors import suggestion
from risk.exchange import heads
from risk.exchange.cells import understand
from risk.exchange.content import Fault, Found, content, same
from risk.exchange.heads import AT_EXPORT, Base, Item
from risk.exchange.problems import CellProblem
from risk.exchange.reading import Edit, Line, Reading
from risk.report.formats import Scalar

LONGEST_WHY = 2000


def tell_others(reading: Reading) -> None:
    """Tell of each further sheet that edits on it are lost, or that it was not read.

    A copy of a sheet of the export that somebody edited is a fault, for no edit may get lost.
    """
    for title, other in reading.others.items():
        pairs = ((line, reading.lines.get(id)) for id, line in other.lines.items())
        edited = [(line, header) for line, own in pairs if own and (header := _difference(line, own))]
        if not edited:
            reading.notes.append(f"the sheet '{title}' is not of the export and was not read")
            continue
        reason = (
            f"{counted(len(edited), 'row')} of the sheet '{title}' {'says' if len(edited) == 1 else 'say'} "
            f"otherwise than '{heads.ENTRIES}' and '{heads.ROWS}', which alone are imported"
        )
        fix = f"type the changes into '{heads.ENTRIES}' or '{heads.ROWS}', and delete the sheet '{title}'"
        line, header = edited[0]
        reading.problems.append(line.problem("W002", header, reason, fix))


def _difference(line: Line, own: Line) -> str:
    """Return the first heading under which a copied row says otherwise than the row; "" where none does."""
    for header in filter(own.letters.__contains__, line.letters):
        one, two = line[header], own[header]
        if (one.value, one.formula) != (two.value, two.formula):
            return header
    return ""


def compare(reading: Reading, items: Sequence[Item], every: Mapping[str, Item]) -> None:
    """Find what the rows of a workbook say differently from the register.

    Parameters
    ----------
    items : those that were exported.
    every : all items of the register, by id.
    """
    for id, line in reading.lines.items():
        if id not in every:
            meant = suggestion(id, every)
            reason = "the register has nothing of this id." + (f" Did you mean '{meant}'?" if meant else "")
            fix = "put the id back, or remove the row: rows are added in the files, not here"
            reading.refuse("W003", line.sheet, line.address(heads.ID), id[:60], reason, fix)
    lost = {problem.sheet for problem in reading.problems if problem.code == "W002" and not problem.cell}
    missing: set[tuple[str, str]] = set()
    for item in items:
        if item.id in reading.lines:
            _compare_line(reading, item, reading.lines[item.id], missing)
        elif item.sheet not in lost:
            fix = "put it back: nothing is removed by an import"
            reading.refuse("W004", item.sheet, "", item.id, "its row is missing", fix)


def _compare_line(reading: Reading, item: Item, line: Line, missing: set[tuple[str, str]]) -> None:
    """Find the edits of a row; a column that is `missing` is told once a block, not once a row."""
    reason = "" if line[heads.WHY].error else " ".join(str(line[heads.WHY].value or "").split())
    edits, sound = list[Edit](), True
    for field in item.fields:
        found, before, notes = line[field.header], item.get(field.key), list[str]()
        if field.header not in line.letters or _unchanged(found, content(item, field)):
            continue
        try:
            after = understand(found, item, field, notes)
        except Fault as fault:
            sound = False
            reading.problems.append(line.problem(fault.code, field.header, fault.reason, *fault.fixes))
            continue
        if same(after, before) or (after in (None, "") and before in (None, "")):
            continue
        reading.notes += [f"{line.place(field.header)}: {note}" for note in notes]
        edits.append(Edit(item, field, before, after, reason[:LONGEST_WHY], line))
    if edits and not reason and heads.WHY in line.letters:
        changed = f"{', '.join(edit.field.header for edit in edits)} changed without a reason"
        reading.problems.append(line.problem("W013", heads.WHY, changed, f"fill in '{heads.WHY}'"))
    elif reason and not edits and sound:
        reading.notes.append(f"{line.place(heads.WHY)}: a reason, but nothing changed")
    reading.edits += edits
    for header in (*(field.header for field in item.fields), heads.WHY):
        if header not in line.letters and (item.table, header) not in missing:
            missing.add((item.table, header))
            _tell_missing(reading, item, line, header)


def _tell_missing(reading: Reading, item: Item, line: Line, header: str) -> None:
    meant = suggestion(header, [text for text in line.letters if not text.endswith(AT_EXPORT)])
    reason = f"the column '{header}' is missing{f' from {item.table}' if item.table else ''}"
    fix = f"is it '{meant}'? Give it its heading back" if meant else "put it back, or export again"
    reading.refuse("W002", line.sheet, "", item.table, reason, fix)


def _unchanged(found: Found, before: Scalar) -> bool:
    """Return whether a cell holds what it held, whatever it looks like."""
    if found.formula or found.error:
        return False
    if isinstance(found.plain, str) and isinstance(before, str):
        return found.plain.strip() == before.strip()
    return same(found.plain, before) or found.plain is before is None


def moved(reading: Reading, register: Base) -> list[CellProblem]:
    """Return which rows the files have changed since the export; () where no byte has changed."""
    base = reading.properties.get(heads.BASE_HASH)
    if base is None:
        reason = "the workbook does not say what it was exported from"
        return [CellProblem("W014", "", "", "", reason, ("export again: bubblerisk assumptions export",))]
    if base == register.sha256:
        return []
    mark, now = heads.FILE_HASH, register.hashes
    then = {key.removeprefix(mark): said for key, said in reading.properties.items() if key.startswith(mark)}
    files = [f"{name}.toml" for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    rows = [problem for item in register.items for problem in _row_moved(reading, item)]
    fix = "export again and carry your changes over, or take the files back to the version of the export"
    reason = f"changed since the export: {', '.join(files) or 'the files'}" + (
        "" if rows else "; no number differs, only comments, order or what is not in the workbook"
    )
    return [CellProblem("W014", "", "", "", reason, (fix,)), *rows]


def _row_moved(reading: Reading, item: Item) -> Iterator[CellProblem]:
    line = reading.lines.get(item.id)
    if line is None:
        return
    for field in item.fields:
        header = f"{field.header}{AT_EXPORT}"
        now, then = content(item, field), line[header]
        if header in line.letters and not _unchanged(then, now):
            was, said = _told(then), _told(Found(now))
            reason = f"{field.header} was {was} at the export; {item.place} now says {said}"
            yield line.problem("W014", field.header, reason)


def _told(found: Found) -> str:
    value = found.plain
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float) else str(value)[:60]
