"""`bubblerisk drivers --outcome`, `tail --outcome`, `compare --outcome` and `budget`."""

from __future__ import annotations

import numpy as np
import pytest

from risk.analysis import controls
from risk.calibrate import budget
from tests.cli.conftest import PATHS, Ask, Stored


def test_drivers_of_any_result_are_its_explanation(runs: Stored, ask: Ask) -> None:
    found = ask("drivers", "base", "--outcome", "headline_loss > 10", "--json").json
    loss = runs.base.outcome("headline_loss") / 1e9
    assert found["level"]["value"] == pytest.approx((loss > 10).mean())
    assert found["unit"] == "probability"
    names = {each["name"] for each in found["inputs"]}
    assert names >= set(runs.base.names("parameters")) | {"shock.Z.2028"}
    place = np.argsort(runs.base.parameter("gpu.power_capacity"), kind="stable")
    (capacity,) = (each for each in found["inputs"] if each["name"] == "gpu.power_capacity")
    lowest = (loss > 10)[place[: PATHS // 10]].mean() - (loss > 10).mean()
    assert capacity["lowest_tenth"]["value"] == pytest.approx(lowest)
    shown = ask("drivers", "base", "--outcome", "bust", "--top", 3, "--feature", "hy_spread@2028Q4")
    assert shown.code == 0
    assert "What explains Bust" in shown.out
    assert "--top" in shown.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("drivers", "base", "--outcome", "headline_los > 1"), "did you mean headline_loss"),
        (("drivers", "base", "--outcome", "bust", "--when", "headline_loss > 1 USD/h"), "USD bn"),
        (("drivers", "base", "--outcome", "bust", "--feature", "hy_spread"), "hy_spread is a series"),
        (("tail", "base", "--outcome", "bust"), "it has no tail"),
        (("tail", "base", "--when", "headline_loss > 1e6"), "fewer than 20"),
        (("compare", "base", "base", "--outcome", "nobody"), "no quantity of a path called nobody"),
    ],
)
def test_what_is_refused(runs: Stored, ask: Ask, words: tuple[str, ...], told: str) -> None:
    answer = ask(*words)
    assert answer.code == 2
    assert told in answer.err


def test_the_tail_of_another_number_under_a_condition(runs: Stored, ask: Ask) -> None:
    words = ("--outcome", "h100_contract@2028Q4", "--when", "bust", "--lowest", "--share", "10%", "--json")
    found = ask("tail", "base", *words).json
    inside = runs.base.outcome("bust") > 0
    rent = runs.base.series("h100_contract")[runs.base.calendar.index("2028Q4")].astype(float)
    assert found["threshold"]["value"] == pytest.approx(np.quantile(rent[inside], 0.1))
    assert found["unit"] == "USD/h"
    worst = found["worst"][0]
    assert worst["path"] == int(np.flatnonzero(inside)[np.argmin(rent[inside])])
    assert worst["loss"] == pytest.approx(rent[inside].min())
    assert all(each["outcome"] == "Bust" for each in found["worst"])


def test_a_result_asked_for_is_compared_before_all_others(runs: Stored, ask: Ask) -> None:
    words = ("--outcome", "headline_loss", "--when", "B4", "--json")
    found = ask("compare", runs.base.id, runs.glut.id, *words).json["results"]
    mean, met = found[:2]
    means = []
    for run in (runs.base, runs.glut):
        inside = run.outcome("B4") > 0
        means.append((run.outcome("headline_loss")[inside] / 1e9).mean())
    assert mean["change"]["value"] == pytest.approx(means[1] - means[0])
    assert mean["change"]["standard_error"] > 0.0
    assert met["label"] == "P(B4)"
    assert met["after"]["value"] == pytest.approx((runs.glut.outcome("B4") > 0).mean())
    assert found[2]["name"] == "bust"


def test_a_budget_is_measured_once_and_adds_up(runs: Stored, ask: Ask) -> None:
    first = ask("budget", "base", "--jobs", 1, "--json")
    assert first.code == 0
    found = first.json
    assert "set of parameters" in first.err
    (bust,) = (each for each in found["results"] if each["name"] == "bust")
    parts = [bust[part]["value"] for part in ("parameters", "shocks", "both")]
    assert sum(parts) == pytest.approx(1.0)
    assert all(-0.2 < part < 1.2 for part in parts)
    assert {each["id"] for each in found["definitions"]} >= {"bust_60", "B4_60"}
    assert found["groups"] == []
    kept = budget.kept(runs.base)
    assert kept is not None
    assert kept.budgets["bust"].shocks.value == pytest.approx(bust["shocks"]["value"])
    again = ask("budget", "base", "--jobs", 1, "--json")
    assert again.json == found
    assert "to draw anew" not in again.err


def test_sharpened_headlines_stand_beside_the_plain_ones(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ask("sharpen", "base")
    assert few.code == 2
    assert "1,024 paths are too few for a regression on" in few.err
    monkeypatch.setattr(controls, "FEWEST", 2)
    shown = ask("sharpen", "base")
    assert shown.code == 0
    assert "Sharpened" in shown.out
    found = {
        (row["outcome"], row["statistic"]): row for row in ask("sharpen", "base", "--json").json["results"]
    }
    bust = found["bust", "P"]
    assert bust["plain"]["value"] == pytest.approx(float(runs.base.outcome("bust").mean()))
    assert bust["sharp"]["standard_error"] < bust["plain"]["standard_error"]
    classes = [found[name, "P"]["sharp"]["value"] for name in ("bust", "correction", "durable")]
    assert sum(classes) == pytest.approx(1.0, abs=0.01)  # but for one that controls tell nothing of
    assert ("headline_loss", "ES97.5") in found
