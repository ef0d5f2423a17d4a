"""The register and its scenarios on pages of several widths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from risk.assumptions import load
from risk.report.terminal import register, scenarios
from risk.report.terminal.page import Page, Screen, text

BASE, GLUT = (load(Path(__file__).parents[2] / "assumptions", name) for name in ("base", "gpu-glut"))
ENTRIES = list(GLUT.entries.values())
MATRIX = BASE.entries["dependence.correlation"]
FACILITIES = replace(BASE.tables["neoclouds.facility"], fixed={})

SCREENS: dict[str, Callable[[Page], Screen]] = {
    "list": lambda page: register.entries_screen(ENTRIES, page),
    "entry": lambda page: register.entry_screen(MATRIX, BASE.sources[MATRIX.source], page),
    "table": lambda page: register.table_screen(FACILITIES, page),
    "row": lambda page: register.row_screen(FACILITIES, FACILITIES.rows[0], BASE.sources["judgement"], page),
    "scenarios": lambda page: scenarios.list_screen([BASE, GLUT], page),
    "scenario": lambda page: scenarios.screen(GLUT, page),
}


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("page", [Page(w, unicode) for w in (80, 120) for unicode in (True, False)])
def test_no_line_is_wider_than_the_page_and_nothing_is_cut(name: str, page: Page) -> None:
    shown = text(SCREENS[name](page), page)
    assert max(map(len, shown.splitlines())) <= page.width
    assert "…" not in shown
    assert page.unicode or shown.isascii()


def test_optional_columns_go_where_room_is_short() -> None:
    narrow, medium, wide = (text(SCREENS["list"](page), page) for page in map(Page, (80, 100, 200)))
    titles = {"id", "value", "unit", "P5", "P95", "grade", "as", "of", "owner", "source"}
    assert set(wide.splitlines()[0].split()) == titles
    assert "owner" not in medium.splitlines()[0]
    assert narrow.splitlines()[0].split() == ["id", "value", "unit", "grade"]


def test_a_reason_why_a_number_has_no_prior_is_shown() -> None:
    page = Page(120)
    why = "As metered in every hall."
    said = text(register.entry_screen(replace(MATRIX, fixed=why), BASE.sources[MATRIX.source], page), page)
    assert ["fixed", *why.split()] in [line.split() for line in said.splitlines()]
    table = replace(FACILITIES, fixed={"balloon": why})
    assert text(register.table_screen(table, page), page).splitlines()[-1] == f"fixed: balloon  {why}"
    assert "fixed: " not in text(register.table_screen(FACILITIES, page), page)


def test_a_wide_table_goes_on_below_with_its_key() -> None:
    narrow = text(SCREENS["table"](Page(80)), Page(80)).splitlines()
    blocks = [line for line in narrow if line.startswith("name ")]
    assert len(blocks) > 1
    for row in FACILITIES.rows:
        assert sum(line.split()[:1] == [row.id] for line in narrow) == len(blocks)
    piped = text(SCREENS["table"](Page(80, plain=True)), Page(80, plain=True)).splitlines()
    assert len(piped) == 1 + len(FACILITIES.rows)


def test_a_pipe_gets_a_line_for_each_changed_field_and_a_terminal_a_block_for_each_entry() -> None:
    change = GLUT.changes[0]
    piped = text(scenarios.screen(GLUT, page := Page(plain=True)), page)
    assert any(line.split()[:2] == [change.id, change.field] for line in piped.splitlines())
    blocks = text(scenarios.screen(GLUT, Page(80)), Page(80)).splitlines()
    at = blocks.index(change.id)
    assert blocks[at + 1].split()[0] == change.field
    assert "→" in blocks[at + 1]
