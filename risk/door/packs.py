"""Packs of scenarios and runs, written where they are not up to date, and the Summary on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from risk.door import holding, naming, opening, packing
from risk.door.beside import runs_beside
from risk.door.desk import REPORTS, SHOWN, Desk, Where, desk
from risk.door.side_by_side import one_crew
from risk.door.told import Told
from risk.errors import StorageError, UsageError
from risk.report.form import DEFAULT_FORM, Form, Paper
from risk.report.terminal.written import PACK, PDF

if TYPE_CHECKING:
    from risk.door.result import Result
    from risk.runs import Run
    from risk.runs.prepare import Plan

NONE = "none"
"""Word for no run to compare with."""


@one_crew
def pack(
    target: str = "base",
    *,
    file: str | Path | None = None,
    prior: str | None = None,
    beside: Sequence[str] = (),
    paper: Paper = DEFAULT_FORM.paper,
    sample: int = DEFAULT_FORM.sample,
    html: bool = False,
    mask: bool = False,
    book: str | Path | None = None,
    force: bool = False,
    paths: int | None = None,
    seed: int | None = None,
    vintage: str | None = None,
    ready: Callable[[Result], object] | None = None,
    **where: Unpack[Where],
) -> Told[Mapping[str, Any]]:
    """Write the workbook of a scenario, simulated if need be, or of a stored run, where it is not up to date.

    Parameters
    ----------
    target : a scenario, its file, or a stored run.
    file : ``reports/SCENARIO/pack.xlsx`` by default.
    prior, beside : words for stored runs to compare with, and to show beside; see `earlier`.
    paper, sample : paper that sheets are laid out for, paths on the sheet Sample.
    html : write its presentation sheets as a page beside it.
    mask : show companies by letters.
    book : the committee's positions, TOML or CSV (docs/book.md), for the sheet Book and a line on Summary.
    force : let fewer paths of the same inputs replace a workbook of more.
    paths, seed, vintage : of a scenario.
    ready : told the run before its workbook is written.
    where : see `risk.Where`.

    Raises
    ------
    AssumptionErrors : something is wrong with the book, by file and line.
    UsageError : `file` is no name of a workbook, a run beside does not share the draws, or the workbook there
        shows more paths.
    StorageError : it cannot be written.
    """
    from risk.door.result import Result
    from risk.runs import open_run
    from risk.runs.remembered import Remembered

    wanted = None if file is None else _named(file, ".xlsx", "a workbook")
    at = desk(where)
    found = opening.find(target, at, paths, seed, vintage)
    before = earlier(prior, found, at)
    others = runs_beside(beside, found, at)
    held = holding.read(book, found, at) if book is not None else None
    form = Form(paper, sample, mask, holding.named(held, at) if held else "")
    path = place(found, wanted)
    opening.stand(found, at)
    page = packing.page_of(path) if html else None
    fresh = made(found, before, path, at, others, form)
    if fresh and (page is None or made(found, before, page, at, others, form)):
        if packing.touched(path):
            at.note(f"{path} was saved by another program since; bubblerisk verify {path} says what differs")
        return _told("up to date", path, page, open_run(fresh, at.runs))
    if not force and (why := fewer(found, path, at)):
        raise UsageError(why, "--force replaces it", "-o FILE writes another beside it")
    run = Remembered.of(opening.made(found, at))
    opening.strike_again(run, at)
    if held is not None:
        holding.keep(run, held, at)
    if ready:
        ready(Result(run, at))
    page = write(run, path, at, before, others, form, html)
    return _told("written", path, page, run)


def write(
    run: Run,
    path: Path,
    at: Desk,
    prior: Run | None = None,
    beside: Sequence[Run] = (),
    form: Form = DEFAULT_FORM,
    html: bool = False,
) -> Path | None:
    """Write the pack of a run, with what its calibration targets need measured before; return its page."""
    from risk.runs.remembered import Remembered

    run = Remembered.of(run)
    opening.calibrate(run, at)
    opening.stand(run, at)
    at.step(f"{run.manifest.scenario}: writing {path}")
    return packing.write(run, path, prior, beside, form, html)


def pdf(
    run: str,
    *,
    file: str | Path | None = None,
    prior: str | None = None,
    mask: bool = False,
    **where: Unpack[Where],
) -> Told[Mapping[str, Any]]:
    """Print the sheet Summary of a stored run with LibreOffice.

    Parameters
    ----------
    file : ``reports/SCENARIO/summary.pdf`` by default.
    prior : word for a stored run to compare with; see `earlier`.
    mask : show companies by letters.

    Raises
    ------
    UsageError : LibreOffice is not installed, or the pack beside which it would stand is of another run.
    StorageError : it cannot be written.
    """
    wanted = None if file is None else _named(file, ".pdf", "a PDF")
    at = desk(where)
    found = _own(run, at) if wanted is None else opening.opened(run, at)
    before = earlier(prior, found, at)
    from risk.report.printing import PAGES, office, print_summary

    office()
    path = wanted or REPORTS / found.manifest.scenario / "summary.pdf"
    print_summary(found, path, before, Form(mask=mask))
    return Told.line({"pdf": path.as_posix(), "run": found.id, "pages": PAGES}, PDF, f"written: {path}")


def earlier(word: str | None, found: Run | Plan, at: Desk) -> Run | None:
    """The run to compare with: that of a word, none if it is `none`, else the last of the scenario signed.

    Raises
    ------
    UsageError : the word names no run.
    StorageError : it was stored by a version of the model that remembered other things.
    """
    from risk.runs import Run
    from risk.runs.signature import last_signed

    if word is not None:
        return None if word == NONE else opening.opened(word, at)
    if isinstance(found, Run):
        scenario, own = found.manifest.scenario, found.id
    else:
        made = found.specification()
        scenario, own = found.assumptions.scenario.name, made.id if made else ""
    last = last_signed(scenario, at.runs, own)
    if last is None:
        return None
    try:
        return opening.whole(last[0])
    except StorageError as error:
        at.note(f"not compared with the last run that was signed: {error.reason}")
        return None


def place(found: Run | Plan, file: Path | None = None, reports: Path = REPORTS) -> Path:
    """Where a pack is written: the file asked for, else the scenario's place among the reports."""
    from risk.runs import Run

    scenario = found.manifest.scenario if isinstance(found, Run) else found.assumptions.scenario.name
    return file or naming.place(scenario, reports)


def fewer(found: Run | Plan, path: Path, at: Desk) -> str:
    """Why a pack should not be replaced: it shows more paths of the same inputs; else empty."""
    from risk.runs import Run

    wanted = found.manifest.specification if isinstance(found, Run) else found.specification()
    more = packing.larger(path, wanted, at.runs) if wanted else 0
    return f"{path} shows {more:,} paths of the same inputs, not {wanted.paths:,}" if wanted and more else ""


def made(
    found: Run | Plan,
    prior: Run | None,
    path: Path,
    at: Desk,
    beside: Sequence[Run] = (),
    form: Form = DEFAULT_FORM,
) -> str:
    """Id of the run that the pack (or page) at `path` was made of, if it is up to date; else empty."""
    from risk.runs import Run
    from risk.runs.hashing import words_digest

    if isinstance(found, Run):
        run, words, root = found.id, found.manifest.assumptions, found.directory.parent
    else:
        run, words, root = found.settle(at.note).id, words_digest(found.assumptions), found.root
    return run if packing.Ingredients.of(run, words, prior, beside, form, root).made(path) else ""


def _named(file: str | Path, ending: str, what: str) -> Path:
    if Path(file).suffix.lower() != ending:
        raise UsageError(f"{file} is not the name of {what}", f"give a file that ends in {ending}")
    return Path(file)


def _told(status: str, path: Path, page: Path | None, run: Run) -> Told[Mapping[str, Any]]:
    """What stands where, and of a draft why it is one."""
    from risk.calibrate.validation import validation

    stands = validation.read(run)
    reasons = list(stands.reasons) if stands and stands.reasons else None
    files = list(filter(None, (path, page)))
    written = dict(zip(("pack", "page"), (file.as_posix() for file in files), strict=False))
    words = "\n".join(f"{status}: {file}" for file in files)
    return Told.line({"status": status, **written, "run": run.id, "draft": reasons}, PACK, words)


def _own(word: str, at: Desk) -> Run:
    """The run of the pack beside which its page is written: two runs in one folder are taken for one.

    Raises
    ------
    UsageError : the word names another run than the one that the pack there shows.
    """
    found = opening.opened(word, at)
    scenario = found.manifest.scenario
    pack = naming.place(scenario)
    own = packing.run_in(pack)
    if own in ("", found.id):
        return found
    if word == scenario or word.endswith(".toml"):
        if naming.shown(scenario, at.runs):
            at.note(f"the page is that of {pack}: run {own[:SHOWN]}")
            return opening.opened(own, at)
        why = f"{pack} shows run {own}, which is not stored in {at.runs}"
    else:
        why = f"{pack} shows run {own}, not {found.id}"
    raise UsageError(why, f"write the pack first: bubblerisk pack {word}", "or print elsewhere: -o FILE")
