"""Streams: a function of (seed, name, block) and of nothing else."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from risk.shocks.stream import BLOCK, generator, open_uniform


def test_block_is_part_of_the_identity_of_a_run() -> None:
    assert BLOCK == 1024


def test_same_address_same_numbers() -> None:
    first = generator(7, "factor:M", 3).standard_normal(100)
    again = generator(7, "factor:M", 3).standard_normal(100)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("other", [(8, "factor:M", 3), (7, "factor:Z", 3), (7, "factor:M", 4)])
def test_any_part_of_the_address_changes_the_numbers(other: tuple[int, str, int]) -> None:
    here = generator(7, "factor:M", 3).standard_normal(4096)
    there = generator(*other).standard_normal(4096)
    # Independent streams: the sample correlation is normal with sd 1/64.
    assert abs(np.corrcoef(here, there)[0, 1]) < 4 / 64


def test_numbers_do_not_depend_on_the_process() -> None:
    """`hash` of a string differs between processes; the stream must not."""
    code = "from risk.shocks.stream import generator; print(generator(1, 'x', 2).integers(2**62))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(printed) == generator(1, "x", 2).integers(2**62)


def test_construction_is_pinned() -> None:
    """Published construction (PCG64DXSM, BLAKE2b words, block), spelled out independently."""
    from hashlib import blake2b

    digest = blake2b(b"mixing", digest_size=8).digest()
    words = (int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little"))
    sequence = np.random.SeedSequence(11, spawn_key=(*words, 5))
    expected = np.random.Generator(np.random.PCG64DXSM(sequence)).random(8)
    np.testing.assert_array_equal(generator(11, "mixing", 5).random(8), expected)


def test_uniforms_are_open() -> None:
    class Zeros(np.random.Generator):
        def random(self, *_: object, out: NDArray[np.float64], **__: object) -> NDArray[np.float64]:  # type: ignore[override]
            out.fill(0.0)
            return out

    assert np.all(open_uniform(Zeros(np.random.PCG64DXSM(1)), (3,)) > 0.0)
    assert np.all(open_uniform(generator(1, "u", 0), (1000,)) < 1.0)
