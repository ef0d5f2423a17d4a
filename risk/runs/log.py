"""Where messages go: standard error and the run's own log."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from risk.errors import refuse_pipe

_ROOT = logging.getLogger("risk")
_FORMAT = "%(asctime)sZ %(levelname)s %(message)s"


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Show messages of `level` and above on standard error; a second call changes the level."""
    for handler in list(_ROOT.handlers):
        if getattr(handler, "stream", None) is not None and not isinstance(handler, logging.FileHandler):
            _ROOT.removeHandler(handler)
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(message)s"))
    _ROOT.addHandler(handler)


class _File(logging.FileHandler):
    """The log of a run: where it cannot be written on, the run goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing."""

    def close(self) -> None:
        """Close the file; what could not be written is lost."""
        with suppress(OSError):
            super().close()


@contextmanager
def log_to_file(path: Path) -> Iterator[None]:
    """Append messages, with times in UTC, to a file while the context lasts: those of this thread, or of it.

    What another thread says of a job that it computes for this one names it under `of`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    refuse_pipe(path)
    handler = _File(path, encoding="utf-8")
    formatter = logging.Formatter(_FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    own = threading.get_ident()
    handler.addFilter(lambda record: getattr(record, "of", record.thread) == own)
    level = _ROOT.level
    _ROOT.setLevel(logging.INFO)
    _ROOT.addHandler(handler)
    try:
        yield
    finally:
        _ROOT.removeHandler(handler)
        _ROOT.setLevel(level)
        handler.close()
