"""`--config FILE`: options of commands from a TOML file, one table a command; the command line wins.

A table ``[run]`` with ``paths = 50_000`` means `run --paths 50000`; ``[assumptions.list]`` is for that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from risk.errors import UsageError, refuse_pipe, suggestion

if TYPE_CHECKING:
    from cyclopts import App
    from cyclopts.config import Dict

OPTION = "--config"


def split(words: Sequence[str]) -> tuple[list[str], Path | None]:
    """Words of a command line without `--config FILE`, and that file.

    Raises
    ------
    UsageError : the option names no file, or stands twice.
    """
    rest, files = [], []
    given = iter(words)
    for word in given:
        if word == OPTION:
            files.append(next(given, ""))
        elif word.startswith(f"{OPTION}="):
            files.append(word.partition("=")[2])
        else:
            rest.append(word)
    if "" in files or len(files) > 1:
        raise UsageError(f"{OPTION} takes one file", f"e.g. bubblerisk run {OPTION} settings.toml")
    return rest, Path(files[0]) if files else None


def read(file: Path, app: App) -> Dict:
    """Settings in a file; the options of a command are checked when it is called.

    Raises
    ------
    UsageError : there is no such file, it is no TOML, or has something else than tables of commands.
    """
    import tomllib

    from cyclopts.config import Dict

    try:
        refuse_pipe(file)
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UsageError(f"settings {file} cannot be read ({error.strerror})", "give a TOML file") from error
    except ValueError as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
        raise UsageError(f"settings {file} cannot be read ({why})", "give a TOML file") from error
    _check(file, content, app, "")
    return Dict(content, source=str(file.absolute()))


def quiet(words: Sequence[str], configs: Iterable[Any]) -> bool:
    """Whether the command line or the settings of any command ask for no progress."""
    asked = any(table.get("quiet") for config in configs for table in _tables(config.config))
    return asked or not {"-q", "--quiet"}.isdisjoint(words)


def _tables(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield content
    for value in content.values():
        if isinstance(value, Mapping):
            yield from _tables(value)


def _check(file: Path, tables: Mapping[str, Any], app: App, above: str) -> None:
    """Refuse a table that is not a command's; the options of the program itself belong to some command."""
    commands = [name for name in app if not name.startswith("-")]
    for name, content in tables.items():
        table = isinstance(content, dict)
        if name in commands and table:
            if any(isinstance(value, dict) for value in content.values()):
                _check(file, content, app[name], f"{above}{name}.")
        elif table or not above:
            close = suggestion(name, commands)
            fix = f"did you mean [{above}{close}]?" if close else "one table a command, e.g. [run]"
            raise UsageError(f"settings {file}: '{above}{name}' is not the table of a command", fix)
