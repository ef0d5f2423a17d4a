"""Tables of docs/estimates.md: `python -m risk.door.estimates_page docs/estimates.md [DATA]`.

Sections whose files lie neither in the register nor in DATA, a folder of your own files, stay as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

from risk.assumptions import load, locate
from risk.calibrate.estimate import Answer, ask, chosen
from risk.report.terminal.estimates_page import refreshed


def answers(data: Path | None = None) -> tuple[Answer, ...]:
    """What every module finds in the files that are there."""
    register, folder = load(), locate.register()
    return tuple(ask(module, register, folder, data) for module in chosen([]))


def main(page: Path, data: Path | None = None) -> None:
    """Write the tables, and say which sections stay as they were."""
    found = answers(data)
    page.write_text(refreshed(page.read_text(encoding="utf-8"), found), encoding="utf-8")
    for each in found:
        if each.missing:
            print(f"{page}: {each.module.name} stays, without {', '.join(each.missing)}", file=sys.stderr)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
