"""Whether the numbers can be trusted: inputs, calibration, reconciliation, checks, manifest."""
