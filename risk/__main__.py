"""`bubblerisk`, also as `python -m risk`: the program, which answers Ctrl-C from its first line on."""

from __future__ import annotations

import os
import sys

BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def main() -> None:
    """Run the program; loading it takes longer than some commands do."""
    os.environ.setdefault(BLAS_THREADS, "1")  # products are small: threads would mostly wait for one another
    try:
        from risk.cli.app import main as program
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    program()


if __name__ == "__main__":
    main()
