"""Documents by declaration: what they hold of a thing, and the schema that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from risk.report.record import Document, Many, Perhaps, Record, Tree, told, whole


@dataclass(frozen=True)
class Leaf:
    name: str
    size: float | None = None


@dataclass(frozen=True)
class Branch:
    first: Leaf
    other: Leaf | None
    named: Mapping[str, Leaf]
    listed: tuple[Leaf, ...] = ()


@dataclass(frozen=True)
class Part:
    id: str
    inputs: tuple[Part, ...] = ()


PART: Record[Part] = Record((told("id"), told("inputs", Tree("part", lambda: PART))))


def accepted(document: Document[Any], data: dict[str, Any]) -> bool:
    return Draft202012Validator(document.full_schema()).is_valid({"schema": document.id, **data})


def test_a_dataclass_is_told_with_those_inside_it() -> None:
    document: Document[Branch] = Document(whole(Branch).fields, name="branch/1")
    branch = Branch(Leaf("a", float("nan")), None, {"b": Leaf("b", 1.0)}, (Leaf("c"),))
    data = document.data(branch)
    assert data == {
        "first": {"name": "a", "size": None},
        "other": None,
        "named": {"b": {"name": "b", "size": 1.0}},
        "listed": [{"name": "c", "size": None}],
    }
    assert accepted(document, data)
    assert not accepted(document, data | {"other": {"name": 3, "size": 1.0}})
    assert not accepted(document, data | {"other": {}})


def test_a_tree_is_told_down_to_its_leaves() -> None:
    document: Document[Part] = Document(PART.fields, name="tree/1")
    data = document.data(Part("a", (Part("b", (Part("c"),)), Part("d"))))
    assert data["inputs"][0]["inputs"] == [{"id": "c", "inputs": []}]
    assert accepted(document, data)
    data["inputs"][0]["inputs"][0].pop("id")
    assert not accepted(document, data)


@pytest.mark.parametrize("open", [True, False])
def test_only_an_open_record_has_keys_that_are_not_declared(open: bool) -> None:
    record: Record[Mapping[str, Any]] = Record((told("id"),), open=open)
    document: Document[Any] = Document(
        (told("rows", Many(record)), told("best", Perhaps(record))), name="rows/1"
    )
    row = {"id": "x", "more": (1, 2)}
    data = document.data({"rows": [row], "best": row})
    assert data["best"] == ({"id": "x", "more": [1, 2]} if open else {"id": "x"})
    assert accepted(document, data)
    assert accepted(document, data | {"best": None})
    assert accepted(document, {"rows": [{"id": "x", "other": 1}], "best": None}) is open
    assert not accepted(document, {"rows": [{"other": 1}], "best": None})
