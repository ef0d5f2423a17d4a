"""The file of holders, which is part of the credit section, and the tables of who owns and funds whom."""

from pathlib import Path

import pytest

from tests.assumptions.builder import PROVENANCE, Register

OWNER = f"""
[[credit.owner]]
vehicle = "BDC"
owner = "households"
share = 0.7
{PROVENANCE}
[[credit.owner]]
vehicle = "BDC"
owner = "pension"
share = 0.3
{PROVENANCE}"""

CREDITOR = f"""
[[credit.creditor]]
debtor = "BDC"
seniority = "senior"
creditor = "pension"
share = 0.6
{PROVENANCE}
[[credit.creditor]]
debtor = "BDC"
seniority = "junior"
creditor = "households"
share = 0.4
{PROVENANCE}"""

CALLS = f"""
[credit.call_rate]
value = 0.5
unit = "fraction"
owner = "Credit"
{PROVENANCE}"""


def test_its_entries_and_tables_are_those_of_the_credit_section(register: Register) -> None:
    found = register.add("holders", CALLS + OWNER + CREDITOR).load()
    assert found.value("credit.call_rate") == 0.5
    assert Path(found.entries["credit.call_rate"].file).name == "holders.toml"
    assert found.tables["credit.owner"].words("owner") == ("pension", "households")
    assert found.tables["credit.creditor"].words("seniority") == ("senior", "junior")


@pytest.mark.parametrize(
    ("before", "after", "code", "words"),
    [
        ('owner = "households"', 'owner = "household"', "A018", "is no row of [[credit.holder]]"),
        ("share = 0.3", "share = 0.2", "A017", "'BDC' sums to 0.9"),
        ("share = 0.6", "share = 0.5", "A017", "'BDC' sums to 0.9"),
        ('"senior"', '"secured"', "A008", "secured"),
    ],
)
def test_its_faults_are_told(register: Register, before: str, after: str, code: str, words: str) -> None:
    problem = register.add("holders", OWNER + CREDITOR).edit("holders", before, after).problem()
    assert problem.code == code
    assert words in str(problem)
    assert Path(problem.file).name == "holders.toml"


def test_what_two_files_give_is_refused(register: Register) -> None:
    problem = register.add("credit", CALLS).add("holders", CALLS).problem()
    assert (problem.code, Path(problem.file).name) == ("A019", "holders.toml")
    assert "'credit.call_rate' is given in another file too" in problem.reason


def test_a_table_two_files_give_is_refused(register: Register) -> None:
    problem = register.add("credit", OWNER).add("holders", OWNER).problem()
    assert (problem.code, Path(problem.file).name) == ("A019", "holders.toml")
