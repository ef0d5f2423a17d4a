"""A register that counts in other money and other units of work: nothing that is shown speaks of dollars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from risk.report.comparison import compare_scenarios
from risk.report.html import write
from risk.report.pack import pack
from risk.runs import Run
from risk.runs.prepare import plan
from tests.cli.conftest import ROOT, Ask
from tests.report.texts import texts

pytestmark = pytest.mark.slow

PATHS, SEED = 64, 5

OTHER = """\
[scenario]
title = "Railways"

[change."run.currency"]
value = "marks"
why = "What the committee counts in."

[change."run.unit_of_work"]
value = "locomotive"
why = "What the fleet is counted in."

[change."gpu.merchant_drift"]
value = {quarters}
why = "So that two runs differ."
"""

FOREIGN = re.compile(r"(?<![A-Z])\$(?![A-Z]{1,2}\$?\d)|USD|[Dd]ollar|GPU-hour|H100e|H100 equivalent")
"""Today's currency and unit of work; an address such as $D$10 is none."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("money")
    for name, quarters in (("iron", 16), ("steel", 20)):
        (found / f"{name}.toml").write_text(OTHER.format(quarters=quarters), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def runs(folder: Path) -> tuple[Run, Run]:
    """Runs of two scenarios of the register."""
    files = (str(folder / f"{name}.toml") for name in ("iron", "steel"))
    planned = [plan(file, PATHS, SEED, register=ROOT / "assumptions", root=folder / "runs") for file in files]
    return planned[0].run(jobs=1), planned[1].run(jobs=1)


def commands(folder: Path, one: Run, other: Run) -> Iterator[tuple[object, ...]]:
    """Every command that shows results of a run."""
    paths = ("-n", PATHS, "--seed", SEED, "-j", 1)
    iron, steel = (folder / f"{name}.toml" for name in ("iron", "steel"))
    for form in ((), ("--json",)):
        for name in ("U1", "headline_loss", "fleet", "utilization"):
            yield "show", one.id, name, *form
        yield "show", one.id, *form
        yield "tail", one.id, "--share", "0.4", *form
        yield "drivers", one.id, *form
        yield "check", one.id, *form
        yield "compare", one.id, other.id, *form
    yield "compare", one.id, other.id, "--md"
    yield "batch", iron, steel, *paths, "--reports", folder / "reports"
    yield "path", iron, "worst", *paths
    yield "path", iron, "7", "--series", *paths
    yield "trace", "Summary!G13", one.id


def test_no_screen_speaks_of_dollars(folder: Path, runs: tuple[Run, Run], ask: Ask) -> None:
    named = 0
    for words in commands(folder, *runs):
        said = ask(*words, "--runs", folder / "runs")
        assert said.code in (0, 1), (words, said.err)
        wrong = [line for line in said.out.splitlines() if FOREIGN.search(line)]
        assert said.out, words
        assert not wrong, (words, wrong)
        named += "marks" in said.out
    assert named > 10


def test_no_sheet_does_but_where_it_quotes(folder: Path, runs: tuple[Run, Run]) -> None:
    book = pack(runs[0], runs[1], [runs[1]])
    for sheet in (*book.sheets, *compare_scenarios(runs).sheets):
        wrong = [text for text in texts(sheet, quoted=False) if FOREIGN.search(text)]
        assert not wrong, (sheet.name, wrong)
    shown = "".join(texts(book))
    assert "marks bn" in shown
    assert "locomotive M" in shown
    assert "The capital math: a $6 trillion ceiling" in shown, (
        "a heading of the thesis page is as it is printed"
    )
    page = folder / "page.html"
    write(book, page, "pack.xlsx")
    assert "marks bn" in page.read_text("utf-8")


def test_a_prior_run_in_other_money_is_refused(folder: Path, runs: tuple[Run, Run]) -> None:
    from risk.errors import UsageError

    base = plan("base", PATHS, SEED, register=ROOT / "assumptions", root=folder / "runs").run(jobs=1)
    with pytest.raises(UsageError, match="do not count alike"):
        pack(runs[0], base)
