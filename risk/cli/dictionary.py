"""The data dictionary of a run; `python -m risk.cli.dictionary docs/runs.md` writes it anew into the page."""

from __future__ import annotations

import sys
from pathlib import Path

from risk.assumptions import load
from risk.report.dictionary import HEADING, dictionary


def written(page: str) -> str:
    """The page with the dictionary of the register at hand."""
    return page.partition(HEADING)[0] + dictionary(load())


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(written(file.read_text(encoding="utf-8")), encoding="utf-8")
