"""What differs between two registers, and how much of one is judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from risk.analysis.inputs import InputChange, input_changes
from risk.analysis.provenance import provenance
from risk.assumptions import Entry, Table, load
from risk.assumptions.priors import parse
from risk.assumptions.schema import Grade
from risk.assumptions.table import units
from risk.assumptions.tables import CreditMaturity, NeocloudFirm
from tests.assumptions.builder import Register


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "assumptions")


def change(register: Register, scenario: str) -> tuple[InputChange, ...]:
    return input_changes(register.load(), register.load(scenario))


def test_the_same_register_does_not_differ_whatever_its_words(register: Register) -> None:
    before = register.load()
    register.edit("gpu", 'locator = "How it works"', 'locator = "Elsewhere"')
    register.edit("gpu", "−12% at a launch", "−13% at a launch")
    assert input_changes(before, register.load()) == ()


def test_values_priors_switches_and_events_differ(register: Register) -> None:
    text = """
[change."gpu.launch_obsolescence"]
value = 0.3
prior = false
why = "w"

[switches]
"rent->renewals" = false

[[event]]
variable = "demand"
start = "2027Q3"
end = "2028Q4"
size = -0.4
unit = "log"
probability = 0.5
why = "w"
"""
    found = {(c.id, c.field): c for c in change(register.scenario("slump", text), "slump")}
    value = found["gpu.launch_obsolescence", "value"]
    assert (value.before, value.after, value.unit) == (0.15, 0.3, "1")
    assert value.file == "scenarios/slump.toml"
    assert value.line > 0
    assert found["gpu.launch_obsolescence", "prior"].after is None
    assert found["rent->renewals", "coupling"].after == "off"
    assert found["demand", "event"].after == "-0.4 log 2027Q3–2028Q4 with P 0.5"
    assert len(found) == 4


def test_rows_differ_by_column_and_come_and_go(register: Register) -> None:
    before = register.load()
    register.edit("gpu", "index = 2.65", "index = 2.5")
    head, _, last = register.base["gpu"].rpartition("[[gpu.generation]]")
    register.base["gpu"] = head + "[[gpu.generation]]" + last.replace('"Rubin"', '"Feynman"')
    found = {c.id: c for c in input_changes(before, register.load())}
    assert set(found) == {"gpu.generation.H100.index", "gpu.generation.Rubin", "gpu.generation.Feynman"}
    assert found["gpu.generation.H100.index"].unit == "USD/h"
    assert found["gpu.generation.Rubin"].after is None
    assert found["gpu.generation.Feynman"].before is None


def test_a_longer_horizon_differs_once(register: Register) -> None:
    before = register.load()
    register.edit("run", "value = 26", "value = 30")
    assert [c.id for c in input_changes(before, register.load())] == ["calendar.quarters"]


def entry(id: str, grade: Grade, as_of: str, file: str = "base/gpu.toml", value: int = 1) -> Entry:
    prior = parse({"shape": "uniform", "low": 0.0, "high": 2.0}) if file == "base/gpu.toml" else None
    words: dict[str, Any] = {"unit": "1", "source": "s", "grade": grade, "owner": "Risk", "file": file}
    return Entry(id=id, value=value, as_of=date.fromisoformat(as_of), prior=prior, **words)


def test_provenance_counts_entries_and_cells(register: Register) -> None:
    entries = (
        entry("gpu.a", "judgement", "2026-06-30"),
        entry("gpu.b", "filing", "2026-01-01"),
        entry("run.stale_days", "judgement", "2026-06-30", "base/run.toml", 180),
    )
    (model, *_) = load().rows(NeocloudFirm)
    firms = tuple(
        model.model_copy(update={"as_of": date(year, 6, 30), "stylised": stylised})
        for year, stylised in ((2026, True), (2025, False))
    )
    tables = (
        Table("neoclouds.firm", NeocloudFirm, firms, ("base/n.toml", "base/n.toml"), (1, 9)),
        Table("credit.maturity", CreditMaturity, ()),
    )
    made = replace(
        register.load(),
        entries={found.id: found for found in entries},
        tables={table.name: table for table in tables},
    )
    found = provenance(made, date(2026, 7, 1))
    cells = len(units(NeocloudFirm))
    assert (found.entries, found.rows, found.files, found.numbers) == (3, 2, 3, 3 + 2 * cells)
    assert (found.judgement, found.firms, found.stylised) == (2, 2, 1)
    assert (found.uncertain, found.guessed) == (2, 1)
    # The entry of 181 days ago and the cells of the row of last year.
    assert (found.stale, found.stale_days) == (1 + cells, 180)
