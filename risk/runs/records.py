"""What is known of stored blocks without opening their arrays: one by one, or many in a file of columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from risk.errors import StorageError
from risk.runs.columns import read_group, read_metadata, told, write_columns
from risk.runs.hashing import digest

_DIGEST, _SEAL = np.dtype("V16"), np.dtype("V32")


@dataclass(frozen=True)
class BlockRecord:
    """What is known of a stored block without opening its arrays.

    Attributes
    ----------
    index, paths : number of the block and paths kept.
    digests : kind → name → fingerprint of the array.
    shapes : key → shape of its sums.
    entities : key → names along the last axis.
    identities : accounting identity → largest relative error; empty where nobody looked. Outside the
        fingerprint: looking changes nothing.
    """

    index: int
    paths: int
    digests: Mapping[str, Mapping[str, str]]
    shapes: Mapping[str, Sequence[int]]
    entities: Mapping[str, Sequence[str]]
    identities: Mapping[str, float]

    @cached_property
    def digest(self) -> str:
        """Fingerprint of the whole block."""
        return digest({name: value for name, value in self.content().items() if name != "identities"})

    def has(self, seal: str) -> bool:
        """Whether a fingerprint is the block's; in earlier versions it held the identities' errors too."""
        return seal in (self.digest, digest(self))

    def content(self) -> dict[str, Any]:
        """Plain data, as stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Records(Protocol):
    """Records of consecutive blocks."""

    def paths(self, block: int) -> int:
        """Paths kept of a block."""

    def names(self, kind: str, block: int) -> tuple[str, ...]:
        """Names of the arrays of a kind that a block has."""

    def digests(self, kind: str, names: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Name → fingerprints of the arrays, block after block; of a block without it, no fingerprint."""

    def each(self) -> Iterator[BlockRecord]:
        """The records, block after block."""


@dataclass(frozen=True)
class Single:
    """The record of one block."""

    record: BlockRecord

    def paths(self, block: int) -> int:
        """See `Records`."""
        return self.record.paths

    def names(self, kind: str, block: int) -> tuple[str, ...]:
        """See `Records`."""
        return tuple(self.record.digests.get(kind, {}))

    def digests(self, kind: str, names: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """See `Records`."""
        return {name: [self.record.digests[kind][name]] for name in names}

    def each(self) -> Iterator[BlockRecord]:
        """See `Records`."""
        yield self.record


@dataclass(frozen=True)
class Filed:
    """Records in a file: one row a block, one column a fingerprint or an identity's error.

    What most blocks have in common, names and shapes, stands in the footer: their *forms*.

    Attributes
    ----------
    path : of the file.
    seal : fingerprint of the file that it must have; unknown while a run is not complete.
    """

    path: Path
    seal: str = ""

    def paths(self, block: int) -> int:
        """See `Records`."""
        return self._known[block][0]

    def names(self, kind: str, block: int) -> tuple[str, ...]:
        """See `Records`."""
        return tuple(self._form(block)["digests"].get(kind, ()))

    def digests(self, kind: str, names: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """See `Records`."""
        found = read_group(self.path, 0, [f"{kind}/{name}" for name in names], self._metadata)
        return {name: _texts(found[f"{kind}/{name}"]) for name in names}

    def seals(self) -> list[str]:
        """Fingerprints of whole blocks, block after block."""
        return _texts(read_group(self.path, 0, ["record"], self._metadata)["record"])

    def each(self) -> Iterator[BlockRecord]:
        """See `Records`; StorageError where one is not what was written."""
        columns = read_group(self.path, 0, None, self._metadata)
        for row, (index, seal) in enumerate(zip(self._known, _texts(columns["record"]), strict=True)):
            form = self._form(index)
            record = BlockRecord(
                index=index,
                paths=int(columns["paths"][row]),
                digests={
                    kind: {name: columns[f"{kind}/{name}"][row].tobytes().hex() for name in names}
                    for kind, names in form["digests"].items()
                },
                shapes=form["shapes"],
                entities=form["entities"],
                identities={name: float(columns[f"identity/{name}"][row]) for name in form["identities"]},
            )
            if record.digest != seal:
                raise StorageError(f"{self.path} is damaged: block {index} is not what was written")
            yield record

    def _form(self, block: int) -> Mapping[str, Any]:
        return self._forms[self._known[block][1]]

    @cached_property
    def _metadata(self) -> Any:
        if self.seal and file_digest(self.path) != self.seal:
            raise StorageError(f"{self.path} is damaged or belongs to another run")
        return read_metadata(self.path)

    @cached_property
    def _forms(self) -> Sequence[Mapping[str, Any]]:
        return tuple(told(self.path, self._metadata, "forms"))

    @cached_property
    def _known(self) -> Mapping[int, tuple[int, int]]:
        """Block → its paths, and the place of its form."""
        columns = read_group(self.path, 0, ["block", "paths", "form"], self._metadata)
        blocks, paths, forms = (columns[name].tolist() for name in ("block", "paths", "form"))
        return dict(zip(blocks, zip(paths, forms, strict=True), strict=True))


def write_records(file: BinaryIO, records: Sequence[BlockRecord]) -> None:
    """Write records of consecutive blocks as one file."""
    forms: dict[str, int] = {}
    places = [forms.setdefault(json.dumps(_form(record)), len(forms)) for record in records]
    columns: dict[str, NDArray[Any]] = {
        "block": np.array([record.index for record in records], dtype=np.int32),
        "paths": np.array([record.paths for record in records], dtype=np.int32),
        "form": np.array(places, dtype=np.int32),
        "record": _bytes([record.digest for record in records], _SEAL),
    }
    for name in dict.fromkeys(name for record in records for name in record.identities):
        errors = [record.identities.get(name, np.nan) for record in records]
        columns[f"identity/{name}"] = np.array(errors, dtype=np.float64)
    kept = dict.fromkeys((k, name) for record in records for k, of in record.digests.items() for name in of)
    for kind, name in kept:
        found = [record.digests.get(kind, {}).get(name, "") for record in records]
        columns[f"{kind}/{name}"] = _bytes(found, _DIGEST)
    write_columns(file, columns, told={"forms": [json.loads(form) for form in forms]})


def file_digest(path: Path) -> str:
    """Fingerprint of a file's bytes; StorageError where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise StorageError(f"{path} is not there") from error


def _form(record: BlockRecord) -> dict[str, Any]:
    return {
        "digests": {kind: list(names) for kind, names in record.digests.items()},
        "shapes": {key: list(shape) for key, shape in record.shapes.items()},
        "entities": {key: list(names) for key, names in record.entities.items()},
        "identities": list(record.identities),
    }


def _bytes(digests: Iterable[str], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Fingerprints as bytes; zeros where there is none."""
    return np.frombuffer(b"".join(bytes.fromhex(d) or bytes(dtype.itemsize) for d in digests), dtype)


def _texts(digests: NDArray[Any]) -> list[str]:
    return [one.tobytes().hex() for one in digests]
