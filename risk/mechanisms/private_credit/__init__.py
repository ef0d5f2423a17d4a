"""Private credit: the state of the market (market) and the pools that default in it (segments)."""
