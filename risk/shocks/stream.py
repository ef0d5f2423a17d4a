"""Named streams of random numbers.

A stream depends on (seed, name, block) and on nothing else. Adding a factor, changing the number of workers
or the order in which modules draw therefore moves no other number, and scenarios share their draws path by
path.
"""

from __future__ import annotations

import struct
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

BLOCK = 1024
"""Paths in a random block: the unit of drawing, hashing, storing and resuming. Part of a run's identity."""

_SMALLEST_UNIFORM = 2.0**-54
"""Half of the generator's spacing: stands in for its exact zeros, whose inverse CDF would be infinite."""


def generator(seed: int, name: str, block: int) -> np.random.Generator:
    """Generator of one named stream of one random block.

    Parameters
    ----------
    seed
        Seed of the run, non-negative.
    name
        Name of the stream. Enters through its 64-bit BLAKE2b digest, read as two little-endian 32-bit words,
        for Python's own ``hash`` changes from process to process.
    block
        Number of the random block, from 0.

    References
    ----------
    O'Neill (2014), "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
    Number Generation"; NumPy, "Parallel random number generation" (SeedSequence and its spawn key).
    """
    first, second = struct.unpack("<2I", blake2b(name.encode("utf-8"), digest_size=8).digest())
    sequence = np.random.SeedSequence(seed, spawn_key=(first, second, block))
    return np.random.Generator(np.random.PCG64DXSM(sequence))


def shock_seed(seed: int, other: int) -> int:
    """Seed of the streams of shocks: the run's own (`other` 0), or one that is made of both and nothing else.

    Parameters keep the run's seed, so that the same futures can be struck by other shocks.
    """
    if not other:
        return seed
    words = f"other shocks {other} of {seed}".encode()
    return int.from_bytes(blake2b(words, digest_size=8).digest(), "little")


def open_uniform(stream: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Uniforms strictly between 0 and 1.

    Parameters
    ----------
    stream
        Where the numbers come from; advanced by the size of `shape`.
    shape
        Shape of the result.
    """
    uniforms = np.empty(shape)
    fill_open_uniform(stream, uniforms)
    return uniforms


def fill_open_uniform(stream: np.random.Generator, out: NDArray[np.float64]) -> None:
    """Overwrite `out` (contiguous, any shape) with uniforms strictly between 0 and 1."""
    stream.random(out=out)
    np.maximum(out, _SMALLEST_UNIFORM, out=out)
