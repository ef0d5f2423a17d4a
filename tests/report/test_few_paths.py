"""Packs, pages and screens of very few paths: what they cannot tell they say in words, never as a number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from risk.analysis.statistics import quantile, rank_correlation
from risk.assumptions import load
from risk.report import html
from risk.report.content import Check, plain, value_of
from risk.report.excel import build
from risk.report.pack import pack
from risk.report.table import Table
from risk.report.terminal import checks, comparison, drivers, verdict
from risk.report.terminal.page import Page, text
from risk.report.terminal.summary import summarise
from risk.runs import Run, execute

SENSELESS = re.compile(r"\bnan\b|\binf\b", re.IGNORECASE)
PAGE = Page(120, unicode=True, plain=True)
CANNOT_HOLD = ("Calibration results that contradict their declaration", "Standard error of P(bust)")
"""Checks that say, rightly, that these are too few paths to decide on."""


@pytest.mark.slow
@pytest.mark.parametrize("paths", [1, 2, 20])
def test_a_pack_of_few_paths_is_sound(paths: int, tmp_path: Path) -> None:
    run = execute(load(), paths, 1, jobs=1, directory=tmp_path)
    before = execute(load(), max(1, paths // 2), 2, jobs=1, directory=tmp_path)
    book = pack(run, before)
    for sheet in book.sheets:
        for table in (block for block in sheet.blocks() if isinstance(block, Table) and not block.bulk):
            for row in table.rows:
                said = [value_of(cell) for cell in row]
                assert not any(isinstance(cell, str) and SENSELESS.search(cell) for cell in said), row
                tests = [inner for inner in map(plain, row) if isinstance(inner, Check)]
                assert all(test.passed for test in tests) or row[0] in CANNOT_HOLD
                pairs = zip(table.columns, said, strict=True)
                errors = [v for c, v in pairs if c.key.endswith(("_se", "_mc")) and isinstance(v, float)]
                assert all(error >= 0.0 for error in errors), row
    assert len(build(book).finished()) > 100_000
    assert not re.search(r">[^<]*\bnan\b", html.page(book, "pack.xlsx"))
    assert not SENSELESS.search("\n".join(_screens(run, before)))


def _screens(run: Run, before: Run) -> list[str]:
    return [
        text(verdict.screen(summarise(run), PAGE), PAGE),
        text(drivers.screen(drivers.drivers(run), PAGE), PAGE),
        text(checks.screen(checks.checks(run), PAGE), PAGE),
        text(comparison.screen(comparison.compare(before, run), PAGE), PAGE),
    ]


def test_one_path_knows_no_error() -> None:
    """Its quantile's interval has no ends within the sample, so it must not read as exact."""
    found = quantile([5.0], 0.95)
    assert found.value == 5.0
    assert found.standard_error != found.standard_error
    assert found.thin


@pytest.mark.parametrize("paths", [1, 2])
def test_two_paths_have_no_rank_correlation(paths: int) -> None:
    found = rank_correlation(range(paths), range(paths))
    assert found.value != found.value
    assert found.standard_error != found.standard_error
