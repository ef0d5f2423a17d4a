"""Arrays, tables and documents as DataFrames, in the units that reports show; `attrs` says which.

Frames of a run have `attrs["units"]` and `attrs["labels"]`, column → text, and `attrs["run"]`, its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from risk.axes import Calendar
from risk.paths import Variable
from risk.report.content import value_of
from risk.report.html.tables import header, whole
from risk.report.naming import renamed
from risk.report.sheet import HeatMap
from risk.report.table import Table
from risk.runs import Run
from risk.runs.legend import FLAG, Legend
from risk.units import SCALE, Names

ESTIMATE = {"value", "standard_error", "interval", "paths"}
"""Keys by which an estimate is known in a document."""


def quarters(calendar: Calendar) -> pd.PeriodIndex:
    """The quarters of a run, the base date first: the columns of a series."""
    return pd.PeriodIndex(calendar.labels, freq="Q", name="quarter")


def columns(run: Run, kind: str, legend: Legend, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Outcomes or parameters, one row a path: amounts in their units, flags as truth, dates as quarters.

    Parameters
    ----------
    kind : "outcomes" or "parameters".
    names : which; all by default.
    """
    read = run.outcomes if kind == "outcomes" else run.parameters
    arrays = read(names)
    told = {name: legend.column(kind, name) for name in arrays}
    frame = pd.DataFrame(
        {name: _converted(array, told[name], run.calendar) for name, array in arrays.items()},
        index=pd.RangeIndex(run.paths, name="path"),
    )
    return described(frame, run, told.values())


def column(run: Run, kind: str, legend: Legend, name: str) -> pd.Series[Any]:
    """One outcome or parameter, one value a path."""
    frame = columns(run, kind, legend, [name])
    found = frame[name]
    found.attrs = {key: told[name] if isinstance(told, dict) else told for key, told in frame.attrs.items()}
    return found


def described(frame: pd.DataFrame, run: Run, told: Iterable[Variable]) -> pd.DataFrame:
    """The frame with units and labels of its columns."""
    known = list(told)
    frame.attrs = {
        "run": run.id,
        "units": {variable.name: variable.unit for variable in known},
        "labels": {variable.name: variable.label for variable in known},
    }
    return frame


def _converted(array: np.ndarray[Any, Any], told: Variable, calendar: Calendar) -> Any:
    if told.unit == FLAG:
        return array > 0.5
    if told.name.endswith("_quarter"):
        return _dates(array, calendar)
    factor = SCALE[told.unit]
    return array if factor == 1.0 else array / factor


def _dates(offsets: np.ndarray[Any, Any], calendar: Calendar) -> pd.PeriodIndex:
    """Quarters counted from the base date as quarters of the calendar; never is not a time."""
    places = np.where(np.isnan(offsets), -1, offsets).astype(np.intp)
    found = quarters(calendar).array.take(places, allow_fill=True)
    return pd.PeriodIndex(found)


def series(run: Run, variable: Variable) -> pd.DataFrame:
    """A series, path × quarter."""
    array = run.series(variable.name) / np.float32(SCALE[variable.unit])
    paths = pd.RangeIndex(run.paths, name="path")
    return _labelled(pd.DataFrame(array.T, index=paths, columns=quarters(run.calendar)), run, variable)


def by_entity(run: Run, kind: str, variable: Variable) -> pd.DataFrame:
    """A series of facilities or companies: rows (path, quarter), a column an entity."""
    read = run.facility if kind == "facility" else run.firm
    array = read(variable.name) / np.float32(SCALE[variable.unit])
    steps, paths, entities = array.shape
    rows = pd.MultiIndex.from_product(
        [pd.RangeIndex(paths, name="path"), quarters(run.calendar)], names=["path", "quarter"]
    )
    flat = array.transpose(1, 0, 2).reshape(paths * steps, entities)
    names = pd.Index(run.entities[variable.name], name=kind)
    return _labelled(pd.DataFrame(flat, index=rows, columns=names), run, variable)


def means(run: Run, variable: Variable) -> pd.DataFrame:
    """Mean over paths of a quantity of entities: rows quarters, columns (entity, "mean" and "se")."""
    scale = SCALE[variable.unit]
    mean, error = run.mean(variable.name)
    both = np.stack([mean, error], axis=2).reshape(len(mean), -1) / scale
    names = pd.MultiIndex.from_product(
        [run.entities[variable.name], ["mean", "se"]], names=["entity", "statistic"]
    )
    return _labelled(pd.DataFrame(both, index=quarters(run.calendar), columns=names), run, variable)


def _labelled(frame: pd.DataFrame, run: Run, variable: Variable) -> pd.DataFrame:
    frame.attrs = {"run": run.id, "unit": variable.unit, "label": variable.label, "name": variable.name}
    return frame


def of_table(block: Table | HeatMap) -> pd.DataFrame:
    """A table of a report: values as a reader sees them, in the units that `attrs` says."""
    if isinstance(block, HeatMap):
        frame = pd.DataFrame(
            list(block.values),
            index=pd.Index(list(map(whole, block.row_labels)), name=block.row_title),
            columns=pd.Index(list(map(whole, block.column_labels)), name=block.column_title),
        )
        frame.attrs = {"title": block.title, "note": block.note}
        return frame
    values = [[value_of(content) for content in row] for row in block.rows]
    frame = pd.DataFrame(values, columns=[c.key for c in block.columns])
    gaps = [c.key for c in block.columns if not c.header and frame[c.key].isna().all()]
    frame = frame.drop(columns=gaps)
    if block.row_ids:
        frame.index = pd.Index(block.row_ids, name="row")
    frame.attrs = {
        "title": block.title,
        "note": block.note,
        "units": {c.key: c.unit for c in block.columns if c.unit},
        "labels": {c.key: header(c) for c in block.columns if c.header},
    }
    return frame


def of_records(records: Sequence[Mapping[str, Any]] | Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Things of a document, one a row; those that have an id or a name have it as index."""
    if isinstance(records, Mapping):
        frame = pd.DataFrame([dict(_flat(record)) for record in records.values()])
        frame.index = pd.Index(list(records), name="name")
        return frame
    frame = pd.DataFrame([dict(_flat(record)) for record in records])
    inner = {name.partition(".")[0] for name in frame.columns if "." in name}
    frame = frame.drop(columns=[name for name in inner if name in frame])  # where some have no such record
    key = next((name for name in ("id", "name", "run") if name in frame and frame[name].is_unique), None)
    return frame.set_index(key) if key else frame


def _flat(record: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Values of a record and of the records in it, named by their way: `timing.median`."""
    for key, value in record.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping) and set(value) >= ESTIMATE:
            yield name, value["value"]
            yield f"{name}_se", value["standard_error"]
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def masked(frame: pd.DataFrame, names: Names) -> pd.DataFrame:
    """The frame with companies by letters: in its rows' and columns' labels, its texts and its `attrs`."""
    found = frame.rename(index=_said(names), columns=_said(names))
    for name in found.select_dtypes(include=["object", "string"]):
        found[name] = found[name].map(_said(names))
    found.attrs = renamed(frame.attrs, names)
    return found


def _said(names: Names) -> Callable[[Any], Any]:
    return lambda value: names.said(value) if isinstance(value, str) else value
