"""`bubblerisk replay` as a new user meets it: the guide followed to the letter, slips, forms of answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from risk.catalogue import MEASURABLE
from tests.case_files import REGISTER, TEMPLATE, changed, written
from tests.cli.conftest import ROOT, Answer, Ask

GUIDE = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")
WALK = GUIDE.partition("## A walk-through")[2].partition("## How to read")[0]
CASE = "\n".join(re.findall(r"^```toml\n(.*?)^```", WALK, flags=re.MULTILINE | re.DOTALL))
RATE = 'value = 10.5, prior = { shape = "uniform", low = 9.5, high = 11.5 }'
FEW = ("-n", 256, "--seed", 5, "-j", 1, "--assumptions", REGISTER)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def replayed(ask: Ask, kept: Path, text: str, *words: object) -> Answer:
    return ask("replay", written(kept, text), *FEW, "--runs", kept, *words)


@pytest.mark.slow
def test_the_guide_makes_a_case_that_runs(ask: Ask, kept: Path) -> None:
    checked = ask("replay", written(kept, CASE), "--check", "--assumptions", REGISTER)
    assert checked.code == 0, checked.err
    answer = replayed(ask, kept, CASE, "--json")
    assert answer.code == 0, answer.err
    found = answer.json
    assert [each["id"] for each in found["outcomes"]] == ["price", "failures", "beta_fails", "dark_fibre"]
    assert found["outcomes"][3]["missing"]
    assert found["share"] <= 0.75, "what cannot be produced is a miss"
    assert found["placebo"]["equal"], found["placebo"]
    assert found["readings"][0]["path"] == "price"
    forced = {each["id"]: each for each in found["readings"][0]["outcomes"]}
    assert forced["price"]["median"] == pytest.approx(0.45, rel=0.05)
    assert {each["name"] for each in found["against"]} == {"no change", "trend"}
    rules = {each["rule"] for each in found["open"]}
    assert {"AI ratio", "base prior", "base value", "wide prior", "nothing of the kind"} == rules


@pytest.mark.slow
def test_the_same_answer_as_screen_and_memo(ask: Ask, kept: Path) -> None:
    screen, memo = replayed(ask, kept, CASE), replayed(ask, kept, CASE, "--md")
    for said in ("outcomes lie inside their 90% interval", "Placebo", "dark_fibre cannot be produced"):
        assert said in screen.out
        assert said in memo.out.replace("\\", "")
    assert memo.out.startswith("# Carriers, from the end of 2000")
    listed = replayed(ask, kept, CASE, "--open").out
    assert "gpu.price_floor" in listed
    assert "gpu.price_floor" not in screen.out


@pytest.mark.slow
def test_a_stored_replay_is_only_read(ask: Ask, kept: Path) -> None:
    first, again = (replayed(ask, kept, CASE, "--json") for _ in range(2))
    assert first.out == again.out


def test_a_slip_ends_with_its_place_and_exit_code_3(ask: Ask, tmp_path: Path) -> None:
    text = changed("as_of = 2000-09-30", "as_of = 2002-09-30")
    answer = ask("replay", written(tmp_path, text), "--check", "--assumptions", REGISTER)
    assert answer.code == 3
    line = next(i for i, each in enumerate(text.splitlines(), 1) if "2002-09-30" in each)
    assert f"my-case.toml:{line}:" in answer.err
    assert "describes a day after the base date" in answer.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("low = 9.5, high = 11.5", "low = 19.5, high = 21.5", "revenue.run_rate is 10.5, outside its prior"),
        (RATE, "value = 30.0, prior = false", "nothing is left for internal use"),
        ("gpus = 0.5 ", "gpus = 0.0 ", "there would be no compute to let"),
        ("leverage_limit = 3.0", "leverage = 3.0", "Did you mean 'leverage_limit'"),
    ],
)  # fmt: skip
def test_what_cannot_start_is_told_at_its_number(
    ask: Ask, tmp_path: Path, old: str, new: str, said: str
) -> None:
    answer = ask("replay", written(tmp_path, changed(old, new)), "--check", "--assumptions", REGISTER)
    assert answer.code == 3
    assert said in answer.err
    assert "my-case.toml:" in answer.err


def test_a_case_that_runs_aground_names_a_number_of_its_file(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from risk.engine import refusal
    from risk.errors import NumericalError

    def perform(assumptions: Any, start: Any) -> None:
        if assumptions.number("gpu.gpu_cost") > 1e6:
            raise NumericalError("capex.plan overflows in quarter 3")

    monkeypatch.setattr(refusal, "perform", perform)
    monkeypatch.setattr(refusal, "rehearse", lambda assumptions: perform(assumptions, None))
    text = changed('"gpu.gpu_cost" = { value = 45.0', '"gpu.gpu_cost" = { value = 45_000_000.0')
    answer = ask("replay", written(tmp_path, text), "--check", "--assumptions", REGISTER)
    assert answer.code == 3
    assert "gpu.gpu_cost as the case has it: capex.plan overflows in quarter 3" in answer.err
    assert "my-case.toml:" in answer.err


def test_a_check_has_its_document(ask: Ask, tmp_path: Path) -> None:
    answer = ask("replay", written(tmp_path), "--check", "--json", "--assumptions", REGISTER)
    assert answer.json["case"] == "my-case"
    assert answer.json["given"] > 90


def test_an_unknown_case_and_a_folder_are_told(ask: Ask, tmp_path: Path) -> None:
    answer = ask("replay", "us-railroads", "--assumptions", REGISTER)
    assert answer.code == 2
    assert "us-railroads-1890" in answer.err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "case.toml").write_text(TEMPLATE, encoding="utf-8")
    found = ask("replay", tmp_path / "mine", "--check", "--json", "--assumptions", REGISTER)
    assert found.json["case"] == "mine"


def test_the_guide_names_quantities_that_there_are() -> None:
    table = GUIDE.partition("| quantity | of |")[2].partition("All of them")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert len(named) > 25
    assert not set(named) - set(MEASURABLE)


def test_the_guide_names_entries_that_there_are() -> None:
    from risk.assumptions import load

    table = GUIDE.partition("| what | entries and tables |")[2].partition("Rows may leave out")[0]
    known = {*load(REGISTER).entries, *load(REGISTER).tables}
    named = set(re.findall(r"`([a-z]+\.[a-z0-9_.]+)`", table))
    assert len(named) > 35
    assert not named - known
