"""Where the mechanisms meet: inputs, couplings, the quarter, and what is remembered of it."""

from risk.engine.simulate import BASELINE_BLOCKS, pilot, simulate

__all__ = ["BASELINE_BLOCKS", "pilot", "simulate"]
