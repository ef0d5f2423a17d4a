"""The worst paths: what they have in common, how far losses go, and what warns of them."""
