"""JSON documents against their schemas in `docs/schemas`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"


def problems(document: Any) -> list[str]:
    """Everything in which a document differs from the schema it names."""
    found = validator(document["schema"]).iter_errors(document)
    return [f"{error.json_path}: {error.message[:300]}" for error in found]


@cache
def validator(name: str) -> Draft202012Validator:
    """Validator of a document, by the word that the document says, e.g. ``bubblerisk.tail/1``."""
    return Draft202012Validator(read(FOLDER / f"{name.removeprefix('bubblerisk.').replace('/', '-')}.json"))


def read(file: Path) -> dict[str, Any]:
    """A schema; SchemaError where it is none."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    return found
