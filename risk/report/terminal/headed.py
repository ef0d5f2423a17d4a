"""Which run a screen is about: what stands above it, and first in its document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.text import Text

from risk.analysis.identities import identities
from risk.report.counted import paths_said
from risk.report.record import Document, Field, Record, lifted, told, whole
from risk.report.terminal.page import Page, Screen
from risk.report.terminal.page import heading as titled
from risk.runs import Run

T = TypeVar("T")


@dataclass(frozen=True)
class Heading:
    """Which run it is.

    Attributes
    ----------
    horizon : label of the last quarter.
    sound, identities : accounting identities that hold, and all of them.
    explained : the first paths on which inputs are told apart; None where these are all, or nobody asks.
    """

    run: str
    scenario: str
    title: str
    paths: int
    seed: int
    horizon: str
    sound: int
    identities: int
    explained: int | None = None

    @property
    def counted(self) -> str:
        """Its paths, and on which it is explained where these are not all."""
        return paths_said(self.paths, self.explained)


@dataclass(frozen=True)
class Headed(Generic[T]):
    """What was found of a run, and which run that is."""

    heading: Heading
    result: T

    @classmethod
    def of(cls, run: Run, result: T, on: Run | None = None) -> Headed[T]:
        """Put a result together with its run; `on` as of `heading`."""
        return cls(heading(run, on), result)


def heading(run: Run, on: Run | None = None) -> Heading:
    """Say which run it is.

    Parameters
    ----------
    on : its first paths, where some of what is told is of these (`risk.runs.first`).
    """
    found = identities(run)
    manifest, looked = run.manifest, on or run
    return Heading(
        run=run.id,
        scenario=manifest.scenario,
        title=manifest.title,
        paths=manifest.paths,
        explained=looked.paths if looked.paths < manifest.paths else None,
        seed=manifest.seed,
        horizon=run.calendar.labels[-1],
        sound=sum(identity.holds for identity in found),
        identities=len(found),
    )


EXPLAINED: Field[Heading] = told("explained", int | None, absent=True)
HEADING: Record[Heading] = Record((*whole(Heading, "sound", "identities", "explained").fields, EXPLAINED))
"""Which run it is."""


def document(*fields: Field[T], name: str, title: str) -> Document[Headed[T]]:
    """Document of what was found of a run: which run it is, then fields of the result."""
    head: tuple[Field[Headed[T]], ...] = lifted(lambda headed: headed.heading, HEADING.fields)
    return Document((*head, *lifted(lambda headed: headed.result, fields)), name=name, title=title)


def titles(run: Heading, page: Page, what: str = "Verdict") -> Screen:
    """Two lines that say which run it is, and a blank one."""
    return titled(f"{what} to {run.horizon}: {run.title}", page), facts(run, page), Text()


def facts(run: Heading, page: Page) -> Text:
    """A line that says which run it is."""
    sound = "OK" if run.sound == run.identities else "BROKEN"
    words = (
        f"run {run.run}",
        run.scenario,
        run.counted,
        f"seed {run.seed}",
        f"identities {run.sound}/{run.identities} {sound}",
    )
    return Text(page.say(" · ".join(words)))
