"""The committee's book: positions, what they ride on, what they lose on the paths of a run."""
