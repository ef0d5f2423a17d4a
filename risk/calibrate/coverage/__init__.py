"""How often our own intervals hold the truth, measured on the model itself."""
