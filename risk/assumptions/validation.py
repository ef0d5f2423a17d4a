"""From pydantic's errors to the register's problems: our words, the file's line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from risk.assumptions.positions import Path
from risk.assumptions.problems import Problem, quoted
from risk.assumptions.reader import Document
from risk.errors import suggestion

M = TypeVar("M", bound=BaseModel)

_EXPECTED = {
    "string": 'a text in quotes ("…")',
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "date": "a date such as 2026-06-30, without quotes",
    "dict": "a table",
    "model": "a table",
    "list": "a list",
    "tuple": "a list",
}
_BOUNDS = {
    "greater_than": ("gt", "must be above"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be below"),
    "less_than_equal": ("le", "must be at most"),
}


class Site(NamedTuple):
    """A table of a document: where the keys of a validated model stand."""

    document: Document
    path: Path

    def problem(self, code: str, at: Path, reason: str, *fixes: str, key: bool = False) -> Problem:
        """Return a problem at a key path inside the table."""
        return self.document.problem(code, (*self.path, *at), reason, *filter(None, fixes), key=key)


Locate = Callable[[Path], Site]
"""Site of a key path inside a model: the base file's table, or that of a scenario which changed it."""


def validate(model: type[M], raw: Mapping[str, Any], site: Site) -> tuple[M | None, list[Problem]]:
    """Return the model made of a raw table, or everything that is wrong with it."""
    return validate_at(model, raw, lambda at: site)


def validate_at(model: type[M], raw: Mapping[str, Any], locate: Locate) -> tuple[M | None, list[Problem]]:
    """Return the model made of a raw table whose keys may stand in different places."""
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        return None, list(_problems(error, locate, model, raw))


def _problems(
    error: ValidationError, locate: Locate, model: type[BaseModel], raw: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield a problem for every error pydantic found.

    Parameters
    ----------
    locate : where a key path of the model stands.
    model : the model that refused.
    raw : what it refused; its unknown keys are no longer free to suggest its known ones.
    """
    known = {field.alias or name for name, field in model.model_fields.items()}
    free = sorted(known - set(raw))
    found = error.errors(include_url=False)
    strangers = [str(details["loc"][-1]) for details in found if details["type"] == "extra_forbidden"]
    misspelt = {suggestion(name, free) for name in strangers}
    for details in found:
        at, kind = tuple(details["loc"]), details["type"]
        context = details.get("ctx", {})
        if kind == "missing":
            if at[-1] not in misspelt:
                yield locate(at).problem("A004", at[:-1], f"'{at[-1]}' is missing", key=True)
        elif kind == "extra_forbidden":
            yield unknown_key(locate(at), at, free or known)
        elif kind.startswith("A0"):
            at = (*at, *context["at"])
            yield locate(at).problem(kind, at, _subject(at, context["reason"]), context["fix"])
        else:
            code, reason = _reason(kind, context, details["input"])
            yield locate(at).problem(code, at, _subject(at, reason))


def unknown_key(site: Site, at: Path, known: Iterable[str]) -> Problem:
    """Return the problem of a key that nothing reads."""
    known = sorted(known)
    meant = suggestion(str(at[-1]), known)
    hint = f" Did you mean '{meant}'?" if meant else ""
    allowed = f"keys that may stand here: {', '.join(known)}" if known and not meant else ""
    return site.problem("A003", at, f"unknown key '{at[-1]}'.{hint}", allowed, key=True)


def _subject(at: Path, reason: str) -> str:
    """Return the reason with its key in front, unless it already starts with it."""
    key = ".".join(str(part) for part in at)
    last = str(at[-1]) if at else ""
    return reason if not key or reason.startswith(last) else f"{key} {reason}"


def _reason(kind: str, context: Mapping[str, Any], value: object) -> tuple[str, str]:
    """Return code and reason of one of pydantic's own errors."""
    if kind == "finite_number":
        return "A006", f"is {quoted(value)}; a number must be finite"
    if kind == "literal_error":
        allowed = context["expected"].replace("'", "")
        meant = suggestion(str(value), allowed.replace(" or ", ", ").split(", "))
        hint = f". Did you mean '{meant}'?" if meant else ""
        return "A008", f"is {quoted(value)}; it is one of {allowed}{hint}"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return "A011", f"is {quoted(value)}; it {words} {context[bound]:g}"
    expected = _EXPECTED.get(kind.partition("_")[0])
    if expected is None:
        return "A005", f"is {quoted(value)}, which is not allowed ({kind})"
    if expected == "a number" and isinstance(value, int) and not isinstance(value, bool):
        return "A006", f"is {quoted(value)}; a number must be finite"
    return "A005", f"is {quoted(value)}; it must be {expected}"
