"""The score of mutants as a figure: whole, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from risk.calibrate.validation.mutants import figure
from risk.errors import UsageError

SCORE = {"tried": 40, "killed": 36, "mutants": 22_400, "modules": ["risk/mechanisms", "risk/processes"]}


def test_a_score_is_a_share_of_the_mutants_that_were_tried(tmp_path: Path) -> None:
    file = tmp_path / "score.json"
    file.write_text(json.dumps(SCORE))
    found = figure(file)
    assert (found.value, found.n) == (0.9, 40)
    assert "risk/mechanisms and risk/processes" in found.what
    assert "22,400" in found.note


@pytest.mark.parametrize("wrong", [{**SCORE, "tried": 0}, {"tried": 3}, [], {**SCORE, "killed": "most"}])
def test_what_is_no_score_is_refused(wrong: object, tmp_path: Path) -> None:
    file = tmp_path / "score.json"
    file.write_text(json.dumps(wrong))
    with pytest.raises(UsageError, match="is no score of mutants"):
        figure(file)
