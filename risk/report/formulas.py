"""Formulas as any spreadsheet program may write them, in one canonical form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.formula.tokenizer import Token

LONGEST = 8_192
"""Characters of a formula that Excel takes; a longer one is compared as it stands."""

_PREFIX = re.compile(r"(?:_xlfn\.|_xlws\.|_xludf\.)+", re.IGNORECASE)
"""What Excel writes before the name of a function that is younger than the file format."""

_END = re.compile(r"((?:'(?:[^']|'')*'|[^'!:]+)!)?([^!:]+)")
"""An end of a range: its sheet, and its cell or name."""

_CONSTANTS = {"TRUE(": "TRUE", "FALSE(": "FALSE"}
"""What some programs write as functions without arguments."""


def written(formula: str | None) -> str:
    """A formula in canonical form; empty where there is none.

    Without spaces, dollars and needless quotes of sheets; names in capitals, for programs take them for the
    same however they are written; numbers to 15 digits, of which no program saves more. The second
    end of a range names no sheet where it is that of the first.
    """
    from openpyxl.formula import Tokenizer
    from openpyxl.formula.tokenizer import TokenizerError

    if not formula or not formula.startswith("=") or len(formula) > LONGEST:
        return formula or ""
    try:
        tokens = Tokenizer(formula).items
    except (TokenizerError, IndexError):  # what no program writes is compared as it stands
        return formula
    parts: list[str] = []
    for token in tokens:
        part = _part(token)
        if part == ")" and parts and parts[-1] in _CONSTANTS:
            parts[-1] = _CONSTANTS[parts[-1]]
        else:
            parts.append(part)
    return f"={''.join(parts)}"


def _part(token: Token) -> str:
    text = str(token.value)
    if token.type == token.WSPACE:
        return ""
    if token.type == token.FUNC:
        return _PREFIX.sub("", text).upper()
    if token.subtype == token.NUMBER:
        return f"{float(text):.15g}"
    if token.subtype == token.RANGE and "[" not in text:
        return _range(text)
    return text if token.subtype == token.TEXT else text.upper()


def _range(text: str) -> str:
    """A cell, a range or a name: each end without dollars, its sheet only where it is another one."""
    said, before = [], ""
    for sheet, place in _END.findall(text):
        name = _unquoted(sheet.removesuffix("!")).upper() + "!" if sheet else ""
        said.append(("" if name == before else name) + place.replace("$", "").upper())
        before = before or name
    return ":".join(said)


def _unquoted(sheet: str) -> str:
    return sheet[1:-1] if sheet.startswith("'") else sheet
