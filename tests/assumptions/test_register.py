"""The register that comes with the program."""

from pathlib import Path

import pytest

from risk.assumptions import Assumptions, load
from risk.assumptions.locate import scenarios

FOLDER = Path(__file__).parents[2] / "assumptions"


@pytest.fixture(scope="module")
def base() -> Assumptions:
    return load(FOLDER)


@pytest.mark.parametrize("name", scenarios(FOLDER))
def test_every_scenario_loads(name: str) -> None:
    assert load(FOLDER, name).scenario.name == name


def test_every_entry_says_where_it_comes_from(base: Assumptions) -> None:
    assert len(base.entries) > 200
    for entry in base.entries.values():
        assert entry.source in base.sources
        assert entry.owner
        assert entry.as_of.year >= 2015


def test_every_row_says_where_it_comes_from(base: Assumptions) -> None:
    for table in base.tables.values():
        for row in table.rows:
            assert row.source in base.sources, f"{table.name} {row.id}"


def test_every_source_is_used_or_says_what_it_is_for(base: Assumptions) -> None:
    used = {entry.source for entry in base.entries.values()}
    used |= {row.source for table in base.tables.values() for row in table.rows}
    assert all(key in used or source.note for key, source in base.sources.items())


def test_judgement_is_graded_as_such(base: Assumptions) -> None:
    for entry in base.entries.values():
        if entry.source == "judgement":
            assert entry.grade == "judgement", entry.id


def test_a_value_lies_between_the_outer_quantiles_of_its_prior(base: Assumptions) -> None:
    outside = []
    for entry in base.entries.values():
        if isinstance(entry.value, float) and entry.prior is not None:
            low, high = entry.prior.quantile(0.001), entry.prior.quantile(0.999)
            if not low <= entry.value <= high:
                outside.append(entry.id)
    assert not outside


def test_the_book_of_the_page_is_there(base: Assumptions) -> None:
    assert len(base.tables["neoclouds.facility"].rows) >= 17
    assert len(base.page_figures) > 100
    assert {"B1", "B8", "U1", "U4"} <= set(base.propositions)


def test_every_entry_and_row_knows_its_line(base: Assumptions) -> None:
    for entry in base.entries.values():
        lines = Path(entry.file).read_text(encoding="utf-8").splitlines()
        assert lines[entry.line - 1].startswith(f"[{entry.id}]")
    for table in base.tables.values():
        for row, line in zip(table.rows, table.lines, strict=True):
            text = "\n".join(Path(table.file).read_text(encoding="utf-8").splitlines()[line - 1 : line + 4])
            assert text.startswith(f"[[{table.name}]]")
            assert str(getattr(row, row.key[0])) in text
