"""A scenario beside the one it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from risk.analysis import contrasts
from risk.analysis.contrasts import Statistic
from risk.analysis.statistics import Estimate
from risk.report.pack.base.results import Array, Results


@dataclass(frozen=True)
class Compared:
    """One scenario and the one it is compared with."""

    results: Results
    base: Results

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.results.manifest.scenario

    @property
    def title(self) -> str:
        """Its name, with its last quarter where the base looks to another."""
        end = self.results.labels[-1]
        return self.name if self.results.labels == self.base.labels else f"{self.name} (to {end})"

    @property
    def is_base(self) -> bool:
        """Whether it is the base itself."""
        return self.results is self.base

    @property
    def paired(self) -> bool:
        """Whether path i of both runs is the same path under other assumptions."""
        return contrasts.share_draws(self.base.run, self.results.run)

    def comparable(self, name: str) -> bool:
        """Whether a result is about the same time as base's."""
        return contrasts.windows(self.results.run, name) == contrasts.windows(self.base.run, name)

    def change(self, name: str, measure: Callable[[Array], Statistic], scale: float = 1.0) -> Estimate:
        """Difference to base of an outcome, in units of `scale`."""
        base, own = (measure(r.run.outcome(name) / scale) for r in (self.base, self.results))
        return contrasts.change(base, own, self.paired)


def significant(difference: Estimate) -> bool:
    """Whether a difference exceeds what counts as noise."""
    return contrasts.beyond_noise(difference.value, difference.standard_error)
