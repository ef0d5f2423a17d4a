from pathlib import Path

import pytest

from risk.assumptions import load
from risk.calibrate.targets import MEASURES, _contradicts, results
from risk.runs import execute


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        ("met", 10.0, False),
        ("met", 8.1, False),  # outside the bound by less than two standard errors
        ("met", 7.0, True),
        ("met", 13.9, False),
        ("met", 15.0, True),
        ("missed", 10.5, True),  # clearly inside
        ("missed", 9.0, False),
        ("missed", 5.0, False),
        ("pending", 5.0, False),
        ("informational", 99.0, False),
    ],
)
def test_a_result_contradicts_its_declaration(status: str, value: float, expected: bool) -> None:
    assert _contradicts(status, value, 0.5, 9.0, 13.0) is expected


def test_a_target_declared_met_must_be_measured() -> None:
    assert _contradicts("met", None, None, 9.0, 13.0)


def test_a_one_sided_target_has_one_side() -> None:
    assert not _contradicts("met", 1e9, 1.0, 9.0, None)
    assert _contradicts("met", 0.0, 1.0, 9.0, None)


def test_every_declared_target_is_measured_or_pending() -> None:
    for target in load().targets.values():
        assert target.metric in MEASURES or target.status == "pending", target.id
        assert target.metric or target.reason, target.id


def test_every_measure_belongs_to_a_target() -> None:
    assert set(MEASURES) == {t.metric for t in load().targets.values() if t.metric}


def test_all_twelve_targets_are_declared() -> None:
    declared = {int("".join(c for c in t.id if c.isdigit())) for t in load().targets.values()}
    assert declared == set(range(1, 13))


@pytest.mark.slow
def test_the_base_case_stands_where_it_says(tmp_path: Path) -> None:
    """At the number of paths at which the targets are declared."""
    register = load()
    paths, seed = round(register.number("run.paths")), round(register.number("run.seed"))
    run = execute(register, paths, seed, jobs=2, directory=tmp_path)
    wrong = [f"{r.id} {r.label}: {r.value} in [{r.low}, {r.high}]?" for r in results(run) if r.contradicts]
    assert not wrong, "\n".join(wrong)
    assert max(run.identities.values()) < 1e-9
