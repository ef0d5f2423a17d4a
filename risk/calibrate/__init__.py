"""Calibration targets, measured on a run and set against their declaration."""

from risk.calibrate.targets import TargetResult, results

__all__ = ["TargetResult", "results"]
