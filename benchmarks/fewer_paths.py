"""How many paths other designs of the draws would save, at equal time, and whether sharpened errors hold.

Each design draws the parameters of a random block of 1,024 paths; shocks are those of the run, by Monte
Carlo, in all of them. Blocks are independent replicates: the spread of their means is the error of a design,
whatever happens within a block. Every design is also told with the controls of `bubblerisk sharpen` out.

    python -m benchmarks.fewer_paths FOLDER --blocks 256      (FOLDER keeps what is simulated)

plain        independent, as every run draws
latin        each uniform in each 1,024th once, in an order of its own
sobol        a scrambled Sobol net of 2^10 points in all uniforms together
sobol, led   the same, its leading dimensions given to the parameters that matter most
antithetic   512 draws and their mirrors
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from benchmarks.fewer_paths_table import SEED, added, read, tables
from risk.analysis import controls
from risk.assumptions import load
from risk.assumptions.priors import Dirichlet
from risk.engine import inputs
from risk.engine.couplings import Links
from risk.engine.layout import layout as fix_layout
from risk.engine.quarters import Opening, opened
from risk.engine.simulate import TOGETHER, carried
from risk.errors import NumericalError
from risk.shocks.draw import DEGREES_OF_FREEDOM, dirichlet, draw_parameters, end_to_end, parameter_uniforms
from risk.shocks.stream import BLOCK, generator

if TYPE_CHECKING:
    from risk.assumptions import Assumptions, Entry
    from risk.assumptions.priors import Prior

Array = NDArray[np.float64]

SMALLEST = 2.0**-40
"""Stands in for a uniform's exact zero."""

LED = "sobol, led"


def sizes(register: Assumptions) -> dict[str, int]:
    """Uncertain entry → uniforms that it is drawn from."""
    uncertain = (entry for entry in register.entries.values() if entry.prior is not None)
    return {e.id: np.size(e.value) if isinstance(e.prior, Dirichlet) else 1 for e in uncertain}


def plain(register: Assumptions, block: int) -> Array:
    """Uniforms of a block as every run draws them, (1024, dimension)."""
    rows = [parameter_uniforms(register.entries[id], SEED, block) for id in sizes(register)]
    return np.concatenate(rows).T


def latin(register: Assumptions, block: int) -> Array:
    """A Latin hypercube; every entry has a stream of its own, so that a new one moves no other."""
    columns = []
    for id, components in sizes(register).items():
        stream = generator(SEED, f"latin:{id}", block)
        for _ in range(components):
            ranks = stream.permutation(BLOCK)
            columns.append((ranks + np.maximum(stream.random(BLOCK), SMALLEST)) / BLOCK)
    return np.stack(columns, axis=1)


def sobol(register: Assumptions, block: int, name: str = "sobol") -> Array:
    """A net of 2^10 points, scrambled anew in each block."""
    net = qmc.Sobol(sum(sizes(register).values()), scramble=True, rng=generator(SEED, name, block))
    return np.asarray(np.maximum(net.random_base2(BLOCK.bit_length() - 1), SMALLEST))


def antithetic(register: Assumptions, block: int) -> Array:
    """Half of the plain draws, and what mirrors them."""
    half = plain(register, block)[: BLOCK // 2]
    return np.concatenate([half, 1.0 - half])


def led(order: Sequence[int]) -> Callable[[Assumptions, int], Array]:
    """The Sobol net whose leading dimensions go to the uniforms in `order`."""

    def draw(register: Assumptions, block: int) -> Array:
        net = sobol(register, block, "led")
        found = np.empty_like(net)
        found[:, list(order)] = net
        return found

    return draw


DESIGNS: dict[str, Callable[[Assumptions, int], Array]] = {
    "plain": plain, "latin": latin, "sobol": sobol, LED: led(()), "antithetic": antithetic,
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """Draws of an entry that are given, whatever is asked of its prior."""

    values: Array

    def quantile(self, _: object) -> Array:
        """The draws, in the unit of the entry."""
        return self.values


def opening(register: Assumptions, uniforms: Mapping[int, Array]) -> Opening:
    """Blocks at the base date whose parameters are drawn from given uniforms, block → (1024, dimension)."""
    drawn: dict[str, Any] = dict(draw_parameters(register, SEED, *uniforms))
    ends = np.cumsum([0, *sizes(register).values()]).tolist()
    whole = np.concatenate(list(uniforms.values()))
    for id, (first, last) in zip(sizes(register), pairwise(ends), strict=True):
        drawn[id] = _inverted(register.entries[id], whole[:, first:last])
    layout, shocks = fix_layout(register), []
    for place, block in enumerate(uniforms):
        freedom = drawn[DEGREES_OF_FREEDOM][place * BLOCK : (place + 1) * BLOCK, 0]
        shocks.append(inputs.shocks(_freed(register, freedom), layout, SEED, block))
    ids = [block * BLOCK + row for block in uniforms for row in range(BLOCK)]
    return opened(register, layout, inputs.complete(register, drawn), end_to_end(shocks), ids)


def _inverted(entry: Entry, uniforms: Array) -> Array:
    if isinstance(entry.prior, Dirichlet):
        return dirichlet(np.asarray(entry.value, dtype=np.float64), entry.prior.concentration, uniforms)
    assert entry.prior is not None
    return np.asarray(entry.prior.quantile(uniforms[:, 0]) * entry.scale)[:, None]


def _freed(register: Assumptions, freedom: Array) -> Assumptions:
    """The register by which shocks are shaped: degrees of freedom are a parameter too."""
    entry = register.entries[DEGREES_OF_FREEDOM]
    given = replace(entry, prior=cast("Prior", Given(freedom / entry.scale)))
    return replace(register, entries={**register.entries, entry.id: given})


def simulate(register: Assumptions, design: str, first: int, file: Path) -> None:
    """Simulate a few blocks of a design together; keep outcomes, controls and seconds of each part."""
    blocks, clock = range(first, first + TOGETHER), [time.process_time()]
    uniforms = {block: DESIGNS[design](register, block) for block in blocks}
    clock.append(time.process_time())
    made = carried(register, opening(register, uniforms), BLOCK * TOGETHER, Links(register.switches, None))
    clock.append(time.process_time())
    drawn = np.concatenate([_controls(register, uniforms[block], block) for block in blocks])
    clock.append(time.process_time())
    names = dict.fromkeys(h.outcome for h in controls.headlines(register, made[0].outcomes))
    kept: dict[str, Any] = {name: np.concatenate([block.outcomes[name] for block in made]) for name in names}
    unfinished = file.with_suffix(".partial.npz")
    np.savez(unfinished, drawn=drawn, seconds=np.diff(clock) / TOGETHER, **kept)
    unfinished.replace(file)


def _controls(register: Assumptions, uniforms: Array, block: int) -> Array:
    """Controls of a block, of which those of parameters are the design's own."""
    found = controls.controls(register, SEED, block)
    found[:, : uniforms.shape[1]] = np.sqrt(12.0) * (uniforms - 0.5)
    return found


def simulated(register: Assumptions, folder: Path, blocks: int, designs: Sequence[str]) -> None:
    """Simulate what is missing, in turn, so that what else the machine does hits all designs."""
    for first in range(0, blocks, TOGETHER):
        for design in designs:
            file = folder / f"{design}-{first:05d}.npz"
            if not file.exists():
                if design == LED:
                    DESIGNS[LED] = led(_order(register, folder))
                _told(design, first, partial(simulate, register, design, first, file))


def _told(design: str, first: int, made: Callable[[], None]) -> None:
    """Simulate blocks and say so; what the model cannot compute is left out, and said."""
    try:
        made()
        said = "done"
    except NumericalError as error:
        said = f"left out: {error.reason}"
    print(f"{design}, blocks {first} to {first + TOGETHER - 1}: {said}", file=sys.stderr, flush=True)


@cache
def _order(register: Assumptions, folder: Path) -> tuple[int, ...]:
    """Uniforms by what they explain of all headlines in the first plain blocks, most first."""
    found = read([folder / "plain-00000.npz"])
    adds = np.stack([*added(controls.headlines(register, found.outcomes), found, found).values()], axis=1)
    apart = (adds - adds.mean(axis=0)) / np.maximum(adds.std(axis=0), SMALLEST)
    slopes = found.drawn[:, : sum(sizes(register).values())].T @ apart / len(apart)
    return tuple(np.argsort(-(slopes**2).sum(axis=1), kind="stable").tolist())


def main() -> None:
    """Simulate what is missing, and print the page's tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--blocks", type=int, default=256, help="of each design")
    parser.add_argument("--designs", nargs="+", default=list(DESIGNS), choices=DESIGNS)
    parser.add_argument("--simulate", action="store_true", help="print no table")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    register = load()
    simulated(register, options.folder, options.blocks, options.designs)
    if not options.simulate:
        print("\n".join(tables(register, options.folder, options.designs, sizes(register))))


if __name__ == "__main__":
    main()
