"""JSON documents by declaration: a field says once what a program reads of a result, and of what type it is.

A `Document` is made of fields of the result it tells; the type of a field may be another record, so that
documents nest as results do. Its data and its JSON schema come from the same declaration.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from risk.analysis.estimate import Estimate
from risk.report.content import Content
from risk.report.table import Column

T = TypeVar("T")

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Field(Generic[T]):
    """One thing said of a row.

    Attributes
    ----------
    key : its name in formulas and documents.
    get : from the row (or the result that a document tells).
    type : of the value in a document: str, int, float, bool, a date, Estimate, Any, list[…], dict[str, …],
        Literal, each perhaps `| None`, or a `Record`, `Perhaps`, `Many`, `Keyed` or `Tree`.
    columns : in which a table shows it; none = only documents have it.
    cells : the value as cells, one a column; by default the value itself.
    told : whether documents have it.
    absent : left out of documents where it is None.
    """

    key: str
    get: Callable[[T], Any]
    type: Any = str
    columns: tuple[Column, ...] = ()
    cells: Callable[[Any], tuple[Content, ...]] = lambda value: (value,)
    told: bool = True
    absent: bool = False


def own(key: str) -> Callable[[Any], Any]:
    """What a thing itself has under the name of a field."""
    return lambda item: item.get(key) if isinstance(item, Mapping) else getattr(item, key)


def told(key: str, type: Any = str, get: Callable[[T], Any] | None = None, absent: bool = False) -> Field[T]:
    """A field that only documents have; by default what the thing has under that name."""
    return Field(key, get or own(key), type, absent=absent)


def lifted(get: Callable[[T], Any], fields: Iterable[Field[Any]]) -> tuple[Field[T], ...]:
    """Fields of a part of a thing as fields of the thing; `get` finds the part."""
    return tuple(replace(f, get=_after(get, f.get)) for f in fields)


def _after(first: Callable[[Any], Any], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda item: then(first(item))


@dataclass(frozen=True)
class Record(Generic[T]):
    """What a document says of one thing.

    Attributes
    ----------
    open : the thing is plain data, of which a document has everything: its further keys differ.
    """

    fields: tuple[Field[T], ...]
    open: bool = field(default=False, kw_only=True)

    def data(self, item: T) -> dict[str, Any]:
        """The thing as plain data for JSON; what is not defined is null."""
        found = {f.key: (_plain(f.get(item), f.type), f.absent) for f in self.fields if f.told}
        known = {key: value for key, (value, absent) in found.items() if not (absent and value is None)}
        return _plain(item, dict[str, Any]) | known if self.open else known

    def schema(self) -> dict[str, Any]:
        """JSON schema of such data."""
        known = [f for f in self.fields if f.told]
        return {
            "type": "object",
            "required": [f.key for f in known if not f.absent],
            "properties": {f.key: _schema(f.type) for f in known},
            "additionalProperties": self.open,
        }


@dataclass(frozen=True)
class Perhaps(Generic[T]):
    """A thing in a document; null where there is none."""

    of: Record[T]


@dataclass(frozen=True)
class Many(Generic[T]):
    """A list of things in a document."""

    of: Record[T]


@dataclass(frozen=True)
class Keyed(Generic[T]):
    """Things by name in a document."""

    of: Record[T]


@dataclass(frozen=True)
class Tree(Generic[T]):
    """A list of things that hold such lists themselves: the inputs of inputs.

    Attributes
    ----------
    name : of the kind of thing, in the document's schema.
    of : gives its record, which has a field of this type.
    """

    name: str
    of: Callable[[], Record[T]]


def whole(kind: type[Any], *leave: str, **types_: Any) -> Record[Any]:
    """Record of everything a dataclass has, under its own names.

    Parameters
    ----------
    leave : names that documents do not have.
    types_ : of fields whose annotation has no JSON form.
    """
    hints = get_type_hints(kind) | types_
    own = (f.name for f in dataclasses.fields(kind) if f.name not in leave)
    return Record(tuple(told(name, _nested(hints[name])) for name in own))


def _nested(hint: Any) -> Any:
    """An annotation with the dataclasses in it as records."""
    inner = get_args(hint)
    if get_origin(hint) in (list, tuple, Sequence) and _is_record(inner[0]):
        return Many(whole(inner[0]))
    if get_origin(hint) in (dict, Mapping) and _is_record(inner[1]):
        return Keyed(whole(inner[1]))
    if len(inner) == 2 and inner[1] is type(None) and _is_record(inner[0]):
        return Perhaps(whole(inner[0]))
    return whole(hint) if _is_record(hint) else hint


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind is not Estimate


@dataclass(frozen=True)
class Document(Record[T]):
    """A JSON document.

    Attributes
    ----------
    name : what it is, with the version of its form: `tail/1`.
    title : what it tells, and the command that writes it.
    """

    name: str = ""
    title: str = ""

    @property
    def id(self) -> str:
        """The word by which a document says what it is."""
        return f"bubblerisk.{self.name}"

    def full_schema(self) -> dict[str, Any]:
        """Its JSON schema, with what it refers to."""
        own = self.schema()
        properties = {"schema": {"const": self.id}, **own["properties"]}
        trees = {f.type.name: f.type.of().schema() for f in self.fields if isinstance(f.type, Tree)}
        return {
            "$schema": DIALECT,
            "title": self.title,
            **own,
            "required": ["schema", *own["required"]],
            "properties": properties,
            "$defs": {"estimate": _estimate_schema(), **trees},
        }


def estimate_data(estimate: Estimate | None) -> dict[str, Any] | None:
    """Estimate as plain data: value, standard error, both ends of the 95% interval, paths."""
    if estimate is None:
        return None
    low, high = estimate.interval
    return {
        "value": number(estimate.value),
        "standard_error": number(estimate.standard_error),
        "interval": [number(low), number(high)],
        "paths": estimate.n,
        **({"tail_paths": estimate.tail} if estimate.tail is not None else {}),
    }


def number(value: float) -> float | None:
    """A number that JSON can hold: null where it is not defined."""
    return float(value) if math.isfinite(value) else None


def _plain(value: Any, kind: Any) -> Any:
    match kind:
        case _ if value is None:
            return None
        case Many(of):
            return [of.data(item) for item in value]
        case Tree(_, of):
            return [of().data(item) for item in value]
        case Keyed(of):
            return {str(name): of.data(item) for name, item in value.items()}
        case Perhaps(of):
            return of.data(value)
        case Record():
            return kind.data(value)
    if isinstance(value, Estimate):
        return estimate_data(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    inner = (*get_args(kind), Any, Any)
    if isinstance(value, Mapping):
        return {str(name): _plain(item, inner[1]) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item, inner[0]) for item in value]
    return value


_WORDS: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": ["number", "null"]},
    bool: {"type": "boolean"},
    dt.date: {"type": "string", "format": "date"},
    Estimate: {"$ref": "#/$defs/estimate"},
    type(None): {"type": "null"},
    Any: {},
}


def _schema(kind: Any) -> dict[str, Any]:
    match kind:
        case Many(of):
            return {"type": "array", "items": of.schema()}
        case Tree(name):
            return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}
        case Keyed(of):
            return {"type": "object", "additionalProperties": of.schema()}
        case Perhaps(of):
            return {"anyOf": [of.schema(), {"type": "null"}]}
        case Record():
            return kind.schema()
    if kind in _WORDS:
        return _WORDS[kind]
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return {"enum": list(inner)}
    if get_origin(kind) in (Union, types.UnionType):
        return {"anyOf": [_schema(part) for part in inner]}
    if get_origin(kind) in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(inner[1])}
    if get_origin(kind) in (list, tuple, Sequence):
        return {"type": "array", "items": _schema(inner[0])}
    raise TypeError(f"no JSON form of {kind}")


def _estimate_schema() -> dict[str, Any]:
    perhaps = {"type": ["number", "null"]}
    whole = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["value", "standard_error", "interval", "paths"],
        "properties": {
            "value": perhaps,
            "standard_error": perhaps,
            "interval": {"type": "array", "items": perhaps, "minItems": 2, "maxItems": 2},
            "paths": whole,
            "tail_paths": whole,
        },
        "additionalProperties": False,
    }
