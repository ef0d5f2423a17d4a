"""Numbers of a run as DataFrames: the stored arrays, keyed, in the units that reports show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import risk
from risk.analysis.verdict import verdict
from risk.door.result import Result
from risk.errors import UsageError
from risk.report.content import value_of
from risk.report.pack import pack
from risk.report.table import Table
from risk.units import SCALE
from tests.report.runs import PATHS, small_run


@pytest.fixture(scope="module")
def run() -> Result:
    return Result(small_run())


def test_outcomes_are_the_stored_ones_in_their_units(run: Result) -> None:
    frame = run.outcomes
    assert frame.index.name == "path"
    assert frame.shape == (PATHS, len(run.stored.names("outcomes")))
    for name, row in run.stored.register.outcomes.items():
        assert frame.attrs["units"][name] == row.unit
        stored = run.stored.outcome(name) / SCALE[row.unit]
        np.testing.assert_allclose(frame[name].to_numpy(), stored, rtol=1e-15)
    assert frame["headline_loss"].max() < 1e4  # USD bn


def test_what_comes_true_is_true_and_when_is_a_quarter(run: Result) -> None:
    frame, calendar = run.outcomes, run.stored.calendar
    for name in ("B1", "B4", "bust", "correction", "durable"):
        assert frame[name].dtype == bool
        np.testing.assert_array_equal(frame[name].to_numpy(), run.stored.outcome(name) == 1.0)
    when, stored = frame["B4_quarter"], run.stored.outcome("B4_quarter")
    np.testing.assert_array_equal(when.isna().to_numpy(), np.isnan(stored))
    path = int(np.flatnonzero(~np.isnan(stored))[0])
    assert str(when[path]) == calendar.labels[int(stored[path])]


def test_one_column_is_the_same_as_in_the_frame(run: Result) -> None:
    loss = run.outcome("headline_loss")
    pd.testing.assert_series_equal(loss, run.outcomes["headline_loss"])
    assert loss.attrs["units"] == "USD bn"
    id = run.stored.names("parameters")[0]
    pd.testing.assert_series_equal(run.parameter(id), run.parameters[id])


def test_parameters_are_in_the_units_of_their_entries(run: Result) -> None:
    entries = run.stored.register.entries
    for id in run.parameters.columns:
        entry = entries[id.partition("[")[0]]
        assert run.parameters.attrs["units"][id] == entry.unit
        if id in entries:
            low, high = entry.prior.support if entry.prior else (0.0, 0.0)
            assert run.parameters[id].between(low - 1e-9, high + 1e-9).all(), id


def test_series_are_by_path_and_quarter(run: Result) -> None:
    rent = run.series("h100_contract")
    assert rent.shape == (PATHS, len(run.quarters))
    pd.testing.assert_index_equal(rent.columns, run.quarters)
    assert (
        rent.loc[17, "2028Q4"] == run.stored.series("h100_contract")[run.stored.calendar.index("2028Q4"), 17]
    )
    assert (rent.attrs["unit"], rent.attrs["label"]) == ("USD/h", "H100 one-year contract rent")
    capex = run.series("capex")
    assert capex.iloc[5, 3] == pytest.approx(run.stored.series("capex")[3, 5] / 1e9, rel=1e-6)


def test_facilities_and_firms_have_keys(run: Result) -> None:
    for frame, read, name in (
        (run.facilities("dscr"), run.stored.facility, "dscr"),
        (run.firms("refinancing_need"), run.stored.firm, "refinancing_need"),
    ):
        assert frame.index.names == ["path", "quarter"]
        scale = SCALE[frame.attrs["unit"]]
        for path, t, k in ((0, 1, 0), (1500, 7, 2), (PATHS - 1, 25, -1)):
            found = frame.to_numpy()[path * len(run.quarters) + t, k]
            assert frame.index[path * len(run.quarters) + t] == (path, run.quarters[t])
            np.testing.assert_allclose(found, read(name)[t, path, k] / scale, rtol=1e-6)


def test_means_have_their_errors(run: Result) -> None:
    frame = run.means("facility.debt")
    mean, error = run.stored.mean("facility.debt")
    entity = run.stored.entities["facility.debt"][3]
    np.testing.assert_allclose(frame[entity, "mean"], mean[:, 3] / 1e9)
    np.testing.assert_allclose(frame[entity, "se"], error[:, 3] / 1e9)


@pytest.mark.parametrize(
    ("method", "name", "words"),
    [
        ("series", "h100_contrct", "did you mean h100_contract?"),
        ("outcome", "headline_los", "did you mean headline_loss?"),
        ("parameter", "gpu.launch_obsolesence", "did you mean gpu.launch_obsolescence?"),
        ("facilities", "dcsr", "did you mean dscr?"),
        ("firms", "runways", "did you mean runway?"),
        ("means", "facility.dbt", "did you mean facility.debt?"),
        ("table", "exceedence", "did you mean exceedance?"),
    ],
)
def test_a_misspelt_name_is_told(run: Result, method: str, name: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(run, method)(name)
    assert words in str(caught.value)


def test_propositions_classes_and_lines_are_the_verdicts(run: Result) -> None:
    found = verdict(run.stored)
    for claim in found.claims:
        row = run.propositions.loc[claim.id]
        if claim.probability is not None:
            assert row["probability"] == pytest.approx(claim.probability.value)
            assert row["probability_se"] == pytest.approx(claim.probability.standard_error)
        assert row["words"] == claim.words
    assert run.classes.loc["bust", "probability"] == pytest.approx(run.outcome("bust").mean())
    assert run.lines.index[0] == "headline"
    assert run.lines["expected"].gt(0).all()


def test_tables_are_those_of_the_pack(run: Result) -> None:
    blocks = [block for sheet in pack(run.stored).sheets for block in sheet.blocks()]
    table = next(block for block in blocks if isinstance(block, Table) and block.id == "exceedance")
    frame = run.table("exceedance")
    assert frame.attrs["title"] == table.title
    assert frame.index.tolist() == list(table.row_ids)
    assert frame.loc["p100", "l5"] == value_of(table.cell("l5", "p100"))
    listed = run.tables
    assert set(listed.index) >= {block.id for block in blocks if isinstance(block, Table)}
    assert all(len(run.table(str(id))) == rows for id, rows in listed["rows"].items())


def test_the_register_has_every_entry(run: Result) -> None:
    frame, entries = risk.register(), run.stored.register.entries
    assert list(frame.index) == list(entries)
    row = frame.loc["gpu.launch_obsolescence"]
    entry = entries["gpu.launch_obsolescence"]
    assert (row["value"], row["unit"], row["p95"]) == (entry.value, entry.unit, entry.p95)
    assert row["prior"].startswith("triangular (low ")
    assert (row["grade"], row["owner"], row["low"]) == (entry.grade, entry.owner, entry.low)
    pd.testing.assert_frame_equal(run.register, frame)


def test_scenarios_and_stored_runs_are_listed(run: Result) -> None:
    found = risk.scenarios()
    assert found.index[0] == "base"
    assert found["changes"].to_dict()["base"] == 0
    assert found["cuts"].to_dict()["couplings-off"] > 0
    listed = risk.stored(run.folder.parent)
    row = listed.to_dict("index")[run.id]
    assert (row["scenario"], row["paths"]) == ("base", PATHS)
    assert row["bytes"] > 1e6
