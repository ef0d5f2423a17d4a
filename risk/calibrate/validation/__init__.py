"""What a validator asks: intended use, what was tested, how large limitations are, whether it still holds.

What is declared stands in `assumptions/validation`, what was measured in its folder `evidence`; neither is
part of a run's identity.
"""
