"""False findings are controlled as the library does it, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from risk.analysis.discovery import false_share
from statsmodels.stats.multitest import multipletests


@pytest.mark.parametrize("n", [1, 2, 7, 300])
def test_shares_of_false_findings_are_those_of_statsmodels(n: int) -> None:
    rng = np.random.default_rng(n)
    for power in (1, 3, 6):
        chances = np.round(rng.uniform(size=n) ** power, 3)  # ties among them
        found, q = multipletests(chances, 0.05, method="fdr_bh")[:2]
        np.testing.assert_array_equal(false_share(chances), q)
        np.testing.assert_array_equal(false_share(chances) <= 0.05, found)


def test_a_finding_is_told_by_those_that_are_as_clear() -> None:
    # n p / rank: 4 × .01 / 1, 4 × .02 / 2, 4 × .03 / 3, 4 × .5 / 4; the least from there on.
    np.testing.assert_allclose(false_share([0.5, 0.01, 0.03, 0.02]), [0.5, 0.04, 0.04, 0.04])
