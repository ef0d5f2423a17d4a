"""Joint Monte Carlo of the AI build-out: GPU rents, capex, revenue, neocloud finance and private credit.

    import risk

    run = risk.run("base", paths=4096, changes={"gpu.launch_obsolescence": risk.triangular(0.1, 0.3, 0.4)})
    run.outcomes                    # DataFrame, index path
    run.series("h100_contract")     # path × quarter
    risk.open("base").compare(run)

`help(risk.run)` and `help(risk.Result)` say the rest.
"""

_HOMES = {
    "risk.door.calls": ("open", "run"),
    "risk.door.registers": ("register", "scenarios", "stored"),
    "risk.door.result": ("Result",),
    "risk.door.priors": ("dirichlet", "discrete_uniform", "lognormal", "normal", "triangular", "uniform"),
}
"""Module → names of it that stand here; what they need is imported when one is asked for."""

_PLACES = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted((*_PLACES, "__version__"))  # noqa: PLE0605 - risk/__init__.pyi lists them for type checkers


def __getattr__(name: str) -> object:
    """Find a name of the door, or the version, when it is asked for: both take longer than most imports."""
    if name in _PLACES:
        from importlib import import_module

        found = getattr(import_module(_PLACES[name]), name)
        globals()[name] = found
        return found
    if name == "__version__":
        return _version()
    raise AttributeError(f"module 'risk' has no attribute '{name}'")


def __dir__() -> list[str]:
    """Name what is for use."""
    return __all__


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("bubblerisk")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+unknown"
