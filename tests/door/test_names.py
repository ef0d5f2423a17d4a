"""What `risk` offers: the names that notebooks and scripts may rely on."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import risk
from risk.door.register import Register
from risk.door.result import Result

PUBLIC = [
    "Register", "Result", "Told", "Where", "__version__", "amplification", "batch", "dirichlet",
    "discrete_uniform", "doctor", "estimate", "forecast", "hindcast", "lognormal", "normal", "open", "pack",
    "pdf", "recorded", "register", "rehearse", "remove", "replay", "run", "scenarios", "screen", "stored",
    "trace", "triangular", "uniform", "verify",
]  # fmt: skip

METHODS = {
    "book", "bridge", "budget", "challenger", "check", "classes", "compare", "drivers", "energy",
    "explain", "facilities", "firms", "folder", "id", "lenders", "lines", "masked", "means", "outcome",
    "outcomes", "pack", "parameter", "parameters", "path", "paths", "pdf", "pick", "propositions",
    "quarters", "recorded", "register", "remove", "reverse", "scenario", "seed", "series", "show",
    "sharpen", "sign", "sources", "summary", "table", "tables", "tail", "title", "tokens", "trace", "update",
    "validation", "verify", "views", "voi", "watch", "whatif",
}  # fmt: skip

REGISTER = {
    "check", "check_scenarios", "diff", "edit", "entries", "export", "frame", "load", "refused", "scenario",
    "scenarios", "show", "stale",
}  # fmt: skip

ALONE = """
import sys
import risk
heavy = {"numpy", "pandas", "pyarrow", "pydantic", "rich", "scipy", "risk.door"} & set(sys.modules)
assert not heavy, heavy
assert "run" in dir(risk)
"""


def test_the_names_are_these_and_nothing_else() -> None:
    assert dir(risk) == PUBLIC
    assert risk.__all__ == PUBLIC
    for name in PUBLIC:
        assert getattr(risk, name) is not None


def test_type_checkers_know_the_same_names() -> None:
    stub = ast.parse(Path(risk.__file__ or "").with_suffix(".pyi").read_text(encoding="utf-8"))
    imported = {a.asname for node in stub.body if isinstance(node, ast.ImportFrom) for a in node.names}
    assert imported | {"__version__"} == set(PUBLIC)


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        risk.simulate  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(("kind", "methods"), [(Result, METHODS), (Register, REGISTER)])
def test_a_class_has_these_methods_and_each_says_what_it_is(kind: type, methods: set[str]) -> None:
    found = {name: value for name, value in inspect.getmembers(kind) if not name.startswith("_")}
    assert set(found) == methods
    assert all(inspect.getdoc(value) for value in found.values())


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
