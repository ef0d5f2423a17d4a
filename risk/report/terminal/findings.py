"""Findings one a line, what is wrong with its remedy below: for the verification of a pack and the doctor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.text import Text

from risk.report.record import Document, Many, lifted, told, whole
from risk.report.table import Column, Table
from risk.report.terminal.page import WORDS, Page, Screen, line, table

State = Literal["ok", "warn", "FAIL", "skipped"]


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


DOCTOR: Document[Sequence[Finding]] = Document(
    (
        told("ok", bool, lambda found: failures(found) == 0),
        told("findings", Many(whole(Finding)), lambda found: found),
    ),
    name="doctor/1",
    title="What this machine has: bubblerisk doctor --json",
)

VERIFY: Document[Mapping[str, Any]] = Document(
    (told("pack"), *lifted(lambda found: found["findings"], DOCTOR.fields)),
    name="verify/1",
    title="A pack against its run: bubblerisk verify PACK --json",
)


def screen(findings: Sequence[Finding], page: Page, good: str) -> Screen:
    """Every finding, and a line that counts.

    Parameters
    ----------
    good : the last line where nothing failed.
    """
    columns = Column("state", "", style="flag"), Column("subject", ""), Column("text", "", least=30)
    rows: list[tuple[str, ...]] = []
    for found in findings:
        rows.append((found.state, found.subject, found.text))
        if found.fix:
            rows.append(("", "", f"→ {found.fix}"))
    failed = failures(findings)
    last = line(f"{failed} of {len(findings)} failed", page, WORDS["FAIL"]) if failed else line(good, page)
    return table(Table("findings", columns, tuple(rows)), page), Text(), last
