"""What the register says was estimated: by a module there is, on the data that lie beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from risk.assumptions.schema import Entry
from risk.calibrate.estimate import MODULES, ask, files
from risk.calibrate.estimate.planted import register as shipped
from risk.calibrate.estimate.series import path, read
from risk.calibrate.ranking import BOUNDED
from tests.assumptions.builder import PROVENANCE, Register

FOLDER = Path(__file__).parents[3] / "assumptions"
ADOPTED = [entry for entry in shipped().entries.values() if entry.estimate]
SHIPPED = {series.file: series for series in files() if series.ships}


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "assumptions")


def names(entry: Entry) -> dict[str, str]:
    """Files an entry was estimated on, and the beginning of their hashes."""
    assert entry.estimate is not None
    return dict(part.split("@sha256:") for part in entry.estimate.data.split(", "))


@pytest.mark.parametrize("entry", ADOPTED, ids=lambda e: e.id)
def test_an_estimated_entry_names_a_module_and_files_of_it(entry: Entry) -> None:
    assert entry.estimate is not None
    module = MODULES[entry.estimate.module]
    known = {series.file for series in (*module.series, *module.optional)}
    assert set(names(entry)) <= known


@pytest.mark.parametrize("entry", ADOPTED, ids=lambda e: e.id)
def test_what_ships_is_the_file_it_was_estimated_on(entry: Entry) -> None:
    for file, digest in names(entry).items():
        if file in SHIPPED:
            found = path(SHIPPED[file], FOLDER, None)
            assert found is not None
            assert read(SHIPPED[file], found).hash == digest, f"{file} has changed: estimate again"


@pytest.mark.parametrize("name", [m.name for m in MODULES.values() if all(s.ships for s in m.series)])
def test_the_register_lies_inside_what_shipped_data_say(name: str) -> None:
    answer = ask(MODULES[name], shipped(), FOLDER)
    first = {e.finding.entry: e for e in reversed(answer.estimates) if not e.finding.second}
    adopted = [e for e in ADOPTED if e.estimate and e.estimate.module == name and e.grade == "estimated"]
    assert adopted
    for entry in adopted:
        found = first[entry.id]
        low, high = found.finding.limits
        assert low <= found.value <= high, f"{entry.id}: {found.value} against {low:.3g} to {high:.3g}"


def test_an_estimated_number_says_by_what(register: Register) -> None:
    grade = re.sub('grade = ".*"', 'grade = "estimated"', PROVENANCE)
    register.add("gpu", f'[gpu.stock]\nvalue = 2.4\nunit = "USD/h"\nowner = "Research"\n{grade}')
    assert [(p.code, p.reason) for p in register.problems()] == [
        ("A004", "gpu.stock is estimated, but does not say by what")
    ]
    said = 'estimate = { module = "rents", data = "a.csv@sha256:0123456789ab", date = 2026-11-28 }\n'
    register.add("gpu", said)
    found = register.load().entry("gpu.stock").estimate
    assert found is not None
    assert found.module == "rents"


@pytest.mark.parametrize(
    "data", ["a.csv", "a.csv@sha256:0123", "a.csv@sha256:0123456789ab,b.csv@sha256:0123456789ab", ""]
)
def test_data_are_named_by_file_and_hash(register: Register, data: str) -> None:
    entry = f'[gpu.stock]\nvalue = 2.4\nunit = "USD/h"\nowner = "Research"\n{PROVENANCE}'
    register.add("gpu", f'{entry}estimate = {{ module = "rents", data = "{data}", date = 2026-11-28 }}\n')
    assert [p.code for p in register.problems()] == ["A011"]


def test_grades_that_count_as_bounded_are_grades() -> None:
    assert {entry.grade for entry in shipped().entries.values()} >= BOUNDED
    assert "judgement" not in BOUNDED
