"""Hyperscaler capex: what the Big Five want to spend (plan) and how they pay for it (funding)."""
