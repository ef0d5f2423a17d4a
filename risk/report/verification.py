"""Whether a pack is what it says: its run, its manifest, its checks, and every number in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from math import isclose
from pathlib import Path
from typing import Any

from risk.errors import BubbleriskError, StorageError
from risk.report.form import Form
from risk.report.formulas import written
from risk.report.opened import Opened
from risk.report.terminal.findings import Finding
from risk.runs import Run, open_run

SAME = 1e-12
"""Relative difference of a number that counts as none: programs that save a workbook round to 15 digits."""

NAMED = 3
"""Cells that a finding names."""


def verify(book: Opened, root: Path) -> tuple[Finding, ...]:
    """Look at a pack and at the run it names; nothing is simulated.

    Parameters
    ----------
    root : folder of the stored runs.
    """
    found = [Finding("ok", "workbook", f"{len(book.values)} sheets, sha256 {book.digest[:16]}"), *_own(book)]
    run = _run(book, root)
    if isinstance(run, Finding):
        return (*found, run)
    stored = _blocks(run)
    found += [*_against(book, run), stored]
    if stored.state == "FAIL":
        return (*found, Finding("skipped", "numbers", "the run folder must be sound first"))
    return (*found, *_numbers(book, run, root))


def _own(book: Opened) -> Iterator[Finding]:
    """What the workbook says of itself."""
    empty = [
        f"{name}!{at}"
        for name, cells in book.formulas.items()
        for at in cells
        if book.values[name].get(at) is None and "IF(" not in cells[at]
    ]
    count = sum(map(len, book.formulas.values()))
    if empty:
        text = f"{len(empty)} of {count:,} formulas have no value: {_few(empty)}"
        yield Finding("FAIL", "formulas", text, "write the pack again; do not save it without calculating")
    else:
        yield Finding("ok", "formulas", f"{count:,}, each with its value")
    words = [
        (f"{name}!{at}", value)
        for name, cells in book.values.items()
        for at, value in cells.items()
        if isinstance(value, str) and value.startswith("#") and value.isupper() and at in book.formulas[name]
    ]
    if words:
        yield Finding("FAIL", "errors", f"{len(words)} cells hold an error: {_few([w for w, _ in words])}")
    yield _master(book)


def _master(book: Opened) -> Finding:
    """The count of failing checks, and the checks one by one."""
    checks = book.values.get("Checks", {})
    failing = [
        at for at, value in checks.items() if value == "FAIL" and at in book.formulas.get("Checks", {})
    ]
    passing = sum(value == "OK" and at in book.formulas.get("Checks", {}) for at, value in checks.items())
    names = [str(checks.get(f"A{''.join(c for c in at if c.isdigit())}", at)) for at in failing]
    if failing:
        return Finding("FAIL", "checks", f"{len(failing)} of {len(failing) + passing} fail: {_few(names)}")
    if not passing:
        return Finding("FAIL", "checks", "the sheet Checks is missing or empty", "write the pack again")
    return Finding("ok", "checks", f"{passing} of {passing} hold, as the workbook says itself")


def _few(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _run(book: Opened, root: Path) -> Run | Finding:
    if not book.run:
        return Finding("FAIL", "run", "the workbook names no run", "is it a pack of bubblerisk?")
    try:
        return open_run(book.run, root)
    except BubbleriskError as error:
        fix = (
            f"give the folder of its run: --runs DIR; or make it again: {book.fact('To make the run again')}"
        )
        return Finding("FAIL", "run", error.reason, fix)


def _against(book: Opened, run: Run) -> Iterator[Finding]:
    """The workbook's properties and its sheet Manifest against the run's manifest."""
    m = run.manifest
    pairs = {
        "seed": (book.properties.get("seed", "").removesuffix(".0"), str(m.seed)),
        "assumptions": (book.properties.get("assumptions_sha256", ""), m.specification.assumptions),
        "register": (book.fact("Assumptions, digest of the register"), m.assumptions),
        "source": (book.fact("Source code, digest from axes to engine"), m.specification.source),
        "result": (book.fact("Result, digest of all numbers"), m.result),
        "paths": (book.fact("Paths"), str(run.paths)),
    }
    wrong = [name for name, (said, known) in pairs.items() if said != known]
    if wrong == ["register"]:
        text = "notes or sources of the register have changed since the pack was written; no number has"
        yield Finding("warn", "manifest", text, f"write the pack again: bubblerisk pack {run.id}")
    elif wrong:
        yield Finding("FAIL", "manifest", f"not that of run {run.id}: {', '.join(wrong)}")
    else:
        yield Finding("ok", "manifest", f"that of run {run.id}: {', '.join(pairs)}")


def _blocks(run: Run) -> Finding:
    """Every stored array of the run against its fingerprint."""
    count = len(run.manifest.blocks)
    try:
        run.verify()
    except StorageError as error:
        fix = f"run {run.manifest.scenario} again: sound blocks are kept, bad ones computed anew"
        return Finding("FAIL", "run folder", error.reason, fix)
    return Finding("ok", "run folder", f"{count} blocks, sums and assumptions match their fingerprints")


def _numbers(book: Opened, run: Run, root: Path) -> Iterator[Finding]:
    """Every cell against the workbook that the run makes now."""
    recipe = book.recipe
    try:
        prior = open_run(recipe.prior, root) if recipe.prior else None
        beside = [open_run(other, root) for other in recipe.beside]
    except BubbleriskError as error:
        fix = "give the folder that holds it: --runs DIR"
        yield Finding("FAIL", "numbers", f"a run that the pack shows beside its own: {error.reason}", fix)
        return
    content = _made_again(_dated(run, book.fact("Finished")), prior, beside, recipe.form)
    if content == book.content:
        yield Finding("ok", "numbers", "the run makes the same file again, byte for byte")
        return
    again = Opened(book.path, content)
    yield from _differences(book, again)


def _dated(run: Run, finished: str) -> Run:
    """The run as of the day that a pack says: made again on another day it has the same id and numbers."""
    try:
        datetime.fromisoformat(finished)
    except ValueError:
        return run
    clock = {**run.manifest.clock, "finished": finished}
    return Run(run.store, replace(run.manifest, clock=clock))


def _made_again(run: Run, prior: Run | None, beside: Sequence[Run], form: Form) -> bytes:
    from risk.report.excel import build
    from risk.report.pack import pack

    return build(pack(run, prior, beside, form), measured=False).finished()


def _differences(book: Opened, again: Opened) -> Iterator[Finding]:
    yield from _sheets(book, again)
    from risk.report.pack.control.manifest import MAKING
    from risk.report.pack.verdict.cover import INPUTS

    free = {
        **_beside(again, "Cover", INPUTS, "cover"),
        **_beside(again, "Manifest", MAKING, "making"),
        **_beside(again, "Changes", MAKING, "making", "BCDEFG"),
    }
    found: dict[str, list[str]] = {"cover": [], "making": [], "numbers": []}
    compared = 0
    for name, cells in again.values.items():
        if name not in book.values:
            continue
        for at in cells.keys() | book.values[name].keys():
            one, two = book.values[name].get(at), cells.get(at)
            compared += 1
            changed = _rewritten(book.formulas[name].get(at), again.formulas[name].get(at))
            if not changed and same(one, two):
                continue
            place = f"{name}!{at}"
            found["numbers" if changed else free.get(place, "numbers")].append(place)
    wrong = sorted(found["numbers"])
    if found["cover"]:
        yield Finding("warn", "cover", f"typed over: {_few(sorted(found['cover']))}")
    if found["making"]:
        text = f"the run was made elsewhere, or at another time: {_few(sorted(found['making']))}"
        yield Finding("warn", "making", text)
    if wrong:
        text = f"{len(wrong):,} of {compared:,} cells are not what the run makes: {_few(wrong)}"
        yield Finding("FAIL", "numbers", text, "somebody, or another version of bubblerisk, changed them")
    else:
        text = f"{compared:,} cells and their formulas are those the run makes (not byte for byte)"
        yield Finding("ok", "numbers", text)
    text = "number formats, charts, names and what is hidden were not compared: the bytes differ"
    yield Finding("warn", "looks", text, "a file as bubblerisk wrote it is compared byte for byte")


def _sheets(book: Opened, again: Opened) -> Iterator[Finding]:
    """Sheets that one of the two workbooks has alone; what stands on them is compared with nothing."""
    added = [f"'{name}'" for name in book.values if name not in again.values]
    if added:
        text = f"the run's pack has no sheet {_few(added)}: what stands there is not compared"
        yield Finding(
            "FAIL", "sheets", text, "delete what was copied or added, or keep it in a file of its own"
        )
    missing = [f"'{name}'" for name in again.values if name not in book.values]
    if missing:
        text = f"the sheet {_few(missing)} of the run's pack is missing"
        yield Finding("FAIL", "sheets", text, "another version of bubblerisk may have written the pack")


def _rewritten(one: str | None, two: str | None) -> bool:
    """Whether two formulas are others, however the programs that saved them write them."""
    return one != two and written(one) != written(two)


def _beside(
    book: Opened, sheet: str, labels: Collection[str], subject: str, columns: str = "B"
) -> dict[str, str]:
    """Cells beside labels in the first column, and what a difference in them is a finding about."""
    cells = book.values.get(sheet, {})
    rows = [at[1:] for at, value in cells.items() if at.startswith("A") and value in labels]
    return {f"{sheet}!{column}{row}": subject for row in rows for column in columns}


def same(one: Any, two: Any) -> bool:
    """Whether two cells show the same; numbers to twelve digits."""
    if isinstance(one, bool) or isinstance(two, bool) or not isinstance(one, int | float):
        return _day(one) == _day(two) or (one in (None, "") and two in (None, ""))
    return isinstance(two, int | float) and isclose(one, two, rel_tol=SAME, abs_tol=SAME)


def _day(value: Any) -> Any:
    return value.isoformat()[:10] if isinstance(value, date) else value
