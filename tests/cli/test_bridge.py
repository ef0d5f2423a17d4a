"""`bubblerisk compare --bridge` and `sources`: registers between and beside real runs, told before and kept."""

from __future__ import annotations

import math
from typing import Any

import pytest

from risk.calibrate import bridge
from risk.calibrate.dropped import published, wide
from risk.errors import UsageError
from risk.runs import Run
from tests.cli.conftest import Ask, Stored

FEW = "64"


def gap(found: dict[str, Any], name: str) -> float:
    parts = [step["effects"][name]["value"] for step in found["steps"]]
    return float(found["new"][name]["value"] - found["old"][name]["value"] - math.fsum(parts))


def test_a_bridge_adds_up_is_told_before_and_is_not_computed_twice(runs: Stored, ask: Ask) -> None:
    said = ask("compare", "base", "gpu-glut", "--bridge", "-n", FEW, "--jobs", "1", "--json")
    found = said.json
    assert (found["schema"], found["paths"]) == ("bubblerisk.bridge/1", int(FEW))
    assert all(abs(gap(found, name)) < 1e-9 for name in found["old"])
    assert found["old"]["bust"]["value"] == pytest.approx(runs.base.outcome("bust").mean())
    assert "runs of 64 paths left, about" in said.err
    sampling, model, *inputs = found["steps"]
    assert {name: e["value"] for name, e in model["effects"].items()} == dict.fromkeys(found["old"], 0.0)
    assert [step["name"] for step in inputs] == [part.id for part in bridge.parts(*_registers(runs))]
    shares = math.fsum(step["effects"]["mean"]["value"] for step in found["groups"])
    assert shares == pytest.approx(math.fsum(step["effects"]["mean"]["value"] for step in inputs), abs=1e-9)
    kept = bridge.kept(runs.base, runs.glut)
    assert kept is not None
    assert kept.total["mean"].value == found["total"]["mean"]["value"]
    again = ask("compare", "base", "gpu-glut", "--bridge", "-n", FEW, "--jobs", "1", "--json")
    assert "left, about" not in again.err
    assert again.json == found


def _registers(runs: Stored) -> tuple[Any, Any]:
    return runs.base.register, runs.glut.register


def test_runs_of_other_lengths_differ_by_sampling_and_nothing_else(
    runs: Stored, short: Run, ask: Ask
) -> None:
    found = ask("compare", short.id, "base", "--bridge", "--jobs", "1", "--json").json
    assert found["paths"] == short.paths
    assert [step["name"] for step in found["steps"]] == ["sampling", "model version"]
    assert found["steps"][0]["effects"]["mean"]["value"] == pytest.approx(found["total"]["mean"]["value"])
    assert "no input differs" in ask("compare", short.id, "base", "--bridge", "--jobs", "1").out


def test_a_bridge_of_another_run_or_a_torn_one_counts_as_none(runs: Stored) -> None:
    assert bridge.kept(runs.base, runs.glut) is None
    (runs.glut.directory / bridge.called(runs.base.id)).write_text("{")
    assert bridge.kept(runs.base, runs.glut) is None


def test_a_source_that_is_wrong_is_drawn_as_wide_as_is_plausible(runs: Stored, ask: Ask) -> None:
    register = runs.base.register
    source = next(s for s in published(register) if len(wide(register, s)[0].entries) == 1)
    found, other = wide(register, source)
    (id,) = found.entries
    own = register.entries[id]
    assert other.entries[id].prior is not None
    assert other.entries[id].prior.support == (own.low, own.high)
    told = ask("sources", "base", "--drop", source, "-n", FEW, "--jobs", "1", "--json").json
    assert [row["source"] for row in told["dropped"]] == [source]
    assert set(told["dropped"][0]["changes"]) == set(told["base"]) == {"bust", "durable", "mean", "shortfall"}
    assert told["base"]["bust"]["value"] == pytest.approx(runs.base.outcome("bust")[: int(FEW)].mean())


def test_what_no_entry_rests_on_is_refused_and_so_is_no_source(runs: Stored, ask: Ask) -> None:
    said = ask("sources", "base", "--drop", "sector-pag")
    assert (said.code, "did you mean sector-page?" in said.err) == (2, True)
    assert ask("sources", "base").code == 2
    assert ask("sources", "base", "--all", "--drop", "sector-page").code == 2


def test_every_published_source_is_drawn_or_says_why_not(runs: Stored) -> None:
    register = runs.base.register
    for source in published(register):
        found, other = wide(register, source)
        rests = {entry.id for entry in register.entries.values() if entry.source == source}
        assert rests == {*found.entries, *(id for id in found.held if id in register.entries)}
        moved = {id for id, entry in other.entries.items() if entry != register.entries[id]}
        assert moved <= set(found.entries)
    with pytest.raises(UsageError, match="nothing in the register rests"):
        wide(register, "nobody")
