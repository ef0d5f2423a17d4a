import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from risk.analysis.fans import LEVELS, quantiles

SERIES = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 4), st.integers(1, 30)), elements=st.floats(-1e6, 1e6, width=32)
)


@given(SERIES)
def test_quantiles_are_those_of_excel(series: np.ndarray) -> None:
    expected = np.quantile(series.astype(np.float64), LEVELS, axis=1)
    np.testing.assert_allclose(quantiles(series), expected, rtol=1e-12, atol=1e-9)


@given(SERIES)
def test_quantiles_are_ordered(series: np.ndarray) -> None:
    assert (np.diff(quantiles(series), axis=0) >= -1e-9).all()


def test_paths_without_a_value_are_left_out() -> None:
    series = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]], dtype=np.float32)
    found = quantiles(series)
    assert found[2, 0] == 2.0
    assert np.isnan(found[:, 1]).all()
