"""The revenue gap: what AI earns (adoption), what bids for compute (demand), what capex needs (required)."""
