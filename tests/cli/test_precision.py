"""`bubblerisk run --target-se`."""

from __future__ import annotations

from math import sqrt

import pytest

from risk.door import precision
from risk.errors import UsageError
from risk.runs import list_runs, specify
from risk.runs.prepare import plan
from tests.cli.conftest import PATHS, ROOT, SEED, SMALL, Ask, Stored


@pytest.mark.parametrize("text", ["0.2pp", "0.2 pp", "0.2%", "0.002", " .2% "])
def test_a_standard_error_is_written_in_points_or_as_a_number(text: str) -> None:
    assert precision.standard_error(text) == pytest.approx(0.002)


@pytest.mark.parametrize("text", ["0.2", "20pp", "0", "-0.2pp", "nan", "inf", "little", "", "0.2pp%"])
def test_a_senseless_standard_error_is_refused_before_anything_is_run(text: str, ask: Ask) -> None:
    said = ask("run", "base", f"--target-se={text}")
    assert (said.code, said.out) == (2, "")
    assert "write 0.2pp, 0.2% or 0.002" in said.err


def test_paths_are_added_until_the_error_is_reached(runs: Stored, ask: Ask) -> None:
    p = float(runs.base.outcome("bust").mean())
    wanted = 1.05 * sqrt(p * (1.0 - p) / 2048)  # 5% wider than that of two blocks, if p stays as it is
    target = f"{100 * wanted:.4f}pp"
    plan_ = ask("run", "base", *SMALL, "--target-se", target, "--dry-run", "--json").json
    assert (plan_["paths"], plan_["blocks"], plan_["stored"], plan_["complete"]) == (2048, 2, 1, False)
    assert plan_["target"]["known"]["paths"] == PATHS
    assert len(list_runs(runs.folder)) == 2

    said = ask("run", "base", *SMALL, "--target-se", target, "--json")
    assert said.code == 0
    assert "base: P(bust) " in said.err
    assert "2,048 paths for " in said.err
    bust = said.json["outcomes"][0]["probability"]
    assert bust["standard_error"] <= wanted
    # it is the run that `--paths 2048` names, and asking again only reads
    register = plan("base", 2048, SEED, register=ROOT / "assumptions", root=runs.folder).assumptions
    assert said.json["run"] == specify(register, 2048, SEED).id == plan_["run"]
    again = ask("run", "base", *SMALL, "--target-se", target, "--json")
    assert again.out == said.out
    assert "done" not in again.err
    assert ask("run", "base", "-n", 2048, "--seed", SEED, "--json").out == said.out
    text = ask("run", "base", *SMALL, "--target-se", target, "--dry-run").out
    assert text.endswith("It is there already: the same command prints it.\n")


def test_an_error_that_is_reached_adds_nothing(runs: Stored, ask: Ask) -> None:
    assert ask("run", "base", *SMALL, "--target-se", "2pp").out == ask("show", "base").out
    assert len(list_runs(runs.folder)) == 2


def test_more_paths_than_a_run_is_grown_to_are_refused(runs: Stored, ask: Ask) -> None:
    for rest in ([], ["--dry-run"]):
        said = ask("run", "base", *SMALL, "--target-se", "0.001pp", *rest)
        assert said.code == 2
        assert "at most 1,048,576 are added" in said.err
    least = said.err.partition("ask for ")[2].partition(" or more")[0]
    assert precision.enough(runs.base, precision.standard_error(least)) <= precision.MOST
    smaller = precision.standard_error(least) - 0.0002
    with pytest.raises(UsageError, match=f"ask for {least}"):
        precision.enough(runs.base, smaller)


def test_the_plan_of_a_run_not_begun_says_what_it_does_not_know(runs: Stored, ask: Ask) -> None:
    said = ask("run", "base", "-n", 5000, "--seed", 8, "--target-se", "0.2%", "--dry-run")
    assert "standard error of P(bust) at most 0.2 pp; how many paths more that takes" in said.out
    assert "--paths 5000 --seed 8 --target-se 0.2%" in said.out
