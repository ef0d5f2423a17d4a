"""Changes asked for in Python are a scenario like any other: the same numbers, the same checks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import risk
from risk.assumptions import AssumptionErrors, Assumptions, load
from risk.door import changes as asked
from risk.door.calls import _over
from risk.door.changes import Change
from risk.errors import UsageError

FILE = """
[scenario]
title = "Mine"

[change."gpu.launch_obsolescence"]
value = 0.27320508075688776
prior = { shape = "triangular", low = 0.1, mode = 0.3, high = 0.4 }
why = "Test."

[change."credit.sofr"]
value = 4.5
prior = false
why = "Test."
"""


def _changed(changes: Mapping[str, Change], scenario: str = "base") -> Assumptions:
    return load(None, scenario, _over(scenario, changes, None, "Test."))


def test_they_make_the_numbers_of_a_scenario_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(FILE, encoding="utf-8")
    found = _changed({"gpu.launch_obsolescence": risk.triangular(0.1, 0.3, 0.4), "credit.sofr": 4.5})
    assert found == load(None, file)
    assert found.scenario.name == "base-changed"
    assert {change.why for change in found.changes} == {"Test."}
    assert {change.file for change in found.changes} == {asked.PLACE}


def test_they_lie_over_a_scenario() -> None:
    glut = load(None, "gpu-glut")
    found = _changed({"credit.sofr": np.float64(4.5)}, "gpu-glut")
    assert found.scenario.name == "gpu-glut-changed"
    assert found.entries["credit.sofr"].value == 4.5
    assert [event.variable for event in found.events] == [event.variable for event in glut.events]
    assert {change.id for change in found.changes} == {"credit.sofr", *(c.id for c in glut.changes)}


def test_a_name_is_made_of_what_they_lie_over() -> None:
    for word in ("gpu-glut", "gpu-glut@2026Q2", "views/gpu-glut.toml"):
        head = _over(word, {"credit.sofr": 4.5}, None, "Test.").data["scenario"]
        assert head["name"] == "gpu-glut-changed", word
    assert _over("x" * 63, {"credit.sofr": 4.5}, None, "Test.").data["scenario"]["name"].endswith("x-changed")
    assert _over("base", {"credit.sofr": 4.5}, "mine", "Test.").data["scenario"]["name"] == "mine"


def test_a_number_without_a_prior_is_set_and_nothing_else_changes() -> None:
    base = load()
    fixed = next(e for e in base.entries.values() if e.prior is None and isinstance(e.value, float))
    found = _changed({fixed.id: fixed.value})
    assert [change.field for change in found.changes] == ["value"]
    assert found == base


def test_a_row_and_a_vector_are_changed_too() -> None:
    base = load()
    row = base.tables["neoclouds.facility"].rows[0]
    debt = float(row.model_dump()["debt"])
    found = _changed(
        {
            f"neoclouds.facility.{row.id}": {"debt": debt * 1.01, "accept": "Test."},
            "gpu.delivery_weights": risk.dirichlet(50),
        }
    )
    changed = found.tables["neoclouds.facility"].row(row.id).model_dump()
    assert changed["debt"] == pytest.approx(debt * 1.01)
    assert found.entries["gpu.delivery_weights"].prior == risk.dirichlet(50)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gpu.launch_obsolesence": 0.3}, "the base has no entry 'gpu.launch_obsolesence'. Did you mean"),
        ({"gpu.launch_obsolescence": 30.0}, "a share lies in"),
        ({"gpu.launch_obsolescence": {"value": 0.3}}, "draws come from its prior"),
        ({"gpu.launch_obsolescence": {"valu": 0.3}}, "unknown key 'valu'"),
    ],
)
def test_what_the_register_refuses_is_refused_with_its_place(
    changes: Mapping[str, Change], words: str
) -> None:
    with pytest.raises(AssumptionErrors) as caught:
        _changed(changes)
    told = str(caught.value)
    assert words in told
    assert f"{asked.PLACE}:" in told


@pytest.mark.parametrize("value", [None, object(), {1, 2}])
def test_what_is_no_value_is_refused(value: Change) -> None:
    with pytest.raises(UsageError, match=r"credit\.sofr cannot be changed to"):
        _changed({"credit.sofr": value})
