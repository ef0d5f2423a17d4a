"""Forecasts made from earlier states, held against what was read since."""
