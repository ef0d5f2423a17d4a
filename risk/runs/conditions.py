"""What decides whether a worker of somebody else's may compute a block, and how well it will."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from risk.errors import UsageError
from risk.runs.hashing import numerical_versions, source_digest
from risk.runs.manifest import DECIDES_BITS, bits_apart, environment

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Variables that say how many threads a matrix product takes."""

TRIM = "MALLOC_TRIM_THRESHOLD_"
"""Variable that says from how many free bytes on glibc returns memory to the system."""

ENOUGH = 1 << 26
"""Bytes of it from which on a block's temporaries stay in the heap."""


@dataclass(frozen=True)
class Terms:
    """What computes a block, as it enters the id of a run: a worker that has other source computes another.

    Attributes
    ----------
    source : fingerprint of the source text from axes to engine.
    versions : numerical libraries and their versions.
    """

    source: str
    versions: Mapping[str, str]

    @classmethod
    def here(cls) -> Terms:
        """Those of this process."""
        return cls(source_digest(), numerical_versions())

    def require(self) -> None:
        """Refuse to compute where this process has others; UsageError."""
        own = Terms.here()
        if own == self:
            return
        host = socket.gethostname()
        apart = [f"{name} {own.versions.get(name)}, not {wanted}" for name, wanted in self.versions.items()
                 if own.versions.get(name) != wanted]  # fmt: skip
        if own.source != self.source:
            apart.append("other source of bubblerisk")
        raise UsageError(
            f"the worker on {host} would compute another run: it has {', '.join(apart)}",
            "install the same bubblerisk and the same lock file on every machine; nothing was computed there",
        )


@dataclass(frozen=True)
class Conditions:
    """Under what a worker computes.

    Attributes
    ----------
    host, pid : of its process.
    wrong : what slows it, a sentence each.
    bits : what of its environment decides the last bit of a number.
    """

    host: str
    pid: int
    wrong: tuple[str, ...]
    bits: Mapping[str, object]

    @classmethod
    def here(cls) -> Conditions:
        """Those of this process."""
        return cls(socket.gethostname(), os.getpid(), tuple(_wrong(os.environ)), _bits())

    def warnings(self) -> Iterator[str]:
        """What whoever reads the log of the run should know of this worker."""
        if self.pid != os.getpid():
            yield from (f"the worker on {self.host} {sentence}" for sentence in self.wrong)
        for words in bits_apart(self.bits, _bits()):
            yield f"the worker on {self.host} has another {words}: last bits of its blocks may differ"


def _wrong(variables: Mapping[str, str]) -> Iterator[str]:
    many = [name for name in THREADS if variables.get(name) != "1"]
    if many:
        yield f"lets matrix products start threads that only disturb: set {' and '.join(many)} to 1"
    trim = variables.get(TRIM, "")
    if trim.isdecimal() and int(trim) < ENOUGH:
        slow = f"hands memory back after every array ({TRIM}={trim})"
        yield f"{slow}, which takes up to 1.8 times the processor time: unset it"


@cache
def _bits() -> Mapping[str, object]:
    found = environment()
    return {name: found[name] for name in DECIDES_BITS}
