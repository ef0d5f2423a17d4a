"""Everything a validator is told of a run: put together once, kept beside it, shown by pack and screens.

A pack is made of what is kept, so that it is written again from the run's folder alone. It is put together
anew where what it rests on has changed: declarations, evidence, readings, signatures, hindcasts, the method.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from risk.assumptions import locate
from risk.calibrate.hindcast import readings
from risk.calibrate.validation import declared, drift, evidence, monitoring
from risk.calibrate.validation.declared import Approval, Override, Use
from risk.calibrate.validation.drift import Drift
from risk.calibrate.validation.evidence import Figure, Record, Size
from risk.calibrate.validation.monitoring import State
from risk.errors import StorageError
from risk.runs import signature
from risk.runs.beside import FEEDBACK, ORDER, STYLISED
from risk.runs.files import publish_json, read_json
from risk.runs.hashing import digest
from risk.runs.remembered import Remembered
from risk.runs.signature import Signature

if TYPE_CHECKING:
    from risk.runs import Run

FILE = "validation.json"
"""Beside a run; no part of its identity."""


@dataclass(frozen=True)
class Validation:
    """What is declared of the model, what was measured of it, and where a run stands.

    Attributes
    ----------
    run : its id; `source` the fingerprint of the engine that made it.
    inputs : fingerprint of all that this rests on beside the run.
    states : triggers against the run.
    records : evidence; of each figure and size it is told when and of which engine.
    signatures, altered : who signed the run; why nobody has although a record is there.
    drift : against the last signed run of the scenario; None where no other is signed.
    """

    run: str
    source: str
    inputs: str
    uses: tuple[Use, ...]
    approvals: tuple[Approval, ...]
    overrides: tuple[Override, ...]
    states: tuple[State, ...]
    records: tuple[Record, ...]
    signatures: tuple[Signature, ...]
    altered: str
    drift: Drift | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a pack of the run is a draft, a sentence a trigger; empty where none is past."""
        return tuple(monitoring.reasons(self.states))

    @property
    def figures(self) -> tuple[tuple[Figure, Record], ...]:
        """What was measured, with the record that has it."""
        return tuple((figure, record) for record in self.records for figure in record.figures)

    @property
    def sizes(self) -> tuple[tuple[Size, Record], ...]:
        """Sizes of limitations, with the record that has them."""
        return tuple((size, record) for record in self.records for size in record.sizes)


def current(run: Run, register: Path | None) -> Validation:
    """What stands beside a run where it is of today, else what is found now; nothing is written.

    Parameters
    ----------
    register : folder of the register; by default ./assumptions, else the one that came along.

    Raises
    ------
    AssumptionErrors : a declaration or a reading is wrong, with file and line.
    StorageError : evidence was edited.
    """
    folder = locate.register(register)
    inputs = _inputs(folder, run)
    kept = read(run)
    return kept if kept and kept.inputs == inputs else _found(run, folder, inputs)


def keep(run: Run, register: Path | None) -> Validation:
    """As `current`, and kept beside the run."""
    found = current(run, register)
    if read(run) != found:
        publish_json(run.directory / FILE, _ADAPTER.dump_python(found, mode="json"))
    return found


def read(run: Run) -> Validation | None:
    """What is kept beside a run; None where nothing is, or another version of the program kept it."""
    path = run.directory / FILE
    if not path.exists():
        return None
    try:
        found = _ADAPTER.validate_json(json.dumps(read_json(path)))
    except (StorageError, ValidationError):
        return None
    return found if found.run == run.id else None


def _found(run: Run, folder: Path, inputs: str) -> Validation:
    metrics = readings.read(folder, readings.sources(folder))
    known = declared.read(folder, [metric.id for metric in metrics])
    altered, signed = "", tuple[Signature, ...]()
    try:
        signed = signature.signatures(run)
    except StorageError as error:
        altered = error.reason
    return Validation(
        run=run.id,
        source=run.manifest.specification.source,
        inputs=inputs,
        uses=known.uses,
        approvals=known.approvals,
        overrides=known.overrides,
        states=monitoring.states(Remembered.of(run), known, metrics),
        records=evidence.read(folder),
        signatures=signed,
        altered=altered,
        drift=drift.drift(run),
    )


BESIDE = (FEEDBACK, ORDER, STYLISED)
"""What targets are measured on beside a run."""

METHOD = tuple(sorted(Path(__file__).parent.glob("*.py")))
"""Files that say how all this is found."""


def _inputs(folder: Path, run: Run) -> str:
    """Fingerprint of declarations, evidence, readings, signatures of all runs, and the method."""
    files = [
        *sorted((folder / declared.FOLDER).rglob("*.*")),
        folder / readings.FILE,
        *sorted(run.directory.parent.glob(f"*/{signature.FILE}")),
        *(run.directory / name for name in BESIDE),
        *METHOD,
    ]
    content = [(file.name, _sha256(file)) for file in files if file.is_file()]
    return digest([content, run.manifest.assumptions])


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


_ADAPTER: TypeAdapter[Validation] = TypeAdapter(Validation)
