"""Statistics over paths and years against plain NumPy, and their errors against what samples scatter."""

from collections.abc import Callable

import numpy as np
import pytest

from risk.analysis.statistics import Estimate
from risk.calibrate import cycle
from risk.calibrate.cycle import Array

PATHS, YEARS, SAMPLES = 400, 6, 300


def rates(draws: np.random.Generator, n: int = PATHS) -> Array:
    """Rates of a path's years share a part: (year, path)."""
    own, shared = draws.standard_normal((YEARS, n)), draws.standard_normal(n)
    return np.asarray(np.exp(-3.0 + 0.5 * own + 0.5 * shared))


STATISTICS: dict[str, tuple[Callable[[Array], Estimate], Callable[[Array], float]]] = {
    "mean": (cycle.mean, lambda x: float(x.mean())),
    "deviation": (cycle.deviation, lambda x: float(x.std())),
    "beyond": (lambda x: cycle.beyond(x, 0.1), lambda x: float((x > 0.1).mean())),
    "quantile": (lambda x: cycle.quantile(x, 0.9), lambda x: float(np.quantile(x, 0.9))),
    "correlation": (
        lambda x: cycle.correlation(x[:-1], x[1:]),
        lambda x: float(np.corrcoef(x[:-1].ravel(), x[1:].ravel())[0, 1]),
    ),
    "ratio": (lambda x: cycle.ratio(x[0], x[1]), lambda x: float(x[0].mean() / x[1].mean())),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_a_statistic_is_numpys_and_its_error_what_samples_scatter(name: str) -> None:
    """Mean of the errors within a tenth or so of the scatter of 300 samples."""
    ours, plain = STATISTICS[name]
    draws = np.random.default_rng(4)
    samples = [rates(draws) for _ in range(SAMPLES)]
    found = [ours(x) for x in samples]
    np.testing.assert_allclose([f.value for f in found], [plain(x) for x in samples], rtol=1e-9)
    scatter = np.std([f.value for f in found], ddof=1)
    assert np.mean([f.standard_error for f in found]) == pytest.approx(scatter, rel=0.15)
    assert found[0].n == PATHS
