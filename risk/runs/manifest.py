"""What is written beside a run's numbers: what it is, what it holds, and where and when it was made."""

from __future__ import annotations

import math
import os
import platform
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.axes import Calendar
from risk.errors import StorageError
from risk.runs.files import publish_json, read_json
from risk.runs.hashing import digest, words_digest
from risk.runs.history import history
from risk.runs.specification import Specification

if TYPE_CHECKING:
    from risk.assumptions import Assumptions
    from risk.runs.records import BlockRecord
    from risk.runs.stretch import Stretch

_LIBRARIES = ("numpy", "scipy", "pyarrow", "pydantic")

DECIDES_BITS = {
    "system": "operating system",
    "machine": "architecture",
    "simd": "processor extensions",
    "c_library": "C library",
}
"""What of an environment decides the last bit of a run, in words; the libraries that do are in its id."""

RELATIVE = 1e-6
"""Largest relative difference of a number that another environment explains."""


@dataclass(frozen=True)
class Manifest:
    """Record of a complete run.

    Attributes
    ----------
    specification : the run's identity.
    scenario, title, description : as the scenario file says.
    base_date, quarters : the time axis.
    entities : key of sums or facility series → names along the last axis.
    shapes : key → shape of the sums.
    identities : accounting identity → largest relative error on any path and quarter of those checked.
    checked : paths on which identities were looked at, 0 where nobody counted: all of them. Neither is in any
        fingerprint, for looking changes nothing.
    blocks : fingerprint of every block, in order.
    sums : fingerprint of the exact sums.
    assumptions : fingerprint of the normalised assumptions stored beside.
    result : fingerprint of all numbers of the run: equal on any number of workers, in any order of blocks.
    records : name of a stretch of blocks that stand in files together → fingerprint of what is known of them;
        like clock and history outside every fingerprint.
    history : who last changed which lines of the register, and why; outside every fingerprint.
    environment : versions, platform, commit; differs between machines. Operating system, architecture,
        processor extensions as NumPy uses them and C library decide bits, with the libraries of the
        specification; nothing else does.
    clock : start, finish, seconds, workers, blocks computed in them and the processors' seconds they took,
        command; outside every fingerprint.
    parent : run id of the run of this scenario finished before; empty for the first.
    """

    specification: Specification
    scenario: str
    title: str
    description: str
    base_date: str
    quarters: int
    entities: Mapping[str, Sequence[str]]
    shapes: Mapping[str, Sequence[int]]
    identities: Mapping[str, float]
    blocks: Sequence[str]
    sums: Mapping[str, str]
    assumptions: str
    environment: Mapping[str, Any]
    clock: Mapping[str, Any]
    parent: str = ""
    result: str = ""
    records: Mapping[str, str] = field(default_factory=dict)
    history: Mapping[str, Any] = field(default_factory=dict)
    checked: int = 0

    @property
    def id(self) -> str:
        """Run id: 12 hex digits."""
        return self.specification.id

    @property
    def paths(self) -> int:
        """Joint futures simulated."""
        return self.specification.paths

    @property
    def seed(self) -> int:
        """Seed of every random stream."""
        return self.specification.seed

    @property
    def finished(self) -> str:
        """When the run was complete: ISO 8601, UTC."""
        return str(self.clock["finished"])

    @cached_property
    def calendar(self) -> Calendar:
        """The time axis."""
        return Calendar(date.fromisoformat(self.base_date), self.quarters)


def describe(
    specification: Specification,
    assumptions: Assumptions,
    stretches: Sequence[Stretch],
    sums: Mapping[str, str],
    clock: Mapping[str, Any],
    parent: str,
) -> Manifest:
    """Manifest of a run whose blocks are all stored, in stretches in the order of their numbers."""
    first, blocks, identities, checked = _known(stretches)
    manifest = Manifest(
        specification=specification,
        scenario=assumptions.scenario.name,
        title=assumptions.scenario.title,
        description=assumptions.scenario.description,
        base_date=assumptions.calendar.base.isoformat(),
        quarters=assumptions.calendar.quarters,
        entities=first.entities,
        shapes=first.shapes,
        identities=identities,
        blocks=blocks,
        sums=sums,
        assumptions=words_digest(assumptions),
        environment=environment(),
        clock=clock,
        parent=parent,
        records={stretch.name: stretch.fingerprint() for stretch in stretches},
        checked=checked,
    )
    hashed = ("specification", "base_date", "quarters", "entities", "shapes", "blocks", "sums")
    result = digest({name: getattr(manifest, name) for name in hashed})
    return replace(manifest, result=result, history=history(Path(assumptions.directory)))


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Store a manifest: the last act of a run. What the list of runs tells stands first."""
    content = {each.name: getattr(manifest, each.name) for each in fields(manifest)}
    content["specification"] = asdict(manifest.specification)
    head = {name: content[name] for name in ("specification", "scenario", "clock")}
    publish_json(path, {"id": manifest.id, **head, **content})


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; StorageError where it is damaged or of another version."""
    content = read_json(path)
    content.pop("id", None)
    try:
        return Manifest(**{**content, "specification": Specification(**content["specification"])})
    except (TypeError, KeyError) as error:
        raise _of_another_version(path) from error


@dataclass(frozen=True)
class Head:
    """What the list of runs tells of one: the beginning of its manifest, forty times as quick to read.

    Attributes
    ----------
    specification, scenario : as the manifest says.
    finished : when the run was complete: ISO 8601, UTC.
    """

    specification: Specification
    scenario: str
    finished: str


def read_head(path: Path) -> Head:
    """Read the beginning of a manifest, verified as a whole; StorageError as of `read_manifest`."""
    content = read_json(path, until="title")
    try:
        # Earlier versions wrote it last.
        clock = content.get("clock") or read_json(path)["clock"]
        return Head(Specification(**content["specification"]), content["scenario"], str(clock["finished"]))
    except (TypeError, KeyError) as error:
        raise _of_another_version(path) from error


def _of_another_version(path: Path) -> StorageError:
    return StorageError(f"{path} was written by another version of bubblerisk", "run the scenario again")


def timestamp() -> str:
    """Now: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def environment() -> dict[str, Any]:
    """Versions, platform and commit. Bits are promised equal where `DECIDES_BITS` and versions are."""
    return {
        "bubblerisk": package_version(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "system": platform.system(),
        "machine": platform.machine(),
        "simd": _simd(),
        "c_library": _c_library(),
        "host": socket.gethostname(),
        "cpus": os.cpu_count(),
        "random_generator": "PCG64DXSM",
        **_commit(),
    }


def bits_apart(made: Mapping[str, Any], here: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what decides bits and differs between two environments; what one of them leaves out does not count.

    Parameters
    ----------
    made, here : environments of manifests: of a run as stored, and of its repetition.
    """
    known = {key: words for key, words in DECIDES_BITS.items() if key in made and key in here}
    return tuple(
        f"{words} ({_said(made[key])}; here {_said(here[key])})"
        for key, words in known.items()
        if made[key] != here[key]
    )


def package_version() -> str:
    """Version of this package, from its metadata."""
    try:
        return version("bubblerisk")
    except PackageNotFoundError:
        return "0+source"


def _known(stretches: Sequence[Stretch]) -> tuple[BlockRecord, list[str], dict[str, float], int]:
    """Record of the first block, fingerprints of all; identities' largest errors, and on how many paths."""
    first: BlockRecord | None = None
    blocks: list[str] = []
    largest: dict[str, float] = {}
    checked = 0
    for record in (record for stretch in stretches for record in stretch.records.each()):
        first = first or record
        blocks.append(record.digest)
        checked += record.paths if record.identities else 0
        for name, error in record.identities.items():
            largest[name] = _larger(largest.get(name, 0.0), error)
    assert first is not None, "a run has a block"
    return first, blocks, largest, checked


def _larger(error: float, other: float) -> float:
    """The larger error; NaN where one is NaN, which must not hide behind a number."""
    return math.nan if math.isnan(error) or math.isnan(other) else max(error, other)


def _said(value: Any) -> str:
    return str(value) if isinstance(value, str) else " ".join(value)


def _c_library() -> str:
    """The library of exponentials and logarithms that NumPy and SciPy have no code of their own for."""
    return " ".join(platform.libc_ver()).strip() or platform.release()  # elsewhere it comes with the system


def _simd() -> list[str]:
    """Processor extensions that NumPy uses: what it was built for and what it found, unless it is masked."""
    import numpy as np

    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    return [*extensions.get("baseline", []), *extensions.get("found", [])]


@cache
def _commit() -> Mapping[str, Any]:
    """Git commit of the checkout this package runs from, and whether it had uncommitted changes."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return {"commit": "", "dirty": False}
    return {"commit": _git(root, "rev-parse", "HEAD"), "dirty": bool(_git(root, "status", "--porcelain"))}


def _git(root: Path, *arguments: str) -> str:
    try:
        result = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
