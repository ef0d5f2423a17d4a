"""Joint Monte Carlo of the AI build-out: GPU rents, capex, revenue, neocloud finance and private credit."""

__version__: str


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: finding it takes longer than most imports."""
    if name != "__version__":
        raise AttributeError(f"module 'risk' has no attribute '{name}'")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("bubblerisk")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"
