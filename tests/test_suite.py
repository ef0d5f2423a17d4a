"""What every file of tests keeps to."""

import ast
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).parent
PROFILE = ("deadline", "derandomize", "database", "print_blob", "register_profile", "load_profile")
"""What the one Hypothesis profile of `conftest.py` decides for all."""


def test_examples_are_the_same_everywhere_and_no_clock_fails_them() -> None:
    assert settings.get_current_profile_name() == "bubblerisk"
    assert settings.default is not None
    assert (settings.default.deadline, settings.default.derandomize) == (None, True)
    assert settings.default.database is None


def test_no_file_has_a_profile_of_its_own() -> None:
    own = []
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            words = {name, *(k.arg for k in call.keywords)} if "settings" in ast.unparse(call.func) else set()
            own += [f"{path.name}:{call.lineno} {word}" for word in PROFILE if word in words]
    assert {line.partition(":")[0] for line in own} == {"conftest.py"}, own
