"""Where the mechanisms meet: inputs, couplings, the quarter, and what is remembered of it."""

from risk.engine.simulate import BASELINE_BLOCKS, EVERY, TOGETHER, pilot, simulate, simulate_together

__all__ = ["BASELINE_BLOCKS", "EVERY", "TOGETHER", "pilot", "simulate", "simulate_together"]
