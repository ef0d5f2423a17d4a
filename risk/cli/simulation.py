"""What commands that need a run share: its options, and where one works."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypedDict

from cyclopts import Parameter

from risk.cli.console import message
from risk.cli.options import Common, whole
from risk.door.desk import Desk, silent
from risk.door.studies import PATHS

if TYPE_CHECKING:
    from risk.door.result import Result

Seed = Annotated[
    int | None,
    whole("Seed of every stream; run.seed by default.", least=0),
]
Jobs = Annotated[
    int | None,
    whole("Worker processes; one a core by default.", "--jobs", "-j"),
]


class Wanted(TypedDict):
    """What is simulated, as the door takes it."""

    paths: int | None
    seed: int | None
    vintage: str | None


@Parameter(name="*")
@dataclass(frozen=True)
class Simulation:
    """What is simulated, and by how many processes."""

    paths: Annotated[
        int | None,
        whole("Number of paths; run.paths by default.", "--paths", "-n"),
    ] = None
    seed: Seed = None
    jobs: Jobs = None
    vintage: Annotated[
        str | None,
        Parameter(help="Start from the state of an earlier quarter, such as 2026Q2; so does NAME@2026Q2."),
    ] = None

    @property
    def wanted(self) -> Wanted:
        """What is simulated, without by how many processes."""
        return {"paths": self.paths, "seed": self.seed, "vintage": self.vintage}


SIMULATION = Simulation()
"""Every option left out."""


@Parameter(name="*")
@dataclass(frozen=True)
class Runs:
    """What is simulated by a study of several runs, and by how many processes."""

    paths: Annotated[
        int,
        whole("Number of paths of each run.", "--paths", "-n"),
    ] = PATHS
    seed: Seed = None
    jobs: Jobs = None


RUNS = Runs()
"""Every option left out."""

Stored = Annotated[
    str, Parameter(help="Run id or its beginning, or a scenario: the run its pack shows, else its largest.")
]
"""A word that names a stored run."""

Each = Annotated[
    int,
    whole("Paths of each register tried, at most.", "--paths", "-n"),
]
"""Paths of registers that are tried beside a run."""

Prior = Annotated[
    str | None,
    Parameter(
        help="Stored run to compare with, or none; by default the last of the scenario that was signed."
    ),
]
"""A word that names an earlier run."""


def desk(common: Common, jobs: int | None = None) -> Desk:
    """Where the options say that one works; what is done is told on standard error."""
    from risk.cli.progress import Progress

    output = common.output
    return Desk(
        common.folder.runs,
        common.register.assumptions,
        jobs,
        message,
        silent if output.quiet else message,
        partial(Progress, output=output),
    )


def result(target: str, common: Common) -> Result:
    """The stored run that a word names."""
    from risk.door.calls import open as opened

    return opened(target, desk=desk(common))
