"""Evidence: figures that a command measured and kept, with when, where and of which source.

    assumptions/validation/evidence/NAME.json

A file is a `Record` of figures, written by `keep`, sealed by a checksum: what is typed by hand is refused.
Whoever measures something of the model keeps a record under a name of its own, and page and sheet show it;
what was not measured has no row.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from risk.calibrate.validation.declared import FOLDER
from risk.errors import StorageError
from risk.runs.files import publish_json, read_json
from risk.runs.hashing import source_digest

EVIDENCE = "evidence"


@dataclass(frozen=True)
class Figure:
    """One thing measured.

    Attributes
    ----------
    id : unique among all records.
    what : what was tested, in a few words.
    value : in `unit` (of `risk.units`, "fraction" for a share, "1" for a count).
    low, high : bounds that were wanted; None = none.
    n : how many it was measured on; `of` what these are.
    how : command or files that measure it.
    note : what else must be said.
    """

    id: str
    what: str
    value: float
    unit: str
    low: float | None
    high: float | None
    n: int
    of: str
    how: str
    note: str = ""

    @property
    def wanted(self) -> bool | None:
        """Whether it lies inside its bounds; None where it has none."""
        if self.low is None and self.high is None:
            return None
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


@dataclass(frozen=True)
class Size:
    """What a limitation does to the headlines when it is switched or moved: changes on the same draws.

    Attributes
    ----------
    limit, move : id of the limitation, and the scenario or file that moves it; `title` says how.
    bust : change of P(bust); `mean`, `p95` : of the headline loss, USD bn; each with its paired error.
    """

    limit: str
    move: str
    title: str
    bust: float
    bust_se: float
    mean: float
    mean_se: float
    p95: float
    p95_se: float


@dataclass(frozen=True)
class Record:
    """What one command measured.

    Attributes
    ----------
    command : that measures it again.
    date : when, ISO 8601; `machine` on what.
    source : fingerprint of the engine; `paths`, `seed` of its runs, 0 where there are none.
    figures, sizes : what was found.
    """

    name: str
    command: str
    date: str
    machine: str
    source: str
    paths: int
    seed: int
    figures: tuple[Figure, ...] = ()
    sizes: tuple[Size, ...] = ()


def made(
    name: str,
    command: str,
    figures: Sequence[Figure] = (),
    sizes: Sequence[Size] = (),
    paths: int = 0,
    seed: int = 0,
) -> Record:
    """Put a record together: measured today, here, by today's source."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    source = source_digest()
    return Record(name, command, today, machine(), source, paths, seed, tuple(figures), tuple(sizes))


def machine() -> str:
    """On what something was measured: nothing that names the machine."""
    python, numpy = platform.python_version(), version("numpy")
    cores = os.cpu_count() or 1
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {python}, numpy {numpy}"


def keep(record: Record, register: Path) -> Path:
    """Keep a record in the folder of a register; StorageError where it cannot be written."""
    path = register / FOLDER / EVIDENCE / f"{record.name}.json"
    publish_json(path, _ADAPTER.dump_python(record, mode="json"))
    return path


def read(register: Path) -> tuple[Record, ...]:
    """Every record of a register, by name.

    Raises
    ------
    StorageError : a file is damaged, was edited, or has another form.
    """
    found = []
    for path in sorted((register / FOLDER / EVIDENCE).glob("*.json")):
        try:
            found.append(_ADAPTER.validate_python(read_json(path)))
        except StorageError as error:
            raise StorageError(error.reason, "measure it again: make evidence") from error
        except ValidationError as error:
            reason = f"{path} is not a record of evidence ({error.errors()[0]['msg']})"
            raise StorageError(reason, "measure it again: make evidence") from error
    return tuple(found)


_ADAPTER: TypeAdapter[Record] = TypeAdapter(Record)
