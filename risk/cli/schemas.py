"""JSON documents of all commands and their schemas; `python -m risk.cli.schemas FOLDER` writes these."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import Any

import risk.door
import risk.report.terminal
from risk.report.record import Document


def documents() -> dict[str, list[Document[Any]]]:
    """Documents of all commands by name; one of several forms has as many."""
    found: dict[str, list[Document[Any]]] = {}
    for package in (risk.report.terminal, risk.door):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Document) and value not in found.setdefault(value.name, []):
                    found[value.name].append(value)
    return found


def schemas() -> dict[str, dict[str, Any]]:
    """Name of the file and schema of each document."""
    return {f"{name.replace('/', '-')}.json": _schema(forms) for name, forms in documents().items()}


def _schema(forms: list[Document[Any]]) -> dict[str, Any]:
    first, *more = (form.full_schema() for form in forms)
    if not more:
        return first
    shared = {key: first[key] for key in ("$schema", "title", "$defs")}
    own = ("type", "required", "properties", "additionalProperties")
    return shared | {"oneOf": [{key: form[key] for key in own} for form in (first, *more)]}


if __name__ == "__main__":
    for name, schema in schemas().items():
        text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        Path(sys.argv[1], name).write_text(text, encoding="utf-8")
