"""Cases replayed: what the model says of another bust, held against what came."""

from risk.calibrate.cases.replay import Replay, replayed

__all__ = ["Replay", "replayed"]
