"""Which stored run a word means: its id, the beginning of one, its folder, or a scenario that has several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from risk.door import packing
from risk.door.desk import REPORTS, SHOWN, Desk
from risk.errors import BubbleriskError, UsageError

if TYPE_CHECKING:
    from risk.runs import StoredRun
    from risk.runs.prepare import Plan


def place(scenario: str, reports: Path = REPORTS) -> Path:
    """Where the pack of a scenario stands among the reports."""
    return reports / scenario / "pack.xlsx"


def shown(scenario: str, root: Path) -> str:
    """Id of the stored run whose pack stands in a scenario's place; empty where there is none."""
    run = packing.run_in(place(scenario))
    return run if run and (root / run / "manifest.json").exists() else ""


def meant(word: str, desk: Desk) -> str:
    """The word itself where it names a run; where it names a scenario, or its file, the run that is meant."""
    from risk.runs.find import of_scenario

    root = desk.runs
    if Path(word).is_dir() or (root / word).is_dir():
        return word
    file = word.endswith(".toml")
    scenario = _planned(word, desk).assumptions.scenario.name if file else word
    runs = of_scenario(scenario, root)
    return among(runs, word, desk).id if runs else scenario


def among(runs: Sequence[StoredRun], word: str, desk: Desk) -> StoredRun:
    """The one of a scenario's runs that is meant, told where it is not plain: see `risk.runs.find.chosen`.

    Parameters
    ----------
    runs : of the scenario, the newest first; at least one.
    word : the scenario's name or file.
    """
    scenario = runs[0].head.scenario if runs[0].head else word
    try:
        planned = _planned(word, desk)
    except BubbleriskError as error:
        desk.note(
            f"{_told(runs[0])} is the newest of {scenario}; whether inputs have changed since is not known: "
            f"{error.reason}"
        )
        return runs[0]
    if found := _of_today(runs, planned, desk):
        return found
    desk.note(
        f"inputs have changed since {_told(runs[0])} was made, the newest of {scenario}; "
        f"bubblerisk run {word} simulates today's"
    )
    return runs[0]


def of_today(planned: Plan, desk: Desk) -> StoredRun | None:
    """The run that the name of a planned scenario means; None where today's inputs have made none."""
    from risk.runs.find import of_scenario

    runs = of_scenario(planned.assumptions.scenario.name, desk.runs)
    return _of_today(runs, planned, desk) if runs else None


def _of_today(runs: Sequence[StoredRun], planned: Plan, desk: Desk) -> StoredRun | None:
    """Of a scenario's runs the one that is meant, if it is of today's inputs; a larger one is told."""
    from risk.runs.find import chosen

    scenario = planned.assumptions.scenario.name
    found, today = chosen(runs, planned.makes, packing.run_in(place(scenario)))
    if not today:
        return None
    largest, _ = chosen(runs, planned.makes)
    if _paths(largest) > _paths(found):
        desk.note(
            f"{scenario} means {_told(found)}, which {place(scenario)} shows; there is {_told(largest)}"
        )
    return found


def _planned(word: str, desk: Desk) -> Plan:
    """Plan a scenario of the register, or of a file of its name beside it."""
    from risk.runs.prepare import plan

    try:
        return plan(word, register=desk.register, root=desk.runs)
    except UsageError:
        if not Path(f"{word}.toml").is_file():
            raise
        return plan(f"{word}.toml", register=desk.register, root=desk.runs)


def _paths(run: StoredRun) -> int:
    return run.head.specification.paths if run.head else 0


def _told(run: StoredRun) -> str:
    return f"run {run.id[:SHOWN]} ({_paths(run):,} paths)"
