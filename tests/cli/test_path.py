"""`bubblerisk path`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from risk.engine.rerun import Rerun
from risk.errors import StorageError
from risk.paths import SERIES
from risk.runs import Run
from risk.runs.prepare import Plan, plan
from risk.runs.rerun import rerun
from risk.units import SCALE
from tests.cli.conftest import PATHS, ROOT, SEED, SMALL, Ask, Stored


def test_the_worst_path_is_told_and_adds_up_to_the_run(runs: Stored, ask: Ask) -> None:
    losses = runs.base.outcome("headline_loss")
    worst = int(losses.argmax())
    told = ask("path", runs.base.id[:6], "worst", "--json").json
    assert told["schema"] == "bubblerisk.path/1"
    assert (told["run"], told["path"], told["rank"]) == (runs.base.id, worst, 1)
    assert told["worst_share"] == pytest.approx(1 / PATHS)
    assert told["headline_loss"] == pytest.approx(losses[worst] / 1e9)
    assert told["median_headline_loss"] == pytest.approx(np.median(losses) / 1e9)
    assert sum(year["loss"] for year in told["years"]) == pytest.approx(losses[worst] / 1e9, rel=1e-5)
    assert [q["quarter"] for q in told["quarters"]] == list(runs.base.calendar.labels[1:])
    true = {p["id"] for p in told["propositions"]}
    for name, row in runs.base.register.propositions.items():
        if name in runs.base.names("outcomes") and not row.label.startswith("…"):
            assert (name in true) == (runs.base.outcome(name)[worst] > 0), name
    defaulted = sum(year["defaults"] for year in told["years"])
    kinds = ("payment_default", "maturity_default", "holdco_default")
    assert sum(e["kind"] in kinds for q in told["quarters"] for e in q["events"]) == defaulted
    assert told["medians"][-1]["rent"] == pytest.approx(
        np.median(runs.base.series("h100_contract")[-1].astype(float))
    )


def test_the_screen_says_which_path_it_is(runs: Stored, ask: Ask) -> None:
    said = ask("path", "base", "3", *SMALL)
    assert said.code == 0
    assert said.err == ""
    assert said.out.startswith("Path 3 of Base case: ")
    assert f"run {runs.base.id} · base · 1,024 paths · seed 5" in said.out
    assert f"of {PATHS:,} by loss" in said.out
    assert f"bubblerisk show {runs.base.id[:8]}" in said.out


def test_paths_are_named_by_rank_as_well(runs: Stored, ask: Ask) -> None:
    losses = np.sort(runs.glut.outcome("headline_loss"))[::-1]
    for word, rank in (("worst:10", 10), (f"worst:{PATHS}", PATHS), ("median", PATHS // 2)):
        told = ask("path", runs.glut.id, word, "--json").json
        assert told["headline_loss"] == pytest.approx(losses[rank - 1] / 1e9), word
        assert told["rank"] <= rank, "ties share the better rank"
    forced = [e for q in told["quarters"] for e in q["events"] if e["kind"] == "forced"]
    assert bool(forced) == bool(plan("gpu-glut", register=ROOT / "assumptions").assumptions.events)


@pytest.mark.parametrize(
    ("which", "answer"),
    [
        ("1024", "has no path 1024"),
        ("worst:1025", "no 1,025th worst"),
        ("worst:0", "'worst:0' names no path"),
        ("best", "'best' names no path"),
        ("1.5", "'1.5' names no path"),
        ("9" * 30, "names no path"),
    ],
)
def test_a_bad_id_is_refused_with_the_valid_range(runs: Stored, ask: Ask, which: str, answer: str) -> None:
    said = ask("path", runs.base.id, which)
    assert said.code == 2
    assert said.out == ""
    assert answer in said.err
    assert "give an id from 0 to 1023, worst, worst:1 to worst:1024, or median" in said.err


def test_a_run_needs_today_s_register_and_model(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("risk.runs.specification", "risk.runs.prepare"):
        monkeypatch.setattr(f"{module}.source_digest", lambda: "another source")
    said = ask("path", runs.base.id, "0")
    assert said.code == 5
    assert "by another version of the model" in said.err


def test_a_run_of_a_scenario_file_is_told_from_the_register_it_keeps(runs: Stored, ask: Ask) -> None:
    scenario = runs.folder.parent / "mine.toml"
    known = (runs.folder.parent / "assumptions/scenarios/gpu-glut.toml").read_text(encoding="utf-8")
    scenario.write_text(known.replace('name = "gpu-glut"', 'name = "mine"'), encoding="utf-8")
    ask("run", scenario, "-n", 8, "--seed", SEED, "-j", 1)
    told = ask("path", scenario, "median", "-n", 8, "--seed", SEED, "--json").json
    scenario.unlink()
    again = ask("path", told["run"], told["path"], "--json").json
    assert (again["scenario"], again["headline_loss"]) == ("mine", told["headline_loss"])


def test_a_path_that_comes_out_differently_is_refused(runs: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = plan("base", PATHS, SEED, register=ROOT / "assumptions", root=runs.folder)
    assert rerun(runs.base, planned, 5).path == 5
    real = Plan.rerun

    def other(self: Plan, path: int) -> Rerun:
        return real(self, path + 1)

    monkeypatch.setattr(Plan, "rerun", other)
    with pytest.raises(StorageError, match=r"path 5 of run .* comes out differently now: "):
        rerun(runs.base, planned, 5)


@pytest.mark.parametrize(
    ("simd", "times", "stands"), [("SSE", 2e-7, True), ("SSE", 1e-4, False), ("", 2e-7, False)]
)
def test_last_bits_may_differ_on_another_processor_only(
    runs: Stored, monkeypatch: pytest.MonkeyPatch, simd: str, times: float, stands: bool
) -> None:
    planned = plan("base", PATHS, SEED, register=ROOT / "assumptions", root=runs.folder)
    m = runs.base.manifest
    there = {**m.environment, **({"simd": [simd]} if simd else {})}
    elsewhere = Run(runs.base.store, replace(m, environment=there))
    told = planned.rerun(5)
    moved = {name: (x * np.float32(1.0 + times)).astype(np.float32) for name, x in told.series.items()}
    monkeypatch.setattr(Plan, "rerun", lambda *_: replace(told, series=moved))
    if stands:
        assert rerun(elsewhere, planned, 5).path == 5
    else:
        with pytest.raises(StorageError, match="comes out differently now"):
            rerun(elsewhere, planned, 5)


def test_series_alone_are_those_of_the_run_in_reporting_units(runs: Stored, ask: Ask) -> None:
    found = ask("path", runs.base.id, "worst", "--series", "--json").json
    stored = runs.base.path(int(runs.base.outcome("headline_loss").argmax()))
    assert set(found["series"]) == set(stored)
    assert found["quarters"] == list(runs.base.calendar.labels)
    known = {v.name: v.unit for v in SERIES}
    for name, told in found["series"].items():
        values = [np.nan if x is None else x for x in told["values"]]
        assert values == pytest.approx(stored[name].astype(float) / SCALE[known[name]], nan_ok=True), name
    assert ask("path", "base", "5000", "--series", *SMALL).code == 2
