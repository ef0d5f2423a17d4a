"""What an output token costs on a machine whose memory bandwidth is the bottleneck.

To produce one token the machine streams the whole model through its memory once, whatever the number of
requests it serves side by side; how many it can serve is limited by the memory that the weights leave for
their caches.

The identity counts the weights only. The caches are streamed as well, so at large batches it is a lower
bound.

References
----------
"AI Infrastructure & Datacenter" (sector page, 2026-05-30), sections "The KV cache is the beating heart of
inference economics" and "Per-stage economics: the token factory".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.processes import Array, Numeric

SECONDS_PER_HOUR = 3600.0


def step_latency(model_bytes: Numeric, bandwidth: Numeric) -> Array:
    """Seconds a decode step takes: weights (bytes) over the memory bandwidth (bytes/s) that streams them."""
    return np.divide(model_bytes, bandwidth)


def largest_batch(memory: Numeric, model_bytes: Numeric, cache_per_request: Numeric) -> Array:
    """Requests whose caches fit beside the weights.

    Parameters
    ----------
    memory
        Bytes, of all devices that hold the model together.
    model_bytes
        Bytes of weights.
    cache_per_request
        Bytes of key-value cache at the context length served.

    Returns
    -------
    Whole number; 0 where not even the weights and one cache fit.
    """
    return np.maximum(0.0, np.floor(np.subtract(memory, model_bytes) / cache_per_request))


def step_cost(latency: Numeric, rent: Numeric, devices: Numeric = 1.0) -> Array:
    """Dollars a decode step costs: `devices` at `rent` (USD/h each) for `latency` seconds."""
    return np.multiply(devices, rent) * latency / SECONDS_PER_HOUR


def output_cost(decode: Numeric, batch: Numeric, prefill: Numeric = 0.0, hit_rate: Numeric = 0.0) -> Array:
    """Dollars an output token costs.

    Parameters
    ----------
    decode
        Cost of a decode step, USD (`step_cost`).
    batch
        Requests served side by side; infinite cost at 0.
    prefill
        Prefill cost that falls to a step, USD, before cache hits.
    hit_rate
        Share of prefill found in the cache, in [0, 1].

    Notes
    -----
    ``[(1 − hit) · prefill + decode] / batch``.
    """
    with np.errstate(divide="ignore"):
        return np.divide(np.subtract(1.0, hit_rate) * prefill + decode, batch)


def output_per_device_hour(latency: Numeric, batch: Numeric, devices: Numeric = 1.0) -> Array:
    """Useful work of a device: output tokens an hour. Rent divided by it is rent per token."""
    return np.divide(np.multiply(SECONDS_PER_HOUR, batch), np.multiply(latency, devices))


@dataclass(frozen=True)
class QuotedDecode:
    """A published table of decode costs; one entry a device type, shape (device,).

    Attributes
    ----------
    bandwidth, memory
        Of one device, bytes/s and bytes.
    latency
        Quoted seconds a step.
    batch
        Quoted largest batch.
    cost
        Quoted cost at that batch, USD per token.
    """

    bandwidth: Array
    memory: Array
    latency: Array
    batch: Array
    cost: Array


@dataclass(frozen=True)
class Reconciliation:
    """The published table recomputed; shape (device,).

    Attributes
    ----------
    latency
        Seconds a step, weights streamed at the bandwidth of one device (as published).
    cost_at_quoted_batch
        USD per token at the quoted latency and batch and the stated rent.
    implied_rent
        USD per device-hour at which the quoted cost would be true.
    batch
        Largest batch under the table's own cache rule.
    cost
        USD per token at that batch, the stated rent and the recomputed latency.
    cost_pooled
        The same where the devices that share the weights also pool their bandwidth.
    """

    latency: Array
    cost_at_quoted_batch: Array
    implied_rent: Array
    batch: Array
    cost: Array
    cost_pooled: Array


def reconcile(
    quoted: QuotedDecode, model_bytes: float, cache_per_request: float, rent: float, devices: int
) -> Reconciliation:
    """Recompute a published table of decode costs from its own inputs.

    Parameters
    ----------
    quoted
        The table.
    model_bytes, cache_per_request
        Bytes of weights, and of cache a request at the table's context length.
    rent
        Stated rent, USD per device-hour.
    devices
        Devices that hold the model together in the batch column.
    """
    latency = step_latency(model_bytes, quoted.bandwidth)
    batch = largest_batch(devices * quoted.memory, model_bytes, cache_per_request)
    at_quoted_batch = output_cost(step_cost(quoted.latency, rent, devices), quoted.batch)
    cost = output_cost(step_cost(latency, rent, devices), batch)
    return Reconciliation(
        latency=latency,
        cost_at_quoted_batch=at_quoted_batch,
        implied_rent=rent * quoted.cost / at_quoted_batch,
        batch=batch,
        cost=cost,
        cost_pooled=cost / devices,
    )
