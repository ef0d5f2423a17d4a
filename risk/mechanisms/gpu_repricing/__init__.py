"""GPU repricing: what compute is built (fleet), what it rents for (rents), what it is worth (collateral)."""
