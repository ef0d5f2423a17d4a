"""Loading a case: today's register, moved to its date and sizes, with what it says laid over it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from risk.assumptions import locate
from risk.assumptions.base import Base
from risk.assumptions.cases import expected, foresight, laid
from risk.assumptions.cases.filled import Filled
from risk.assumptions.cases.form import Case
from risk.assumptions.cases.ground import ground
from risk.assumptions.cases.opened import Open, opened
from risk.assumptions.cases.read import find, parse
from risk.assumptions.cases.scale import Scale
from risk.assumptions.draft import Draft, read_base
from risk.assumptions.load import Footing, assemble
from risk.assumptions.problems import Problem
from risk.assumptions.reader import Document
from risk.assumptions.register import Assumptions
from risk.assumptions.scenario import ScenarioFile
from risk.assumptions.schema import ScenarioInfo
from risk.assumptions.table import Row

NAME = "case-"
"""Before the name of a case where it stands for a scenario's."""


@dataclass(frozen=True)
class Described:
    """A case and its register.

    Attributes
    ----------
    scale : ratios of the case's sizes to today's.
    filled, open : what its file leaves out, and by which rule it is there.
    disagreements : totals that the register holds twice and that do not agree in the case.
    """

    case: Case
    register: Assumptions
    scale: Scale
    filled: Filled
    open: tuple[Open, ...]
    disagreements: tuple[str, ...]


class _Laid(Footing):
    """What a case does to the draft of a register while it is loaded."""

    def __init__(self, case: Case) -> None:
        self.case, self.filled, self.scale = case, Filled(), Scale()
        self.disagreements: tuple[str, ...] = ()

    def prepare(self, draft: Draft) -> list[ScenarioFile]:
        """Move the draft and return what is laid over it."""
        case = self.case
        draft.problems += [*case.problems, *foresight.check(case)]
        self.scale = ground(draft, case)
        data, self.filled, wrong = laid.prepared(draft, case)
        draft.problems += wrong
        _bibliography(draft, case)
        info = ScenarioInfo(called(case.name), case.head.title, case.head.description)
        return [ScenarioFile(info, Document(case.document.name, case.document.text, data))]

    def settle(self, draft: Draft) -> None:
        """Take out what names something that the case does not have."""
        draft.problems += laid.settled(draft, self.case, self.filled)

    def measure(self, draft: Draft, rows: dict[str, dict[int, Row]]) -> None:
        """Add what the case expects."""
        draft.problems += expected.declare(draft, self.case, rows)

    def reconciled(self, problems: list[Problem]) -> list[Problem]:
        """Totals of today's sector that do not agree are told with the case, and refuse nothing."""
        self.disagreements = tuple(p.reason for p in problems if p.code == "A026")
        return []


def called(name: str) -> str:
    """Return what a case is called where scenarios are: its file's name in letters that names may have."""
    return f"{NAME}{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}"[: locate.LONGEST]


def _bibliography(draft: Draft, case: Case) -> None:
    own = draft.documents["sources"]
    data = {**own.data, **{key: {} for key in case.sources}}
    draft.documents["sources"] = Document(f"{case.file} and {own.name}", own.text, data)
    draft.sources = {**draft.sources, **case.sources}


def load_case(directory: Path | None, which: str | Path) -> Described:
    """Return a valid case with its register.

    Parameters
    ----------
    directory : folder of the register; by default ./assumptions, else the one that came along.
    which : name of one of its cases, or the path of a case's file or folder.

    Raises
    ------
    AssumptionErrors : everything that is wrong in the case or the register, with line and column.
    UsageError : there is no such case.
    """
    folder = locate.register(directory)
    case = parse(find(folder, which))
    footing = _Laid(case)
    register = assemble(folder, Base.of(read_base(folder / locate.BASE)), [], footing)
    left = tuple(opened(case, footing.filled, footing.scale, register))
    return Described(case, register, footing.scale, footing.filled, left, footing.disagreements)
