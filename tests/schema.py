"""A small validator of JSON documents, for the part of JSON Schema that `docs/schemas` uses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
WORDS = {
    *("$schema", "$id", "title", "description", "$defs", "$ref", "type", "enum", "const", "pattern"),
    *("required", "properties", "additionalProperties", "items", "minimum", "maximum", "minItems"),
}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def schema(name: str) -> dict[str, Any]:
    """The schema of a document, by the word that the document says, e.g. ``bubblerisk.tail/1``."""
    file = FOLDER / f"{name.removeprefix('bubblerisk.').replace('/', '-')}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def problems(document: Any) -> list[str]:
    """Everything in which a document differs from the schema it names."""
    root = schema(document["schema"])
    return list(_problems(document, root, root, "$"))


def _problems(value: Any, rule: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    unknown = set(rule) - WORDS
    assert not unknown, f"the validator does not know {unknown}"
    if "$ref" in rule:
        yield from _problems(value, root["$defs"][rule["$ref"].rpartition("/")[2]], root, at)
        return
    if "type" in rule:
        kinds = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
        allowed = tuple(kind for name in kinds for kind in TYPES[name])
        if not isinstance(value, allowed) or (isinstance(value, bool) and "boolean" not in kinds):
            yield f"{at}: {value!r} is no {rule['type']}"
            return
    if "const" in rule and value != rule["const"]:
        yield f"{at}: {value!r} is not {rule['const']!r}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{at}: {value!r} is none of {rule['enum']}"
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        yield f"{at}: {value} is out of bounds"
    if isinstance(value, dict):
        yield from _members(value, rule, root, at)
    if isinstance(value, list):
        if len(value) < rule.get("minItems", 0):
            yield f"{at}: {len(value)} items"
        for i, item in enumerate(value):
            yield from _problems(item, rule.get("items", {}), root, f"{at}[{i}]")


def _members(value: dict[str, Any], rule: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    known = rule.get("properties", {})
    yield from (f"{at}: {key} is missing" for key in rule.get("required", ()) if key not in value)
    for key, item in value.items():
        if key in known:
            yield from _problems(item, known[key], root, f"{at}.{key}")
        elif rule.get("additionalProperties") is False:
            yield f"{at}: {key} is not known"
