from tests.engine.conftest import base, medians, register

__all__ = ["base", "medians", "register"]
