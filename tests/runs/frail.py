"""An engine that worker processes fail to import, in ways and as often as the environment says."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

from tests.runs.fake import simulate, simulate_slowly


def _fail() -> None:
    folder, way, times = os.environ["FRAIL"].split(",")
    (Path(folder) / f"start-{os.getpid()}").touch()
    if len(list(Path(folder).glob("start-*"))) > int(times):
        return
    if way == "exit":
        os._exit(3)
    elif way == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif way == "raise":
        raise ImportError("no such engine")
    else:
        time.sleep(60)


if multiprocessing.parent_process() is not None:
    _fail()


def sound(*arguments: object) -> object:
    """Simulate a block, as functions of this module do in a process that could import it."""
    return simulate(*arguments)  # type: ignore[arg-type]


def sound_slowly(*arguments: object) -> object:
    """Simulate a block, and take a while."""
    return simulate_slowly(*arguments)  # type: ignore[arg-type]
