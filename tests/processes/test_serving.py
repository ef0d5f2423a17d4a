"""Serving by hand: a 70B model in FP16, 2.5 GB of cache a request, on devices of three generations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from risk.processes import serving
from risk.processes.serving import Machine, Service

SERVICE = Service(
    weights=140e9, parameters=70e9, cache=2.5e9, devices=8, prefill_efficiency=0.5, decode_efficiency=0.7
)
MACHINE = Machine(
    compute=np.array([312e12, 989e12, 2250e12]),
    bandwidth=np.array([2.0e12, 3.35e12, 8.0e12]),
    memory=np.array([80e9, 80e9, 192e9]),
)
H100 = 1
RENT = 2.50


def per_million(seconds: float) -> float:
    return float(1e6 * serving.cost(seconds, RENT))


def test_an_input_token_by_hand() -> None:
    """140 GFLOP over 494.5 TFLOP/s are 0.283 ms of a device: 20 cents a million at $2.50."""
    found = serving.prefill_time(SERVICE, MACHINE)[H100]
    assert found == pytest.approx(140e9 / 494.5e12)
    assert per_million(found) == pytest.approx(0.1966, abs=1e-4)


def test_an_output_token_by_hand() -> None:
    """Eight H100 hold (640 − 140) / 2.5 = 200 requests; 640 GB over 18.76 TB/s are 34.1 ms a step."""
    batch = serving.batch(SERVICE, MACHINE)
    assert batch[H100] == 200.0
    found = serving.decode_time(SERVICE, MACHINE, batch)[H100]
    assert found == pytest.approx(8 * (640e9 / (8 * 3.35e12 * 0.7)) / 200)
    assert per_million(found) == pytest.approx(0.9476, abs=1e-4)


def test_batch_one_costs_29_dollars_a_million_as_the_page_says() -> None:
    """One device that reaches all of its bandwidth, weights alone: 41.8 ms a token."""
    alone = replace(SERVICE, devices=1, decode_efficiency=1.0, prefill_efficiency=1.0, cache=1e-9)
    found = serving.decode_time(alone, MACHINE, np.ones(3))[H100]
    assert round(per_million(found)) == 29


def test_output_costs_four_to_eight_times_input_as_the_page_says() -> None:
    batch = serving.batch(SERVICE, MACHINE)
    ratio = serving.decode_time(SERVICE, MACHINE, batch) / serving.prefill_time(SERVICE, MACHINE)
    assert 4.0 < ratio[H100] < 8.0


def test_a_large_batch_meets_the_ceiling_of_compute() -> None:
    """Caches of nothing: beyond W C e_p / (2 N BW e_d) = 211 requests a step is arithmetic, not bandwidth."""
    bare = replace(SERVICE, cache=1e-9)
    few, many, more = (serving.decode_time(bare, MACHINE, np.full(3, b))[H100] for b in (100.0, 300.0, 600.0))
    assert few == pytest.approx(140e9 / (3.35e12 * 0.7) / 100)
    assert many == more == pytest.approx(serving.prefill_time(bare, MACHINE)[H100])


def test_a_model_that_does_not_fit_costs_without_end() -> None:
    batch = serving.batch(replace(SERVICE, devices=1), MACHINE)
    assert batch[H100] == 0.0
    assert serving.decode_time(SERVICE, MACHINE, batch)[H100] == np.inf


def test_more_memory_is_never_dearer() -> None:
    memory = np.linspace(40e9, 400e9, 181)
    machine = Machine(np.full(181, 989e12), np.full(181, 3.35e12), memory)
    times = serving.decode_time(SERVICE, machine, serving.batch(SERVICE, machine))
    assert (np.diff(times) <= 0.0).all()
    assert times[-1] < times[0]


@pytest.mark.parametrize("what", ["compute", "bandwidth"])
def test_more_of_a_machine_is_never_dearer(what: str) -> None:
    better = replace(MACHINE, **{what: 2.0 * getattr(MACHINE, what)})
    batch = serving.batch(SERVICE, MACHINE)
    for before, after in zip(_phases(MACHINE, batch), _phases(better, batch), strict=True):
        assert (after <= before).all()


def _phases(machine: Machine, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return serving.prefill_time(SERVICE, machine), serving.decode_time(SERVICE, machine, batch)


def test_more_hits_are_cheaper_and_shrink_prefill() -> None:
    rates = np.linspace(0.0, 1.0, 21)
    times = serving.request_time(1.0, 5.0, 20.0, rates)
    shares = serving.prefill_share(1.0, 5.0, 20.0, rates)
    assert (np.diff(times) < 0.0).all()
    assert (np.diff(shares) < 0.0).all()
    assert (times[0], times[-1], shares[-1]) == (25.0, 5.0, 0.0)


def test_inputs_follow_from_the_share_of_prefill() -> None:
    inputs = serving.inputs_per_output(1.0, 5.0, 0.8)
    assert inputs == pytest.approx(20.0)
    assert serving.prefill_share(1.0, 5.0, inputs, 0.0) == pytest.approx(0.8)


def test_the_page_saves_45_percent_of_all_devices_and_not_of_prefill() -> None:
    """Prefill takes 80% of time, 56.3% of input is cached: 45% is of the fleet; of prefill it is 56%."""
    inputs = serving.inputs_per_output(1.0, 5.0, 0.8)
    before, after = (serving.request_time(1.0, 5.0, inputs, rate) for rate in (0.0, 0.563))
    assert 1.0 - after / before == pytest.approx(0.45, abs=0.001)
    prefill = [serving.prefill_share(1.0, 5.0, inputs, h) * t for h, t in ((0.0, before), (0.563, after))]
    assert 1.0 - prefill[1] / prefill[0] == pytest.approx(0.563)
