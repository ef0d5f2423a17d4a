"""What of a text a terminal is given: nothing that it would obey, and nothing that it could not show."""

from __future__ import annotations

import os
import sys
from typing import TextIO

_ASCII = str.maketrans(
    dict.fromkeys("–—─−", "-")
    | {"±": "+-", "·": "|", "…": "...", "→": "->", "×": "x", "≤": "<=", "≥": ">=", "█": "#", "░": "."}
    | dict.fromkeys("“”", '"')
    | dict.fromkeys("‘’", "'")
)


def printable(text: str, unicode: bool) -> str:
    """Text without control characters; in ASCII where the terminal has no other characters."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean if unicode else clean.translate(_ASCII).encode("ascii", "replace").decode()


def dumb() -> bool:
    """Return whether the terminal can only write line after line."""
    return os.environ.get("TERM") == "dumb"


def unicode(stream: TextIO | None = None) -> bool:
    """Return whether a stream, standard output by default, can show box characters."""
    encoding = (getattr(stream or sys.stdout, "encoding", "") or "").lower()
    return encoding.replace("-", "").startswith("utf") and not dumb()
