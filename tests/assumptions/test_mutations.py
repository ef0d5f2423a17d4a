"""Files spoilt blindly: whatever stands in them, the answer is a list of problems and never a traceback."""

import random
import time
from pathlib import Path

import pytest

from risk.assumptions import AssumptionErrors, load
from risk.errors import BubbleriskError
from tests.assumptions.builder import Register

SNIPPETS = [
    "", "\n", '"', "'", '"""', "[", "]", "{", "}", "=", ".", ",", "#", "\\", "\x00", "\x1b[31m", "é",
    "\ufeff", "1", "-", "nan", "inf", "1e400", "true", "0x" + "f" * 400, "9" * 5000, "2026-06-30", "[[x]]\n",
    "a.b.c = 1\n", "value", "prior", "[" * 200, "a." * 200, "false", '"x"', "[]", "{}", "[[]]", "[1, [2]]",
    "-1", "1979-05-27T07:32:00Z", "07:32:00", "[{ a = 1 }]", "{ value = 1 }", '"\\u0000"', "1e308", "-0.0",
]  # fmt: skip


def mutate(text: str, chance: random.Random) -> str:
    """Return the text with one to four cuts, copies, swaps or insertions."""
    for _ in range(chance.randint(1, 4)):
        i, j = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        j = min(j, i + chance.choice([0, 1, 3, 10, 200]))
        replacement = chance.choice(
            [chance.choice(SNIPPETS), text[j : j + 40], text[i:j] * 2, text[i:j][::-1]]
        )
        text = text[:i] + replacement + text[j:]
    return text


def mutate_value(text: str, chance: random.Random) -> str:
    """Return the text with what follows one equals sign replaced: valid TOML more often than not."""
    lines = text.split("\n")
    i = chance.choice([n for n, line in enumerate(lines) if "=" in line])
    key = lines[i].partition("=")[0]
    lines[i] = f"{key}= {chance.choice(SNIPPETS)}"
    return "\n".join(lines)


def answer(folder: Path, scenario: str) -> BubbleriskError | None:
    try:
        load(folder, scenario)
    except BubbleriskError as error:
        return error
    return None


@pytest.mark.parametrize("seed", range(8))
def test_spoilt_registers_get_a_plain_answer(register: Register, seed: int) -> None:
    chance = random.Random(seed)
    text = '[change."gpu.system_price"]\nvalue = 60\nwhy = "Dear."\n[switches]\n"capex->supply" = false\n'
    folder = register.scenario("dear", text, inherits='"base"').write()
    files = sorted(folder.glob("*/*.toml"))
    for _ in range(40):
        path = chance.choice(files)
        original = path.read_text(encoding="utf-8")
        spoilt = chance.choice([mutate, mutate_value])(original, chance)
        path.write_text(spoilt, encoding="utf-8", newline="")
        start = time.perf_counter()
        error = answer(folder, "dear")
        assert time.perf_counter() - start < 5  # a hang, not a speed: loading takes a few hundredths
        if isinstance(error, AssumptionErrors):
            assert error.problems
            assert "Traceback" not in str(error)
            assert all(
                problem.line <= spoilt.count("\n") + 2 or problem.file != str(path)
                for problem in error.problems
            )
        path.write_text(original, encoding="utf-8")
    assert answer(folder, "dear") is None


@pytest.mark.slow
def test_thousands_of_spoilt_files_get_a_plain_answer(register: Register) -> None:
    for seed in range(100, 150):
        test_spoilt_registers_get_a_plain_answer(register, seed)
