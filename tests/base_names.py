"""Where the entities stand that tests of the shipped register speak of, by its tables' stream numbers."""

from risk.engine.inputs import PAPER

H100, B200 = 1, 3
SPV, SOFTWARE, DIRECT_LENDING, B_LOANS = range(4)
IG, ANCHOR, IG_ON_LAB, NEOCLOUD, OTHER = range(5)
INSTRUMENTS = (*PAPER, "spv", "software", "direct_lending", "b_loans")
HEADLINE = INSTRUMENTS.index("spv") + 1
"""Leading instruments that belong to the headline."""
