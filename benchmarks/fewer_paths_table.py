"""Tables of `benchmarks/fewer_paths.py`: efficiency of designs at equal time, and coverage of our errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from benchmarks import fewer_paths_challenger as challenger
from risk.analysis import controls
from risk.analysis.controls import Headline
from risk.analysis.estimate import NORMAL_95
from risk.shocks.stream import BLOCK
from risk.units import SCALE

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

PIECES = (4, 16)
"""Blocks of the pieces whose sharpened intervals are counted."""

DRAWS, SEED = 400, 20261130
"""Resamples of blocks behind the interval of a group's efficiency; their seed and that of all blocks."""

GROUPS: Mapping[str, Callable[[Headline], bool]] = {
    "classes and propositions": lambda h: h.kind == "probability",
    "mean losses": lambda h: h.kind == "mean",
    "medians": lambda h: h.kind == "quantile" and h.level == 0.5,
    "P95 and P99 of losses": lambda h: h.kind == "quantile" and h.level > 0.5,
    "expected shortfalls": lambda h: h.kind == "shortfall",
}


@dataclass(frozen=True)
class Sample:
    """Blocks of a design.

    Attributes
    ----------
    outcomes : name → (path,), base units.
    drawn : (path, control).
    seconds : of the processor for a block: drawing the design, simulating, drawing the controls again.
    """

    outcomes: Mapping[str, Array]
    drawn: Array
    seconds: Array


def read(files: Sequence[Path]) -> Sample:
    """Blocks that were kept, one after another."""
    parts = [dict(np.load(file)) for file in files]
    seconds = np.median([part.pop("seconds") for part in parts], axis=0)
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Sample({n: v for n, v in whole.items() if n != "drawn"}, whole["drawn"], seconds)


def _values(headline: Headline, sample: Sample) -> Array:
    return np.asarray(sample.outcomes[headline.outcome] / SCALE.get(headline.unit, 1.0))


def added(told: Sequence[Headline], sample: Sample, reference: Sample) -> dict[Headline, Array]:
    """What each path adds to each headline, thresholds as the reference has them."""
    return {h: h.added(_values(h, sample), np.quantile(_values(h, reference), h.level)) for h in told}


@dataclass(frozen=True)
class Spread:
    """Block means of every headline under a design, (block, headline), and the same with controls out."""

    means: Array
    controlled: Array
    seconds: Array


@dataclass(frozen=True)
class Comparison:
    """Designs held against independent paths.

    Attributes
    ----------
    base : variance of what a single path adds, by headline.
    spreads : by design.
    """

    told: Sequence[Headline]
    base: Array
    spreads: Mapping[str, Spread]

    @property
    def simulating(self) -> float:
        """Seconds of a block but for the design: the same in all of them."""
        return float(np.median([spread.seconds[1] for spread in self.spreads.values()]))

    def time(self, design: str, controlled: bool) -> float:
        """Time of a block over that of a plain one."""
        drawing, _, again = self.spreads[design].seconds
        plain = self.spreads["plain"].seconds[0] + self.simulating
        return float((drawing + self.simulating + (again if controlled else 0.0)) / plain)

    def efficiency(
        self, design: str, controlled: bool, rows: NDArray[np.int64] | slice = slice(None)
    ) -> Array:
        """Variance of independent paths over that of a design, at equal time, by headline."""
        spread = self.spreads[design]
        means = (spread.controlled if controlled else spread.means)[rows]
        return np.asarray(self.base / (BLOCK * means.var(axis=0, ddof=1)) / self.time(design, controlled))


def tables(
    register: Assumptions, folder: Path, designs: Sequence[str], components: Mapping[str, int]
) -> Iterator[str]:
    """All tables in Markdown.

    Parameters
    ----------
    components : uncertain entry → uniforms that it is drawn from.
    """
    samples = {design: read(sorted(folder.glob(f"{design}-?????.npz"))) for design in designs}
    plain = samples["plain"]
    told = [h for h in controls.headlines(register, plain.outcomes) if _values(h, plain).std() > 0.0]
    adds = {design: np.stack([*added(told, s, plain).values()], axis=1) for design, s in samples.items()}
    slopes = _slopes(plain.drawn, adds["plain"])
    spreads = {design: _spread(adds[design], s, slopes) for design, s in samples.items()}
    base = np.concatenate(list(adds.values())).var(axis=0)  # single paths of every design have the same law
    found = Comparison(told, base, spreads)
    counts = ", ".join(f"{len(spread.means)} {design}" for design, spread in spreads.items())
    yield f"Blocks of 1,024 paths: {counts}; seed {SEED}; {found.simulating:.2f} s of one core each."
    yield ""
    yield from _spread_of_plain(found)
    yield ""
    whole = _sharpened(told, plain, 0, len(plain.drawn))
    yield from _efficiencies(found, np.array([each.worth for each in whole]))
    yield ""
    yield from _coverage(told, plain)
    yield ""
    lines = challenger.losses(register, plain.drawn, components)
    which = [k for k, headline in enumerate(told) if headline.outcome in lines]
    losses = {named(told[k]): adds["plain"][:, k] for k in which}
    yield from challenger.table(losses, [told[k].outcome for k in which], lines, plain.drawn)


def _spread_of_plain(found: Comparison) -> Iterator[str]:
    """What the yardstick itself says of plain blocks, for which it should say 1."""
    cells = (_grouped(found, "plain", False, np.array([of(h) for h in found.told])) for of in GROUPS.values())
    yield (
        "Plain blocks by the same measure: "
        + "; ".join(f"{name} {cell.replace('*', '')}" for name, cell in zip(GROUPS, cells, strict=True))
        + "."
    )


def _slopes(drawn: Array, adds: Array) -> Array:
    apart = adds - adds.mean(axis=0)
    return np.asarray(np.linalg.lstsq(drawn.T @ drawn, drawn.T @ apart, rcond=None)[0])


def _spread(adds: Array, sample: Sample, slopes: Array) -> Spread:
    means, drawn = (x.reshape(-1, BLOCK, x.shape[1]).mean(axis=1) for x in (adds, sample.drawn))
    return Spread(means, means - drawn @ slopes, sample.seconds)


def _efficiencies(found: Comparison, told: Array) -> Iterator[str]:
    """A column a way; a row of its time, one a group of headlines, and one a headline.

    Parameters
    ----------
    told : efficiency of controls as one run tells it, by headline.
    """
    ways = [(design, out) for out in (False, True) for design in found.spreads][1:]
    names = [design + (" + controls" if out else "") for design, out in ways]
    yield f"| | {' | '.join(names)} | as told |"
    yield f"| --- |{' ---: |' * (len(ways) + 1)}"
    yield f"| time of a block | {' | '.join(f'{found.time(*way):.3f}' for way in ways)} | |"
    for name, of in GROUPS.items():
        which = np.array([of(headline) for headline in found.told])
        cells = [*(_grouped(found, *way, which) for way in ways), f"{np.exp(np.log(told[which]).mean()):.2f}"]
        yield f"| **{name}** ({which.sum()}) | {' | '.join(cells)} |"
    each = [_each(found, *way) for way in ways]
    for k, headline in enumerate(found.told):
        yield f"| {named(headline)} | {' | '.join(column[k] for column in each)} | {told[k]:.2f} |"


def named(headline: Headline) -> str:
    """A headline in a few words."""
    level = f"{100.0 * headline.level:g}"
    words = {"probability": "P", "mean": "mean", "quantile": f"P{level}", "shortfall": f"ES{level}"}
    return f"{words[headline.kind]} `{headline.outcome}`"


def _each(found: Comparison, design: str, controlled: bool) -> list[str]:
    """Efficiency of each headline with its 95% interval, by chi-squared of the blocks."""
    freedom = len(found.spreads[design].means) - 1
    low, high = (chi2.ppf(share, freedom) / freedom for share in (0.025, 0.975))
    values = found.efficiency(design, controlled)
    return [f"{value:.2f} ({value * low:.2f}–{value * high:.2f})" for value in values]


def _grouped(found: Comparison, design: str, controlled: bool, which: Array) -> str:
    """Geometric mean of a group, with an interval by resampled blocks: headlines hang together."""
    rng, blocks = np.random.default_rng(SEED), len(found.spreads[design].means)

    def mean(rows: NDArray[np.int64] | slice = slice(None)) -> float:
        return float(np.log(found.efficiency(design, controlled, rows)[which]).mean())

    half = NORMAL_95 * np.std([mean(rng.integers(0, blocks, blocks)) for _ in range(DRAWS)])
    low, value, high = (np.exp(mean() + side * half) for side in (-1.0, 0.0, 1.0))
    return f"**{value:.2f}** ({low:.2f}–{high:.2f})"


def _coverage(told: Sequence[Headline], plain: Sample) -> Iterator[str]:
    """How many of the sharpened 95% intervals of pieces hold what all blocks together say."""
    paths = len(plain.drawn)
    truth = _sharpened(told, plain, 0, paths)
    yield "| paths | pieces | kind | numbers | plain | sharpened |"
    yield "| ---: | ---: | --- | ---: | ---: | ---: |"
    for blocks in PIECES:
        size = blocks * BLOCK
        pieces = [_sharpened(told, plain, first, size) for first in range(0, paths - size + 1, size)]
        if len(pieces) < 2:
            continue
        for kind in dict.fromkeys(h.kind for h in told):
            places = [k for k, each in enumerate(truth) if each.headline.kind == kind]
            cells = [_held(pieces, truth, places, sharp, size / paths) for sharp in (False, True)]
            yield f"| {size:,} | {len(pieces)} | {kind} | {len(places)} | {' | '.join(cells)} |"


def _sharpened(
    told: Sequence[Headline], sample: Sample, first: int, paths: int
) -> tuple[controls.Sharpened, ...]:
    rows = slice(first, first + paths)
    values = [(headline, _values(headline, sample)[rows]) for headline in told]
    blocks = (sample.drawn[k : k + BLOCK] for k in range(first, first + paths, BLOCK))
    return controls.regressed(values, blocks, paths)


def _held(
    pieces: Sequence[tuple[controls.Sharpened, ...]],
    truth: Sequence[controls.Sharpened],
    places: Sequence[int],
    sharp: bool,
    share: float,
) -> str:
    """Coverage with its error by pieces; `share` of the truth is the piece itself, which varies less from it.

    Both are held against the sharpened truth, which is the better known.
    """
    held = np.array([[_inside(piece[k], truth[k], sharp, share) for k in places] for piece in pieces])
    by_piece = held.mean(axis=1)
    return f"{held.mean():.1%} ± {by_piece.std(ddof=1) / np.sqrt(len(pieces)):.1%}"


def _inside(found: controls.Sharpened, truth: controls.Sharpened, sharp: bool, share: float) -> bool:
    own = found.sharp if sharp else found.plain
    low, high = own.interval
    # The interval of the difference to a truth of which the piece is a part; of a plain number its own truth.
    shrunk = np.sqrt(1.0 - share)
    target = truth.sharp.value if sharp else truth.plain.value
    return bool(own.value - shrunk * (own.value - low) <= target <= own.value + shrunk * (high - own.value))
