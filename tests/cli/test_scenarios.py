import json
from pathlib import Path

import pytest

from risk.cli.app import run
from tests.assumptions.builder import Register

TEXT = """
[change."gpu.system_price"]
value = 60
why = "Dear."

[switches]
"capex->supply" = false

[[event]]
variable = "demand"
start = "2027Q3"
end = "2028Q4"
size = -0.55
unit = "log"
why = "A glut."
"""

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.chdir(tmp_path)
    register = Register(tmp_path / "assumptions").scenario("glut", TEXT)
    register.write()
    return register


def test_list_counts_the_differences(register: Register, capsys: Capture) -> None:
    assert run(["scenarios", "list", "--json"]) == 0
    base, glut = json.loads(capsys.readouterr().out)["scenarios"]
    assert (base["name"], base["changes"]) == ("base", 0)
    assert (glut["name"], glut["changes"], glut["events"], glut["cuts"]) == ("glut", 1, 1, 1)
    run(["scenarios", "list"])
    assert capsys.readouterr().out.splitlines()[2].split() == ["glut", "1", "1", "1", "glut"]


def test_show_tells_what_and_why(register: Register, capsys: Capture) -> None:
    assert run(["scenarios", "show", "glut"]) == 0
    shown = capsys.readouterr().out
    for words in ("gpu.system_price", "53", "60", "Dear.", "capex->supply", "2027Q3", "-0.55", "A glut."):
        assert words in shown
    run(["scenarios", "show", "base"])
    assert "nothing differs from the base" in capsys.readouterr().err
    run(["scenarios", "show", "glut", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["changes"][0]["after"] == 60
    assert document["switches"]["capex->supply"] is False


def test_check_tells_the_errors_of_all(
    register: Register, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("risk.engine.admission.admit", lambda _: None)  # a few entries do not run
    assert run(["scenarios", "check"]) == 0
    assert capsys.readouterr().out == "ok  assumptions: 2 scenarios, 0 errors\n"
    register.scenario("one", TEXT.replace("60", "-60")).scenario(
        "two", TEXT.replace("demand", "demnd")
    ).write()
    assert run(["scenarios", "check"]) == 3
    shown = capsys.readouterr().err
    assert "one.toml" in shown
    assert "two.toml" in shown
    assert "2 errors in 2 files" in shown
    assert run(["scenarios", "check", "glut"]) == 0
    capsys.readouterr()
    assert run(["scenarios", "check", "--json"]) == 3
    assert len(json.loads(capsys.readouterr().out)["errors"]) == 2
