"""Priors as the register has them, made in Python; numbers are in the unit of the entry."""

from __future__ import annotations

from typing import Any

from risk.assumptions.priors import PRIORS, Prior
from risk.errors import AssumptionError


def uniform(low: float, high: float) -> Prior:
    """Every value between `low` and `high` alike; AssumptionError where they are out of order."""
    return _made("uniform", low=float(low), high=float(high))


def triangular(low: float, mode: float, high: float) -> Prior:
    """Density rising linearly from `low` to `mode` and falling to `high`; AssumptionError as above."""
    return _made("triangular", low=float(low), mode=float(mode), high=float(high))


def normal(mean: float, sd: float, low: float | None = None, high: float | None = None) -> Prior:
    """Normal, `mean` and `sd` before it is cut at `low` and `high`, either of which may be left out."""
    bounds = {name: float(x) for name, x in (("low", low), ("high", high)) if x is not None}
    return _made("normal", mean=float(mean), sd=float(sd), **bounds)


def lognormal(median: float, sigma: float) -> Prior:
    """`median` times the exponential of a normal of standard deviation `sigma`; both above 0."""
    return _made("lognormal", median=float(median), sigma=float(sigma))


def discrete_uniform(low: int, high: int) -> Prior:
    """Every whole number from `low` to `high` alike."""
    return _made("discrete_uniform", low=int(low), high=int(high))


def dirichlet(concentration: float) -> Prior:
    """Weights whose mean is the entry's value; the larger `concentration`, the nearer they stay to it."""
    return _made("dirichlet", concentration=float(concentration))


def _made(shape: str, **numbers: Any) -> Prior:
    """The prior.

    Raises
    ------
    AssumptionError : it is none: bounds out of order, too wide, too narrow.
    """
    from pydantic import ValidationError

    try:
        return PRIORS[shape].model_validate({"shape": shape, **numbers})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = str(first.get("ctx", {}).get("reason", f"{where}: {first['msg'].lower()}"))
        told = ", ".join(f"{name}={value:g}" for name, value in numbers.items())
        raise AssumptionError(f"{shape}({told}): {reason}") from None
