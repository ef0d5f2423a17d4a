"""`bubblerisk`, also as `python -m risk`: the program, which answers Ctrl-C from its first line on."""

from __future__ import annotations

import os
import sys

SETTINGS = {
    "OPENBLAS_NUM_THREADS": "1",  # products are small: threads would mostly wait for one another
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # its own keeps what every reader thread let go
}
"""Settings of libraries, where the environment has none."""


def main() -> None:
    """Run the program; loading it takes longer than some commands do."""
    prepare()
    try:
        from risk.cli.app import main as program
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    program()


def prepare() -> None:
    """Set this process up for one command."""
    os.environ.update(SETTINGS | os.environ)


if __name__ == "__main__":
    main()
