"""The decode-cost identity, and the sector page's table recomputed from its own inputs.

Table and rules: "AI Infrastructure & Datacenter" (sector page, 2026-05-30), section "The KV cache is the
beating heart of inference economics": a 70B model in FP16 (140 GB), 2.5 GB of cache a request at 4K, $2.50 an
hour, two GPUs.
"""

import numpy as np
import pytest

from risk.processes import decode

WEIGHTS = 140e9
CACHE = 2.5e9
RENT = 2.50
PAGE = decode.QuotedDecode(
    bandwidth=np.array([2.0e12, 3.35e12, 4.8e12, 8.0e12]),
    memory=np.array([80e9, 80e9, 141e9, 192e9]),
    latency=np.array([0.070, 0.042, 0.029, 0.0175]),
    batch=np.array([4.0, 4.0, 15.0, 25.0]),
    cost=np.array([7.50, 4.50, 0.65, 0.20]) / 1e6,
)


def test_batch_one_costs_29_dollars_a_million() -> None:
    latency = decode.step_latency(WEIGHTS, 3.35e12)
    assert latency == pytest.approx(0.0418, abs=5e-5)
    step = decode.step_cost(latency, RENT)
    per_million = 1e6 * decode.output_cost(step, np.array([1, 64, 256]))
    printed = [29.0, 0.45, 0.11]
    assert [round(cost, digits) for cost, digits in zip(per_million, (0, 2, 2), strict=True)] == printed


def test_page_table_reconciled() -> None:
    found = decode.reconcile(PAGE, WEIGHTS, CACHE, RENT, devices=2)
    np.testing.assert_allclose(found.latency, PAGE.latency, rtol=0.01)
    # At the stated rent the four rows are several times what the page quotes …
    np.testing.assert_allclose(1e6 * found.cost_at_quoted_batch, [24.3, 14.6, 2.69, 0.97], atol=0.05)
    # … which is true at these rents only, not at $2.50.
    np.testing.assert_allclose(found.implied_rent, [0.77, 0.77, 0.61, 0.51], atol=0.006)
    # The page's own cache rule admits other batches than its table.
    np.testing.assert_array_equal(found.batch, [8, 8, 56, 97])
    np.testing.assert_allclose(found.cost_pooled, found.cost / 2)
    np.testing.assert_allclose(1e6 * found.cost, [12.15, 7.26, 0.723, 0.251], rtol=2e-3)


def test_batch_without_room_costs_without_end() -> None:
    batch = decode.largest_batch(80e9, WEIGHTS, CACHE)
    assert batch == 0.0
    assert decode.output_cost(0.001, batch) == np.inf


def test_cache_hits_save_prefill_only() -> None:
    assert decode.output_cost(0.002, 4.0, prefill=0.008, hit_rate=0.5) == pytest.approx(0.0015)
    assert decode.output_cost(0.002, 4.0, prefill=0.008, hit_rate=1.0) == decode.output_cost(0.002, 4.0)


def test_rent_over_work_is_cost_per_token() -> None:
    latency, batch, devices = 0.042, 8.0, 2.0
    work = decode.output_per_device_hour(latency, batch, devices)
    assert RENT / work == pytest.approx(
        float(decode.output_cost(decode.step_cost(latency, RENT, devices), batch))
    )
