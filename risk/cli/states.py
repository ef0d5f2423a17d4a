"""The page of the base date's state; `python -m risk.cli.states FILE` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

from risk.analysis.opening import opening
from risk.assumptions import load
from risk.report.states import page


def written() -> str:
    """The page of the register at hand."""
    register = load()
    return page(opening(register), register.text("run.base_date"))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(written(), encoding="utf-8")
