"""Intervals of what rests on further runs: budget, band over parameters, differences of runs, bridges.

The registers are simulated on the draws of the run itself, its first 100 blocks of 1,024 paths. Pieces of 256
paths are as independent as blocks are, for every path has draws of its own; they are a quarter of the paths
with which any of these numbers is told, which is the harder test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.analysis import amplification, bridge, contrasts, parameter_band, statistics
from risk.analysis.bridge import Between, End, Outcomes
from risk.analysis.budget import budget
from risk.analysis.conditional import conditional
from risk.analysis.metrics import HEADLINE
from risk.analysis.screening import HEADLINES
from risk.analysis.sources import Came, Wide, sources
from risk.assumptions import load
from risk.calibrate import parameter_band as bands
from risk.calibrate.coverage.kinds import DIFFERENCE
from risk.runs import Run
from risk.runs.prepare import Plan, arrange
from risk.runs.specification import specify
from risk.runs.swaps import Swaps, carry_out, swaps
from risk.shocks.stream import BLOCK
from risk.units import SCALE

Array = NDArray[np.float64]

PATHS = 100 * BLOCK
"""Of each further register."""

SIZE = 256
"""Paths of a piece."""

RESULTS = ("bust", "correction", HEADLINE)
"""Whose budget is told."""

OTHER = "power-tight"
"""The scenario with which the run is compared: it moves the verdict and the loss by much."""

KINDS = {
    "bridge": DIFFERENCE,
    "sources": DIFFERENCE,
    "ratios": "ratio of two runs",
    "where": "paired difference under a condition",
}
"""Of estimates that stand in no class, by the name of what is told."""

OWN, STRUCK, STRUCK_AGAIN, REDRAWN, CHANGED = "own", "struck", "struck again", "redrawn", "changed"
LARGE = 5.0
"""A large loss, USD bn."""

NAMES = (OWN, STRUCK, STRUCK_AGAIN, REDRAWN, CHANGED)


@dataclass(frozen=True)
class Beside:
    """The registers beside a run; what is not simulated yet is, by `settle`.

    Attributes
    ----------
    plans : of the runs under other shocks, twice, and under the other scenario.
    """

    run: Run
    plans: tuple[Plan, ...]
    redrawn: Swaps

    def settle(self, note: Callable[[str], object]) -> None:
        """Simulate what is missing; raises as a run does."""
        for plan in self.plans:
            plan.settle(note)
            if not plan.stored:
                note(f"{plan.assumptions.scenario.title}, {plan.paths:,} paths")
            plan.run(None)
        if self.redrawn.missing:
            note(f"other parameters, {self.redrawn.specification.paths:,} paths")
        carry_out(self.redrawn)

    def outcomes(self) -> dict[str, Outcomes]:
        """Outcomes by register, name → (path,); all are simulated."""
        wanted, n = self.redrawn.outcomes, self.redrawn.specification.paths
        own = {name: values[:n] for name, values in self.run.outcomes(wanted).items()}
        struck, again, changed = (plan.run(None).outcomes(wanted) for plan in self.plans)
        redrawn = self.redrawn.kept("all") or {}
        return dict(zip(NAMES, (own, struck, again, redrawn, changed), strict=True))


def beside(run: Run) -> Beside:
    """The registers beside a run; nothing is simulated."""
    paths, seed, root = min(PATHS, run.paths), run.manifest.seed, run.directory.parent
    measures = (*HEADLINES, *amplification.MEASURES)
    wanted = tuple(dict.fromkeys((*RESULTS, *(measure.outcome for measure in measures))))
    registers = [bands.struck(run.register, 1), bands.struck(run.register, 2), load(scenario=OTHER)]
    plans = tuple(arrange(each, paths, seed, root=root) for each in registers)
    uncertain = tuple(entry.id for entry in run.register.entries.values() if entry.prior is not None)
    specification = specify(run.register, paths, seed)
    return Beside(run, plans, swaps(run.register, specification, wanted, {"all": uncertain}, root))


def piece(found: Mapping[str, Outcomes], place: int) -> dict[str, Outcomes]:
    """One piece of every register."""
    part = slice(place * SIZE, (place + 1) * SIZE)
    return {name: {key: x[part] for key, x in each.items()} for name, each in found.items()}


def told(found: Mapping[str, Outcomes]) -> dict[str, Any]:
    """What is told of a run and of the registers beside it."""
    own, changed = found[OWN], found[CHANGED]
    return {
        "budget": {name: _budget(found, name) for name in RESULTS},
        "band": {name: _band(found, name) for name in RESULTS if name != HEADLINE},
        "bridge": bridge.totals(own, changed, HEADLINES, draws=True)[2],
        "steps": _steps(found),
        "groups": _groups(found),
        "ratios": _ratios(found),
        "sources": _sources(found),
        "where": _where(found),
    }


def _budget(found: Mapping[str, Outcomes], name: str) -> Any:
    own, redrawn = found[OWN][name], found[REDRAWN][name]
    struck = np.stack([found[STRUCK][name], found[STRUCK_AGAIN][name]])
    return budget(name, own, struck, redrawn, {"all": redrawn})


def _band(found: Mapping[str, Outcomes], name: str) -> Any:
    came = np.stack([found[each][name] for each in (OWN, STRUCK, STRUCK_AGAIN)])
    moments = parameter_band.moments(came)
    return moments, parameter_band.band(statistics.probability(found[OWN][name]), moments)


def _half(found: Outcomes) -> dict[str, Array]:
    return {name: x[: len(x) // 2] for name, x in found.items()}


def _steps(found: Mapping[str, Outcomes]) -> Any:
    """Steps of a bridge whose registers have half the paths of the runs at its ends."""
    own, middle, changed = (_half(found[name]) for name in (OWN, REDRAWN, CHANGED))
    between = [Between("first", middle), Between("second", changed)]
    ends = End(found[OWN], own), End(found[CHANGED], changed)
    return {each.name: each for each in bridge.chain(*ends, own, between, HEADLINES, draws=True)}


def _groups(found: Mapping[str, Outcomes]) -> Any:
    """Shapley's shares of two groups of inputs."""
    sets = {
        frozenset[str](): found[OWN],
        frozenset({"a"}): found[STRUCK],
        frozenset({"b"}): found[REDRAWN],
        frozenset({"a", "b"}): found[CHANGED],
    }
    weights, members = bridge.coalitions(("a", "b")), {"a": ("a",), "b": ("b",)}
    return {each.name: each for each in bridge.shapley(weights, sets.__getitem__, members, HEADLINES)}


def _ratios(found: Mapping[str, Outcomes]) -> Any:
    """Ratios of results of two runs, as those of a cut coupling are told."""
    over, under = (bridge.measured(found[name], amplification.MEASURES) for name in (OWN, CHANGED))
    return {name: amplification.ratio(over[name], under[name]) for name in over}


def _sources(found: Mapping[str, Outcomes]) -> Any:
    """A source whose numbers are wide in two registers."""
    came = Came(Wide("a source", "", (), {}), (found[REDRAWN], found[CHANGED]), 1.0, "")
    return sources(found[OWN], [came], ()).dropped[0].changes


def _where(found: Mapping[str, Outcomes]) -> Any:
    """The mean loss where a bust comes, and P(bust) where the loss is large: after less before."""
    pairs = []
    for each in (found[OWN], found[CHANGED]):
        came, lost = each["bust"], each[HEADLINE] / SCALE["USD bn"]
        pairs.append((conditional(lost, came > 0.5), conditional(came, lost > LARGE)))
    names = zip(("loss", "bust"), *pairs, strict=True)
    return {name: contrasts.change(one, other, paired=True) for name, one, other in names}


def pieces(found: Mapping[str, Outcomes]) -> Iterator[dict[str, Outcomes]]:
    """All pieces."""
    for place in range(len(found[OWN]["bust"]) // SIZE):
        yield piece(found, place)
