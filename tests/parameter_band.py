"""Bands over parameters made by hand, as they would be measured beside a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from risk.analysis.estimate import Estimate
from risk.analysis.parameter_band import Moments, ParameterBand, band, plain
from risk.assumptions import Assumptions
from risk.calibrate.parameter_band import events

PATHS, SHARE, NOISE = 4_096, 0.2, 0.03
"""Part of p (1 − p) that is between parameter sets, and its error as a part of the same."""


def found(p: float, noise: float = NOISE) -> Moments:
    """Moments of an event of probability p; its variance is noise where `noise` is large."""
    most = p * (1.0 - p)
    return Moments(Estimate(SHARE * most, noise * most, PATHS), Estimate(0.0, 0.001, PATHS))


def of(probability: Estimate, noise: float = NOISE) -> ParameterBand:
    """Band of a probability."""
    return band(probability, found(probability.value, noise))


def kept(run: str, register: Assumptions, chances: Mapping[str, float]) -> Mapping[str, Any]:
    """The record of these beside a run, of events by their probabilities."""
    every = {name: plain(found(chances[name])) for name in events(register) if name in chances}
    return {"run": run, "method": "by hand", "paths": PATHS, "runs": [], "found": every}
