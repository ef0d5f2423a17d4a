"""Blocks of a run on their way, through whatever store `fsspec` knows (``s3://``, ``gs://``, ``file://``).

    <address>/<run id>/00000-00004/    a bundle: blocks 0 to 3, laid out as the folder of the run

The record of a block is sent after its arrays. It says what they must be, so that a bundle whose sender died,
or which two have sent at once, is read as far as it is sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from risk.errors import BubbleriskError, StorageError, UsageError
from risk.runs.store import Store

EXTRA = (
    "install the extra: python -m pip install 'bubblerisk[cluster]', "
    "or in a checkout: python -m pip install --require-hashes -r requirements-cluster.lock"
)
"""What to do where Dask or `fsspec` is missing."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://")
_BUNDLE = re.compile(r"\d{5,}-\d{5,}")


def is_address(place: str) -> bool:
    """Whether a place is an address for `fsspec`, and not a folder of this machine."""
    return _ADDRESS.match(place) is not None


def bundle(first: int, end: int) -> str:
    """Name of the bundle of blocks `first` to `end` - 1."""
    return f"{first:05d}-{end:05d}"


def is_bundle(name: str) -> bool:
    """Whether a folder is called as bundles are."""
    return _BUNDLE.fullmatch(name) is not None


def put(source: Path, address: str) -> None:
    """Copy a file to an address; StorageError where that fails."""
    with _at(address) as (system, path):
        system.makedirs(path.rpartition("/")[0], exist_ok=True)
        system.put_file(str(source), path)


def read(address: str) -> bytes:
    """The content of a file at an address; StorageError where that fails."""
    with _at(address) as (system, path):
        content: bytes = system.cat_file(path)
        return content


def remove(address: str) -> None:
    """Remove a file or folder at an address; that it is gone already is as well."""
    with _at(address) as (system, path):
        if system.exists(path):
            system.rm(path, recursive=True)


def send(store: Store, address: str) -> None:
    """Copy all that is stored in a folder to an address, records of blocks last."""
    records = store.record_file(0).parent
    files = sorted(
        (file for file in store.directory.rglob("*") if file.is_file()),
        key=lambda file: (file.parent == records, file),
    )
    for file in files:
        put(file, f"{address}/{file.relative_to(store.directory).as_posix()}")


def fetch(address: str, folder: Path) -> Store:
    """Copy what lies at an address into a folder of this machine, and read it as blocks of a run."""
    with _at(address) as (system, path):
        system.get(path.rstrip("/") + "/", f"{folder}/", recursive=True)
    return Store(folder)


def bundles(address: str) -> list[str]:
    """Addresses of the bundles at an address, and the address itself where a run's blocks lie in it."""
    with _at(address) as (system, path):
        if not system.isdir(path):
            return []
        names = sorted(entry.rstrip("/").rpartition("/")[2] for entry in system.ls(path, detail=False))
    own = [address] if "blocks" in names else []
    return own + [f"{address}/{name}" for name in names if is_bundle(name)]


@contextmanager
def _at(address: str) -> Iterator[tuple[Any, str]]:
    """The store of an address and the path in it; what goes wrong there is told with the address."""
    try:
        import fsspec
    except ImportError as error:
        raise UsageError(f"{address} needs the package fsspec, which is not installed", EXTRA) from error
    try:
        yield fsspec.core.url_to_fs(address)
    except BubbleriskError:
        raise
    except Exception as error:  # every store has errors of its own
        why = f"{type(error).__name__}: {error}"
        raise StorageError(f"{address} cannot be used ({why})", "is it reachable and writable?") from error
