"""`bubblerisk challenger`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from risk.analysis.amplification import OFF
from risk.analysis.estimate import Estimate
from risk.calibrate.challenger import challenge, cut
from tests.cli.conftest import ROOT, Ask, Stored

CASES = (OFF, "spread->capex")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What couplings do, without a simulation."""

    def measured(*_: Any) -> Mapping[str, Mapping[str, Estimate]]:
        moved = {name: Estimate(-0.2 if name == "B2" else -1e9, 0.01, 1024) for name in cut.OUTCOMES}
        return dict.fromkeys(CASES, moved)

    monkeypatch.setattr(cut, "_measured", measured)


def test_every_figure_stands_beside_the_models_with_what_closes_the_difference(
    runs: Stored, ask: Ask
) -> None:
    found = ask("challenger", runs.base.id, "--json").json
    figures = {each["name"]: each for each in found["figures"]}
    assert list(figures) == [
        *("B2", "coreweave_default_5y", "generic_loss", "generic_loss_95"),
        *("software_loss", "software_loss_95", "headline_loss"),
    ]
    assert figures["B2"]["model"]["value"] == pytest.approx(runs.base.outcome("B2").mean())
    assert figures["generic_loss"]["model"]["value"] == pytest.approx(
        runs.base.outcome("generic_loss").mean() / 1e9
    )
    assert (
        figures["generic_loss_95"]["challenger"]["value"] > figures["generic_loss"]["challenger"]["value"] > 0
    )
    (whole,) = (s for s in figures["B2"]["steps"] if s["what"] == "all couplings cut")
    assert whole["value"]["value"] == pytest.approx(figures["B2"]["model"]["value"] - 0.2)
    for name in ("generic_loss", "generic_loss_95", "software_loss", "headline_loss"):
        assert figures[name]["low"] < figures[name]["challenger"]["value"] < figures[name]["high"]
        assert figures[name]["steps"][0]["side"] in ("model", "challenger")
    assert all(each["low"] <= each["value"] <= each["high"] for each in found["inputs"])
    market = found["market"]
    assert market["debt"] == pytest.approx(35.551, abs=0.01), "of the 10-Q, as the register has it"
    assert market["default_expected"] < market["default_in_prices"]
    assert market["default_in_swap"] == pytest.approx(0.51, abs=0.01)


def test_couplings_are_cut_once_and_kept_beside_the_run(runs: Stored, ask: Ask) -> None:
    first = ask("challenger", runs.base.id)
    assert "couplings behind the challenged figures, 17 random blocks" in first.err
    assert "What closes the difference" in first.out
    again = ask("challenger", runs.base.id)
    assert (again.out, again.err) == (first.out, "")


def test_the_page_is_markdown(runs: Stored, ask: Ask) -> None:
    page = ask("challenger", runs.base.id, "--md").out
    assert page.startswith("# The challenger\n")
    assert "| Figure (losses in USD bn) | Model | Challenger | Its range |" in page


def test_the_page_of_the_docs_has_what_the_command_writes(runs: Stored, ask: Ask) -> None:
    page = (ROOT / "docs" / "challenger.md").read_text(encoding="utf-8")
    written = ask("challenger", runs.base.id, "--md").out
    assert outline(page) == outline(written)
    inputs = "## What it reads beside the register"
    assert page.partition(inputs)[2].strip() == written.partition(inputs)[2].strip()


def outline(page: str) -> list[str]:
    """Titles, heads of tables, and names of figures and inputs, each once."""
    lines = [line for line in page.splitlines() if line.startswith(("#", "|"))]
    return list(dict.fromkeys(line.split("|")[1] if line[0] == "|" else line for line in lines))


def test_a_run_without_couplings_is_challenged_by_the_closed_forms_alone(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut, "wanted", lambda run: False)
    monkeypatch.setattr(cut, "kept", lambda run: {})
    found = ask("challenger", runs.base.id).out
    assert "Couplings were not cut" in found
    assert "With all couplings cut" not in found
    assert "no drift of its own" in found


def test_a_register_without_debt_of_the_company_is_refused(
    runs: Stored, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenge, "LISTED", "NOBODY")
    answer = ask("challenger", runs.base.id)
    assert answer.code == 2
    assert "no debt of NOBODY" in answer.err


def test_a_wrong_number_of_markets_is_refused_with_its_line(runs: Stored, ask: Ask) -> None:
    file = runs.folder.parent / "assumptions" / "challenger.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("value = 855", "value = -1"), encoding="utf-8")
    answer = ask("challenger", runs.base.id)
    assert answer.code == 3
    assert "challenger.toml" in answer.err
