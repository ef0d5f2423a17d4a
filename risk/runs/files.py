"""Files that are either whole or absent, whatever happens while they are written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from risk.errors import StorageError, refuse_pipe, storage_error
from risk.runs.hashing import digest

LONGEST = 200
"""Characters of a name that its temporary file repeats, so that the longest name still has one."""

ABANDONED = 3600.0
"""Seconds after which a temporary file of another machine is nobody's: a block takes seconds."""


def publish(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its place, force it to disk and move it there in one step.

    Raises
    ------
    StorageError
        The disk is full or the folder cannot be written; no part of the file is left.
    """
    temporary = temporary_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:  # whatever happened, an interrupt too; after the move there is nothing of that name
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def temporary_file(path: Path) -> Path:
    """Where a file is written before it is moved to its place: a name that no other writer has.

    It says on which machine and by which process, for several may write into one shared folder.
    """
    return path.with_name(f".{path.name[:LONGEST]}.{_machine()}-{os.getpid()}-{uuid4().hex[:8]}.tmp")


def publish_copy(source: Path, path: Path) -> None:
    """Copy a file; StorageError where it cannot be read or written."""
    try:
        refuse_pipe(source)
        with source.open("rb") as file:
            publish(path, lambda copy: shutil.copyfileobj(file, copy))
    except OSError as error:
        raise storage_error(error, source, "cannot be read") from error


def publish_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain data as JSON with a checksum of its text that `read_json` demands."""
    text = json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8")
    sealed = text.removesuffix(_END) + b',\n "checksum": "' + _sha256(text) + b'"' + _END + b"\n"
    publish(path, lambda file: file.write(sealed))


def read_json(path: Path, until: str | None = None) -> dict[str, Any]:
    """Read what `publish_json` wrote.

    Parameters
    ----------
    until
        Key at which to stop: it and all that follow are verified, but not parsed.

    Raises
    ------
    StorageError
        The file is damaged or not there.
    OSError
        The system refused, which says nothing of the file: too many open files, no permission …
    """
    try:
        refuse_pipe(path)
        text = path.read_bytes()
        seal = _SEAL.search(text, max(0, len(text) - _SEALED))
        body = text[: seal.start()] + _END if seal else b""
        if seal is None or seal[1] != _sha256(body):
            return _read_by_value(path, text)
        # A line break in a string is escaped: a line that begins with one blank is a key of the document.
        head, found, _ = body.partition(f',\n "{until}":'.encode()) if until else (body, b"", b"")
        return dict(json.loads(head + _END if found else body))
    except OSError as error:
        if refused(error):
            raise
        raise storage_error(error, path, "cannot be read") from error
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise StorageError(f"{path} cannot be read ({error})") from error


_END = b"\n}"
_SEAL = re.compile(rb',\n "checksum": "([0-9a-f]{64})"\n\}\n\Z')
_SEALED = 96
"""Bytes at the end of a file among which its checksum stands."""


def _sha256(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()


def _read_by_value(path: Path, text: bytes) -> dict[str, Any]:
    """Read a file of an earlier version, whose checksum is that of the values; twenty times as slow."""
    content = json.loads(text.decode("utf-8"))
    if content.pop("checksum") != digest(content):
        raise StorageError(f"{path} is damaged: its checksum does not match")
    return dict(content)


def remove_leftovers(directory: Path) -> None:
    """Remove temporary files of writers that were killed; those of writers that may live stay."""
    for temporary in directory.rglob(".*.tmp"):
        with suppress(FileNotFoundError):  # its writer was just done
            if not _may_be_written(temporary):
                temporary.unlink(missing_ok=True)


_WRITER = re.compile(r"\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp\Z")


def _may_be_written(temporary: Path) -> bool:
    """Whether the writer of a temporary file lives: known of this machine, guessed by time of others."""
    writer = _WRITER.search(temporary.name)
    if writer is None or (writer[1] == _machine() and not _lives(int(writer[2]))):
        return False
    return time.time() - temporary.stat().st_mtime < ABANDONED


def _lives(pid: int) -> bool:
    if os.name == "nt":  # to ask there is to end it
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # somebody else's
    return True


@cache
def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def set_aside(path: Path, directory: Path) -> Path | None:
    """Move a bad file into the folder `directory` under a free name; None where there is no file."""
    if not path.exists():
        return None
    directory.mkdir(exist_ok=True)
    name = f"{path.parent.name}-{path.name}"
    number = sum(1 for _ in directory.glob(f"{name}.*"))
    with suppress(FileNotFoundError):  # another process has just done it
        return path.replace(directory / f"{name}.{number}")
    return None


def require_space(directory: Path, needed: int) -> None:
    """Refuse a run that the disk cannot hold.

    Parameters
    ----------
    directory
        Where the run will be written; it need not exist yet.
    needed
        Bytes.

    Raises
    ------
    StorageError
        Less is free.
    """
    existing = next(
        folder for folder in (directory.absolute(), *directory.absolute().parents) if folder.exists()
    )
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise StorageError(
            f"the run needs about {_size(needed)} in {directory} and {_size(free)} is free; nothing was run",
            "free some space, ask for fewer paths, or store elsewhere",
        )


def cannot_write(path: Path, error: OSError) -> StorageError:
    """Plain answer to a failed write."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return storage_error(error, path, "was not written" if full else "cannot be written")


def refused(error: OSError) -> bool:
    """Whether the system refused to open a file that may well be sound, and must not pass for damaged."""
    return error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM)


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{max(count, 0) / 1e6:,.0f} MB"


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; its rename is durable with the file
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
