"""Every screen at 80 and 120 columns, piped, and without Unicode, character by character.

The expected screens stand in ``tests/report/screens``. To accept new ones after looking at them, run the
tests once with ``UPDATE_SCREENS=1``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from risk.report.table import Column, Table
from risk.report.terminal import (
    amplification,
    batch,
    book,
    budget,
    challenger,
    checks,
    comparison,
    distribution,
    drivers,
    energy,
    explanation,
    feedback,
    findings,
    hindcast,
    markdown,
    path,
    plan,
    replay,
    reverse,
    revisions,
    runs,
    screening,
    sharpen,
    tail,
    tokens,
    trace,
    update,
    validation,
    verdict,
    views,
    watch,
)
from risk.report.terminal.page import Page, Screen, next_steps, parts, table, text
from tests.report import book_results, energy_results, views_results
from tests.report import command_results as commands
from tests.report import explain_results as explain
from tests.report import terminal_results as made
from tests.report.replay_results import REPLAY
from tests.report.reverse_results import REVERSED
from tests.report.screening_results import SCREENING
from tests.report.tokens_results import TOKENS
from tests.report.validation_results import VALIDATION, VALIDATION_DRAFT
from tests.report.watch_results import EXHAUSTED, UPDATED, WATCHED

FOLDER = Path(__file__).parent / "screens"
HINTS = ("bubblerisk pack 8f3c2a1b", "bubblerisk show 8f3c2a1b B4", "bubblerisk check 8f3c2a1b")

STANDARD = re.compile(r"± (is )?(a |one )?standard error")
"""A footnote that makes ± a standard error, where it is half of a 95% interval everywhere else."""

PAGES = {
    "80": Page(80),
    "120": Page(120),
    "piped": Page(120, plain=True),
    "ascii": Page(80, unicode=False),
}
SCREENS: dict[str, Callable[[Page], Screen]] = {
    "verdict": lambda page: (*verdict.screen(made.SUMMARY, page), next_steps(HINTS, page)),
    "ranged": lambda page: verdict.screen(replace(made.SUMMARY, verdict=made.RANGED), page),
    "distribution": lambda page: distribution.screen(made.told(made.DISTRIBUTION), page),
    "history": lambda page: distribution.screen(made.told(made.HISTORY), page),
    "fan": lambda page: distribution.screen(made.told(made.RENT), page),
    "check": lambda page: checks.screen(made.CHECKS, page),
    "compare": lambda page: comparison.screen(made.COMPARISON, page),
    "compare-versions": lambda page: comparison.screen(made.OLDER, page),
    "path": lambda page: (*path.screen(made.TOLD, page), next_steps(HINTS[:2], page)),
    "plan": lambda page: plan.screen(made.FORECAST, page, "bubblerisk run base"),
    "batch": lambda page: batch.screen(made.ROWS, page),
    "amplification": lambda page: amplification.screen(made.AMPLIFICATION, page),
    "feedback": lambda page: feedback.lines(made.FEEDBACK, page),
    "tail": lambda page: (
        *tail.screen(commands.TAIL, page),
        next_steps(("bubblerisk path 8f3c2a1b 4018",), page),
    ),
    "explanation": lambda page: explanation.screen(explain.EXPLAINED, page),
    "explanation-few": lambda page: explanation.screen(explain.FEW, page),
    "book": lambda page: book.screen(book_results.told(), page),
    "budget": lambda page: budget.screen(explain.BUDGET, page),
    "sharpen": lambda page: sharpen.screen(explain.SHARPENED, page),
    "drivers": lambda page: (
        *drivers.screen(commands.DRIVERS, page),
        next_steps(("bubblerisk tail 8f3c2a1b",), page),
    ),
    "reverse": lambda page: reverse.screen(REVERSED, page),
    "screening": lambda page: screening.screen(SCREENING, page),
    "tokens": lambda page: tokens.screen(TOKENS, page),
    "hindcast": lambda page: hindcast.screen(commands.HINDCAST, page),
    "replay": lambda page: replay.screen(REPLAY, page),
    "challenger": lambda page: challenger.screen(commands.CHALLENGED, page),
    "views": lambda page: views.screen(views_results.told(), page),
    "validation": lambda page: validation.screen(VALIDATION, page),
    "validation-draft": lambda page: validation.screen(VALIDATION_DRAFT, page),
    "watch": lambda page: watch.screen(WATCHED, page),
    "update": lambda page: update.screen(UPDATED, page),
    "update-exhausted": lambda page: update.screen(EXHAUSTED, page),
    "energy": lambda page: energy.screen(energy_results.TOLD, page),
    "runs": lambda page: runs.screen(runs.Listing("runs", commands.RUNS), page),
    "verify": lambda page: findings.screen(commands.VERIFIED, page, "pack.xlsx is what it says it is"),
    "diff": lambda page: revisions.diff_screen(commands.DIFF, page),
    "stale": lambda page: revisions.stale_screen(commands.STALE, page),
    "trace": lambda page: (*trace.screen(made.TRACED, page), next_steps(HINTS[:1], page)),
}

every_screen = pytest.mark.parametrize("screen", SCREENS)
every_page = pytest.mark.parametrize("page", PAGES)


def test_a_standard_error_is_headed_as_one() -> None:
    page = PAGES["piped"]
    said = {name: " ".join(text(screen(page), page).split()) for name, screen in SCREENS.items()}
    assert [name for name, words in said.items() if STANDARD.search(words)] == []


@every_screen
@every_page
def test_a_screen_looks_as_it_did(screen: str, page: str) -> None:
    shown = text(SCREENS[screen](PAGES[page]), PAGES[page]) + "\n"
    file = FOLDER / f"{screen}-{page}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


@every_screen
@pytest.mark.parametrize(
    "page", [Page(width, unicode) for width in (80, 100, 120) for unicode in (True, False)]
)
def test_no_line_is_wider_than_the_page_and_nothing_is_cut(screen: str, page: Page) -> None:
    shown = text(SCREENS[screen](page), page)
    assert max(map(len, shown.splitlines())) <= page.width
    assert "…" not in shown.replace("… counting", "")
    assert page.unicode or shown.isascii()


@every_screen
def test_a_pipe_gets_no_picture_and_no_box(screen: str) -> None:
    page = PAGES["piped"]
    assert not set(text(SCREENS[screen](page), page)) & set("─│█░▁▂▃▄▅▆▇╭")


def drawn(columns: tuple[Column, ...], rows: Sequence[tuple[str, ...]], page: Page) -> list[str]:
    """Lines of a table on a page."""
    return text((table(Table("t", columns, tuple(rows)), page),), page).splitlines()


def test_a_narrow_page_leaves_out_what_is_optional_and_breaks_what_is_flexible() -> None:
    columns = (
        Column("name", "name", least=10),
        Column("number", "number", align="right"),
        Column("more", "more", optional=1),
    )
    rows = [("a name of several words", "1,234.5", "something else")]
    wide, narrow = drawn(columns, rows, Page(60)), drawn(columns, rows, Page(24))
    assert [line.split("  ")[0] for line in wide[2:]] == ["a name of several words"]
    assert "something else" in wide[2]
    assert "something" not in "\n".join(narrow)
    assert [line[:15].rstrip() for line in narrow[2:4]] == ["a name of", "several words"]
    assert " ".join(narrow[4:]) == "On a wider terminal: more"
    assert "wider" not in "\n".join(wide)
    assert narrow[2].endswith("1,234.5")


def test_a_table_that_is_too_wide_goes_on_below_with_its_keys() -> None:
    columns = tuple(Column(name, name) for name in ("quarter", "a", "b"))
    block = Table("t", columns, (("2026Q2", "x" * 12, "y" * 12),))
    shown = text(parts(block, Page(24)), Page(24)).splitlines()
    assert [line.split() for line in shown if line.startswith(("quarter", "2026Q2"))] == [
        ["quarter", "a"],
        ["2026Q2", "x" * 12],
        ["quarter", "b"],
        ["2026Q2", "y" * 12],
    ]


def test_a_name_that_is_too_long_breaks_between_its_words() -> None:
    columns = (Column("name", "name", least=10), Column("number", "number", align="right"))
    shown = drawn(columns, [("credit.recovery_of_senior", "1"), ("gpu.x", "2")], Page(24))
    assert [line[:16].rstrip() for line in shown[2:]] == ["credit.recovery_", "of_senior", "gpu.x"]


def test_what_a_file_says_is_never_obeyed() -> None:
    shown = drawn((Column("a", ""),), [("\x1b[31mred [bold]x[/bold]\x07",)], Page(80))
    assert shown == [" [31mred [bold]x[/bold]"]


def test_a_broken_identity_is_named() -> None:
    page = PAGES["120"]
    shown = text(SCREENS["check"](page), page)
    assert "FAIL: 2 of 9 checks" in shown
    assert made.CHECKS.result.failures == 2


def test_a_screening_as_plain_data_has_every_number_and_null_where_nothing_is_known() -> None:
    found = screening.DOCUMENT.data(SCREENING)
    json.dumps(found, allow_nan=False)
    assert found["owing"] == ["gpu.hardware_cost_decline_base", "neoclouds.facility.debt"]
    assert len(found["moved"]) == len(SCREENING.found.moved)
    assert found["moved"][2]["reached"] == {"low": 1.0, "high": 0.25}
    assert found["moved"][0]["effects"]["bust"]["span"]["value"] == -0.36
    assert found["refused"][0]["effects"]["bust"]["span"]["value"] is None


def test_a_screening_in_markdown_says_what_the_screen_says() -> None:
    shown = markdown.screening(SCREENING)
    assert "| gpu.hardware\\_cost\\_decline\\_base |" in shown
    assert "### Nothing moves (2)\n\nrun.idle, gpu.idle" in shown


def test_amplification_as_plain_data_says_what_the_screen_says() -> None:
    found = amplification.DOCUMENT.data(made.AMPLIFICATION)
    json.dumps(found, allow_nan=False)
    assert found["couplings"][0]["effect"]["mean"] == "adds"
    assert found["couplings"][3]["effect"]["mean"] == "dampens"
    assert found["whole"]["on_over_cut"]["bust"]["value"] is None
    assert found["loop"]["verdict"] == "damped (< 1)"
