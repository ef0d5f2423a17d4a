"""What all rooms of the pack share: cells, names, and everything read of a run."""
