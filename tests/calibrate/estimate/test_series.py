"""Files of data are read by their declared form; what is wrong is refused by file, line and reason."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from risk.calibrate.estimate import files
from risk.calibrate.estimate.series import Column, Series, path, read
from risk.errors import AssumptionError, StorageError

ROOT = Path(__file__).parents[3]
DATA = ROOT / "assumptions" / "data"

MONTHS = Series(
    "spread.csv",
    "A spread",
    (Column("month", "month"), Column("bp", unit="bp", low=50, high=5000), Column("days", blank=True)),
    "nowhere",
    unbroken=True,
)

GOOD = "# source: nobody\n# licence: none\nmonth,bp,days\n2026-01,300,21\n2026-02,310.5,\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "spread.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_file_is_read_in_types_and_named_by_its_hash(tmp_path: Path) -> None:
    found = read(MONTHS, written(tmp_path, GOOD))
    assert found.rows["bp"].tolist() == [300.0, 310.5]
    assert pd.isna(found.rows["days"][1])
    assert re.fullmatch("[0-9a-f]{12}", found.hash)
    assert read(MONTHS, written(tmp_path, GOOD + "2026-03,1e3,3\n")).hash != found.hash


BAD = [
    ("2026-03,abc,1", "spread.csv:6 bp is 'abc'; a number is expected"),
    ("2026-03,,1", "spread.csv:6 bp is ''; an empty cell is not allowed here"),
    ("2026-03,nan,1", "spread.csv:6 bp is 'nan'; a number from 50 to 5000 is expected"),
    ("2026-03,49,1", "spread.csv:6 bp is '49'; a number from 50 to 5000 is expected"),
    ("2026-03,3 00,1", "spread.csv:6 bp is '3 00'; a number is expected"),
    ("2026-13,300,1", "spread.csv:6 month is '2026-13'; a month such as 2026-09 is expected"),
    ("2026-02,300,1", "spread.csv:6 2026-02 stands there for the second time"),
    ("2026-04,300,1", "spread.csv:6 2026-04 does not follow 2026-02"),
    ("2026-03", "spread.csv:6 bp is ''; an empty cell is not allowed here"),
    ("2026-03,300,1,7", "spread.csv:6 has 4 cells; the header has 3"),
    ("\n2026-03,300,1", "spread.csv:6 month is ''; an empty cell is not allowed here"),
]


@pytest.mark.parametrize(("row", "told"), BAD)
def test_a_bad_row_is_refused_by_line(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(AssumptionError) as found:
        read(MONTHS, written(tmp_path, GOOD + row + "\n"))
    assert told in str(found.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(AssumptionError) as found:
        read(MONTHS, written(tmp_path, GOOD + "2026-03,x,y\n2026-04,1,1\n"))
    assert [re.search(r":(\d+) (\w+)", fix).groups() for fix in found.value.fixes[:3]] == [  # type: ignore[union-attr]
        ("6", "bp"), ("7", "bp"), ("6", "days"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("month,days\n2026-01,1\n", "spread.csv:1 lacks the column bp"),
        ("# only a line\n", "holds no header row"),
        ("", "holds no header row"),
        ("month,bp,days\n", "the file holds no rows"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(AssumptionError, match=re.escape(told)):
        read(MONTHS, written(tmp_path, text))


def test_other_text_than_utf8_and_no_file_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "spread.csv"
    file.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(AssumptionError, match="UTF-8"):
        read(MONTHS, file)
    with pytest.raises(StorageError):
        read(MONTHS, tmp_path / "other.csv")


@pytest.mark.parametrize("series", [s for s in files() if s.ships], ids=lambda s: s.file)
def test_what_ships_can_be_read_and_says_where_it_is_from(series: Series) -> None:
    read(series, DATA / series.file)
    text = (DATA / series.file).read_text(encoding="utf-8")
    for word in ("source", "licence", "retrieved"):
        assert re.search(rf"^# {word}: \S", text, re.MULTILINE), word


def test_nothing_ships_that_may_not() -> None:
    assert {file.name for file in DATA.iterdir()} == {s.file for s in files() if s.ships}


def test_a_series_that_ships_is_never_read_elsewhere(tmp_path: Path) -> None:
    ours = next(s for s in files() if s.ships)
    theirs = next(s for s in files() if not s.ships)
    for series in (ours, theirs):
        (tmp_path / series.file).write_text("x\n1\n")
    assert path(ours, ROOT / "assumptions", tmp_path) == DATA / ours.file
    assert path(theirs, ROOT / "assumptions", tmp_path) == tmp_path / theirs.file
    assert path(theirs, ROOT / "assumptions", None) is None


def test_the_docs_tell_every_file_and_column() -> None:
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    for series in files():
        assert f"`{series.file}`" in page, series.file
        section = page.split(f"`{series.file}`", 1)[1].split("### ", 1)[0]
        missing = [c.name for c in series.columns if f"`{c.name}`" not in section]
        assert not missing, f"{series.file}: {missing}"
        assert all(c.unit in section for c in series.columns), series.file
