"""Paths one by one, and the way from a cell back to them."""
