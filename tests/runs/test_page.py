"""The page on stored runs: its dictionary is the catalogue's, its queries and examples run on a run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from risk.cli.dictionary import written
from risk.runs import Run
from risk.runs.legend import Legend
from tests.report.runs import small_run

PAGE = Path(__file__).parents[2] / "docs" / "runs.md"
TEXT = PAGE.read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


def _asked(query: str, run: Run) -> pd.DataFrame:
    found: pd.DataFrame = duckdb.execute(query.replace("RUN", run.directory.as_posix())).df()
    return found


def test_the_dictionary_is_made_of_the_catalogue() -> None:
    assert written(TEXT) == TEXT, "python -m risk.cli.dictionary docs/runs.md"


@pytest.mark.parametrize("kind", ["parameters", "outcomes", "series", "facility", "firm"])
def test_every_column_has_a_unit_and_a_meaning(run: Run, kind: str) -> None:
    told = pq.read_metadata(run.store.holder(0).file(kind)).metadata
    units, labels = json.loads(told[b"units"]), json.loads(told[b"labels"])
    assert set(units) == set(run.names(kind))
    assert kind == "parameters" or set(labels) == set(run.names(kind))


def test_sums_and_families_stand_in_the_dictionary(run: Run) -> None:
    told = json.loads(pq.read_metadata(run.directory / "sums.parquet").metadata[b"units"])
    assert set(told) == set(run.names("sums"))
    declared = Legend.of(run.register).declared
    families = {name.partition(".")[0] for name in run.names("outcomes") if name not in declared}
    assert {re.sub("_(calm|stress|narrow|wide)$", "", name) for name in families} <= {
        row.replace("\\", "") for row in re.findall(r"^\| ([\w\\]+) \|", TEXT, re.MULTILINE)
    }


def test_the_queries_say_what_we_say(run: Run) -> None:
    verdict, rents, failing, unit = (_asked(query, run) for query in _blocks("sql"))
    bust = run.outcome("bust")
    assert verdict.loc[0, "probability"] == pytest.approx(bust.mean())
    assert verdict.loc[0, "loss_in_a_bust_usd_bn"] == pytest.approx(
        run.outcome("headline_loss")[bust == 1].mean() / 1e9
    )
    assert tuple(rents["quarter"]) == run.calendar.labels
    rent = run.series("h100_contract")[-1, bust == 1]
    assert rents["bust_usd_per_hour"].iloc[-1] == pytest.approx(float(pd.Series(rent).median()), rel=1e-6)
    names = set(run.entities["dscr"])
    assert set(failing["entity"]) <= names
    first = failing.iloc[0]
    dscr = run.facility("dscr")[run.calendar.index(first["quarter"])]
    values = pd.Series(dscr[:, run.entities["dscr"].index(first["entity"])]).dropna()
    assert first["share_below_one"] == pytest.approx(float((values < 1).mean()))
    assert unit["unit"].tolist() == ["USD/h"]


def test_the_examples_say_what_we_say(run: Run) -> None:
    said: dict[str, Any] = {"RUN": run.directory.as_posix(), "PATHS": run.paths}
    (with_pandas,), (with_polars,) = (
        [code for code in _blocks("python") if word in code] for word in ("pandas", "polars")
    )
    exec(with_pandas, said)
    assert said["worst"].iloc[0] == run.outcome("headline_loss").max() / 1e9
    assert said["rent"].loc[17, "2027Q4"] == run.series("h100_contract")[run.calendar.index("2027Q4"), 17]
    exec(with_polars, said)
    assert said["by_tenth"]["paths"].sum() == run.paths
    mean, _ = run.mean("facility.debt")
    lent: pl.DataFrame = said["lent"]
    assert lent["usd_bn"].sum() == pytest.approx(mean[run.calendar.index("2028Q4")].sum() / 1e9)
