"""`bubblerisk views`."""

from __future__ import annotations

from pathlib import Path

import pytest

import risk
from tests.analysis.views.planted import HEAD, file
from tests.cli.conftest import PATHS, Ask, Stored


@pytest.fixture
def mild(runs: Stored, tmp_path: Path) -> Path:
    """A ballot that a run of a thousand paths bears."""
    return file(tmp_path, "P(bust) >= 40%", "mean(h100_2028) <= 1.6 USD/h", name="mild")


def test_two_ballots_stand_side_by_side(runs: Stored, ask: Ask, tmp_path: Path, mild: Path) -> None:
    bull = file(tmp_path, "bust < 30%", name="bull", head=HEAD.replace("A member", "The bull"))
    found = ask("views", "base", mild, bull, "--json").json
    assert [member["name"] for member in found["members"]] == ["model", "mild", "bull", "together"]
    model, bear, other, _ = (m["figures"]["bust"]["estimate"]["value"] for m in found["members"])
    assert model == pytest.approx(float(runs.base.outcome("bust").mean()))
    assert bear >= 0.4 - 1e-4
    assert other <= 0.3 + 1e-4
    assert 0.0 < found["apart"][0]["shared"] < 1.0
    said = ask("views", "base", mild, bull).out
    assert "The bull" in said
    assert "All together" in said
    assert "What you would have to believe" in said


def test_what_must_be_believed_is_what_was_asked(runs: Stored, ask: Ask, mild: Path) -> None:
    found = ask(
        "views", "base", mild, "--believe", "P(durable) > 1/3", "--believe", "bust > 0.45", "--json"
    ).json
    assert [(b["of"], b["bar"]) for b in found["beliefs"]] == [
        ("P(durable)", pytest.approx(1 / 3)), ("P(bust)", 0.45),
    ]  # fmt: skip
    for each in found["beliefs"]:
        assert each["said"].startswith(each["of"])
        for belief in each["smallest"]:
            assert belief["reached"]["value"] == pytest.approx(each["bar"], abs=2e-3)


def test_the_door_says_the_same(runs: Stored, ask: Ask, mild: Path) -> None:
    told = risk.open("base", runs=runs.folder, quiet=True).views(mild, believe="bust > 0.45")
    assert told.data == ask("views", "base", mild, "--believe", "bust > 0.45", "--json").json
    assert len(told["members"]) == 2


def test_a_set_that_comes_along_is_called_by_its_name(runs: Stored, ask: Ask) -> None:
    said = ask("views", "base", "market-2026-10")
    if said.code == 0:
        assert "Markets, October 2026" in said.out
    else:  # a thousand paths may be too few for it
        assert (said.code, "A033" in said.err) == (3, True)


def test_a_wrong_ballot_is_refused_with_its_line_and_nothing_is_told(
    runs: Stored, ask: Ask, tmp_path: Path, mild: Path
) -> None:
    wrong = file(tmp_path, "P(bust) = 50%", "mean(h100_2082) = 1", name="wrong")
    said = ask("views", "base", mild, wrong)
    assert (said.code, said.out) == (3, "")
    assert "wrong.toml:9" in said.err
    assert "did you mean h100_2028" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("views", "code"),
    [
        (("P(bust) = 60%", "P(durable) = 50%"), "A032"),
        (("mean(h100_2028) = 40",), "A032"),
        (("P(bust) > 98%", "h100_2028 > 2"), "A033"),
    ],
)
def test_what_the_paths_do_not_bear_is_refused(
    runs: Stored, ask: Ask, tmp_path: Path, views: tuple[str, ...], code: str
) -> None:
    said = ask("views", "base", file(tmp_path, *views))
    assert (said.code, said.out, code in said.err) == (3, "", True)


@pytest.mark.parametrize(
    "words", [("markt",), ("absent.toml",), ("--believe", "bust = 0.5"), ("--believe", "x > 1")]
)
def test_what_is_not_there_or_no_bar_is_refused(runs: Stored, ask: Ask, words: tuple[str, ...]) -> None:
    said = ask("views", "base", *words)
    assert said.code in (2, 3)
    assert said.out == ""
    assert said.err.startswith("error")


def test_companies_are_shown_by_letters(runs: Stored, ask: Ask, tmp_path: Path) -> None:
    own = 'believe = "P(coreweave_default_5y) <= 50%"\nlabel = "CoreWeave defaults"\nwhy = "CRWV pays."'
    path = file(tmp_path, own)
    plain, masked = ask("views", "base", path), ask("views", "base", path, "--mask")
    assert "CoreWeave defaults" in plain.out
    assert "CoreWeave" not in masked.out
    written = ask("views", "base", path, "--mask", "--json").out
    assert "CoreWeave" not in written
    assert "CRWV" not in written


def test_it_takes_a_run_of_few_paths(runs: Stored, ask: Ask, mild: Path) -> None:
    assert f"{PATHS:,} paths" in ask("views", runs.base.id, mild).out
