"""Writing packs, and knowing when one need not be written again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - an exception, not a constant

from risk.errors import StorageError, refuse_pipe
from risk.report.form import DEFAULT_FORM, Form

if TYPE_CHECKING:
    from risk.runs import Run, Specification

_RUN_ID = re.compile(rb'name="run_id".*?>([0-9a-f]{12})<', re.DOTALL)
_WRITERS = (
    *("risk.report.pack", "risk.report.excel", "risk.report.html"),
    *(
        f"risk.calibrate.{beside}"
        for beside in (
            *("stylised", "feedback", "order", "parameter_band"),
            *("hindcast.hindcast", "validation.validation", "watch.watching", "bridge", "budget"),
        )
    ),
)
"""What turns a run into a pack begins here."""

LONGEST = 1 << 16
"""Bytes of a workbook's properties that are searched for its run."""

SHA256, SPECIFICATION = "sha256", "specification"
"""Keys of the fingerprint that a record has of the file as it was written, and of what its run was."""


@dataclass(frozen=True)
class Ingredients:
    """What a pack is made of; it is up to date while they are the same.

    Attributes
    ----------
    run : id of the run.
    words : fingerprint of the register with its notes and sources.
    prior : id of the run it is compared with; empty where there is none.
    beside : ids of the runs of other scenarios in it, with the fingerprints of their registers.
    hindcast : fingerprint of what hindcasts beside the run found; empty where there is none.
    kept : of what else stands beside the run: how it stands, views, watch list, actions, budget, bridge.
    paper, sample, mask, book : its form.
    writer : fingerprint of the source text and library that write it.
    """

    run: str
    words: str
    prior: str
    beside: str
    hindcast: str
    kept: str
    paper: str
    sample: int
    mask: bool
    book: str
    writer: str

    @classmethod
    def of(
        cls, run: str, words: str, prior: Run | None, beside: Sequence[Run], form: Form, root: Path
    ) -> Self:
        """What the pack of a run, stored or planned in the folder `root`, is made of; see above."""
        from risk.calibrate.hindcast.hindcast import FILE

        others = " ".join(f"{other.id}:{other.manifest.assumptions}" for other in beside)
        before = prior.id if prior else ""
        return cls(
            *(run, words, before, others, _sha256(root / FILE), _kept(root / run, before)),
            *(form.paper, form.sample, form.mask, form.book, _writer()),
        )

    def made(self, pack: Path) -> bool:
        """Whether `pack`, a workbook or a page, was made of these.

        A workbook that somebody has saved since, a name on its cover perhaps, still counts: see `touched`.
        """
        record = _record(pack)
        written = record.pop(SHA256, "")
        record.pop(SPECIFICATION, None)
        return bool(record == vars(self)) and (written == _sha256(pack) or run_in(pack) == self.run)


def _kept(folder: Path, prior: str) -> str:
    """Fingerprints of what stands beside a run for its pack."""
    from risk.analysis.actions import BESIDE
    from risk.analysis.views import kept
    from risk.calibrate.bridge import called
    from risk.calibrate.validation import validation
    from risk.calibrate.watch import watching
    from risk.runs.beside import BUDGET

    names = [validation.FILE, kept.FILE, watching.FILE, BESIDE, BUDGET, *([called(prior)] if prior else [])]
    return " ".join(_sha256(folder / name) for name in names)


def touched(pack: Path) -> bool:
    """Whether a workbook is no longer the file that was written."""
    return bool(_record(pack).get(SHA256, "") != _sha256(pack))


def write(
    run: Run,
    path: Path,
    prior: Run | None,
    beside: Sequence[Run] = (),
    form: Form = DEFAULT_FORM,
    html: bool = False,
) -> Path | None:
    """Write a pack, then the record of what it was made of; return its page, if it has one.

    Parameters
    ----------
    html : write its page too. A page written earlier is renewed in any case, so that both tell the same.

    Raises
    ------
    StorageError : the folder cannot be written, or another program holds the file.
    """
    from risk.report.pack import write_pack
    from risk.runs.files import cannot_write, publish_json

    page = page_of(path) if html or (page_of(path).exists() and _record(page_of(path))) else None
    files = [path, page] if page else [path]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for file in files:  # else the record of an older file would speak for one that is half written
            record_file(file).unlink(missing_ok=True)
        write_pack(run, path, prior=prior, beside=beside, form=form, page=page)
    except OSError as error:
        raise cannot_write(Path(error.filename or path), error) from error
    m = run.manifest
    ingredients = Ingredients.of(run.id, m.assumptions, prior, beside, form, run.directory.parent)
    known = {**vars(ingredients), SPECIFICATION: asdict(m.specification)}
    for file in files:
        publish_json(record_file(file), {**known, SHA256: _sha256(file)})
    return page


def larger(pack: Path, wanted: Specification, root: Path) -> int:
    """Paths of the run that a workbook shows, where it is of the same inputs and has more; else zero."""
    from risk.runs.manifest import read_head
    from risk.runs.specification import Specification

    run, record = run_in(pack), _record(pack)
    if not run:
        return 0
    try:
        if record.get("run") == run and SPECIFICATION in record:
            stands = Specification(**record[SPECIFICATION])
        else:  # its record is lost, but not its run
            stands = read_head(root / run / "manifest.json").specification
    except (StorageError, TypeError):
        return 0
    same = replace(stands, paths=wanted.paths) == wanted
    return stands.paths if same and stands.paths > wanted.paths else 0


def page_of(pack: Path) -> Path:
    """Where the page of a workbook stands."""
    return pack.with_suffix(".html")


def record_file(pack: Path) -> Path:
    """Where it is kept what a pack was made of."""
    return pack.with_name(f".{pack.name}.json")


def run_in(pack: Path) -> str:
    """Run id that a workbook carries; empty where there is no workbook or it carries none."""
    try:
        if not pack.is_file():  # a pipe would never end
            return ""
        with ZipFile(pack) as archive, archive.open("docProps/custom.xml") as part:
            found = _RUN_ID.search(part.read(LONGEST))
    except (OSError, KeyError, ValueError, RuntimeError, BadZipFile, ZlibError):
        return ""
    return found[1].decode() if found else ""


def _record(pack: Path) -> dict[str, Any]:
    from risk.runs.files import read_json

    try:
        return dict(read_json(record_file(pack)))
    except (StorageError, TypeError, ValueError):
        return {}


def _sha256(file: Path) -> str:
    """Fingerprint of a file; empty where there is none."""
    try:
        refuse_pipe(file)
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


@cache
def _writer() -> str:
    """Fingerprint of what turns a run into a pack; it cannot change while the program runs."""
    from risk.runs.hashing import digest
    from risk.runs.source import source_texts

    return digest([source_texts(_WRITERS), version("openpyxl")])
