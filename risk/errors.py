"""Errors a user can act on. Each class is one exit code; anything else is a defect."""

from __future__ import annotations

from collections.abc import Iterable


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


class LockedError(BubbleriskError):
    """Another process holds the run."""

    exit_code = 6


class Terminated(KeyboardInterrupt):
    """The program was asked to end by SIGTERM: cleaned up after and told like Ctrl-C."""

    exit_code = 143


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the name in `known` that `word` was probably meant to be, or an empty string."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word[:100].casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else ""
