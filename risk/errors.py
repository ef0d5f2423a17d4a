"""Errors a user can act on. Each class is one exit code; anything else is a defect."""

from __future__ import annotations

import errno
import operator
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class BubbleriskError(Exception):
    """An error with a plain answer: what is wrong, and what to do about it.

    Parameters
    ----------
    reason : what was found, and what was expected.
    *fixes : what to do, one sentence each.
    """

    exit_code = 1

    def __init__(self, reason: str, *fixes: str) -> None:
        super().__init__(reason, *fixes)
        self.reason = reason
        self.fixes = fixes

    def __str__(self) -> str:
        return "\n".join([f"error: {self.reason}", *(f"   = {fix}" for fix in self.fixes)])


class CheckFailed(BubbleriskError):  # noqa: N818 - reads as the sentence it is
    """A check or a batch did not pass."""

    exit_code = 1


class UsageError(BubbleriskError):
    """The command line asks for something that does not exist or makes no sense."""

    exit_code = 2


class AssumptionError(BubbleriskError):
    """The assumption register, or something asked of it, is not valid."""

    exit_code = 3


class NumericalError(BubbleriskError):
    """The model could not compute a number it needs.

    Parameters
    ----------
    path : id of the path on which it could not, where it is known.
    """

    exit_code = 4

    def __init__(self, reason: str, *fixes: str, path: int | None = None) -> None:
        super().__init__(reason, *fixes)
        self.path = path


class StorageError(BubbleriskError):
    """A file could not be read or written, or does not hold what it should."""

    exit_code = 5


def storage_error(error: OSError, path: object = "", doing: str = "") -> StorageError:
    """Plain answer to a failure of the system: which file, why, and what to do about it.

    Parameters
    ----------
    path : the file, where the error does not know it or knows a temporary one.
    doing : what failed, e.g. "was not written".
    """
    where = str(path or _named(error) or "a file")
    why = error.strerror or str(error) or type(error).__name__
    failed = doing or "cannot be used"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(f"the disk is full: {where} {doing or 'was not written'}", _FIXES[errno.ENOSPC])
    fix = _FIXES.get(error.errno or 0)
    return StorageError(f"{where} {failed} ({why})", *([fix] if fix else []))


def refuse_pipe(path: Path) -> None:
    """Refuse what is there and is neither file nor folder: a pipe would be waited for without end.

    Raises
    ------
    OSError : it is a pipe, a socket or a device.
    """
    try:
        mode = path.stat().st_mode
    except OSError:  # who opens it is told why
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))


def _named(error: OSError) -> str:
    """Files that an error names, or the working directory where it is gone and relative names fail."""
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
    if names:
        return " → ".join(names)
    try:
        Path.cwd()
    except OSError:
        return "the working directory"
    return ""


_FIXES = {
    errno.ENOSPC: "free some space and run again",
    errno.EMFILE: "allow more open files (ulimit -n 1024), or use fewer workers (--jobs 1)",
    errno.ENFILE: "close some programs: the machine has too many files open",
    errno.EACCES: "make it readable and writable, or name another place",
    errno.EPERM: "make it readable and writable, or name another place",
    errno.EROFS: "name a place that can be written",
    errno.ENOTDIR: "a folder is due where a file stands: move it away, or name another place",
    errno.EEXIST: "a folder is due where a file stands: move it away, or name another place",
    errno.EISDIR: "a file is due where a folder stands: move it away, or name another place",
    errno.ENOTEMPTY: "a file is due where a folder stands: move it away, or name another place",
    errno.EINVAL: "put a file in its place, or name another place",
    errno.ELOOP: "a link leads to itself: remove it",
    errno.ENAMETOOLONG: "give a shorter name",
    errno.ENOENT: "is its folder there? It may have been moved or removed",
    errno.EFBIG: "allow larger files (ulimit -f unlimited)",
}


class LockedError(BubbleriskError):
    """Another process holds the run."""

    exit_code = 6


class Terminated(KeyboardInterrupt):
    """The program was asked to end by SIGTERM: cleaned up after and told like Ctrl-C."""

    exit_code = 143


def whole(name: str, value: Any, least: int) -> int:
    """A whole number from `least` on; UsageError for any other, for a fraction and for True."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise UsageError(f"{name} is {value!r}", f"give a whole number from {least}")
    number = operator.index(value)
    if number < least:
        raise UsageError(f"{name} is {number}", f"give a whole number from {least}")
    return number


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the name in `known` that `word` was probably meant to be, or an empty string."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word[:100].casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else ""
