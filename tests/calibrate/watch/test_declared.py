"""The watch list is valid or refused with file and line; the register's own has the page's ten items."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors
from risk.calibrate.hindcast import readings
from risk.calibrate.watch import declared

REGISTER = Path(__file__).parents[3] / "assumptions"
METRICS = readings.read(REGISTER, readings.sources(REGISTER))
LIST = declared.read(REGISTER, METRICS)

STANDING = "Standing watch-items (the recurring checklist)"

DAY = "2026-10-01"

GOOD = """\
version = "1"
page = "sector-page"

[item.capex]
words = "Capex"
section = "Monitor"
metric = "capex"
threshold = [
    { by = "2027Q4", low = 150, high = 300, registered = 2026-10-01 },
    { by = "2028Q4", low = 120.5, high = 350, registered = 2026-10-01 },
]

[item.use]
words = "Utilization"
section = "Monitor"
quantity = "utilization"
unit = "%"
unread = "Nobody publishes it."
beside = "coreweave_power"
threshold = [{ by = "2027Q4", low = 60, high = 70, registered = 2026-10-01 }]

[item.memory]
words = "Memory"
section = "Monitor"
outside = "No path has it."
"""


def read(folder: Path, text: str) -> declared.WatchList:
    (folder / declared.FILE).write_text(text, encoding="utf-8")
    return declared.read(folder, METRICS)


def test_a_watch_list(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    capex, use, memory = found.items
    assert (capex.quantity, capex.unit, [row.low for row in capex.thresholds]) == (
        "capex",
        "USD bn/q",
        [150.0, 120.5],
    )
    assert use.metric is None
    assert use.beside is not None
    assert (use.beside.id, use.unit) == ("coreweave_power", "%")
    assert (memory.outside, memory.thresholds) == ("No path has it.", ())


def test_a_register_without_a_watch_list_watches_nothing(tmp_path: Path) -> None:
    assert declared.read(tmp_path, METRICS).items == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('version = "1"', "", 1, "'version' is missing: a changed threshold is a new version"),
        ('version = "1"', 'version = "1"\nvresion = "2"', 2, "unknown key 'vresion'"),
        ('metric = "capex"', 'metric = "capexx"', 7, "did you mean 'capex"),
        ('metric = "capex"', 'metric = "openai_run_rate"', 7, "no series of a run is what"),
        ('metric = "capex"', 'metric = "coreweave_debt"', 7, "no series of a run is what"),
        ('metric = "capex"', "", 4, "an item is tied to a metric of readings.toml or a quantity"),
        ("low = 150", "low = 301", 9, "low = 301 is not below high = 300"),
        ("low = 150, ", "", 9, "'low' is missing"),
        (f"{DAY} }},\n]", "2028-12-31 },\n]", 10, "is not before the end of 2028Q4"),
        ('by = "2028Q4"', 'by = "2027Q4"', 10, "thresholds by 2027Q4 are given twice"),
        ('by = "2028Q4"', 'by = "2028"', 10, "is not a quarter"),
        ('quantity = "utilization"', 'quantity = "utilisation"', 16, "did you mean 'utilization'?"),
        ('unit = "%"', 'unit = "bananas"', 17, "bananas"),
        ('unit = "%"', 'unit = "USD bn"', 17, "unit is 'USD bn', but utilization is in fraction"),
        ('unread = "Nobody publishes it."', "", 13, "'unread' is missing"),
        ('beside = "coreweave_power"', 'beside = "coreweave_pwoer"', 19, "did you mean 'coreweave_power'?"),
        ('outside = "No path has it."', "", 22, "an item is tied to a metric"),
        (
            'outside = "No path has it."',
            f'outside = "No."\nthreshold = [{{ by = "2027Q4", low = 1, high = 2, registered = {DAY} }}]',
            22,
            "what lies outside the model has none",
        ),
        (
            'threshold = [{ by = "2027Q4", low = 60, high = 70, registered = 2026-10-01 }]',
            "",
            13,
            "say both ways, and by when",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, said: str
) -> None:
    assert before in GOOD
    with pytest.raises(AssumptionErrors) as refused:
        read(tmp_path, GOOD.replace(before, after))
    found = [problem for problem in refused.value.problems if said in f"{problem.reason} {problem.fixes}"]
    assert found, [str(problem) for problem in refused.value.problems]
    assert found[0].line == line
    assert found[0].file.endswith(declared.FILE)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("low = 150", "low = 301").replace('unit = "%"', 'unit = "bananas"')
    with pytest.raises(AssumptionErrors) as refused:
        read(tmp_path, text)
    assert len(refused.value.problems) == 2


def test_the_pages_ten_items_are_tied_or_say_why_not() -> None:
    standing = [item for item in LIST.items if item.section == STANDING]
    assert len(standing) == 10
    for item in LIST.items:
        assert item.outside or item.thresholds, item.id
        assert not (item.quantity and item.outside), item.id
    assert LIST.page in readings.sources(REGISTER)


def test_sections_are_those_of_the_page() -> None:
    known = tomllib.loads((REGISTER / "base" / "page_figures.toml").read_text("utf-8"))
    text = str(known)
    for item in LIST.items:
        assert item.section in text, item.id


def test_the_page_of_the_docs_names_every_item() -> None:
    page = (REGISTER.parent / "docs" / "watch.md").read_text("utf-8")
    assert {item.id for item in LIST.items} == set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))
