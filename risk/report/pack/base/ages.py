"""Ages of what the register says: from which age on a number is stale, and the cells that tell it."""

from __future__ import annotations

from datetime import date

from risk.report.content import Formula
from risk.report.pack.base.results import Results

STALE, FRESH = "STALE", "ok"


def stale_days(results: Results) -> int:
    """Age in days from which an assumption is stale."""
    return results.register.integer("run.stale_days")


def stale(results: Results, as_of: date) -> bool:
    """Whether a date is older than the register allows at the date of the run."""
    return (results.as_of - as_of).days > stale_days(results)


def aged(results: Results, as_of: date, written: str = "{row.as_of}") -> tuple[Formula, Formula]:
    """Age in days and whether that is stale, under columns "age" and "stale"; `written` = the date in it."""
    word = STALE if stale(results, as_of) else FRESH
    age = Formula(f"As_Of-{written}", (results.as_of - as_of).days)
    return age, Formula(f'IF({{row.age}}>Stale_Days,"{STALE}","{FRESH}")', word)
