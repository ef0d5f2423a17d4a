"""`bubblerisk energy`: what the fleet draws and emits, and a place beside."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Ask, Stored


def test_power_energy_and_emissions_by_year(runs: Stored, ask: Ask) -> None:
    found = ask("energy", "base", "--json").json
    assert found["schema"] == "bubblerisk.energy/1"
    assert [row["year"] for row in found["years"]] == list(runs.base.calendar.full_years)
    assert found["against"]["page"] == 945.0
    assert found["place"]["name"] == "world"
    assert {row["id"] for row in found["stranded"]} >= {"idle", "unclaimed", "stranded"}
    out = ask("energy", "base").out
    assert "of the page's 945 TWh" in out
    assert "neither carbon nor clean power" in out


def test_a_place_stands_beside_the_world(runs: Stored, ask: Ask) -> None:
    found = ask("energy", "base", "--location", "johor", "--json").json
    assert found["place"]["name"] == "johor"
    assert found["place"]["intensity"]["value"] == pytest.approx(0.77)
    out = ask("energy", "base", "--location", "johor").out
    assert "Johor" in out
    assert "Singapore's cap on new data centers a year" in out


def test_a_place_that_is_not_there_is_refused_with_those_that_are(runs: Stored, ask: Ask) -> None:
    said = ask("energy", "base", "--location", "batam")
    assert (said.code, said.out) == (2, "")
    assert "no place batam" in said.err
    assert "johor" in said.err
