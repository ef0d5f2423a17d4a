"""Variants are computed once, by their numbers, and say why they do not run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.runs import Interrupted
from risk.runs.variants import Variant, Variants, carry_out, variants
from tests.runs import planted
from tests.runs.planted import BRITTLE, DECIDES, PATHS, SEED

OUTCOMES = ("bust", "headline_loss")


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.engine.trial.trial", planted.trial)


@pytest.fixture
def register(tmp_path: Path) -> Assumptions:
    return planted.register(tmp_path / "register")


def moved(register: Assumptions, id: str, value: float) -> Assumptions:
    entry = replace(register.entries[id], value=value)
    return replace(register, entries={**register.entries, id: entry})


def made(register: Assumptions, root: Path, paths: int = PATHS) -> Variants:
    tried = (register, moved(register, DECIDES, 0.5), moved(register, BRITTLE, 0.5), register)
    return variants([Variant(each) for each in tried], SEED, paths, OUTCOMES, root)


def test_each_register_is_computed_once_and_one_that_does_not_run_says_why(
    register: Assumptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, told = made(register, tmp_path), list[tuple[int, int]]()
    carry_out(found, 1, lambda done, total, _: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert found.missing == ()
    base, more, broken, again = (found.kept(each) for each in found.variants)
    assert base is not None and more is not None and broken is not None and again is not None
    assert (base.outcomes["bust"] == again.outcomes["bust"]).all()
    assert base.outcomes["bust"].shape == (PATHS,)
    assert (more.outcomes["bust"] >= base.outcomes["bust"]).all()
    assert more.outcomes["bust"].sum() > base.outcomes["bust"].sum()
    assert (broken.outcomes, broken.refused) == ({}, "too far for the model")
    monkeypatch.setattr("risk.engine.trial.trial", lambda *_: pytest.fail("computed again"))
    carry_out(made(register, tmp_path), 1)


def test_other_paths_are_another_folder_and_a_damaged_file_counts_as_none(
    register: Assumptions, tmp_path: Path
) -> None:
    found = made(register, tmp_path)
    carry_out(found, 1)
    assert made(register, tmp_path, PATHS - 1).missing == (0, 1, 2)
    found.file(found.variants[1]).write_bytes(b"torn")
    assert found.missing == (1,)


def test_after_an_interrupt_what_is_done_is_kept(
    register: Assumptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import signal

    found = made(register, tmp_path)

    def stopped(*args: object) -> dict[str, np.ndarray]:
        os.kill(os.getpid(), signal.SIGINT)
        return planted.trial(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("risk.engine.trial.trial", stopped)
    with pytest.raises(Interrupted, match="1 of 3 variants are kept"):
        carry_out(found, 1)
    assert len(found.missing) == 2
