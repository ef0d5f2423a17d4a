"""`bubblerisk`, also as `python -m risk`: the program, which answers Ctrl-C from its first line on."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program; loading it takes longer than some commands do."""
    try:
        from risk.cli.app import main as program
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    program()


if __name__ == "__main__":
    main()
