"""What a tripwire tells: planted ones tell what they were planted to tell, inert ones nothing."""

from __future__ import annotations

from math import isnan, log2

import numpy as np
import pytest

from risk.analysis import watch
from risk.analysis.watch import Lead
from risk.analysis.weighted import Importance

N = 4_000


def entropy(p: float) -> float:
    return -p * log2(p) - (1 - p) * log2(1 - p)


def drawn(rng: np.random.Generator, hit: float, rest: float, n: int = N) -> tuple[watch.Flags, watch.Flags]:
    """Crossed with probability .3, and the event with `hit` then and `rest` else."""
    flags = rng.random(n) < 0.3
    return flags, rng.random(n) < np.where(flags, hit, rest)


def truth(hit: float, rest: float) -> tuple[float, float]:
    """Expected change and information, by hand."""
    p = 0.3 * hit + 0.7 * rest
    change = 0.3 * abs(hit - p) + 0.7 * abs(rest - p)
    return change, entropy(p) - 0.3 * entropy(hit) - 0.7 * entropy(rest)


@pytest.mark.parametrize(("hit", "rest"), [(0.8, 0.2), (0.35, 0.3), (0.3, 0.3), (0.03, 0.001)])
def test_intervals_hold_what_was_planted(hit: float, rest: float) -> None:
    rng, sets, equal = np.random.default_rng(5), 400, Importance.equal(N)
    change, bits = truth(hit, rest)
    found = np.zeros(2)
    for _ in range(sets):
        flags, event = drawn(rng, hit, rest)
        for k, (estimate, known) in enumerate(
            (
                (watch.expected_change(flags, event, equal), change),
                (watch.information(flags, event, equal), bits),
            )
        ):
            low, high = estimate.interval
            found[k] += low - 1e-12 <= known <= high
    assert (found / sets >= 0.92).all()
    assert (found / sets <= 0.985).all()


def test_what_tells_everything_tells_the_entropy_of_the_event() -> None:
    event = np.arange(N) < N // 4
    told = watch.told(np.where(event, 2.0, np.nan), event, None, Importance.equal(N))
    assert told.information.value == pytest.approx(entropy(0.25), abs=1e-3)
    assert told.change.value == pytest.approx(2 * 0.25 * 0.75)
    assert (told.crossed.value, told.given.value, told.rest.value) == (0.25, 1.0, 0.0)
    assert told.warns
    assert (told.warned, told.lead) == (None, None)


def test_weights_count() -> None:
    rng = np.random.default_rng(9)
    flags, event = drawn(rng, 0.7, 0.2)
    weights = Importance.of(np.where(flags, 2.0, 1.0))
    told = watch.told(np.where(flags, 1.0, np.nan), event, None, weights)
    assert told.crossed.value == pytest.approx(0.6 / 1.3, abs=0.02)
    assert told.given.value == pytest.approx(event[flags].mean())
    assert told.change.value == pytest.approx(
        2 * told.crossed.value * (1 - told.crossed.value) * (told.given.value - told.rest.value)
    )


def test_a_crossing_is_the_first_and_leads_the_event() -> None:
    values = np.array([[1.0, 3.0, np.nan, 1.0], [2.5, 0.0, 1.0, 1.0], [9.0, 0.0, 1.0, 1.0]])
    crossed = watch.crossing(values, 2.0, above=True)
    assert crossed.tolist()[:2] == [2.0, 1.0]
    assert np.isnan(crossed[2:]).all()
    assert watch.crossing(values, 0.5, above=False).tolist()[1] == 2.0
    event, dated = np.array([True, True, True, False]), np.array([6.0, 1.0, 3.0, np.nan])
    told = watch.told(crossed, event, dated, Importance.equal(4))
    assert told.lead == Lead(4, 4, 4)  # in the second path it comes in the quarter of the event, too late
    assert told.warned is not None
    assert told.warned.value == pytest.approx(1 / 3)
    assert isnan(told.change.standard_error)  # two paths tell no error
