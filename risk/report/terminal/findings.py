"""Findings one a line, what is wrong with its remedy below: for the verification of a pack and the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.console import RenderableType
from rich.text import Text

from risk.report.terminal.page import Cell, Column, Page, Screen, grid

State = Literal["ok", "warn", "FAIL", "skipped"]

COLORS = {"ok": "green", "warn": "yellow", "FAIL": "bold red", "skipped": "dim"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes
    ----------
    state : the word says it; color only repeats it.
    subject : what was looked at, in a word or two.
    text : what was found.
    fix : what to do about it; empty where nothing need be done.
    """

    state: State
    subject: str
    text: str
    fix: str = ""


def failures(findings: Sequence[Finding]) -> int:
    """How many failed."""
    return sum(finding.state == "FAIL" for finding in findings)


def screen(findings: Sequence[Finding], page: Page, good: str) -> Screen:
    """Every finding, and a line that counts.

    Parameters
    ----------
    good : the last line where nothing failed.
    """
    headings = (Column(), Column(), Column(least=30))
    rows: list[tuple[Cell, ...]] = []
    for found in findings:
        style = "" if page.plain else COLORS[found.state]
        rows.append((Text(found.state, style=style), found.subject, found.text))
        if found.fix:
            rows.append(("", "", f"→ {found.fix}"))
    failed = failures(findings)
    count = f"{failed} of {len(findings)} failed" if failed else good
    style = "" if page.plain or not failed else COLORS["FAIL"]
    last: RenderableType = Text(page.say(count), style=style)
    return grid(headings, rows, page), Text(), last


def findings_data(findings: Sequence[Finding]) -> dict[str, Any]:
    """Findings as plain data for JSON."""
    return {"ok": failures(findings) == 0, "findings": [asdict(found) for found in findings]}
