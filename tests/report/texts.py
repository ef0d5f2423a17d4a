"""What a reader sees of a workbook, or of any document: its texts, without keys and formulas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from risk.report.content import Formula

KEYS = {"id", "key", "row_ids", "excel_name", "format", "style", "target", "names", "custom"}
"""Attributes that nobody sees."""


def texts(shown: Any, quoted: bool = True) -> Iterator[str]:
    """Texts of a workbook or a part of one, or of data for JSON; with or without those that are quoted."""
    if getattr(shown, "quoted", False) and not quoted:
        return
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, Formula):
        yield from texts(shown.value, quoted)
    elif isinstance(shown, dict):
        for item in shown.values():
            yield from texts(item, quoted)
    elif isinstance(shown, (tuple, list)):
        for item in shown:
            yield from texts(item, quoted)
    elif is_dataclass(shown):
        for f in fields(shown):
            if f.name not in KEYS:
                yield from texts(getattr(shown, f.name), quoted)
