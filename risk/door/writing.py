"""A pack as work for a worker: it opens the runs and writes the workbook, as `pack` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from risk.report.form import Form

if TYPE_CHECKING:
    from risk.runs import Run
    from risk.runs.store import Store


@dataclass(frozen=True)
class Writing:
    """One workbook, a block of its own.

    Attributes
    ----------
    root : folder of the runs.
    run, beside : ids of its run, and of those that stand beside it.
    path : of the workbook.
    """

    root: Path
    run: str
    beside: tuple[str, ...]
    path: Path
    form: Form
    store: Store

    @property
    def together(self) -> int:
        """There is one."""
        return 1

    def engine(self) -> object:
        """What writes it, which takes a while to import."""
        from risk.report.pack import write_pack

        return write_pack

    def compute(self, rows: Mapping[int, int]) -> Iterator[int]:
        """Write it."""
        from risk.door import packing
        from risk.runs import open_run

        opened = kept if len(self.beside) == 1 else open_run
        beside = [opened(self.root / id) for id in self.beside]
        for index in rows:
            packing.write(open_run(self.root / self.run), self.path, None, beside, self.form)
            yield index


@lru_cache(maxsize=1)
def kept(folder: Path) -> Run:
    """A run that stands beside many others: what is found of it is kept for the next workbook."""
    from risk.runs import open_run
    from risk.runs.remembered import Compared

    return Compared.of(open_run(folder))


def write(run: Run, path: Path, beside: Sequence[Run], form: Form, jobs: int) -> None:
    """Write the pack of a run by a worker, or with one job in this process.

    Raises
    ------
    Interrupted : it was not begun.
    StorageError, WorkerDied : as `packing.write`, and as of a run.
    """
    from risk.runs import Interrupted
    from risk.runs.store import Store
    from risk.runs.workers import compute

    written = list[int]()
    with TemporaryDirectory() as folder:
        others = tuple(other.id for other in beside)
        job = Writing(run.directory.parent, run.id, others, path, form, Store(Path(folder)))
        interrupt = compute(job, {0: 1}, jobs, written.append)
    if not written:
        raise Interrupted(f"interrupted: {path} is not written", interrupt.exit_code)
