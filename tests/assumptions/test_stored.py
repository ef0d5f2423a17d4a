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


def test_it_simulates_the_same() -> None:
    given = load(scenario="joint-tail")
    found = restore(json.loads(json.dumps(given.normalised())))
    one, other = (simulate(a, SEED, 0, 16) for a in (given, found))
    assert all((one.outcomes[name] == other.outcomes[name]).all() for name in ("bust", "headline_loss"))
