"""What tokens cost on a machine: prefill bound by compute, decode by memory bandwidth, the batch by memory.

A request brings input tokens, of which some are found in a cache, and takes output tokens. Input is read in
parallel and keeps the arithmetic units busy; output is made token by token, and each step streams the weights
and every cache of the batch through memory. Time is told in device-seconds a token, so that a rent turns it
into a cost and nothing else differs between generations.

========  =============  ===============  ==================================================================
symbol    shape          unit             meaning
========  =============  ===============  ==================================================================
p         (generation,)  device-seconds   an input token that no cache holds
d         (generation,)  device-seconds   an output token at the batch
i         number         1                input tokens for each output token
h         number         1                share of input tokens found in a cache
========  =============  ===============  ==================================================================

Notes
-----
p = 2 N / (C e_p);  B = ⌊(n M − W) / K⌋;  d = n step / B
step = max[(W + B K) / (n BW e_d), 2 N B / (n C e_p)]
time of a request, for each of its output tokens = (1 − h) i p + d
with N parameters, W bytes of weights, K bytes of cache a request, n devices, compute C, bandwidth BW and
memory M of a device, and the shares e_p, e_d of each that is reached. Left out: attention's own arithmetic,
traffic between devices, what a hit costs to fetch.

References
----------
"AI Infrastructure & Datacenter" (sector page, 2026-05-30), sections "Why output tokens cost 4–8× input tokens
— and how batching saves the economics" and "Per-stage economics: the token factory".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from risk.processes import Array, Numeric
from risk.processes.decode import SECONDS_PER_HOUR, largest_batch

OPERATIONS = 2.0
"""Floating-point operations a token and parameter: a multiplication and an addition."""


@dataclass(frozen=True)
class Machine:
    """A device of each generation, (generation,): FLOP/s, bytes/s, bytes."""

    compute: Array
    bandwidth: Array
    memory: Array


@dataclass(frozen=True)
class Service:
    """What is served, and how.

    Attributes
    ----------
    weights, parameters : bytes and count of the model.
    cache : bytes of key-value cache a request.
    devices : that hold one copy of the model together.
    prefill_efficiency, decode_efficiency : share of compute and of bandwidth that is reached, in (0, 1].
    """

    weights: float
    parameters: float
    cache: float
    devices: float
    prefill_efficiency: float
    decode_efficiency: float


def prefill_time(service: Service, machine: Machine) -> Array:
    """Device-seconds an input token takes that no cache holds, (generation,)."""
    return np.divide(OPERATIONS * service.parameters, machine.compute * service.prefill_efficiency)


def batch(service: Service, machine: Machine) -> Array:
    """Requests served side by side where memory is full, (generation,); 0 where the weights do not fit."""
    return largest_batch(service.devices * machine.memory, service.weights, service.cache)


def decode_time(service: Service, machine: Machine, requests: Numeric) -> Array:
    """Device-seconds an output token takes in a batch of so many requests, (generation,); infinite at 0."""
    streamed = service.weights + np.multiply(requests, service.cache)
    bandwidth = service.devices * machine.bandwidth * service.decode_efficiency
    computed = np.multiply(requests, prefill_time(service, machine)) / service.devices
    step = np.maximum(streamed / bandwidth, computed)
    with np.errstate(divide="ignore"):
        return np.divide(service.devices * step, requests)


def inputs_per_output(prefill: float, decode: float, share: float) -> float:
    """Input tokens for each output token where prefill takes such a share of time and nothing is cached."""
    return share / (1.0 - share) * decode / prefill


def request_time(prefill: Numeric, decode: Numeric, inputs: Numeric, hit_rate: Numeric) -> Array:
    """Device-seconds a request takes, for each of its output tokens."""
    return np.asanyarray(np.subtract(1.0, hit_rate) * inputs * prefill + decode)


def prefill_share(prefill: Numeric, decode: Numeric, inputs: Numeric, hit_rate: Numeric) -> Array:
    """Share of device time in prefill: the part of a fleet that a prefill pool would be."""
    return 1.0 - np.divide(decode, request_time(prefill, decode, inputs, hit_rate))


def cost(time: Numeric, rent: Numeric) -> Array:
    """Dollars that device-seconds cost at a rent, USD an hour."""
    return np.asanyarray(np.multiply(time, rent) / SECONDS_PER_HOUR)
