"""The register, its scenarios and the stored runs as DataFrames."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from risk.assumptions import Assumptions, load, locate
from risk.assumptions.priors import Dirichlet
from risk.assumptions.schema import Entry
from risk.door.desk import RUNS
from risk.door.frames import of_records

if TYPE_CHECKING:
    from risk.report.spec import Spec


def register(
    scenario: str = locate.BASE, *, vintage: str | None = None, folder: Path | None = None
) -> pd.DataFrame:
    """Every number of the register under a scenario, one entry a row.

    Parameters
    ----------
    scenario : name of one, or a scenario file.
    vintage : start from the state of an earlier quarter, such as ``2026Q2``.
    folder : of the register; by default ./assumptions, else the one that came along.

    Returns
    -------
    Index id; value and quantiles of the prior in `unit`, plausible range, source, day, grade, owner, note.

    Raises
    ------
    AssumptionErrors : everything that is wrong in any file.
    UsageError : there is no such register, scenario or vintage.
    """
    return entries(load(folder, locate.at(scenario, vintage)))


def entries(assumptions: Assumptions) -> pd.DataFrame:
    """The entries of a register; see `register`."""
    found = [_row(entry, assumptions) for entry in assumptions.entries.values()]
    return pd.DataFrame(found).set_index("id")


def _row(entry: Entry, assumptions: Assumptions) -> dict[str, Any]:
    from risk.assumptions.normalised import prior_data
    from risk.report.terminal.values import prior

    drawn = entry.prior is not None and not isinstance(entry.prior, Dirichlet)
    return {
        "id": entry.id,
        "value": entry.value,
        "unit": entry.unit,
        "prior": prior(prior_data(entry.prior)),
        **{name: getattr(entry, name) if drawn else None for name in ("p5", "p50", "p95")},
        "low": entry.low,
        "high": entry.high,
        "source": assumptions.source_title(entry.source),
        "as_of": pd.Timestamp(entry.as_of),
        "grade": entry.grade,
        "owner": entry.owner,
        "note": entry.note,
        "origin": entry.origin,
    }


def scenarios(folder: Path | None = None) -> pd.DataFrame:
    """The scenarios of the register: index name; title, and how much each differs from the base."""
    from risk.report.terminal.scenarios import SCENARIOS

    found = [load(folder, name) for name in locate.scenarios(locate.register(folder))]
    return _of_spec(SCENARIOS, found)


def stored(runs: Path = RUNS) -> pd.DataFrame:
    """The stored runs, the newest first: index id; scenario, paths, seed, when, size, source."""
    from risk.report.terminal import runs as screens
    from risk.runs import list_runs
    from risk.runs.hashing import source_digest
    from risk.runs.store import Store

    source = source_digest()
    rows = [screens.Row.of(each, Store(each.directory).size(), source) for each in list_runs(runs)]
    return _of_spec(screens.RUNS, rows)


def _of_spec(spec: Spec[Any], items: list[Any]) -> pd.DataFrame:
    return of_records([spec.data(item) for item in items])
