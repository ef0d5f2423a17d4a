"""A million paths: what tells of them, and what packs them, stays within a bound of memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import answers
from tests.report.runs import small_run
from tests.runs.tiled import tiled

pytestmark = pytest.mark.full  # minutes: most for putting the run on disk, and the pack

PATHS = 1_024_000
MOST = 1_500
"""MB that a process may hold at any moment."""


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a million paths, the blocks of a small one over and over, with files as large as real ones."""
    return tiled(small_run(), PATHS, tmp_path_factory.mktemp("million")).directory


@pytest.mark.parametrize("answer", ["show RUN", "sharpen RUN", answers.PACK])
def test_it_is_told_within_bounds(answer: str, million: Path) -> None:
    found = answers.asked(answers.HERE, answer, million)
    assert found.memory <= MOST, f"{answer} took {found.memory:,.0f} MB and {found.processor:.0f} s"
