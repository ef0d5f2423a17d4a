"""`bubblerisk compare --bridge` and `sources`: registers between and beside real runs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from risk.analysis.bridge import Bridge
from risk.assumptions.mixed import parts
from risk.assumptions.schema import Entry
from risk.calibrate import bridge
from risk.calibrate.dropped import STRATA, published, without
from risk.errors import UsageError
from risk.report import bridge as report
from risk.report.content import number_of
from risk.report.pack.base.cells import Tables
from risk.report.pack.verdict import summary
from risk.report.sheet import Sheet
from risk.runs import Run
from tests.cli.conftest import Ask, Stored

FEW = "64"


def gap(found: dict[str, Any], name: str) -> float:
    moved = [step["effects"][name]["value"] for step in found["steps"]]
    return float(found["new"][name]["value"] - found["old"][name]["value"] - math.fsum(moved))


def test_a_bridge_adds_up_is_told_before_and_is_not_computed_twice(runs: Stored, ask: Ask) -> None:
    said = ask("compare", "base", "gpu-glut", "--bridge", "-n", FEW, "--jobs", "1", "--json")
    found = said.json
    assert (found["schema"], found["paths"]) == ("bubblerisk.bridge/1", int(FEW))
    assert all(abs(gap(found, name)) < 1e-9 for name in found["old"])
    assert found["old"]["bust"]["value"] == pytest.approx(runs.base.outcome("bust").mean())
    assert "of 64 paths, about" in said.err
    _, model, *inputs = found["steps"]
    assert {name: e["value"] for name, e in model["effects"].items()} == dict.fromkeys(found["old"], 0.0)
    assert [step["name"] for step in inputs] == [part.id for part in parts(*_registers(runs))]
    shares = math.fsum(step["effects"]["mean"]["value"] for step in found["groups"])
    assert shares == pytest.approx(math.fsum(step["effects"]["mean"]["value"] for step in inputs), abs=1e-9)
    kept = bridge.kept(runs.base, runs.glut)
    assert kept is not None
    assert kept.total["mean"].value == found["total"]["mean"]["value"]
    again = ask("compare", "base", "gpu-glut", "--bridge", "-n", FEW, "--jobs", "1", "--json")
    assert "paths, about" not in again.err
    assert again.json == found
    told_on_summary(kept)


def told_on_summary(kept: Bridge) -> None:
    """The first page names the largest steps, and they add up to the whole change."""
    sheet = Sheet("Changes", "", "", "C", (report.BRIDGE.table(report.rows(kept)),))
    (table,) = summary.bridged(kept, Tables([sheet]))
    *steps, total = table.row_ids
    moved = {step.name: abs(step.effects["bust"].value) for step in kept.steps}
    sizes = [moved[name] for name in steps if name != "others"]
    assert sizes == sorted(sizes, reverse=True)
    assert total == "total"
    for name in ("bust", "mean"):
        shown = {id: number_of(table.cell(name, id)) for id in table.row_ids}
        assert math.fsum(shown[id] for id in steps) == pytest.approx(shown[total])


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


def numbers(entry: Entry) -> tuple[float, float, float]:
    """Value and ends of the plausible range of a number."""
    value, low, high = (float(str(x)) for x in (entry.value, entry.low, entry.high))
    return value, low, high


def test_a_number_that_paths_draw_is_as_wide_as_is_plausible(runs: Stored, ask: Ask) -> None:
    register = runs.base.register
    found = without(register, "lbnl-2024")
    (id,), (other,) = found.wide.entries, found.registers
    value, low, high = numbers(register.entries[id])
    prior = other.entries[id].prior
    assert prior is not None
    assert prior.support == (low, high)
    half = without(register, "lbnl-2024", 0.5).registers[0].entries[id].prior
    assert half is not None
    assert half.support == pytest.approx(((value + low) / 2, (value + high) / 2))
    told = ask("sources", "base", "--drop", "lbnl-2024", "-n", FEW, "--jobs", "1", "--json").json
    (row,) = told["dropped"]
    assert (row["source"], row["reached"], row["refused"]) == ("lbnl-2024", 1.0, "")
    assert set(row["changes"]) == set(told["base"]) == {"bust", "durable", "mean", "shortfall"}
    assert told["base"]["bust"]["value"] == pytest.approx(runs.base.outcome("bust")[: int(FEW)].mean())


def test_a_number_for_all_paths_stands_in_every_quarter_of_its_range_once(runs: Stored) -> None:
    register = runs.base.register
    found = without(register, "cliffwater")
    assert len(found.registers) == STRATA
    for id in found.wide.entries:
        _, low, high = numbers(register.entries[id])
        values = [numbers(other.entries[id])[0] for other in found.registers]
        if len(set(values)) > 1:
            width = (high - low) / STRATA
            assert sorted(values) == pytest.approx([low + (k + 0.5) * width for k in range(STRATA)])
        else:  # drawn by path
            priors = [other.entries[id].prior for other in found.registers]
            assert all(prior is not None and prior.support == (low, high) for prior in priors)


def test_what_no_entry_rests_on_is_refused_and_so_is_no_source(runs: Stored, ask: Ask) -> None:
    said = ask("sources", "base", "--drop", "sector-pag")
    assert (said.code, "did you mean sector-page?" in said.err) == (2, True)
    assert ask("sources", "base").code == 2
    assert ask("sources", "base", "--all", "--drop", "sector-page").code == 2


def test_every_published_source_is_drawn_or_says_why_not(runs: Stored) -> None:
    register = runs.base.register
    for source in published(register):
        found = without(register, source)
        rests = {entry.id for entry in register.entries.values() if entry.source == source}
        wide = found.wide
        assert rests == {*wide.entries, *(id for id in wide.held if id in register.entries)}
        for other in found.registers:
            moved = {id for id, entry in other.entries.items() if entry != register.entries[id]}
            assert moved <= set(wide.entries)
    with pytest.raises(UsageError, match="nothing in the register rests"):
        without(register, "nobody")
