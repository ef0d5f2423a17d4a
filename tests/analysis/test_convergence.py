"""Convergence: errors that shrink as they claim, and estimators that do not."""

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from risk.analysis.convergence import batches, replicates, running, scaling
from risk.analysis.statistics import Estimate, expected_shortfall, mean
from risk.shocks.stream import BLOCK, generator
from tests.analysis.errors import student


def normals(n: int, name: str = "convergence") -> NDArray[np.float64]:
    return generator(1, name, 0).standard_normal(n)


def test_running_estimate_grows_by_whole_blocks_and_ends_with_all() -> None:
    values = normals(20_000)
    found = running(values)
    assert np.all(found.paths[:-1] % BLOCK == 0)
    assert found.paths[-1] == 20_000
    assert found.value[-1] == mean(values).value
    assert found.standard_error[-1] == mean(values).standard_error
    # s / √n of a normal sample: within 5% from the first block on (its own error is 1/√(2n)).
    np.testing.assert_allclose(found.standard_error * np.sqrt(found.paths), 1.0, rtol=4 / np.sqrt(2 * BLOCK))


def test_running_estimate_of_less_than_a_block() -> None:
    np.testing.assert_array_equal(running(normals(100)).paths, [100])


def test_replicates_by_hand() -> None:
    found = replicates([1.0, 2.0, 3.0], paths=300)
    assert (found.value, found.n) == (2.0, 300)
    assert found.standard_error == pytest.approx(student([1.0, 2.0, 3.0]))


def test_batch_error_agrees_with_the_formula() -> None:
    values = normals(64_000)
    # An sd from 40 groups has a relative error of 1/√78.
    assert batches(values, number=40).standard_error == pytest.approx(
        mean(values).standard_error, rel=4 / np.sqrt(78)
    )


@pytest.mark.parametrize(
    ("estimator", "smallest"), [(mean, 64), (partial(expected_shortfall, level=0.9), 256)]
)
def test_errors_shrink_as_one_over_root_n(estimator: partial[Estimate], smallest: int) -> None:
    found = scaling(normals(200_000), estimator, smallest=smallest)
    assert found.root_n
    assert found.exponent.standard_error < 0.1  # else the check would pass anything


def test_common_noise_does_not_pass() -> None:
    """Paths that share a shock within each run of 4,096 do not average out: the exponent is not −½."""
    values = normals(131_072) + np.repeat(normals(32, "common"), 4_096)
    assert not scaling(values).root_n


@pytest.mark.slow
def test_stated_error_of_the_exponent_is_its_spread() -> None:
    exponents = [scaling(normals(32_768, f"scaling:{i}")).exponent for i in range(200)]
    values = [exponent.value for exponent in exponents]
    spread, stated = np.std(values, ddof=1), exponents[0].standard_error
    assert spread == pytest.approx(stated, rel=4 / np.sqrt(2 * 199))
    assert np.mean(values) == pytest.approx(-0.5, abs=4 * stated / np.sqrt(200))
