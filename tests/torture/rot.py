"""Files of a complete run are cut short, or a bit of them is turned over."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from risk.errors import StorageError
from risk.runs import Run
from risk.runs.find import open_run
from tests.torture.trial import Trial


def rot(run: Run, cuts: int, flips: int, rng: random.Random) -> tuple[Trial, Trial]:
    """Damage a file of a run, read everything, and put the file back, so many times."""
    cut = Trial("A file of a complete run cut short at a random place", "told as damaged")
    flipped = Trial("A random bit of a file of a complete run turned over", "told, or nothing read differs")
    files = [
        path for path in run.directory.rglob("*") if path.is_file() and path.suffix in (".parquet", ".json")
    ]
    sound = _content(run)
    for _ in range(cuts):
        _try(cut, run, rng.choice(files), lambda raw: raw[: rng.randrange(len(raw))], sound)
    for _ in range(flips):
        _try(flipped, run, rng.choice(files), lambda raw: _flipped(raw, rng), sound)
    return cut, flipped


def _try(trial: Trial, run: Run, path: Path, damage: Callable[[bytes], bytes], sound: object) -> None:
    raw = path.read_bytes()
    path.write_bytes(damage(raw))
    try:
        silent = _content(run) != sound
        trial.note(f"{path.relative_to(run.directory)}: read as something else" if silent else "")
    except StorageError:
        trial.note()
    except Exception as error:
        trial.note(f"{path.relative_to(run.directory)}: {type(error).__name__}: {error}")
    finally:
        path.write_bytes(raw)


def _flipped(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]


def _content(run: Run) -> tuple[object, ...]:
    """All that is read of a run, opened anew, so that nothing is remembered."""
    again = open_run(run.id, run.directory.parent)
    again.verify()
    outcomes = {name: column.tobytes() for name, column in again.outcomes().items()}
    return again.manifest.blocks, again.written, outcomes
