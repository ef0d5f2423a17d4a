"""Outcomes and propositions as rows of files: a new one needs no code, a wrong one is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import AssumptionErrors, load
from risk.engine.simulate import simulate
from tests.engine.base import SEED

SHIPPED = Path(load().directory)

NEW = """
[[outcome]]
id = "cash_2029"
label = "Liquidity of {entity} at {0}"
unit = "USD bn"
quantity = "holdco.liquidity"
entity = "NBIS"
statistic = "smallest"
over = "..2029Q4"

[[flag]]
id = "fast_build"
timed = true

[[flag.any]]
quantity = "funding.capex"
entity = "MSFT"
by = "four quarters"
relative_to = 4
over = "run"
at_least = 1.3
""".replace("{entity}", "Nebius")

CLAIM = """
[[proposition]]
id = "B9"
side = "bear"
label = "Nebius runs dry by {0.year}"
statement = "Its liquidity falls below $1bn by {0}"
source = "judgement"
timed = true

[[proposition.any]]
quantity = "holdco.liquidity"
entity = "NBIS"
over = "..2029Q4"
below = 1e9
"""


def register(folder: Path, outcomes: str = "", propositions: str = "") -> Path:
    copy = Path(shutil.copytree(SHIPPED, folder / "assumptions"))
    for name, text in (("outcomes", outcomes), ("propositions", propositions)):
        file = copy / "base" / f"{name}.toml"
        file.write_text(file.read_text("utf-8") + text, "utf-8")
    return copy


@pytest.mark.slow
def test_a_new_outcome_and_a_new_proposition_need_no_code(tmp_path: Path) -> None:
    found = load(register(tmp_path, NEW, CLAIM))
    block = simulate(found, SEED, 0, 200)
    plain = simulate(load(), SEED, 0, 200)
    low, dry = block.outcomes["cash_2029"], block.outcomes["B9"]
    np.testing.assert_array_equal(dry, low < 1e9)
    assert 0.0 < dry.mean() < 1.0
    assert np.isfinite(block.outcomes["B9_quarter"][dry == 1.0]).all()
    fast = block.outcomes["fast_build"] == 1.0
    assert (block.outcomes["fast_build_quarter"][fast] >= 8).all(), "four quarters over the four before them"
    words = {p["id"]: p for p in found.normalised()["propositions"]}["B9"]
    assert (words["label"], words["statement"]) == (
        "Nebius runs dry by 2029", "Its liquidity falls below $1bn by 2029Q4",
    )  # fmt: skip
    for name, values in plain.outcomes.items():
        np.testing.assert_array_equal(values, block.outcomes[name], err_msg=name)
    assert found.digest != load().digest, "a run with other outcomes is another run"


@pytest.mark.parametrize(
    ("before", "after", "code", "words"),
    [
        ('"holdco.liquidity"', '"holdco.liquiditi"', "A018", "Did you mean 'holdco.liquidity'?"),
        ('entity = "NBIS"', 'entity = "NBIX"', "A018", "no row of [[neoclouds.firm]]"),
        ('over = "..2029Q4"', 'over = "2029Q5"', "A014", "is not a window"),
        ('over = "..2029Q4"', 'over = "propositions.wall_quarters"', "A018", "nor an entry that holds one"),
        ('unit = "USD bn"', 'unit = "USD zn"', "A009", "no unit"),
        ("at_least = 1.3", 'at_least = "propositions.capex_fell"', "A018", "neither number nor quantity"),
        ("at_least = 1.3", "at_least = 1.3\nat_most = 2", "A004", "has 2 thresholds"),
        ("at_least = 1.3\n", "", "A004", "has 0 thresholds"),
        ('id = "cash_2029"', 'id = "capex_2027"', "A019", "given twice"),
        ('id = "cash_2029"', 'id = "B4"', "A019", "another outcome, proposition or flag"),
        ('id = "cash_2029"', 'id = "bust_mine"', "A019", "another outcome, proposition or flag"),
        ("at {0}", "at {1}", "A018", "speaks of a window it does not have"),
        ("at {0}", "at {0.month}", "A018", "speaks of a window it does not have"),
        ('statistic = "smallest"', 'statistic = "lowest"', "A008", "lowest"),
        ('relative_to = 4', 'relative_to = "peek"', "A008", "relative_to"),
    ],
)  # fmt: skip
def test_a_wrong_one_is_refused(before: str, after: str, code: str, words: str, tmp_path: Path) -> None:
    assert before in NEW
    with pytest.raises(AssumptionErrors) as told:
        load(register(tmp_path, NEW.replace(before, after, 1)))
    assert any(p.code == code and words in p.reason for p in told.value.problems), told.value
    assert all(p.line and Path(p.file).stem in ("outcomes", "propositions") for p in told.value.problems)
