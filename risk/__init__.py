"""Joint Monte Carlo of the AI build-out: GPU rents, capex, revenue, neocloud finance and private credit."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("bubblerisk")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
