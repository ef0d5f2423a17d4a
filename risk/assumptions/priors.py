"""What we do not know, as distributions: one draw a path.

A prior's numbers are in the unit of its entry. Quantiles are closed forms that take one probability or an
array of them, so that the register's P5 and P95 and the draws by inversion come from the same line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from pydantic import BaseModel, ConfigDict, PositiveFloat, model_validator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


TAILS = (2.0**-54, 1e-9, 0.25, 0.5, 0.75, 1 - 1e-9, 1 - 2.0**-53)
"""Probabilities at which a prior must have finite quantiles: the ends of the uniforms, once in 10⁹ draws, and
the middle."""

LARGEST = 1e300
"""What may be drawn at most, as a value may be."""

CONCENTRATIONS = (0.1, 1e9)
"""Of a Dirichlet. Below the first all weights of one draw could be too small for a number at once, above the
second the weights are fixed to four decimals and more; judgement."""


def refuse(code: str, reason: str, *at: str | int, fix: str = "") -> PydanticCustomError:
    """Return an error of the register about the key `at` of the model that raises it."""
    details = {"reason": reason, "at": list(at), "fix": fix}
    return PydanticCustomError(code, "{reason}", details)  # type: ignore[arg-type,unused-ignore]


class Prior(BaseModel):
    """A distribution of one number (`dirichlet`: of a vector of weights)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    shape: str

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        """Bounds out of order are told by the shape itself."""
        if self.support[0] < self.support[1]:
            _refuse_undrawable(self)
        return self

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value that can be drawn."""
        raise NotImplementedError

    @overload
    def quantile(self, p: float) -> float: ...
    @overload
    def quantile(self, p: Array) -> Array: ...
    def quantile(self, p: float | Array) -> float | Array:
        """Return the value below which a draw falls with probability `p`.

        Parameters
        ----------
        p : in (0, 1); one number or an array of any shape.
        """
        value: float | Array = self._inverse(float(p) if isinstance(p, (int, float)) else p)
        return value

    def _inverse(self, p: Any) -> Any:
        raise NotImplementedError


class Bounded(Prior):
    """A distribution on [`low`, `high`]."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise refuse("A012", f"low = {self.low:g} must lie below high = {self.high:g}", "low")
        return self

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value that can be drawn."""
        return self.low, self.high


class Uniform(Bounded):
    """Every value between `low` and `high` alike."""

    shape: Literal["uniform"]

    def _inverse(self, p: Any) -> Any:
        return self.low + p * (self.high - self.low)


class DiscreteUniform(Bounded):
    """Every integer from `low` to `high` alike."""

    shape: Literal["discrete_uniform"]
    low: int
    high: int

    def _inverse(self, p: Any) -> Any:
        rank = -(-p * (self.high - self.low + 1) // 1)  # the ceiling, of a number or an array
        return _clip(self.low + rank - 1, self.low, self.high)


class Triangular(Bounded):
    """Density rising linearly from `low` to `mode` and falling to `high`."""

    shape: Literal["triangular"]
    mode: float

    @model_validator(mode="after")
    def _mode_inside(self) -> Self:
        if self.low < self.high and not self.low <= self.mode <= self.high:
            reason = f"mode = {self.mode:g} must lie between low = {self.low:g} and high = {self.high:g}"
            raise refuse("A012", reason, "mode")
        return self

    def _inverse(self, p: Any) -> Any:
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising = self.low + (p * width * left) ** 0.5
        falling = self.high - ((1 - p) * width * right) ** 0.5
        return _where(p * width < left, rising, falling)


class Normal(Prior):
    """Normal, `mean` and `sd` before truncation to [`low`, `high`]; either bound may be left out."""

    shape: Literal["normal"]
    mean: float
    sd: PositiveFloat
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        low, high = self.support
        if not low < high:
            raise refuse("A012", f"low = {low:g} must lie below high = {high:g}", "low")
        if not low <= self.mean <= high:
            reason = f"mean = {self.mean:g} lies outside [{low:g}, {high:g}]"
            raise refuse("A012", reason, "mean", fix="the mean is that of the normal before truncation")
        _refuse_undrawable(self)
        return self

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value that can be drawn."""
        low = -math.inf if self.low is None else self.low
        return low, math.inf if self.high is None else self.high

    def _inverse(self, p: Any) -> Any:
        low, high = self.support
        below, up_to = (_normal_cdf((bound - self.mean) / self.sd) for bound in (low, high))
        inside = _clip(below + p * (up_to - below), TAILS[0], TAILS[-1])  # neither end by rounding
        return _clip(self.mean + self.sd * _normal_quantile(inside), low, high)


class Lognormal(Prior):
    """`median` times the exponential of a normal of standard deviation `sigma`."""

    shape: Literal["lognormal"]
    median: PositiveFloat
    sigma: PositiveFloat

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value that can be drawn."""
        return 0.0, math.inf

    def _inverse(self, p: Any) -> Any:
        try:
            return self.median * math.e ** (self.sigma * _normal_quantile(p))
        except OverflowError:  # of one number; an array is infinite there by itself
            return math.inf


class Dirichlet(Prior):
    """Weights whose mean is the entry's value; the larger `concentration`, the nearer they stay to it."""

    shape: Literal["dirichlet"]
    concentration: PositiveFloat

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        low, high = CONCENTRATIONS
        if not low <= self.concentration <= high:
            reason = f"concentration = {self.concentration:g} must lie in [{low:g}, {high:g}]"
            raise refuse("A012", reason, "concentration")
        return self

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest weight that can be drawn."""
        return 0.0, 1.0

    def marginal(self, weight: float, p: float) -> float:
        """Return the quantile at `p` of the one weight whose mean is `weight`; it is beta distributed."""
        from scipy.special import betaincinv

        if weight in (0.0, 1.0):
            return weight
        return float(betaincinv(self.concentration * weight, self.concentration * (1 - weight), p))


PRIORS: Mapping[str, type[Prior]] = {
    "normal": Normal,
    "uniform": Uniform,
    "triangular": Triangular,
    "lognormal": Lognormal,
    "discrete_uniform": DiscreteUniform,
    "dirichlet": Dirichlet,
}


def parse(raw: Mapping[str, Any]) -> Prior:
    """Return the prior that a table such as ``{"shape": "uniform", "low": 0, "high": 1}`` describes."""
    return PRIORS[raw["shape"]].model_validate(raw)


def _refuse_undrawable(prior: Prior) -> None:
    """Refuse a prior of which a draw is not finite, or that always draws the same."""
    try:
        drawn = [float(prior.quantile(p)) for p in TAILS]
    except (OverflowError, ValueError):
        drawn = [math.inf]
    if not all(abs(x) <= LARGEST for x in drawn):
        raise refuse(
            "A012", f"prior is too wide: some of its draws are not finite ({LARGEST:g} at most)", "shape"
        )
    if not drawn[1] < drawn[-2]:
        fix = "without a prior it is fixed to its value"
        raise refuse("A012", f"prior is too narrow: it draws {drawn[3]:g} and nothing else", "shape", fix=fix)


def _normal_cdf(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def _normal_quantile(p: Any) -> Any:
    if not isinstance(p, float):
        from scipy.special import ndtri

        return ndtri(p)
    from statistics import NormalDist

    return NormalDist().inv_cdf(p) if 0 < p < 1 else math.copysign(math.inf, p - 0.5)


def _where(condition: Any, yes: Any, no: Any) -> Any:
    if isinstance(condition, bool):
        return yes if condition else no
    import numpy as np

    return np.where(condition, yes, no)


def _clip(x: Any, low: float, high: float) -> Any:
    if isinstance(x, float):
        return min(max(x, low), high)
    import numpy as np

    return np.clip(x, low, high)
