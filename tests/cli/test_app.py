import os
import subprocess
import sys
from pathlib import Path

import pytest

import risk
from risk import errors
from risk.cli import app as program
from risk.cli.app import INTERNAL, PIPE, run

HEAVY = "numpy scipy pandas statsmodels openpyxl pyarrow"
ROOT = Path(__file__).parents[2]


def bubblerisk(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "risk", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "--version",
        "assumptions --help",
        "run --help",
        "batch --help",
        "assumptions list",
        "assumptions list --json",
        "assumptions check --scenario nothing",
        "scenarios list",
        "tail --help",
        "tail base --share 200%",
        "runs --help",
        "verify --help",
        "verify nothing.xlsx",
        "doctor --help",
        "pdf --help",
        "assumptions diff --help",
        "assumptions stale --help",
    ],
)
def test_light_commands_import_nothing_heavy(words: str) -> None:
    code = (
        "import sys; from risk.cli.app import run\n"
        "try: code = run(sys.argv[1:])\n"
        "except SystemExit as end: code = end.code\n"
        f"heavy = set('{HEAVY}'.split()) & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words.split()], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == (2 if "nothing" in words or "200%" in words else 0), done.stderr


def test_help_imports_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import sys; from risk.cli.app import run; run(['--help']); assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT)


def test_version_is_that_of_the_package() -> None:
    done = bubblerisk("--version")
    assert (done.returncode, done.stdout) == (0, f"bubblerisk {risk.__version__}\n")


def test_help_names_every_command_and_the_exit_codes() -> None:
    done = bubblerisk("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name, _, _ in program.COMMANDS)
    assert "3 bad assumptions" in done.stdout
    assert "╭" not in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        ("assumptionss", 2, 'Did you mean "assumptions"?'),
        ("assumptions list --grade good", 2, "judgement"),
        ("assumptions list --section gppu", 2, "did you mean 'gpu'?"),
        ("assumptions show gpu.launch_obsolesence", 2, "did you mean 'gpu.launch_obsolescence'?"),
        ("assumptions check --scenario nothing", 2, "no scenario 'nothing'"),
        ("assumptions check --assumptions tests", 2, "not an assumption register"),
        ("scenarios show ../base", 2, "no scenario file"),
        ("assumptions check --nonsense", 2, "--nonsense"),
    ],
)
def test_wrong_command_lines_are_answered_without_a_traceback(words: str, code: int, answer: str) -> None:
    done = bubblerisk(*words.split())
    assert done.returncode == code
    assert not done.stdout
    assert done.stderr.startswith("error: ")
    assert answer in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.CheckFailed("x"), 1),
        (errors.UsageError("x"), 2),
        (errors.AssumptionError("x"), 3),
        (errors.NumericalError("x"), 4),
        (errors.StorageError("x"), 5),
        (errors.LockedError("x"), 6),
        (KeyboardInterrupt(), 130),
        (RuntimeError("x"), INTERNAL),
    ],
)
def test_every_error_has_its_exit_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(program, "app", fail)
    assert run([]) == code
    shown = capsys.readouterr().err
    assert ("Traceback" in shown) == (code == INTERNAL)
    assert shown


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m risk assumptions list --json | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (PIPE, "{")
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
