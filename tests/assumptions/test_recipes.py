"""The recipes work as they are printed."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from risk.analysis.statistics import quantile
from risk.assumptions import Assumptions, load
from risk.calibrate import results
from risk.engine.admission import admit
from risk.runs import execute
from tests.engine.base import SEED

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
SHIPPED = Path(load().directory)


COMPANY, SCENARIO = (
    "A company, a generation, a pool of credit, a payer, a loan",
    "Without touching the base: a scenario",
)


def printed(recipe: str, language: str = "toml") -> list[str]:
    """Blocks of a recipe."""
    section = PAGE.read_text("utf-8").partition(f"\n## {recipe}\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def register(folder: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, folder / "assumptions"))


def streams(found: Assumptions) -> dict[str, int]:
    """Which draws are whose."""
    table = found.tables["neoclouds.facility"]
    return {name: vars(row)["stream"] for name, row in zip(table.names, table.rows, strict=True)}


def test_the_company(tmp_path: Path) -> None:
    copy = register(tmp_path)
    file = copy / "base" / "neoclouds.toml"
    (text,) = printed(COMPANY)
    file.write_text(f"{file.read_text('utf-8')}\n{text}", "utf-8")
    found = load(copy)
    admit(found)
    run = execute(found, 100, SEED, jobs=1, directory=tmp_path / "runs")
    assert "VULT-SPOT" in run.register.tables["neoclouds.facility"].names
    before, after = streams(load()), streams(found)
    assert {name: after[name] for name in before} == before, "no other row's draws move"


def test_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(printed(SCENARIO)[0], "utf-8")
    found = load(scenario=file)
    admit(found)
    assert "LAMB-SPOT" not in found.tables["neoclouds.facility"].names
    assert "NBIS 9" in found.tables["neoclouds.note"].names
    assert found.tables["credit.maturity"].names == ("b_loans 2028",)


def test_the_outcome_the_proposition_and_the_target(tmp_path: Path) -> None:
    copy = register(tmp_path)
    for name in ("outcome", "proposition", "target"):
        file = copy / "base" / f"{name}s.toml"
        (text,) = printed(f"{'An' if name == 'outcome' else 'A'} {name}")
        file.write_text(f"{file.read_text('utf-8')}\n{text}", "utf-8")
    run = execute(load(copy), 100, SEED, jobs=1, directory=tmp_path / "runs")
    low, dry = run.outcome("nebius_low"), run.outcome("B9")
    np.testing.assert_array_equal(dry, low < 1e9)
    assert 0.0 < dry.mean() < 1.0
    target = results(run)[-1]
    assert (target.id, target.label) == ("T13", "Lowest liquidity of Nebius to 2029Q4, P5")
    assert target.value == quantile(low, 0.05).value / 1e9
    assert target.inside is (target.value >= 0.1)
