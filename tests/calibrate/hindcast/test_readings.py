"""Readings are valid or refused with file and line; the register's own hold what targets quote."""

import datetime as dt
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors, load
from risk.axes import ordinal
from risk.calibrate.hindcast import naive, readings

REGISTER = Path(__file__).parents[3] / "assumptions"
METRICS = {metric.id: metric for metric in readings.read(REGISTER, load(REGISTER).sources.keys())}

GOOD = """\
[metric.capex]
label = "Capex"
unit = "USD bn/q"
quantity = "capex"
error = 0.01
volatility = 0.1
source = "judgement"
grade = "filing"
reading = [
    { date = "2023Q4", value = 40, published = 2024-02-01 },
    { date = "2024Q1", value = 44, published = 2024-05-01 },
    { date = 2024-06-30, value = 50.5, published = 2024-08-01, error = 0.02, grade = "secondary" },
]

[metric.capex_year]
label = "Capex, three quarters"
unit = "USD bn"
quantity = "capex"
of = "capex"
quarters = 3
error = 0.01
volatility = 0.05
source = "judgement"
grade = "computed"
"""


def read(folder: Path, text: str) -> dict[str, readings.Metric]:
    (folder / readings.FILE).write_text(text, encoding="utf-8")
    return {metric.id: metric for metric in readings.read(folder, {"judgement", "record"})}


def test_a_file_of_readings(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    first, _, last = found["capex"].readings
    assert (first.quarter, first.value, first.error, first.grade) == ("2023Q4", 40.0, 0.01, "filing")
    assert (last.date, last.quarter, last.error, last.grade) == ("2024-06-30", "2024Q2", 0.02, "secondary")
    (whole,) = found["capex_year"].readings
    assert (whole.quarter, whole.value, whole.error) == ("2024Q2", 134.5, 0.02)
    assert whole.published == dt.date(2024, 8, 1)


def test_a_sum_needs_every_quarter(tmp_path: Path) -> None:
    text = GOOD.replace('    { date = "2024Q1", value = 44, published = 2024-05-01 },\n', "")
    assert read(tmp_path, text.replace("quarters = 3", "quarters = 2"))["capex_year"].readings == ()


def test_a_register_without_readings_has_none(tmp_path: Path) -> None:
    assert readings.read(tmp_path, set()) == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        (
            "published = 2024-05-01",
            "published = 2024-03-01",
            11,
            "before the end of what it describes, 2024-03-31",
        ),
        ("value = 44", "value = -44", 11, "must be above 0"),
        ("value = 44", "valeu = 44", 11, "Did you mean 'value'?"),
        ('date = "2024Q1"', 'date = "2024-1"', 11, "a quarter such as"),
        ('date = "2024Q1"', 'date = "2023Q1"', 11, "is an earlier day than the reading before it has"),
        ('grade = "secondary" }', 'source = "nobody" }', 12, "source 'nobody' is unknown"),
        ('quantity = "capex"\nerror', 'quantity = "capx"\nerror', 4, "series 'capx' is unknown"),
        ('unit = "USD bn/q"', 'unit = "bp"', 3, "capex is in USD bn/q"),
        ("volatility = 0.1\n", "", 1, "'volatility' is missing"),
        ('of = "capex"', 'of = "cfo"', 19, "metric 'cfo' is unknown"),
        ("[metric.capex]", "[reading.capex]", 1, "unknown key 'reading'"),
    ],
)
def test_a_bad_reading_is_refused_with_file_and_line(
    tmp_path: Path, before: str, after: str, line: int, said: str
) -> None:
    assert before in GOOD
    with pytest.raises(AssumptionErrors) as caught:
        read(tmp_path, GOOD.replace(before, after, 1))
    found = [(Path(p.file).name, p.line, str(p)) for p in caught.value.problems]
    assert any((file, at) == ("readings.toml", line) and said in text for file, at, text in found), found


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    bad = GOOD.replace("value = 44", "value = 0").replace('unit = "USD bn"\n', 'unit = "USD bm"\n')
    with pytest.raises(AssumptionErrors) as caught:
        read(tmp_path, bad)
    assert {problem.line for problem in caught.value.problems} >= {11, 17}


def test_targets_out_of_sample_quote_readings_of_the_file() -> None:
    quoted = [t for t in load(REGISTER).targets.values() if t.observed is not None and t.status == "met"]
    known = {reading.value for reading in METRICS["h100_spot"].readings}
    assert quoted
    assert {target.observed for target in quoted} <= known


def test_the_past_ends_with_the_base_date_and_the_information_date() -> None:
    capex = METRICS["capex"]
    late = naive.past(capex, ordinal("2024Q4"), dt.date(2025, 3, 1))
    assert late is not None
    assert (late.last, late.quarter) == (76.3, ordinal("2024Q4"))
    early = naive.past(capex, ordinal("2024Q4"), dt.date(2025, 1, 1))  # before the quarter was published
    assert early is not None
    assert (early.last, early.quarter) == (61.2, ordinal("2024Q3"))
    assert naive.past(capex, ordinal("2018Q4"), dt.date(2025, 1, 1)) is None


def test_naive_forecasts_stand_still_or_grow_as_last_year() -> None:
    past = naive.past(METRICS["capex"], ordinal("2024Q4"), dt.date(2025, 3, 1))
    assert past is not None
    assert past.changes >= naive.ENOUGH
    still, growing = past.forecasts(ordinal("2025Q4"))
    assert np_median(still) == pytest.approx(76.3)
    assert np_median(growing) == pytest.approx(76.3 * 76.3 / 44.1)
    wider, _ = past.forecasts(ordinal("2028Q4"))
    assert log_spread(wider) == pytest.approx(2.0 * log_spread(still), rel=1e-9)


def test_few_changes_leave_the_declared_volatility() -> None:
    found = naive.past(METRICS["coreweave_debt"], ordinal("2025Q4"), dt.date(2026, 3, 1))
    assert found is not None
    assert found.changes < naive.ENOUGH
    assert found.volatility == METRICS["coreweave_debt"].volatility


def np_median(x: naive.Array) -> float:
    return float(sorted(x)[len(x) // 2])


def log_spread(x: naive.Array) -> float:
    import math

    return math.log(float(max(x)) / float(min(x)))
