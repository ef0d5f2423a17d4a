"""Every number of the register is read by something, and nothing reads a number that is not there."""

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import risk
from risk.assumptions import Assumptions
from risk.assumptions.measures import Condition
from risk.assumptions.table import entry_columns
from risk.engine import background, inputs, world
from risk.parameters import build, entry_ids

READERS = {**world.READERS, "background": background.Background}

READ_ELSEWHERE = {
    "run.": "settings of a run and of the calendar",
    "gpu.decode.": "the decode-cost identity beside the rent table",
    "gpu.serving.": "what tokens cost by generation, beside the rent table",
    "capex.deployable_ceiling": "shown beside deployed capital",
    "revenue.jpmorgan_bar": "the third lens, a constant",
    "neoclouds.stylised.": "the stylised facilities of calibration target T6",
    "propositions.so_far_years": "what has come true so far, beside the end: analysis of a run",
    "neoclouds.first_cohort": "a date: the layout of the facility book",
    "neoclouds.last_cohort": "a date: the layout of the facility book",
    "neoclouds.contract_tenor": "scales the tenors of contracts: the layout of the facility book",
    "neoclouds.cohort_spacing": "quarters between dates: the layout of the facility book",
    "neoclouds.lease_years": "the gap between lease, debt and contract in reports",
    "energy.": "the surcharge on operating cost, a table column; the rest is told beside paths",
    "propositions.wall_quarter": "a date: the last quarter of the debt wall",
}
"""Entries that no `Params` reads, by id or prefix, and who does."""

ENGINE = "\n".join(
    path.read_text(encoding="utf-8") for path in Path(risk.__file__).parent.glob("engine/*.py")
)


def columns(register: Assumptions) -> set[str]:
    return {
        f"{name}.{column}" for name, table in register.tables.items() for column in table.model.model_fields
    }


def test_no_number_is_dead(register: Assumptions) -> None:
    read = {identifier for reader in READERS.values() for identifier in entry_ids(reader)}
    read |= {
        id for table in register.tables.values() for c in entry_columns(table.model) for id in table.words(c)
    }
    read |= {
        str(threshold)
        for m in register.measures
        if isinstance(m, Condition)
        for threshold in m.thresholds.values()
    }
    read |= {name for m in register.measures for name in (m.over, m.counts_from)}
    read |= {found.companions for found in register.classes.values()}
    dead = [
        name for name in register.entries if name not in read and not name.startswith(tuple(READ_ELSEWHERE))
    ]
    assert not dead, f"nobody reads {dead}"


def test_no_reader_names_a_number_that_is_not_there(register: Assumptions) -> None:
    known = set(register.entries) | columns(register) | set(inputs.table_columns(register))
    known |= {f"{name}.{c}" for name, t in register.tables.items() for c in entry_columns(t.model)}
    missing = [(name, i) for name, reader in READERS.items() for i in entry_ids(reader) if i not in known]
    assert not missing


def test_the_list_of_other_readers_is_not_stale(register: Assumptions) -> None:
    read = {identifier for reader in READERS.values() for identifier in entry_ids(reader)}
    for prefix in READ_ELSEWHERE:
        assert [name for name in register.entries if name.startswith(prefix) and name not in read], prefix


def source_of(reader: type[Any]) -> str:
    """Code that may use a reader: its module, those of its bases and of their subclasses, the engine."""
    homes = {inspect.getmodule(kind) for kind in reader.__mro__ if kind.__module__.startswith("risk.")}
    files = {Path(inspect.getfile(home)) for home in homes if home}
    files |= {other for file in files if file.stem == "parameters" for other in file.parent.glob("*.py")}
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(files)) + ENGINE
    return re.sub(r'entry\("[^"]*"\)', "", text)  # where it comes from is no use of it


@pytest.mark.parametrize("name", READERS)
def test_every_field_of_a_reader_is_used(name: str) -> None:
    reader = READERS[name]
    source = source_of(reader)
    unused = [f.name for f in fields(reader) if not re.search(rf"\.{f.name}\b", source)]
    assert not unused


def test_readers_have_no_default_numbers() -> None:
    for reader in READERS.values():
        for statement in ast.parse(inspect.getsource(reader)).body[0].body:  # type: ignore[attr-defined]
            if isinstance(statement, ast.AnnAssign):
                assert isinstance(statement.value, ast.Call), ast.dump(statement)


def test_a_missing_number_stops_the_set_up(register: Assumptions) -> None:
    drawn: dict[str, Any] = inputs.draw(register, 1, 0)
    del drawn["gpu.launch_obsolescence"]
    with pytest.raises(KeyError, match="launch_obsolescence"):
        build(world.READERS["rents"], drawn)
