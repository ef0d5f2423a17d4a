"""The only place that draws: named streams, dependence, and the arrays of one random block."""
