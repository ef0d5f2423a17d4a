"""Trials are computed once, whatever ends the program, and say where the model would go no farther."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from risk.assumptions import Assumptions
from risk.assumptions.judgements import judgements
from risk.errors import LockedError
from risk.runs import Interrupted, specify
from risk.runs.lock import hold
from risk.runs.trials import Trials, carry_out, trials
from tests.runs import planted
from tests.runs.planted import BRITTLE, DECIDES, FRAGILE, IDLE, PATHS, SEED

OUTCOMES = ("bust", "headline_loss")


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.engine.trial.trial", planted.trial)


@pytest.fixture
def register(tmp_path: Path) -> Assumptions:
    return planted.register(tmp_path / "register")


def made(register: Assumptions, root: Path, paths: int = PATHS) -> Trials:
    numbers = [found for found in judgements(register) if found.id in planted.NUMBERS]
    return trials(register, specify(register, paths, SEED), OUTCOMES, numbers, root)


def kept(found: Trials) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in found.store.directory.glob("*.npz")}


def ends(found: Trials, id: str) -> list[tuple[float, str]]:
    tried = [found.kept(each) for each in found.trials if each.judgement and each.judgement.id == id]
    return [(each.reached, each.refused) for each in tried if each]


def test_each_number_is_tried_at_both_ends_beside_the_base(register: Assumptions, tmp_path: Path) -> None:
    found, told = made(register, tmp_path), list[tuple[int, int]]()
    carry_out(found, 1, lambda done, total, _: told.append((done, total)))
    assert told == [(done, len(found.trials)) for done in range(len(found.trials) + 1)]
    base = found.kept(found.trials[0])
    assert base is not None
    assert base.outcomes["bust"].shape == (PATHS,)
    assert ends(found, DECIDES) == [(1.0, ""), (1.0, "")]
    for each in found.trials[1:]:
        tried = found.kept(each)
        assert tried is not None
        if each.judgement and each.judgement.id == IDLE:
            assert all((tried.outcomes[name] == base.outcomes[name]).all() for name in OUTCOMES)


def test_where_an_end_is_refused_it_goes_as_near_as_it_can(register: Assumptions, tmp_path: Path) -> None:
    found = made(register, tmp_path)
    carry_out(found, 1)
    assert ends(found, FRAGILE) == [(1.0, ""), (0.5, "too far for the model")]
    assert ends(found, BRITTLE) == [(0.0, "too far for the model")] * 2


def test_what_is_kept_is_not_computed_again(
    register: Assumptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = made(register, tmp_path)
    carry_out(found, 1)
    before = kept(found)
    monkeypatch.setattr("risk.engine.trial.trial", lambda *_: pytest.fail("computed again"))
    carry_out(found, 1)
    assert kept(found) == before


def test_after_an_interrupt_the_rest_is_computed_and_all_is_the_same(
    register: Assumptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = made(register, tmp_path / "whole"), made(register, tmp_path / "broken")
    carry_out(whole, 1)

    def stop(done: int, *_: object) -> None:
        if done == 3:
            import os
            import signal

            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(
        Interrupted, match=rf"3 of {len(whole.trials)} trials are kept in .*goes on"
    ) as caught:
        carry_out(broken, 1, stop)
    assert caught.value.exit_code == 130
    assert len(kept(broken)) == 3
    carry_out(broken, 1)
    for each in whole.trials:
        one, other = whole.kept(each), broken.kept(each)
        assert one is not None
        assert other is not None
        assert (one.reached, one.refused) == (other.reached, other.refused)
        assert all(np.array_equal(one.outcomes[name], other.outcomes[name]) for name in one.outcomes)


def test_a_damaged_file_is_computed_again(register: Assumptions, tmp_path: Path) -> None:
    found = made(register, tmp_path)
    carry_out(found, 1)
    sound = found.kept(found.trials[1])
    file = found.file(found.trials[1])
    file.write_bytes(file.read_bytes()[:100])
    assert found.kept(found.trials[1]) is None
    carry_out(found, 1)
    again = found.kept(found.trials[1])
    assert sound is not None
    assert again is not None
    assert np.array_equal(sound.outcomes["bust"], again.outcomes["bust"])


def test_another_range_another_trial_another_base_other_trials(register: Assumptions, tmp_path: Path) -> None:
    found = made(register, tmp_path)
    entry = register.entries[DECIDES]
    wider = replace(register, entries={**register.entries, DECIDES: replace(entry, high=0.9)})
    moved = replace(register, entries={**register.entries, DECIDES: replace(entry, value=0.5)})
    other = made(wider, tmp_path)
    assert other.store == found.store
    names = {each.name for each in found.trials}
    assert len([each for each in other.trials if each.name not in names]) == 1
    assert made(moved, tmp_path).store != found.store
    assert made(register, tmp_path, PATHS - 1).store != found.store


def test_two_screens_of_one_register_do_not_mix(register: Assumptions, tmp_path: Path) -> None:
    found = made(register, tmp_path)
    with hold(found.store.directory, "another"), pytest.raises(LockedError):
        carry_out(found, 1)
