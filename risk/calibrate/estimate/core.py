"""What data say of numbers of the register, and how it stands beside what the register holds.

An estimator looks at data only and yields findings: a number, its standard error, how it was found. A finding
names the number it speaks of by its address: an entry's id, one component of it (``credit.transition[tight,
stress]``), a cell of a table (``gpu.generation[B200].noise``), or how wide an entry's prior is
(``gpu.index_error:sd``). `beside` lays it next to the register.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tools.numdiff import approx_fprime

from risk.assumptions.priors import Dirichlet, Normal, Prior
from risk.assumptions.table import units
from risk.calibrate.estimate.series import Data, Series

if TYPE_CHECKING:
    from risk.assumptions import Assumptions

Array = NDArray[np.float64]

NORMAL_90 = 1.6448536269514722
"""Two-sided 90% quantile of the standard normal."""

ADDRESS = re.compile(r"(?P<id>[\w.]+)(?:\[(?P<at>[^\]]+)\](?:\.(?P<column>\w+))?)?(?P<width>:sd)?")


@dataclass(frozen=True)
class Finding:
    """What data say of one number.

    Attributes
    ----------
    entry : address of the number.
    estimate, error : in the unit of the number; the error is a standard error.
    n : observations behind it.
    method : how it was found, in a few words.
    diagnostics : what speaks for or against it.
    interval : ends of the 90% interval where it is not symmetric.
    second : a second opinion, never written into a scenario.
    """

    entry: str
    estimate: float
    error: float
    n: int
    method: str
    diagnostics: str = ""
    interval: tuple[float, float] | None = None
    second: bool = False

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of the 90% interval."""
        half = NORMAL_90 * self.error
        return self.interval or (self.estimate - half, self.estimate + half)


@dataclass(frozen=True)
class Estimate:
    """A finding beside the register.

    Attributes
    ----------
    value : what the register holds, in `unit`.
    prior : its quantiles at 5% and 95%; None where it is held fixed.
    inside : the estimate lies inside the prior's 90%; of a fixed number, the number inside the estimate's.
    """

    module: str
    finding: Finding
    unit: str
    value: float
    prior: tuple[float, float] | None
    inside: bool


@dataclass(frozen=True)
class Module:
    """One estimator: what it reads, and what it finds.

    Attributes
    ----------
    series, optional : files it needs, and files that let it find more.
    find : findings from the data by file; the register gives what a definition needs, never the answer.
    """

    name: str
    title: str
    series: tuple[Series, ...]
    find: Callable[[Mapping[str, Data], Assumptions], Sequence[Finding]]
    optional: tuple[Series, ...] = ()


def beside(module: str, finding: Finding, register: Assumptions) -> Estimate:
    """Return a finding next to the number it speaks of."""
    value, prior, unit = held(register, finding.entry)
    low, high = finding.limits if prior is None else prior
    asked = value if prior is None else finding.estimate
    return Estimate(module, finding, unit, value, prior, low <= asked <= high)


def held(register: Assumptions, address: str) -> tuple[float, tuple[float, float] | None, str]:
    """Return a number of the register, the 90% of its prior, and its unit.

    Raises
    ------
    KeyError : the register has no such number; a module is at fault.
    """
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise KeyError(address)
    if found["column"]:
        table = register.tables[found["id"]]
        value = getattr(table.row(found["at"]), found["column"])
        return float(value), None, units(table.model)[found["column"]]
    entry = register.entries[found["id"]]
    if found["width"]:
        if not isinstance(entry.prior, Normal):
            raise KeyError(address)
        return entry.prior.sd, None, entry.unit
    if not found["at"]:
        number: Any = entry.value
        return float(number), _ninety(entry.prior), entry.unit
    part: Any = entry.value
    for label in found["at"].split(","):
        part = part[entry.labels.index(label)]
    return float(part), None, entry.unit


def _ninety(prior: Prior | None) -> tuple[float, float] | None:
    if prior is None or isinstance(prior, Dirichlet):
        return None
    return prior.quantile(0.05), prior.quantile(0.95)


# ─── statistics that several modules share ───


def delta(function: Callable[[Array], float], at: Array, covariance: Array) -> tuple[float, float]:
    """Value of a function of estimated parameters, and its standard error by the delta method.

    Parameters
    ----------
    at : (k,) estimates.
    covariance : (k, k) of the estimates.
    """
    slope = np.asarray(approx_fprime(at, function, centered=True), dtype=np.float64).reshape(-1)
    variance = float((slope @ np.asarray(covariance) @ slope).item())
    return float(function(at)), math.sqrt(max(variance, 0.0))


def mean(values: Array) -> tuple[float, float]:
    """Mean of independent observations and its standard error; the error of one is not defined."""
    n = len(values)
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan


def deviation(values: Array) -> tuple[float, float]:
    """Standard deviation of independent observations, and its error as of normal ones."""
    found = float(values.std(ddof=1))
    return found, found / math.sqrt(2.0 * (len(values) - 1))


def pooled(*parts: tuple[float, float, int]) -> tuple[float, float, int]:
    """Root mean square of standard deviations found apart: of (deviation, error, n) each, weighted by n."""
    n = sum(part[2] for part in parts)
    square = sum(part[2] * part[0] ** 2 for part in parts) / n
    error = math.sqrt(sum((part[2] * part[0] * part[1]) ** 2 for part in parts)) / n
    root = math.sqrt(square)
    return root, error / root if root > 0.0 else math.nan, n
