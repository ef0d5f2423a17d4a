"""Figures of the thesis page on a register of a few rows: fates, what stands today, contradictions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from risk.analysis import thesis_page
from risk.analysis.thesis_page import CONTEXT, LOST, NOWHERE, REPLACED, VALUE
from risk.assumptions import Assumptions, Entry, load
from risk.assumptions.figures import Span
from risk.assumptions.page import Contradiction, Figure

NOTHING: dict[str, Any] = {"tables": {}, "page_parts": {}, "page_facts": {}, "contradictions": {}}


def figure(id: str, value: str, unit: str = "%", section: str = "Here", **keys: Any) -> Figure:
    return Figure(id=id, section=section, value=value, unit=unit, **keys)


def entry(id: str, value: float, unit: str) -> Entry:
    return Entry(id, value, unit, source="s", as_of=date(2026, 6, 30), grade="judgement", owner="Risk")


@cache
def base() -> Assumptions:
    return load()


def register(*figures: Figure, **more: Any) -> Assumptions:
    entries = (entry("gpu.share", 0.65, "fraction"), entry("gpu.lead", 10.0, "quarter"))
    own = {"entries": {e.id: e for e in entries}, "page_figures": {f.id: f for f in figures}}
    return replace(base(), **(NOTHING | own | more))


def one(made: Figure) -> thesis_page.Fated:
    (found,) = thesis_page.fates(register(made))
    return found


@pytest.mark.parametrize(
    ("value", "fate"),
    [
        ("65", VALUE),
        ("~65", VALUE),
        ("60-70", VALUE),
        ("65.4", REPLACED),
        ("66-70", REPLACED),
        ("some", REPLACED),
    ],
)
def test_a_value_agrees_within_its_range_or_but_for_rounding(value: str, fate: str) -> None:
    found = one(figure("f", value, value_of=["gpu.share"]))
    assert found.fate == fate
    assert found.today == pytest.approx(Span(65.0, 65.0))
    assert found.by == ("gpu.share",)


def test_every_entry_that_takes_a_figure_must_have_it() -> None:
    assert one(figure("f", "65", value_of=["gpu.share", "gpu.lead"])).fate == REPLACED


def test_what_replaces_a_figure_is_set_beside_it() -> None:
    found = one(figure("f", "100-160", "weeks", replaced_by="13 * {gpu.lead}", why="A lag."))
    assert (found.today, found.ratio, found.why) == (Span(130.0, 130.0), 1.0, "A lag.")
    assert one(figure("f", "0", "weeks", replaced_by="13 * {gpu.lead}")).ratio is None
    assert one(figure("f", "9", "furlongs", replaced_by="13 * {gpu.lead}")).today is None


def test_a_figure_with_two_fates_or_none_is_unaccounted_for() -> None:
    assert one(figure("f", "1")).fate == LOST
    assert one(figure("f", "1", context="x", not_used="y")).fate == LOST


def test_parts_counts_and_reasons() -> None:
    made = [figure("a", "1", context="why"), figure("b", "2", section="Else", context="so")]
    found = thesis_page.fates(register(*made, page_parts={"Part": ("Here",)}))
    assert [(f.part, f.why, f.today) for f in found] == [("Part", "why", None), (NOWHERE, "so", None)]
    assert thesis_page.counts(found) == {
        VALUE: 0,
        "evidence": 0,
        REPLACED: 0,
        CONTEXT: 2,
        "not used": 0,
        LOST: 0,
    }


@pytest.mark.parametrize(("against", "stands"), [("4.8", True), ("{a} * 2 - 3", False), ("{none}", False)])
def test_a_contradiction_stands_while_its_sides_share_no_number(against: str, stands: bool) -> None:
    row = Contradiction(id="c", claim="x", says="{a}", against=against, unit="x", reading="y")
    (found,) = thesis_page.contradictions(register(figure("a", "3", "x"), contradictions={"c": row}))
    assert found.says == Span(3.0, 3.0)
    assert found.stands == stands
