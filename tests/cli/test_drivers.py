"""`bubblerisk drivers`."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import statistics
from risk.analysis.shares import shares
from risk.report.content import number_of
from risk.report.pack.base.results import Results
from risk.report.pack.decision import drivers as sheet
from tests.cli.conftest import PATHS, Ask, Stored


def test_the_screen_has_the_numbers_of_the_sheet(runs: Stored, ask: Ask) -> None:
    found = ask("drivers", "base", "--json").json
    assert (found["run"], found["paths"]) == (runs.base.id, PATHS)
    results = Results.of(runs.base)
    table = sheet.table(results, shares(results.ranked, results.loss))
    assert [each["id"] for each in found["drivers"]] == list(table.row_ids)
    columns = {
        "low": ("lowest_tenth", "value"),
        "high_se": ("highest_tenth", "standard_error"),
        "rank": ("rank_correlation", "value"),
        "share_se": ("first_order_share", "standard_error"),
    }
    for key, (name, part) in columns.items():
        ours = [each[name][part] for each in found["drivers"]]
        for own, cell in zip(ours, table.column(key), strict=True):
            told = None if cell == "–" else number_of(cell)  # too few paths
            assert own == (told and pytest.approx(told, rel=0.06, abs=0.006)), key  # the sheet rounds errors
    assert [each["place"] for each in found["drivers"]] == list(table.column("place"))


def test_a_driver_is_a_conditional_mean_over_the_runs_own_paths(runs: Stored, ask: Ask) -> None:
    first = ask("drivers", "base", "--top", 1, "--json").json["drivers"][0]
    loss, draws = runs.base.outcome("headline_loss") / 1e9, runs.base.parameter(first["id"])
    lowest = loss[np.argsort(draws, kind="stable")[: PATHS // 10]]
    own, whole = (statistics.expected_shortfall(part, 0.975).value for part in (lowest, loss))
    assert first["lowest_tenth"]["value"] == pytest.approx(own - whole)
    assert first["swing"] == pytest.approx(
        abs(first["highest_tenth"]["value"] - first["lowest_tenth"]["value"])
    )


def test_as_many_are_shown_as_asked_for(runs: Stored, ask: Ask) -> None:
    every = len(runs.base.names("parameters"))
    for words, count in (((), 15), (("--top", 3), 3), (("--top", 10_000), every)):
        said = ask("drivers", "base", *words)
        lines = said.out.splitlines()
        first, last = (next(i for i, x in enumerate(lines) if x.startswith(w)) for w in ("Assump", "Lowest,"))
        assert (said.code, last - first - 1) == (0, count)
        assert (f"--top {every}" in said.out) == (count < every)
        assert f"bubblerisk tail {runs.base.id[:8]}" in said.out
    assert len(ask("drivers", "base", "--json").json["drivers"]) == every
    assert ask("drivers", "base", "--top", 0).code == 2
