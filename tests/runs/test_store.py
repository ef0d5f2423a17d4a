from __future__ import annotations

import errno
import gc
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from risk.errors import StorageError
from risk.runs import Run, open_run
from risk.runs.files import publish
from tests.runs import fake


def _resume(run: Run, marks: Path) -> Run:
    return fake.run(run.directory.parent, fake.marked(marks), simulate=fake.simulate_and_mark)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0x10
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [_truncate, _flip, Path.unlink])
@pytest.mark.parametrize("kind", ["parameters", "outcomes", "series", "facility", "sums", "blocks"])
def test_a_damaged_block_is_put_aside_and_computed_again(
    unfinished: Run, reference: Run, tmp_path: Path, kind: str, damage: Any
) -> None:
    suffix = "json" if kind == "blocks" else "parquet"
    damage(unfinished.directory / kind / f"00001.{suffix}")
    run = _resume(unfinished, tmp_path)
    assert fake.computed(tmp_path) == {1}
    payload = {name: data for name, data in fake.payload(run).items() if not name.startswith("quarantine")}
    assert payload == fake.payload(reference)
    if damage is not Path.unlink:
        assert (run.directory / "quarantine" / f"{kind}-00001.{suffix}.0").exists()
        assert "block 1:" in (run.directory / "log.txt").read_text()


def test_a_damaged_manifest_is_written_again(reference: Run, unfinished: Run, tmp_path: Path) -> None:
    manifest = unfinished.directory / "manifest.json"
    shutil.copy(reference.directory / "manifest.json", manifest)
    _flip(manifest)
    with pytest.raises(StorageError):
        open_run(unfinished.directory)
    run = _resume(unfinished, tmp_path)
    assert fake.computed(tmp_path) == set()
    assert run.manifest.result == reference.manifest.result


@pytest.mark.parametrize("kind", ["outcomes", "blocks"])
def test_damage_is_never_read_silently(reference: Run, tmp_path: Path, kind: str) -> None:
    directory = tmp_path / reference.id
    shutil.copytree(reference.directory, directory)
    generator = np.random.default_rng(1)
    target = directory / kind / "00000-00003.parquet"
    sound = target.read_bytes()
    truth = reference.outcome("fell_in")
    for position in generator.integers(0, len(sound), 60):
        content = bytearray(sound)
        content[position] ^= 1 << int(generator.integers(8))
        target.write_bytes(bytes(content))
        try:
            read = open_run(directory).outcome("fell_in")
        except StorageError:
            continue
        np.testing.assert_array_equal(read, truth)  # the flip touched another column or unused bytes


def test_half_written_files_are_removed_on_resuming(unfinished: Run, tmp_path: Path) -> None:
    leftover = unfinished.directory / "series" / ".00009.parquet.123.tmp"
    leftover.write_bytes(b"half")
    _resume(unfinished, tmp_path)
    assert not leftover.exists()


def test_a_full_disk_keeps_finished_blocks(
    reference: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 12

    def publish_until_full(path: Path, write: Any) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            publish(path, lambda _: _raise(OSError(errno.ENOSPC, "No space left on device")))
        publish(path, write)

    with monkeypatch.context() as patch:
        patch.setattr("risk.runs.store.publish", publish_until_full)
        with pytest.raises(StorageError, match="the disk is full") as caught:
            fake.run(tmp_path)
    assert caught.value.exit_code == 5
    assert not list(tmp_path.rglob("*.tmp"))
    (folder,) = tmp_path.iterdir()
    assert len(list((folder / "blocks").iterdir())) == 2
    assert fake.payload(fake.run(tmp_path)) == fake.payload(reference)


def _raise(error: Exception) -> None:
    raise error


def test_a_footer_goes_with_its_reader(reference: Run) -> None:
    """A megabyte each, which Python does not count when it decides to look for what holds each other."""
    run = open_run(reference.directory)
    run.outcomes()  # records keep theirs
    gc.disable()
    try:
        before = _footers()
        run.outcomes()
        assert _footers() == before
    finally:
        gc.enable()


def _footers() -> int:
    return sum(type(each).__name__ == "FileMetaData" for each in gc.get_objects())
