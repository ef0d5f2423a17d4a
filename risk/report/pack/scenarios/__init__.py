"""Scenarios side by side, and what changed since the prior run."""
