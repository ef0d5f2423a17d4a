"""`python -m risk` is the `bubblerisk` program."""

from risk.cli.app import main

if __name__ == "__main__":
    main()
