"""Results as screens of a terminal: pure functions from results to what rich can print, or to plain text."""
