"""Files of the register with characters, lines and numbers changed blindly."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

from risk.assumptions import load
from risk.errors import BubbleriskError
from tests.torture.trial import ROOT, Trial

BAD, PLACE = 3, re.compile(r"\.toml(:\d+)?")

LETTERS = '0123456789.-+eE"[]{}=#,\n\t _abcxyzé\x00\u202e'


def registers(folder: Path, count: int, rng: random.Random) -> Trial:
    """Change a file of the register blindly and read the register, so many times."""
    trial = Trial(
        "A file of the register with characters, lines or numbers changed blindly, then read",
        "accepted as another register, or refused with file and line; never a traceback",
    )
    own = folder / "assumptions"
    shutil.copytree(ROOT / "assumptions", own)
    files = sorted(own.rglob("base/*.toml"))
    for _ in range(count):
        path = rng.choice(files)
        sound = path.read_bytes()
        path.write_bytes(_changed(sound, rng))
        try:
            load(directory=own)
            trial.note()
        except BubbleriskError as error:
            told = error.exit_code == BAD and PLACE.search(str(error))
            trial.note("" if told else f"{path.name}: exit {error.exit_code}: {error}"[:160])
        except Exception as error:
            trial.note(f"{path.name}: {type(error).__name__}: {error}"[:160])
        finally:
            path.write_bytes(sound)
    return trial


def _changed(raw: bytes, rng: random.Random) -> bytes:
    text = raw.decode()
    at = rng.randrange(len(text))
    kind = rng.randrange(5)
    if kind == 0:  # a character is another
        return (text[:at] + rng.choice(LETTERS) + text[at + 1 :]).encode()
    if kind == 1:  # some are gone
        return (text[:at] + text[at + rng.randint(1, 30) :]).encode()
    lines = text.splitlines(keepends=True)
    line = rng.randrange(len(lines))
    if kind == 2:  # a line is gone
        return "".join([*lines[:line], *lines[line + 1 :]]).encode()
    if kind == 3:  # a line stands twice
        return "".join([*lines[: line + 1], *lines[line:]]).encode()
    noise = bytes(rng.randrange(256) for _ in range(rng.randint(1, 8)))  # bytes that are no text
    place = rng.randrange(len(raw))
    return raw[:place] + noise + raw[place:]
