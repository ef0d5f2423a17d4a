"""What a run is: everything that decides its numbers, and nothing that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from risk.errors import whole
from risk.runs.hashing import digest, numerical_versions, source_digest
from risk.shocks.stream import BLOCK

if TYPE_CHECKING:
    from risk.assumptions import Assumptions


@dataclass(frozen=True)
class Specification:
    """Identity of a run. Wall clock, machine, workers and the scenario's name are not part of it.

    Attributes
    ----------
    assumptions : digest of the normalised assumptions.
    seed : of every random stream.
    paths : joint futures simulated.
    versions : numerical libraries and their versions.
    source : digest of the source text from axes to engine.
    baseline : digest of the base median paths that cut couplings read; empty where none is cut.
    """

    assumptions: str
    seed: int
    paths: int
    versions: Mapping[str, str]
    source: str
    baseline: str

    @cached_property
    def id(self) -> str:
        """Run id: 12 hex digits."""
        return digest(self)[:12]

    @property
    def blocks(self) -> int:
        """Random blocks needed, the last one perhaps cut."""
        return -(-self.paths // BLOCK)

    def rows(self, block: int) -> int:
        """Paths kept of a block."""
        return min(BLOCK, self.paths - block * BLOCK)


def specify(assumptions: Assumptions, paths: int, seed: int, baseline: Any = None) -> Specification:
    """Specification of the run that these arguments would make.

    Raises
    ------
    UsageError
        Fewer than one path, or a negative seed.
    """
    paths, seed = whole("paths", paths, least=1), whole("seed", seed, least=0)
    return Specification(
        assumptions=assumptions.digest,
        seed=seed,
        paths=paths,
        versions=numerical_versions(),
        source=source_digest(),
        baseline="" if baseline is None else digest(baseline),
    )
