"""A workbook back into the register: read, compare, try on a copy, then replace the files or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from risk.assumptions import AssumptionErrors, Problem, load, locate
from risk.assumptions.locate import scenarios
from risk.assumptions.positions import Path as KeyPath
from risk.assumptions.reader import Document, read, shown
from risk.exchange import heads
from risk.exchange.comparing import compare, moved, tell_others
from risk.exchange.files import changes, edited, grouped, replace_all
from risk.exchange.heads import FIXED, Base, Item, open_base
from risk.exchange.problems import CellProblem, WorkbookErrors
from risk.exchange.reading import Edit, Reading, read_lines
from risk.workbook import admit


@dataclass(frozen=True)
class Result:
    """What a workbook changes in the register.

    Attributes
    ----------
    file : the workbook as it is shown to the user.
    edits : every changed field, in the order of the register.
    notes : what was read otherwise than it looks.
    files : files of the base that change.
    written : whether they were changed.
    """

    file: str
    edits: tuple[Edit, ...]
    notes: tuple[str, ...]
    files: tuple[str, ...]
    written: bool


def import_workbook(path: Path, directory: Path | None = None, dry_run: bool = False) -> Result:
    """Edit the register's base as a workbook says.

    Parameters
    ----------
    path : a workbook made by `export` and edited.
    directory : folder of the register.
    dry_run : check and compare, but write nothing.

    Raises
    ------
    WorkbookRefused : the file is not opened at all.
    WorkbookErrors : everything that is wrong with it; nothing was changed.
    """
    name = shown(path)
    raw = admit(path)
    register = open_base(directory)
    reading = read_lines(name, raw)
    _stop(name, moved(reading, register))
    tell_others(reading)
    exported = register.chosen(reading.properties.get(heads.OWNER, ""), heads.STALE in reading.properties)
    compare(reading, exported, {item.id: item for item in register.items})
    _refuse_priors(reading)
    # Edits of rows that are sound by themselves are tried even so: all errors are told at once.
    spoilt = {problem.id for problem in reading.problems if problem.code != "W013"}
    sound = [edit for edit in reading.edits if edit.item.id not in spoilt]
    new = _edited(register, sound)
    if new:
        reading.problems += _tried(register, new, reading, spoilt)
    _stop(name, reading.problems)
    if new and not dry_run:
        base = register.folder / locate.BASE
        contents = {base / f"{stem}.toml": content for stem, content in new.items()}
        replace_all(contents, {base / f"{stem}.toml": register.texts[stem] for stem in new})
    files = tuple(f"{stem}.toml" for stem in new)
    return Result(name, tuple(reading.edits), tuple(reading.notes), files, bool(new) and not dry_run)


def _stop(name: str, problems: Sequence[CellProblem]) -> None:
    if problems:
        raise WorkbookErrors(name, problems)


def _refuse_priors(reading: Reading) -> None:
    """Add a fault for numbers of a prior without a shape, and for a value whose draws would not move."""
    for edits in grouped(reading.edits, lambda edit: edit.item.id).values():
        item, line = edits[0].item, edits[0].line
        after, before = changes(item.raw.table, edits), item.raw.table.get("prior") or {}
        prior = after.get("prior") or {}
        if prior.get("shape", FIXED) == FIXED:
            for key in prior.keys() - {"shape"}:
                header = item.headers[f"prior.{key}"]
                reason = f"{header} is given, but the shape is {FIXED}"
                fix = "choose a shape, or empty the cell"
                reading.problems.append(line.problem("A012", header, reason, fix))
        drawn = before.get("shape", FIXED) not in (FIXED, "dirichlet")
        if drawn and "value" in after and "prior" not in after:
            reason = "the value is changed, but draws come from its prior, which is not"
            fix = f"change the prior too, or choose the shape {FIXED}"
            reading.problems.append(line.problem("A022", item.headers["value"], reason, fix))


def _edited(register: Base, edits: Sequence[Edit]) -> dict[str, bytes]:
    """Return the new bytes of every file that changes."""
    files = grouped(edits, lambda edit: edit.item.stem)
    return {stem: edited(f"{stem}.toml", register.texts[stem], group) for stem, group in files.items()}


def _tried(
    register: Base, new: Mapping[str, bytes], reading: Reading, spoilt: Collection[str]
) -> list[CellProblem]:
    """Return what the loader says of the edited register, at the cells that said it.

    Parameters
    ----------
    spoilt : ids of rows whose edits were left out; sums over their tables say nothing yet.
    """
    with tempfile.TemporaryDirectory(prefix="bubblerisk-") as temporary:
        folder = Path(temporary) / "assumptions"
        base = folder / locate.BASE
        base.mkdir(parents=True)
        for stem, content in register.texts.items():
            (base / f"{stem}.toml").write_bytes(new.get(stem, content))
        if (register.folder / "scenarios").is_dir():
            shutil.copytree(register.folder / "scenarios", folder / "scenarios")
        try:
            load(folder)
        except AssumptionErrors as error:
            found = list(_mapped(error.problems, base, register, reading))
            unsure = {item.table for item in register.items if item.table and item.id in spoilt}
            tables = {item.id: item.table for item in register.items}
            return [p for p in found if p.code != "A017" or tables.get(p.id, "") not in unsure]
        return list(_scenarios(folder))


def _scenarios(folder: Path) -> Iterator[CellProblem]:
    """Yield scenarios that no longer load on the edited base."""
    for name in scenarios(folder):
        try:
            load(folder, name)
        except AssumptionErrors as error:
            for problem in error.problems:
                place = f"{name}.toml:{problem.line}"
                reason = f"the scenario {name} no longer fits: {problem.reason}"
                yield CellProblem(problem.code, "", "", place, reason, problem.fixes)


def _mapped(
    problems: Sequence[Problem], base: Path, register: Base, reading: Reading
) -> Iterator[CellProblem]:
    """Yield the loader's problems, placed at the cells of the workbook."""
    homes = {(item.stem, item.raw.home.path): item for item in register.items}
    stems = {Path(problem.file).stem for problem in problems}
    documents = {stem: read(base / f"{stem}.toml")[0] for stem in stems}
    for problem in problems:
        stem = Path(problem.file).stem
        path = _path(documents[stem], problem)
        end = next((end for end in range(len(path), 0, -1) if (stem, path[:end]) in homes), 0)
        item = homes.get((stem, path[:end]))
        if item and item.id in reading.lines:
            header = _header(item, path[end:])
            yield reading.lines[item.id].problem(problem.code, header, problem.reason, *problem.fixes)
            continue
        place = f"{stem}.toml:{problem.line}"
        id = item.id if item else place
        yield CellProblem(problem.code, "", "", id, f"{problem.reason} ({place})", problem.fixes)


def _path(document: Document, problem: Problem) -> KeyPath:
    """Return the key path that stands at a problem's place: the innermost there is."""
    if not problem.line:
        return ()
    offset = sum(len(text) + 1 for text in document.lines[: problem.line - 1]) + problem.column - 1
    spans = document.positions.spans.items()
    over = [path for path, span in spans if min(span.key, span.value) <= offset < max(span.end, span.key + 1)]
    return max(over, key=len, default=())


def _header(item: Item, inner: KeyPath) -> str:
    """Return the heading of the column that a key path inside an item stands in; the id's otherwise."""
    keys = [".".join(map(str, inner[:end])) for end in (2, 1)]
    keys += ["prior.shape"] if inner[:1] == ("prior",) else []
    return next((item.headers[key] for key in keys if key in item.headers), heads.ID)
