"""Every figure of the thesis page has one disposition, and what it points to exists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BASE = Path(__file__).parents[2] / "assumptions" / "base"
DISPOSITIONS = ("used_by", "superseded_by", "not_used")
KEYS = {"id", "section", "name", "value", "unit", "trap", "why", *DISPOSITIONS}
REQUIRED = ("id", "section", "name", "value", "unit")
TRAPS = set(range(1, 19))

Figure = dict[str, Any]


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((BASE / name).read_text(encoding="utf-8"))


FIGURES: list[Figure] = read("page_figures.toml")["figure"]


def register_ids(table: dict[str, Any], prefix: str) -> Iterator[str]:
    """Ids of entries, of entity tables and of their columns."""
    for key, value in table.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            if "value" in value:
                yield path
            else:
                yield from register_ids(value, path)
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            yield path
            yield from {f"{path}.{column}" for row in value for column in row}


@pytest.fixture(scope="module")
def known() -> set[str]:
    files = [file for file in BASE.glob("*.toml") if file.name not in ("sources.toml", "page_figures.toml")]
    return {id for file in files for id in register_ids(read(file.name), "")}


def test_figures_are_named_once() -> None:
    ids = [figure["id"] for figure in FIGURES]
    assert len(ids) == len(set(ids)), {id for id in ids if ids.count(id) > 1}
    assert not [id for id in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure["id"])
def test_figure_is_complete_and_has_exactly_one_disposition(figure: Figure) -> None:
    assert set(figure) <= KEYS
    assert all(isinstance(figure.get(key), str) and figure[key].strip() for key in REQUIRED)
    given = [key for key in DISPOSITIONS if figure.get(key)]
    assert len(given) == 1, given
    if given == ["superseded_by"]:
        assert figure.get("why"), "what supersedes a figure needs its reason"
    if given == ["not_used"]:
        assert "why" not in figure, "not_used is itself the reason"


def test_what_a_figure_is_used_by_exists(known: set[str]) -> None:
    used = {(figure["id"], id) for figure in FIGURES for id in figure.get("used_by", ())}
    assert not {(figure, id) for figure, id in used if not id.startswith("result:") and id not in known}


def test_every_trap_is_resolved_and_says_why() -> None:
    trapped = [figure for figure in FIGURES if "trap" in figure]
    assert {figure["trap"] for figure in trapped} == TRAPS
    assert not [figure["id"] for figure in trapped if not (figure.get("why") or figure.get("not_used"))]
