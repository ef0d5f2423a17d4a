"""Scenarios that add, remove and replace rows, and what a register remembers of it."""

from pathlib import Path
from typing import Any

import pytest

from risk.assumptions import AssumptionErrors, Assumptions, load
from risk.engine.simulate import simulate
from tests.engine.base import SEED

ADDED = """
[[add."neoclouds.note"]]
firm = "NBIS"
quarter_due = 9
amount = 1.5
kind = "note"
source = "judgement"
as_of = 2026-09-30
grade = "judgement"
why = "A note placed after the balance sheet."
"""
REMOVED = """
[remove."neoclouds.firm"]
LAMB = "Bought."
[remove."neoclouds.facility"]
"""
REPLACED = """
[[replace."credit.maturity"]]
segment = "b_loans"
year = 2028
amount = 300
source = "judgement"
as_of = 2026-09-30
grade = "judgement"
why = "One year holds what is known."
accept = "The rest is not known yet."
"""


def under(folder: Path, text: str, name: str = "rows") -> Assumptions:
    file = folder / f"{name}.toml"
    file.write_text(f'[scenario]\ntitle = "Rows"\n{text}', "utf-8")
    return load(scenario=file)


def refused(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(AssumptionErrors) as told:
        under(folder, text)
    return [(p.code, p.reason) for p in told.value.problems]


def test_an_added_row_is_part_of_the_table_and_remembers_who_added_it(tmp_path: Path) -> None:
    found = under(tmp_path, ADDED)
    notes = found.tables["neoclouds.note"]
    assert "NBIS 9" in notes.names
    (change,) = found.changes
    assert (change.id, change.field, change.before, change.scenario) == (
        "neoclouds.note.NBIS 9", "row", None, "rows",
    )  # fmt: skip
    assert "amount = 1.5" in str(change.after)
    assert (Path(change.file).name, change.line) == ("rows.toml", 4)
    at = notes.names.index("NBIS 9")
    assert (Path(notes.files[at]).name, notes.lines[at]) == ("rows.toml", 4)


def removed_company() -> str:
    out = REMOVED.split('[remove."neoclouds.facility"]', maxsplit=1)[0]
    for table in ("neoclouds.facility", "neoclouds.note"):
        names = [row.id for row in load().tables[table].rows if getattr(row, "firm", "") == "LAMB"]
        out += f'[remove."{table}"]\n' + "".join(f'"{name}" = "Goes with its company."\n' for name in names)
    return out


@pytest.mark.slow
def test_a_removed_company_is_gone_and_the_others_run_as_before(tmp_path: Path) -> None:
    found = under(tmp_path, removed_company())
    assert "LAMB" not in found.tables["neoclouds.firm"].names
    assert {c.after for c in found.changes} == {None}
    assert simulate(found, SEED, 0, 8).entities["holdco.notes"] == found.tables["neoclouds.firm"].names


def test_who_is_still_named_cannot_go(tmp_path: Path) -> None:
    told = refused(tmp_path, REMOVED.split('[remove."neoclouds.facility"]', maxsplit=1)[0])
    assert all(code == "A018" and "'LAMB'" in reason for code, reason in told)


def test_a_replaced_table_has_the_new_rows_only(tmp_path: Path) -> None:
    found = under(tmp_path, REPLACED)
    assert found.tables["credit.maturity"].names == ("b_loans 2028",)
    before = load().tables["credit.maturity"].names
    gone = [c.id for c in found.changes if c.after is None]
    assert gone == [f"credit.maturity.{name}" for name in before]
    assert [c.id for c in found.changes if c.before is None] == ["credit.maturity.b_loans 2028"]


@pytest.mark.slow
def test_a_table_may_be_emptied(tmp_path: Path) -> None:
    found = under(tmp_path, '[replace]\n"credit.maturity" = []\n')
    assert found.tables["credit.maturity"].rows == ()
    block = simulate(found, SEED, 0, 8)
    assert block.outcomes["wall_default_2028"].sum() == 0.0


def test_an_heir_may_change_what_its_parent_added(tmp_path: Path) -> None:
    (tmp_path / "rows.toml").write_text(f'[scenario]\ntitle = "Rows"\n{ADDED}', "utf-8")
    heir = tmp_path / "heir.toml"
    heir.write_text(
        f'[scenario]\ntitle = "Heir"\ninherits = "{tmp_path / "rows.toml"}"\n'
        '[change."neoclouds.note.NBIS 9"]\namount = 2.5\nwhy = "More."\n', "utf-8",
    )  # fmt: skip
    row: Any = load(scenario=heir).tables["neoclouds.note"].row("NBIS 9")
    assert row.amount == 2.5


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (ADDED.replace('why = "A note placed after the balance sheet."\n', ""), "A004", "say why"),
        (ADDED.replace("neoclouds.note", "neoclouds.notes"), "A021", "Did you mean 'neoclouds.note'?"),
        (ADDED.replace('"NBIS"', '"NBIX"'), "A018", "Did you mean 'NBIS'?"),
        (ADDED.replace("amount = 1.5\n", ""), "A004", "'amount' is missing"),
        ('[remove."neoclouds.firm"]\nLAMBDA = "Gone."\n', "A018", "has no row 'LAMBDA'"),
        ('[remove."neoclouds.firm"]\nLAMB = ""\n', "A004", "say why"),
        ('[remove]\n"neoclouds.firm" = ["LAMB"]\n', "A005", "neoclouds.firm"),
        ('[add]\n"neoclouds.note" = 3\n', "A005", "neoclouds.note"),
        ("add = 3\n", "A005", "must name tables"),
    ],
)
def test_what_cannot_be_done_is_told(text: str, code: str, words: str, tmp_path: Path) -> None:
    if text.startswith("add = 3"):
        file = tmp_path / "rows.toml"
        file.write_text(f'{text}[scenario]\ntitle = "Rows"\n', "utf-8")
        with pytest.raises(AssumptionErrors) as told:
            load(scenario=file)
        found = [(p.code, p.reason) for p in told.value.problems]
    else:
        found = refused(tmp_path, text)
    assert any(c == code and words in reason for c, reason in found), found
