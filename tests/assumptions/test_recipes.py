"""The recipes work as they are printed."""

import re
import shutil
from pathlib import Path

import numpy as np

from risk.assumptions import load
from risk.engine.admission import admit
from risk.engine.simulate import simulate
from tests.engine.base import SEED

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
SHIPPED = Path(load().directory)


def printed() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(printed()[0], "utf-8")
    found = load(scenario=file)
    admit(found)
    assert "LAMB-SPOT" not in found.tables["neoclouds.facility"].names
    assert "CRWV 9" in found.tables["neoclouds.note"].names
    assert found.tables["credit.maturity"].names == ("b_loans 2028",)


def test_the_outcome_and_the_proposition(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SHIPPED, tmp_path / "assumptions"))
    for name, text in zip(("outcomes", "propositions"), printed()[1:], strict=True):
        file = copy / "base" / f"{name}.toml"
        file.write_text(f"{file.read_text('utf-8')}\n{text}", "utf-8")
    block = simulate(load(copy), SEED, 0, 100)
    low, dry = block.outcomes["nebius_low"], block.outcomes["B9"]
    np.testing.assert_array_equal(dry, low < 1e9)
    assert 0.0 < dry.mean() < 1.0
