from pathlib import Path

import pytest

from tests.assumptions.builder import Register


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "assumptions")
