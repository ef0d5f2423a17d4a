"""A base date that is rolled, a horizon that is not today's: every date shown is one of the run's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from risk.analysis import contrasts
from risk.assumptions import load
from risk.axes import quarter_end, quarter_of
from risk.report.comparison import compare_scenarios
from risk.report.content import value_of
from risk.report.pack import pack
from risk.report.pack.base.cells import Tables
from risk.report.sheet import Workbook
from risk.runs import Run, execute
from risk.units import SCALE
from tests.cli.conftest import ROOT, Ask
from tests.report.texts import texts
from tests.rolled import rolled

PATHS, SEED = 64, 5
QUICK = [(1, 4), (3, 7), (8, 26)]
REST = [(1, 7), (1, 26), (1, 60), (3, 4), (3, 26), (3, 60), (8, 4), (8, 7), (8, 60)]
"""Quarters by which the base date is rolled, and quarters simulated."""

DATE = re.compile(
    r"(?<![\w.,:#])(?<!\d-)((?:18|19|20)\d\d)(Q[1-4])?(?:-((?:18|19|20)?\d\d)(Q[1-4])?)?(?!\w|[-,:.]\d)"
)
"""A year or quarter, or a stretch of them; days, versions and numbers are none."""


@dataclass(frozen=True)
class Rolled:
    """A run, and the register that it was made of."""

    run: Run
    register: Path

    @cached_property
    def book(self) -> Workbook:
        """Its pack."""
        return pack(self.run)

    @property
    def options(self) -> tuple[str, ...]:
        """Where the program finds both."""
        return "--runs", str(self.run.directory.parent), "--assumptions", str(self.register)

    def foreign(self, text: str) -> list[str]:
        """Dates that the run does not come to, in a text of its results.

        What the register itself says, of its sources for one, is no such text.
        """
        if not self._unknown(text):
            return []
        for words in self._quoted:
            text = text.replace(words, "")
        return self._unknown(text)

    def _unknown(self, text: str) -> list[str]:
        known = {*self.run.calendar.labels, *map(str, self.run.calendar.year)}
        return [end for found in DATE.finditer(text) for end in _ends(found) if end not in known]

    @cached_property
    def _quoted(self) -> list[str]:
        """Texts of the register with a date in them, the longest first: all but those made from windows."""
        own = {
            k: v for k, v in self.run.register.normalised().items() if k not in ("outcomes", "propositions")
        }
        return sorted({text for text in texts(own) if DATE.search(text)}, key=len, reverse=True)


def _ends(found: re.Match[str]) -> Iterator[str]:
    """Both ends of a stretch, or the one date."""
    first, quarter, last, other = found.groups()
    yield first + (quarter or "")
    if last:
        yield first[: 4 - len(last)] + last + (other or "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rolled")


@pytest.fixture(scope="module")
def made(folder: Path) -> dict[tuple[int, int], Rolled]:
    return {}


@pytest.fixture
def found(request: pytest.FixtureRequest, folder: Path, made: dict[tuple[int, int], Rolled]) -> Rolled:
    by, quarters = request.param
    return _made(by, quarters, folder, made)


def _made(by: int, quarters: int, folder: Path, made: dict[tuple[int, int], Rolled]) -> Rolled:
    if (by, quarters) not in made:
        base = quarter_end(quarter_of(load(ROOT / "assumptions").calendar.base) + by)
        register = rolled(ROOT / "assumptions", base, folder, quarters)
        run = execute(load(register), PATHS, SEED, jobs=1, directory=folder / "runs")
        assert (run.calendar.base, run.calendar.quarters) == (base, quarters)
        made[by, quarters] = Rolled(run, register)
    return made[by, quarters]


cases = pytest.mark.parametrize(
    "found", [*QUICK, *(pytest.param(case, marks=pytest.mark.full) for case in REST)], indirect=True
)


def test_a_date_is_found_wherever_it_stands() -> None:
    text = (
        "Capex 2026, 2027-2030, 2026-30 and 2030Q4; v2026.1, 2026-06-30, 12,026, file2026, P(2031), end-2032."
    )
    assert [end for m in DATE.finditer(text) for end in _ends(m)] == [
        "2026", "2027", "2030", "2026", "2030", "2030Q4", "2031", "2032",
    ]  # fmt: skip


@pytest.mark.slow
@cases
def test_no_screen_has_a_date_outside_the_run(
    found: Rolled, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(found.register)
    run = found.run
    screens = ("show", "tail --share 0.4", "drivers", "path worst", "check")
    metrics = ("bust", "B4", "B5i", "capex_2030", "h100_2028", "headline_loss", "hy_spread")
    for words in (*screens, *(f"show {name}" for name in metrics)):
        command, *rest = words.split()
        place = found.options if command in ("path", "check") else found.options[:2]
        said = ask(command, run.id, *rest, *place)
        assert said.code in (0, 1), said.err
        wrong = [line for line in said.out.splitlines() if found.foreign(line)]
        assert not wrong, (words, wrong)


REGISTER = {"Assumptions", "Limits"}
"""Sheets of what is assumed, and of what is not known: of any date."""

AFTER = {"Duration"}
"""Sheets that say what falls due after the paths end."""


@pytest.mark.slow
@cases
def test_no_sheet_has_a_date_outside_the_run(found: Rolled) -> None:
    for sheet in found.book.sheets:
        if sheet.name in REGISTER:
            continue
        last = found.run.calendar.labels[-1] if sheet.name in AFTER else "9999"
        foreign = {text: found.foreign(text) for text in dict.fromkeys(texts(sheet))}
        wrong = [text for text, dates in foreign.items() if any(date[:4] < last[:4] for date in dates)]
        assert not wrong, (sheet.name, wrong)


DATED = {
    "h100_2026": "h100_contract",
    "h100_2028": "h100_contract",
    "h100_2030": "h100_contract",
    "h100_spot_2026": "h100_spot",
    "debt_2030": "adjusted_debt",
    "headline_loss_2030": "headline_loss",
    "headline_loss": "headline_loss",
    "capex_2027": "capex",
    "capex_2030": "capex",
    "revenue_2028": "revenue",
    "required_2030": "required_revenue",
    "gap_external_2030": "required_revenue - revenue",
}
"""Outcomes that are stored series at a date, or over a calendar year."""


@pytest.mark.slow
@cases
def test_a_dated_figure_is_that_of_its_series_at_the_date_it_names(found: Rolled, ask: Ask) -> None:
    run, tables = found.run, Tables(found.book.sheets)
    seen = 0
    for name, series in DATED.items():
        label, unit = run.variable(name).label, run.variable(name).unit
        year, quarter, *_ = next(DATE.finditer(label)).groups()
        whole = not quarter and "end-" not in label and series != "headline_loss"
        if whole and int(year) not in run.calendar.full_years:
            continue
        first, *less = (run.series(part).astype(np.float64) for part in series.split(" - "))
        values = first - sum(less) if less else first
        over = run.calendar.steps(int(year)) if whole else [run.calendar.index(year + (quarter or "Q4"))]
        total = values[list(over)].sum(axis=0) / (len(over) if "USD bn/y" in unit else 1)
        middle = pytest.approx(float(np.quantile(total, 0.5)) / SCALE[unit], rel=1e-5, abs=1e-5)
        assert value_of(tables.content("metrics", "label", name)) == label
        assert tables.number("metrics", "p50", name) == middle, label
        told = ask("show", run.id, name, "--json", *found.options[:2]).json
        assert (told["label"], told["quantiles"]["0.5"]["value"]) == (label, middle)
        seen += 1
    assert seen >= 7


@pytest.mark.slow
def test_a_prior_run_is_shown_only_where_both_look_to_one_date(
    folder: Path, made: dict[tuple[int, int], Rolled], ask: Ask
) -> None:
    before, after = (_made(*case, folder, made).run for case in QUICK[1:])
    tables = Tables(pack(after, before).sheets)
    alike = {
        claim: contrasts.windows(before, claim) == contrasts.windows(after, claim)
        for claim in tables["claims"].row_ids
    }
    assert True in alike.values()
    assert False in alike.values()
    for claim, same in alike.items():
        shown = value_of(tables.content("claims", "prior", claim))
        assert (shown == "–") != same, claim
    (was, until), (starts, ends) = ((r.calendar.labels[0], r.calendar.labels[-1]) for r in (before, after))
    assert f"The prior run covers {was}–{until}, this one {starts}–{ends}" in tables["classes"].note
    assert "before" not in {column.key for column in tables["exceedance"].columns}
    labels = tables["changes-results"].row_ids
    said = ask("compare", before.id, after.id, "--runs", folder / "runs").out
    for claim, same in alike.items():
        line = next(label for label in labels if label.startswith(f"{claim}: "))
        assert ("before: " in line) != same
        assert line.partition(": ")[2] in said
    assert not re.search(r"before: to|Beyond noise.*share their draws", said)


SHORT = """\
[scenario]
title = "A nearer end"

[change."run.quarters"]
value = 4
why = "A test."
"""


@pytest.mark.slow
def test_a_scenario_with_a_nearer_end_is_not_compared_at_dates_of_base(
    folder: Path, made: dict[tuple[int, int], Rolled]
) -> None:
    base = _made(*QUICK[1], folder, made)
    file = folder / "short.toml"
    file.write_text(SHORT, encoding="utf-8")
    run = execute(load(base.register, str(file)), PATHS, SEED, jobs=1, directory=folder / "runs")
    tables = Tables(compare_scenarios([base.run, run]).sheets)
    last = run.calendar.labels[-1]
    assert "2027Q4" < last < base.run.calendar.labels[-1]
    assert value_of(tables.content("medians", "s1", "capex_2027")) == value_of(
        tables.content("medians", "s0", "capex_2027")
    )
    for table, row in (("medians", "h100_2028"), ("propositions", "B2")):
        assert value_of(tables.content(table, "s1", row)) == "–"
        assert value_of(tables.content(table, "s0", row)) != "–"
    assert [value_of(row[0]) for row in tables["headline_loss"].rows] == ["base", f"short (to {last})"]
    assert value_of(tables.content("headline_loss", "change", "short")) == "–"


@pytest.mark.full
def test_couplings_are_cut_at_dates_of_the_run(
    folder: Path, made: dict[tuple[int, int], Rolled], ask: Ask
) -> None:
    short = _made(*QUICK[0], folder, made)
    said = ask("amplification", "base", "-n", PATHS, "--seed", SEED, "-j", 1, *short.options)
    assert said.code == 0, said.err
    assert not [line for line in said.out.splitlines() if short.foreign(line)]
