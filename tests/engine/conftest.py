import pytest

from risk.assumptions import Assumptions, load
from risk.engine import pilot
from risk.engine.couplings import Baseline
from tests.engine.base import SEED, Opened, opened


@pytest.fixture(scope="session")
def register() -> Assumptions:
    return load()


@pytest.fixture(scope="session")
def base(register: Assumptions) -> Opened:
    """Block 0 of the base case, all quarters."""
    return opened(register, register.calendar.quarters)


@pytest.fixture(scope="session")
def medians(register: Assumptions) -> Baseline:
    return pilot(register, SEED)
