"""What is declared is read, or refused with file and line and what to do."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors, load
from risk.calibrate.hindcast import readings
from risk.calibrate.validation import declared
from risk.calibrate.validation.declared import Declared
from risk.calibrate.validation.evidence import EVIDENCE
from risk.calibrate.validation.sizes import LIMITS

REGISTER = Path(__file__).parents[3] / "assumptions"
METRICS = [metric.id for metric in readings.read(REGISTER, load(REGISTER).sources.keys())]

USES = """\
[[use]]
id = "stress"
kind = "intended"
use = "Stress the thesis."
why = "It is made for it."

[[use]]
id = "capital"
kind = "forbidden"
use = "Capital."
why = "It is not validated."
"""
TRIGGER = """\
[[trigger]]
id = "rents"
watch = "moved"
metrics = ["h100_spot"]
by = 0.2
label = "Rents have moved"
why = "Collateral hangs on them."
action = "Estimate again."
owner = "Compute"
"""
OVERRIDE = """\
[[override]]
id = "spot"
subject = "gpu.h100_spot"
before = "2.75"
after = "2.60"
why = "An index changed its sample."
by = "Compute"
approved_by = "Risk"
date = 2026-12-01
until = 2027-03-31
"""
APPROVAL = """\
[[approval]]
id = "ic"
use = "stress"
by = "N. N."
role = "Committee"
date = 2027-01-15
until = 2027-07-15
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register with every kind of declaration in it."""
    shutil.copytree(REGISTER / "base", tmp_path / "base")
    place = tmp_path / declared.FOLDER
    place.mkdir()
    (place / "declared.toml").write_text(USES + TRIGGER, encoding="utf-8")
    (place / "overrides.toml").write_text(OVERRIDE, encoding="utf-8")
    (place / "approvals.toml").write_text(APPROVAL, encoding="utf-8")
    return tmp_path


def read(folder: Path) -> Declared:
    return declared.read(folder, METRICS)


def test_a_register_without_the_folder_declares_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == Declared()


def test_what_is_declared_is_read(folder: Path) -> None:
    found = read(folder)
    assert [use.kind for use in found.uses] == ["intended", "forbidden"]
    assert found.triggers[0].by == 0.2
    assert found.overrides[0].until == dt.date(2027, 3, 31)
    assert found.approvals[0].role == "Committee"


WRONG = {
    "unknown subject": (
        "overrides.toml",
        '"gpu.h100_spot"',
        '"gpu.h100_spott"',
        3,
        "did you mean 'gpu.h100_spot'",
    ),
    "own approval": (
        "overrides.toml",
        'approved_by = "Risk"',
        'approved_by = "compute"',
        8,
        "another person",
    ),
    "ends before": ("overrides.toml", "until = 2027-03-31", "until = 2026-12-01", 10, "is not after"),
    "no reason": ("overrides.toml", 'why = "An index changed its sample."\n', "", 1, "'why' is missing"),
    "no date": ("overrides.toml", "date = 2026-12-01", 'date = "December"', 9, "must be a date"),
    "stranger": ("overrides.toml", "by =", "bye =", 7, "unknown key"),
    "unknown use": ("approvals.toml", 'use = "stress"', 'use = "stres"', 3, "did you mean 'stress'"),
    "forbidden use": ("approvals.toml", 'use = "stress"', 'use = "capital"', 3, "is forbidden"),
    "no term": ("approvals.toml", "until = 2027-07-15\n", "", 1, "'until' is missing"),
    "another table": ("approvals.toml", "[[approval]]", "[[approvals]]", 1, "unknown key 'approvals'"),
    "a table": ("approvals.toml", "[[approval]]", "[approval]", 1, "must be rows"),
    "kind": ("declared.toml", '"forbidden"', '"forbiden"', 9, "Did you mean 'forbidden'"),
    "twice": ("declared.toml", 'id = "capital"', 'id = "stress"', 8, "given twice"),
    "watch": ("declared.toml", '"moved"', '"move"', 14, "Did you mean 'moved'"),
    "metric": ("declared.toml", '"h100_spot"', '"h100_spt"', 15, "did you mean 'h100_spot'"),
    "how far": ("declared.toml", "by = 0.2\n", "", 12, "how far is past"),
    "too far": ("declared.toml", "by = 0.2", "by = 2.0", 16, "must be below 1"),
    "level": ("declared.toml", "by = 0.2", "by = 0.2\nlevel = 0.95", 17, "means nothing"),
    "which": ("declared.toml", 'metrics = ["h100_spot"]\n', "", 12, "which readings"),
    "no TOML": ("declared.toml", 'kind = "intended"', "kind = intended", 3, "Invalid value"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused_by_file_and_line(case: str, folder: Path) -> None:
    name, old, new, line, reason = WRONG[case]
    file = folder / declared.FOLDER / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AssumptionErrors) as error:
        read(folder)
    told = str(error.value)
    assert re.search(rf"{name}:{line}:\d+", told), told
    assert reason in told


def test_everything_wrong_is_told_at_once(folder: Path) -> None:
    for name, old in (("overrides.toml", '"gpu.h100_spot"'), ("approvals.toml", '"stress"')):
        file = folder / declared.FOLDER / name
        file.write_text(file.read_text(encoding="utf-8").replace(old, '"nothing"'), encoding="utf-8")
    with pytest.raises(AssumptionErrors) as error:
        read(folder)
    assert "overrides.toml" in str(error.value)
    assert "approvals.toml" in str(error.value)


# ─── what ships ───


def test_the_registers_own_declarations_are_whole() -> None:
    found = read(REGISTER)
    assert {use.kind for use in found.uses} == {"intended", "forbidden"}
    assert {trigger.watch for trigger in found.triggers} == {"moved", "outside", "contradicted", "expired"}
    for suite in found.suites:
        assert all(list(REGISTER.parent.glob(pattern)) for pattern in suite.files), suite.id


def test_every_limitation_has_an_owner_a_day_a_trigger_and_a_size_or_a_reason() -> None:
    for limit in load(REGISTER).limits.values():
        assert limit.owner, limit.id
        assert limit.trigger, limit.id
        assert limit.moved or limit.size, limit.id


def test_every_file_that_moves_a_limitation_is_of_one() -> None:
    named = {word for limit in load(REGISTER).limits.values() for word in limit.moved}
    there = {path.stem for path in (REGISTER / declared.FOLDER / LIMITS).glob("*.toml")}
    assert there <= named
    scenarios = {path.stem for path in (REGISTER / "scenarios").glob("*.toml")}
    assert named - there <= scenarios


def test_no_claim_of_compliance_is_made() -> None:
    texts = [p.read_text(encoding="utf-8") for p in (REGISTER / declared.FOLDER).rglob("*.*")]
    assert (REGISTER / declared.FOLDER / EVIDENCE).name == "evidence"
    assert not re.search(r"\bcompl(y|ies|iant)\b", "\n".join(texts))
