"""The scanner against `tomllib`: every path it parses has a span, and the span holds its value."""

import math
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.assumptions.positions import Path, Positions, Span


def paths(data: Any, at: Path = ()) -> Iterator[Path]:
    """Yield every path of parsed data but the root."""
    if at:
        yield at
    if isinstance(data, dict):
        for key, item in data.items():
            yield from paths(item, (*at, key))
    elif isinstance(data, list):
        for i, item in enumerate(data):
            yield from paths(item, (*at, i))


def value_at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def same(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and math.isnan(a):
        return isinstance(b, float) and math.isnan(b)
    return bool(a == b) and type(a) is type(b)


def check(text: str) -> None:
    data, positions = tomllib.loads(text), Positions(text)
    assert set(positions.spans) == set(paths(data))
    for path, span in positions.spans.items():
        written = text[span.value : span.end]
        if written.startswith("[") and isinstance(value_at(data, path), dict):
            continue  # a table header, which holds no value
        if _is_value(text, path, span):
            assert same(tomllib.loads(f"x = {written}")["x"], value_at(data, path))


def _is_value(text: str, path: Path, span: Span) -> bool:
    """Return whether a span is of a value and not of a part of a dotted key or a header."""
    try:
        tomllib.loads(f"x = {text[span.value : span.end]}")
    except tomllib.TOMLDecodeError:
        return False
    return not text[span.value : span.end].startswith("[[") and bool(path)


KEYS = st.sampled_from(["a", "b-c", "d_1", '"e f"', "'g.h'", '"i\\"j"', "7", '"\\u00e9"'])
SPACE = st.sampled_from(["", " ", "  ", "\t"])
SCALARS = st.sampled_from(
    [
        "1", "-0.5", "1e400", "nan", "+inf", "1_000", "0xff", "true", "2026-06-30", "2026-06-30T10:00:00Z",
        "1979-05-27 07:32:00", "10:00:00.5", '"a # b"', "'c ] }'",
        '"\\"q\\\\"', '"""x\n"y" # z"""', "'''u\n'v''''",
        '""""quoted""""', '""', "''", '"[t]"', '"""\n[not.a.header]\n"""', '"ü—"',
    ]
)  # fmt: skip
GAP = st.sampled_from(["", " ", "\n", " # comment ]\n", "\n\n\t"])


@st.composite
def arrays(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    inside: list[tuple[str, str, str]] = draw(st.lists(st.tuples(GAP, items, GAP), max_size=3))
    comma = ("," if inside and draw(st.sampled_from([True, False])) else "") + draw(GAP)
    return "[" + ",".join(a + x + b for a, x, b in inside) + comma + "]"


@st.composite
def inline_tables(draw: st.DrawFn, items: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(KEYS, unique=True, max_size=3))
    parts = [f"{draw(SPACE)}{key}{draw(SPACE)}={draw(SPACE)}{draw(items)}{draw(SPACE)}" for key in keys]
    return "{" + ",".join(parts) + "}"


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=6)


@st.composite
def pairs(draw: st.DrawFn) -> str:
    dot = f"{draw(SPACE)}.{draw(SPACE)}"
    key = dot.join(draw(st.lists(KEYS, min_size=1, max_size=3)))
    comment = draw(st.sampled_from(["", " # c", "\t#[x]"]))
    return f"{draw(SPACE)}{key}{draw(SPACE)}={draw(SPACE)}{draw(VALUES)}{comment}\n"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Texts of tables, arrays of tables, dotted keys and comments; some are not valid TOML."""
    lines = [draw(pairs()) for _ in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(0, 5))):
        name = ".".join(draw(st.lists(KEYS, min_size=1, max_size=3)))
        space = draw(SPACE)
        header = f"[{space}{name}{space}]" if draw(st.booleans()) else f"[[{space}{name}{space}]]"
        lines.append(f"{draw(SPACE)}{header}{draw(st.sampled_from(['', ' # h']))}\n")
        lines += [draw(pairs()) for _ in range(draw(st.integers(0, 3)))]
        lines.append(draw(st.sampled_from(["", "\n", "# [comment]\n"])))
    return "".join(lines)


@pytest.mark.slow
@settings(max_examples=400)
@given(documents())
def test_finds_every_path_of_a_valid_text(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # a key or table given twice
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment",
        "a = 1",
        "a.b.c = 1\na.b.d = [1, [2, {x = 3}]]\n",
        "[[t]]\nn = 1\n[[t.u]]\nm = 2\n[[t.u]]\nm = 3\n[t.v]\nk = 4\n[[t]]\n[[t.u]]\nm = 5\n",
        '[x."y.z"]\nvalue = """\n[no.header]\n# no comment\n"""\nother = 1\n',
        "[a]\n[a.b.c]\nx = 1\n[a.b]\ny = 2\n",
    ],
)
def test_finds_every_path_of_chosen_texts(text: str) -> None:
    check(text)


def test_places_are_lines_and_columns_from_one() -> None:
    text = "# head\n[gpu.x]\nvalue  = [1,\n  nan]\nprior = { low = 2 }\n\n[[gpu.row]]\nname = 'b'\n"
    positions = Positions(text)
    span = positions.span(("gpu", "x", "value", 1))
    assert positions.place(span.value) == (4, 3)
    assert positions.place(positions.span(("gpu", "x", "value")).key) == (3, 1)
    assert positions.place(positions.span(("gpu", "x", "prior", "low")).value) == (5, 17)
    assert positions.place(positions.span(("gpu", "row", 0, "name")).key) == (8, 1)
    assert positions.place(0) == (1, 1)


def test_what_is_not_there_is_placed_at_what_should_hold_it() -> None:
    positions = Positions("a = 1\n[gpu.x]\nvalue = 1\n")
    assert positions.span(("gpu", "x", "unit", "y")) == positions.spans["gpu", "x"]
    assert positions.span(("nothing",)) == Span(0, 0, 0)
