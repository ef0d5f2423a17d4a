"""From the record of a run to its results: arrays in, small frozen results out."""
