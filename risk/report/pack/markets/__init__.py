"""Prices, capex and revenue over time."""
