"""Sign-off: a record beside a run that holds its numbers' fingerprint, whole or not at all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from risk.errors import LockedError, StorageError, UsageError
from risk.runs import Run, open_run
from risk.runs.files import publish_json, read_json
from risk.runs.lock import hold
from risk.runs.manifest import write_manifest
from risk.runs.signature import FILE, LONGEST, last_signed, sign, signatures, signed


@pytest.fixture
def run(reference: Run, tmp_path: Path) -> Run:
    shutil.copytree(reference.directory, tmp_path / reference.id)
    return open_run(reference.id, tmp_path)


def test_a_signature_holds_the_run_and_all_its_numbers(run: Run) -> None:
    given = sign(run, " Ann Bell ", "Risk", "Read in full.")
    assert signatures(run) == (given,)
    assert (given.run, given.result) == (run.id, run.manifest.result)
    assert (given.by, given.note) == ("Ann Bell", "Read in full.")
    assert open_run(run.id, run.directory.parent).id == run.id, "it is no part of the identity"


def test_several_may_sign_each_once(run: Run) -> None:
    sign(run, "Ann Bell", "Risk")
    sign(run, "Cid Dow", "Committee")
    with pytest.raises(UsageError, match=r"signed run .* already"):
        sign(run, "ann bell", "risk")
    assert [each.by for each in signatures(run)] == ["Ann Bell", "Cid Dow"]
    assert signed(run.directory).startswith("Cid Dow, Committee, ")
    assert signed(run.directory).endswith(" and 1 more")


@pytest.mark.parametrize(
    ("by", "role", "note", "why"),
    [
        ("", "Risk", "", "the name is empty"),
        ("Ann", "  ", "", "the role is empty"),
        ("A" * (LONGEST["name"] + 1), "Risk", "", "81 characters"),
        ("Ann", "Risk", "x" * (LONGEST["note"] + 1), "501 characters"),
        ("Ann\x1b[2J", "Risk", "", "cannot be printed"),
        ("Ann", "Risk", "two\nlines", "cannot be printed"),
    ],
)
def test_a_bad_signature_is_refused_and_nothing_written(
    by: str, role: str, note: str, why: str, run: Run
) -> None:
    with pytest.raises(UsageError, match=why):
        sign(run, by, role, note)
    assert not (run.directory / FILE).exists()


def test_an_edited_record_signs_nothing(run: Run) -> None:
    sign(run, "Ann Bell", "Risk")
    path = run.directory / FILE
    path.write_text(path.read_text(encoding="utf-8").replace("Ann Bell", "Eve Fox"), encoding="utf-8")
    with pytest.raises(StorageError, match="edited or damaged"):
        signatures(run)
    assert signed(run.directory) == "ALTERED"
    with pytest.raises(StorageError, match="nobody has signed"):
        sign(run, "Cid Dow", "Committee")
    assert last_signed(run.manifest.scenario, run.directory.parent) is None


def test_a_record_of_other_numbers_signs_nothing(run: Run) -> None:
    sign(run, "Ann Bell", "Risk")
    other = Run(run.store, replace(run.manifest, result="0" * 64))
    write_manifest(run.store.manifest, other.manifest)
    with pytest.raises(StorageError, match="other numbers"):
        signatures(other)
    assert signed(run.directory) == "ALTERED"


def test_a_record_of_another_run_signs_nothing(run: Run) -> None:
    sign(run, "Ann Bell", "Risk")
    content = read_json(run.directory / FILE)
    content["signatures"][0]["run"] = "0" * 12
    publish_json(run.directory / FILE, content)
    with pytest.raises(StorageError, match="other numbers"):
        signatures(run)


def test_a_damaged_run_is_not_signed(run: Run) -> None:
    block = run.store.holder(0).file("outcomes")
    block.write_bytes(block.read_bytes()[:-40])
    with pytest.raises(StorageError):
        sign(run, "Ann Bell", "Risk")
    assert not (run.directory / FILE).exists()


def test_a_run_that_is_being_written_is_not_signed(run: Run) -> None:
    with hold(run.directory, "another"), pytest.raises(LockedError):
        sign(run, "Ann Bell", "Risk")
    assert not (run.directory / FILE).exists()


def test_a_full_disk_leaves_the_earlier_record_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(run, "Ann Bell", "Risk")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("risk.runs.files.os.fsync", full)
    with pytest.raises(StorageError):
        sign(run, "Cid Dow", "Committee")
    assert [each.by for each in signatures(run)] == ["Ann Bell"]
    assert not list(run.directory.glob(".*.tmp"))


def test_the_last_signed_run_is_by_the_day_of_its_signature(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = run.directory.parent
    specification = replace(run.manifest.specification, seed=99)
    shutil.copytree(run.directory, root / specification.id)
    write_manifest(
        root / specification.id / "manifest.json", replace(run.manifest, specification=specification)
    )
    other = open_run(specification.id, root)
    assert last_signed(run.manifest.scenario, root) is None
    for one, day in ((run, "2026-12-02"), (other, "2026-12-01")):
        monkeypatch.setattr("risk.runs.signature.timestamp", lambda day=day: f"{day}T00:00:00Z")
        sign(one, "Ann Bell", "Risk")
    first = last_signed(run.manifest.scenario, root)
    second = last_signed(run.manifest.scenario, root, but=run.id)
    assert first is not None
    assert second is not None
    assert (first[0].id, second[0].id) == (run.id, other.id)
    assert last_signed("another", root) is None
