"""What a run keeps of its register comes back in its types."""

import json

import pytest

from risk.assumptions import load
from risk.assumptions.stored import restore
from risk.engine.simulate import simulate
from tests.engine.base import SEED


@pytest.mark.parametrize("scenario", ["base", "joint-tail", "no-amendments", "wall-annual"])
def test_there_and_back(scenario: str) -> None:
    given = load(scenario=scenario)
    kept = json.loads(json.dumps(given.normalised()))
    found = restore(kept)
    assert found == given
    assert found.digest == given.digest
    again = json.loads(json.dumps(found.normalised()))
    assert again == kept
    assert found.entries["gpu.launch_obsolescence"].prior == given.entries["gpu.launch_obsolescence"].prior
    assert found.tables["neoclouds.facility"].rows == given.tables["neoclouds.facility"].rows


@pytest.mark.slow
def test_it_simulates_the_same() -> None:
    given = load(scenario="joint-tail")
    found = restore(json.loads(json.dumps(given.normalised())))
    one, other = (simulate(a, SEED, 0, 16) for a in (given, found))
    assert all((one.outcomes[name] == other.outcomes[name]).all() for name in ("bust", "headline_loss"))


def test_words_come_back_and_are_no_part_of_the_digest() -> None:
    given = load()
    kept = json.loads(json.dumps(given.normalised()))
    kept["terms"]["operators"] = "branch lines"
    kept["tables"]["neoclouds.payer"]["rows"][1]["label"] = "Canal companies"
    found = restore(kept)
    assert found.digest == given.digest
    assert found.tables["neoclouds.payer"].words("label")[1] == "Canal companies"
    said = found.said("{Operators} rent an {numeraire} to {anchors} for {0}.", "$2")
    assert said == "Branch lines rent an H100 to labs for $2."
