"""A target is a row: of what it is which statistic; a wrong one is refused at its place."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors, Problem, load
from risk.axes import Calendar

SHIPPED = Path(load().directory)

HEAD = """
[[target]]
id = "T13"
label = "New"
statement = "Some"
source = "judgement"
"""
OUTCOME = """status = "met"
outcome = "capex_2027"
quantile = 0.05
low = 0.7
high = 1
unit = "USD tn"
"""
FLAG = """status = "met"
outcome = "bust"
across = "probability"
low = 0.01
"""
SERIES = """status = "met"
quantity = "hy_spread"
over = "..2030Q4"
across = "mean"
low = 100
unit = "bp"
"""
RANKS = """status = "met"
outcome = "generic_default_rate"
across = "rank correlation"
against = "generic_recovery"
low = 0.01
"""
LOAN = """status = "met"
measure = "stylised"
tenor = "3y"
low = 0.01
"""
FED = """status = "informational"
measure = "feedback"
figure = "second_round"
world = "joint-tail"
coupling = "wall->clo"
"""
PENDING = """status = "pending"
reason = "Comes later."
"""

GOOD = [
    OUTCOME, FLAG, SERIES, RANKS, LOAN, FED, PENDING,
    FED.replace('"second_round"', '"loop gain"').replace('coupling = "wall->clo"\n', ""),
    OUTCOME.replace("quantile = 0.05", 'across = "standard deviation"'),
    FLAG.replace('"bust"', '"correction_b1x"'),
    FLAG.replace('"bust"', '"B4"').replace('unit = "1"', 'unit = "%"'),
    SERIES.replace('"..2030Q4"', '"propositions.gap_years"'),
    SERIES.replace("low = 100", "log_change = 4\nlow = 0").replace('"bp"', '"log"'),
    OUTCOME.replace('"met"', '"informational"').replace("low = 0.7\nhigh = 1\n", ""),
]  # fmt: skip

BAD = [
    (OUTCOME, '"capex_2027"', '"capex_2027x"', "A018", "Did you mean 'capex_2027'?"),
    (OUTCOME, "quantile = 0.05\n", "", "A004", "needs one statistic over paths"),
    (OUTCOME, "quantile = 0.05", 'quantile = 0.05\nacross = "mean"', "A004", "needs one statistic"),
    (OUTCOME, "quantile = 0.05", "quantile = 5", "A011", "quantile"),
    (OUTCOME, "quantile = 0.05", 'across = "median"', "A008", "across"),
    (OUTCOME, "quantile = 0.05", 'across = "probability"', "A008", "only a flag, a proposition or"),
    (OUTCOME, "quantile = 0.05", "quantile = 0.05\nover = '2030'", "A003", "over says nothing"),
    (OUTCOME, "low = 0.7", "low = 1.7", "A011", "low = 1.7 must not lie above high = 1"),
    (OUTCOME, "low = 0.7\nhigh = 1\n", "", "A004", "met without a bound"),
    (OUTCOME, '"USD tn"', '"USD bn/y"', "A009", "is measured in USD bn"),
    (OUTCOME, '"USD tn"', '"USD zn"', "A009", "no unit"),
    (OUTCOME, 'outcome = "capex_2027"\nquantile = 0.05\n', "", "A004", "is of nothing"),
    (OUTCOME, "outcome", 'quantity = "capex"\noutcome', "A004", "is of outcome and quantity"),
    (OUTCOME, '"met"', '"missed"', "A004", "missed without a reason"),
    (OUTCOME, "outcome =", "metric =", "A003", "unknown key 'metric'"),
    (FLAG, '"probability"', '"mean"', "A008", "'bust' happens on a path or does not"),
    (FLAG, '"bust"', '"bust_b2x"', "A018", "Did you mean 'bust_b1x'?"),
    (SERIES, '"hy_spread"', '"hy_spred"', "A018", "Did you mean 'hy_spread'?"),
    (SERIES, '"hy_spread"', '"holdco.liquidity"', "A018", "which no run keeps path by path"),
    (SERIES, '"hy_spread"', '"quarter_loss"', "A018", "which no run keeps path by path"),
    (SERIES, 'over = "..2030Q4"\n', "", "A004", "has no window"),
    (SERIES, '"..2030Q4"', '"2030Q5"', "A014", "is not a window"),
    (SERIES, '"..2030Q4"', '"2030..2027"', "A014", "ends before it begins"),
    (SERIES, '"..2030Q4"', '"propositions.wall_quarters"', "A018", "'propositions.wall_quarter'?"),
    (SERIES, "over", 'entity = "NBIS"\nover', "A003", "unknown key 'entity'"),
    (SERIES, '"hy_spread"', '"h100_contract"', "A009", "is measured in USD/h"),
    (RANKS, 'against = "generic_recovery"\n', "", "A004", "of one outcome against another"),
    (RANKS, '"rank correlation"', '"mean"', "A004", "of one outcome against another"),
    (RANKS, '"generic_recovery"', '"generic_recoveries"', "A018", "Did you mean 'generic_recovery'?"),
    (RANKS, "low = 0.01", 'low = 0.01\nunit = "bp/y"', "A009", "is measured in 1"),
    (FLAG, "low", "complement = true\nlow", "A004", "which is missing"),
    (LOAN, '"stylised"', '"stylized"', "A018", "Did you mean 'stylised'?"),
    (LOAN, '"3y"', '"4y"', "A018", "no contract of neoclouds.stylised.contract_quarters"),
    (LOAN, "low", 'case = "glat"\nlow', "A008", "Did you mean 'glut'?"),
    (FED, '"wall->clo"', '"wall->cloo"', "A018", "Did you mean 'wall->clo'?"),
    (FED, '"wall->clo"', '"supply->rent"', "A018", "no pathway of the cascade"),
    (FED, '"second_round"', '"loop gain"', "A003", "a coupling adds to a loss"),
    (FED, 'figure = "second_round"\n', "", "A004", "figure says what of another world"),
    (FED, '"joint-tail"', '"joint-tale"', "A008", "Did you mean 'joint-tail'?"),
    (LOAN, "low", 'figure = "mean"\nlow', "A004", "figure says what of another world"),
    (PENDING, "reason", 'across = "mean"\nreason', "A003", "across says nothing about a target"),
]  # fmt: skip


def register(folder: Path, *rows: str, head: str = HEAD) -> Path:
    """A copy of the register with more targets, T100 and so on."""
    copy = Path(shutil.copytree(SHIPPED, folder / "assumptions"))
    file = copy / "base" / "targets.toml"
    more = [head.replace("T13", f"T{100 + i}") + row for i, row in enumerate(rows)]
    file.write_text(file.read_text("utf-8") + "".join(more), "utf-8")
    return copy


def test_a_row_says_what_is_measured(tmp_path: Path) -> None:
    found = load(register(tmp_path, *GOOD))
    assert len(found.targets) == len(load().targets) + len(GOOD)
    assert found.digest == load().digest, "targets are no part of what a run is"


def test_wrong_rows_are_refused_each_once_and_at_its_place(tmp_path: Path) -> None:
    assert all(before in row for row, before, *_ in BAD)
    copy = register(tmp_path, *(row.replace(before, after, 1) for row, before, after, *_ in BAD))
    with pytest.raises(AssumptionErrors) as told:
        load(copy)
    lines = (copy / "base" / "targets.toml").read_text("utf-8").split("\n")
    found: dict[int, list[Problem]] = {}
    for problem in told.value.problems:
        assert Path(problem.file).name == "targets.toml"
        above = [
            int(id[1]) for line in lines[: problem.line + 2] if (id := re.search(r'id = "T(1\d\d)"', line))
        ]
        found.setdefault(above[-1] - 100, []).append(problem)
    for i, (row, before, after, code, words) in enumerate(BAD):
        said = [(problem.code, problem.reason) for problem in found.get(i, [])]
        assert len(said) == 1, (row, before, after, said)
        assert said[0][0] == code, said
        assert words in said[0][1]


def test_a_label_speaks_of_windows_that_there_are(tmp_path: Path) -> None:
    head = HEAD.replace('"New"', '"Capex {1}"')
    with pytest.raises(AssumptionErrors, match="speaks of a window it does not have"):
        load(register(tmp_path, OUTCOME, head=head))


def test_a_label_says_the_window_that_is_asked_for() -> None:
    """Whatever the run covers: what is not measured is not what the run has instead."""
    given = load()
    short = replace(given, calendar=Calendar(given.calendar.base, 4))
    whole, cut = ({t["id"]: t["label"] for t in a.normalised()["targets"]} for a in (given, short))
    assert whole == cut
    assert whole["T4b"] == "End-customer AI revenue 2030, median"
    assert whole["T5a"] == "H100 contract rent, median drift to end-2030"
    assert whole["T3a"] == "World AI capex 2026-30, P5"


def test_a_fault_of_an_outcome_is_not_told_again_by_its_target(tmp_path: Path) -> None:
    copy = register(tmp_path, OUTCOME)
    file = copy / "base" / "outcomes.toml"
    file.write_text(file.read_text("utf-8").replace('quantity = "capex"', 'quantity = "capecks"'), "utf-8")
    with pytest.raises(AssumptionErrors) as told:
        load(copy)
    assert {Path(p.file).name for p in told.value.problems} == {"outcomes.toml"}
