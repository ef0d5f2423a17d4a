"""JSON documents of all commands and their schemas; `python -m risk.cli.schemas FOLDER` writes these."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import risk.cli
import risk.report.terminal
from risk.report.record import Document


def documents() -> Iterator[Document[Any]]:
    """Documents of all commands, each once."""
    seen: set[str] = set()
    for package in (risk.report.terminal, risk.cli):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(found.name)).values():
                if isinstance(value, Document) and value.id not in seen:
                    seen.add(value.id)
                    yield value


def texts() -> dict[str, str]:
    """Name of the file and text of each schema."""
    return {
        f"{each.name.replace('/', '-')}.json": json.dumps(each.full_schema(), indent=1) + "\n"
        for each in documents()
    }


if __name__ == "__main__":
    for name, content in texts().items():
        Path(sys.argv[1], name).write_text(content, encoding="utf-8")
