"""`bubblerisk watch` and `update` on small stored runs: ranked, weighed, refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Ask, Stored

pytestmark = pytest.mark.slow

READING = '    { date = "2026Q3", value = 273, published = 2026-10-01 },\n'


def add(line: str, after: str = READING) -> int:
    """Put a reading behind another, and return its line."""
    file = Path("assumptions", "readings.toml")
    text = file.read_text("utf-8")
    assert text.count(after) == 1
    file.write_text(text.replace(after, f"{after}    {line}\n"), "utf-8")
    return text[: text.index(after)].count("\n") + 2


def test_tripwires_are_ranked(ask: Ask, runs: Stored) -> None:
    said = ask("watch", runs.base.id)
    assert said.code == 0
    assert said.out.startswith("What to watch: Base case\n")
    assert "Outside the model" in said.out
    found = ask("watch", runs.base.id, "--json").json
    moves = [row["expected_change"]["value"] for row in found["tripwires"]]
    assert moves == sorted(moves, reverse=True)
    assert len(found["outside"]) == 5
    assert found["event"] == "Bust"
    assert found["finding"].startswith("Most is told by")


def test_any_condition_can_be_warned_of(ask: Ask, runs: Stored) -> None:
    found = ask("watch", runs.base.id, "--event", "headline_loss > 100", "--json").json
    assert found["event"] == "headline_loss > 100"
    assert {row["lead"] for row in found["tripwires"]} == {None}
    assert ask("watch", runs.base.id, "--event", "B4", "--json").json["event"] == "GPU rent collapses"
    refused = ask("watch", runs.base.id, "--event", "headline_los > 100")
    assert refused.code == 2
    assert "did you mean headline_loss" in refused.err


def test_a_reading_weighs_the_paths(ask: Ask, runs: Stored) -> None:
    before = ask("update", runs.base.id, "--json").json
    file = Path("assumptions", "readings.toml")
    text = file.read_text("utf-8").replace(
        "value = 2.86, published = 2026-10-06", "value = 2.1, published = 2026-10-06"
    )
    file.write_text(text, "utf-8")
    after = ask("update", runs.base.id, "--json").json
    (low,) = (row for row in after["readings"] if row["weighs"])
    assert low["value"] == 2.1
    moved = {row["name"]: row["change"]["value"] for row in after["moved"]}
    was = {row["name"]: row["change"]["value"] for row in before["moved"]}
    assert moved["bust"] > was["bust"]  # low rents make a bust likelier
    assert "P(bust) goes from" in ask("update", runs.base.id).out


def test_too_few_paths_are_refused_in_words(ask: Ask, runs: Stored) -> None:
    file = Path("assumptions", "readings.toml")
    text = file.read_text("utf-8").replace("value = 2.86, published", "value = 11.9, published")
    file.write_text(text, "utf-8")
    said = ask("update", runs.base.id)
    assert said.code == 2
    assert "reweighting is exhausted: what was read since 2026Q3 (1 reading) leaves" in said.err
    assert "furthest out: H100 spot rent 11.9 USD/h on 2026-10-06: above" in said.err
    assert "--paths" not in said.err  # no number of paths is enough
    assert "roll the base date beyond 2026-10-06: docs/watch.md says how" in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", ["update", "watch", "pack"])
@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            '{ date = "2199Q1", value = 300, published = 2199-05-01 },',
            "published = 2199-05-01 lies in the future",
        ),
        (
            '{ date = "2026Q4", value = 300, published = 2026-10-02 },',
            "lies before the end of what it describes",
        ),
    ],
)
def test_a_reading_from_the_future_is_refused_by_file_and_line(
    ask: Ask, runs: Stored, command: str, line: str, why: str
) -> None:
    number = add(line)
    said = ask(command, runs.base.id)
    assert said.code == 3
    assert why in said.err
    assert f"readings.toml:{number}" in said.err
    assert said.out == ""
    assert not Path("reports").exists()


def test_a_threshold_after_its_date_is_refused_by_file_and_line(ask: Ask, runs: Stored) -> None:
    file = Path("assumptions", "watch.toml")
    text = file.read_text("utf-8")
    file.write_text(text.replace('by = "2026Q4", low = 180', 'by = "2026Q3", low = 180'), "utf-8")
    said = ask("watch", runs.base.id)
    assert said.code == 3
    assert "is not before the end of 2026Q3" in said.err
    assert "watch.toml:" in said.err
    assert ask("assumptions", "check").code == 3


def test_a_scenario_is_weighed_when_asked_and_said_to_be_none(ask: Ask, runs: Stored) -> None:
    said = ask("update", runs.glut.id)
    assert said.code == 0
    assert "gpu-glut is a scenario: the forecast is the base case" in said.err
