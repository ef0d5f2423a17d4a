"""Neocloud duration mismatch: contracts that roll, loans that amortize, HoldCos that stand behind them."""
