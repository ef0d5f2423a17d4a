"""What a row of a stored file is of, and what its columns mean, read without us."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from risk.assumptions import load
from risk.catalogue import CATALOGUE
from risk.paths import FACILITY_SERIES, FIRM_SERIES, SERIES
from risk.runs import Run
from risk.runs.columns import write_columns
from risk.runs.keys import KEYS, Key
from risk.runs.legend import Legend
from risk.shocks.stream import BLOCK
from tests.runs import fake

LABELS = fake.Assumptions().calendar.labels


def _frame(run: Run, kind: str) -> pd.DataFrame:
    return pd.read_parquet(run.directory / kind)


def test_outcomes_and_parameters_say_their_path(reference: Run) -> None:
    for kind in ("outcomes", "parameters"):
        assert _frame(reference, kind)["path"].tolist() == list(range(fake.PATHS))
    found = _frame(reference, "outcomes").set_index("path")["fell"]
    np.testing.assert_array_equal(found.to_numpy(), reference.outcome("fell"))


def test_a_series_is_found_by_path_and_quarter(reference: Run) -> None:
    wide = _frame(reference, "series").pivot(index="quarter", columns="path", values="rent")
    assert tuple(wide.index) == LABELS
    np.testing.assert_array_equal(wide.to_numpy(), reference.series("rent"))


def test_a_facility_is_found_by_its_name(reference: Run) -> None:
    found = _frame(reference, "facility").set_index(["path", "quarter", "entity"])["dscr"]
    truth = reference.facility("dscr")
    assert len(found) == truth.size
    for path, quarter, place in ((0, 0, 0), (BLOCK, 3, 1), (2 * BLOCK - 1, 5, 2)):
        assert found[path, LABELS[quarter], fake.FACILITIES[place]] == truth[quarter, path, place]


def test_a_sum_is_found_by_quantity_quarter_and_entity(reference: Run) -> None:
    found = pd.read_parquet(reference.directory / "sums.parquet").set_index(
        ["quantity", "quarter", "entity"]
    )["sum"]
    for name, entities in (("firm", fake.FIRMS), ("facility", fake.FACILITIES)):
        mean, _ = reference.mean(name)
        for t, quarter in enumerate(LABELS):
            for k, entity in enumerate(entities):
                assert found[name, quarter, entity] / fake.PATHS == pytest.approx(mean[t, k], rel=1e-12)


def test_a_block_without_keys_is_computed_again(unfinished: Run, reference: Run, tmp_path: Path) -> None:
    """An older version wrote none; the numbers are read by name all the same."""
    file = unfinished.store.holder(1).file("series")
    arrays = unfinished.store.read(unfinished.store.record(1), "series")
    with file.open("wb") as target:
        write_columns(target, arrays)
    record = unfinished.store.record(1)
    np.testing.assert_array_equal(unfinished.store.read(record, "series", ["rent"])["rent"], arrays["rent"])
    _, (damage,) = unfinished.store.single(1).sound()
    assert "no column path, quarter" in damage.error.reason
    run = fake.run(unfinished.directory.parent, fake.marked(tmp_path), simulate=fake.simulate_and_mark)
    assert fake.computed(tmp_path) == {1}
    pd.testing.assert_frame_equal(_frame(run, "series"), _frame(reference, "series"))


def test_keys_and_numbers_never_share_a_name(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file, pytest.raises(ValueError, match="path would stand twice"):
        write_columns(file, {"path": np.zeros(2)}, {"path": Key(np.arange(2))})


def test_a_footer_says_base_units_and_meanings() -> None:
    legend = Legend.of(load())
    told = legend.footer("series", [variable.name for variable in SERIES])
    assert told["units"]["h100_contract"] == "USD/h"
    assert told["units"]["capex"] == "USD/q"
    assert told["labels"]["h100_contract"] == "H100 one-year contract rent"
    for kind, variables in (("facility", FACILITY_SERIES), ("firm", FIRM_SERIES)):
        names = [variable.name for variable in variables]
        assert set(legend.footer(kind, names)["units"]) == set(names)
    sums = [name for name, quantity in CATALOGUE.items() if quantity.kept == "sums"]
    assert set(legend.footer("sums", sums)["units"]) == set(sums)


@pytest.mark.parametrize(
    ("name", "unit", "label"),
    [
        ("headline_loss", "USD bn", "Headline credit loss to 2032Q4"),
        ("B2", "flag", "1 where it comes true"),
        ("B2_quarter", "quarter", "quarters after the base date"),
        ("bust", "flag", "Bust: 1 where"),
        ("claim.notes", "USD bn", "Par in default: notes"),
        ("claim_stress.notes", "USD bn", "Par in default, in stress: notes"),
        ("lost.spv.2027", "fraction", "Share of a pool that is lost in a calendar year: spv.2027"),
        ("line_left.headline", "USD bn", "Par outstanding when the run ends: headline"),
    ],
)
def test_an_outcome_is_explained(name: str, unit: str, label: str) -> None:
    found = Legend.of(load()).column("outcomes", name)
    assert (found.unit, label in found.label) == (unit, True)


def test_what_nobody_explains_is_left_out() -> None:
    assert Legend.of(load()).footer("outcomes", ["nothing.of_the_kind", "headline_loss"])["units"] == {
        "headline_loss": "USD"
    }


def test_every_kind_has_its_keys(reference: Run) -> None:
    for kind, names in KEYS.items():
        file = reference.store.holder(0).file(kind)
        if file.exists():
            assert tuple(pq.read_schema(file).names[: len(names)]) == names
            assert json.loads(pq.read_metadata(file).metadata[b"shape"])
