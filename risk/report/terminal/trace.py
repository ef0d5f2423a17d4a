"""The screen of a traced cell: what it is, what it is computed from, and the paths behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.metrics import HEADLINE
from risk.report.formats import Scalar, show
from risk.report.pack.paths.lookup import Found
from risk.report.pack.paths.tracing import Traced
from risk.report.pack.paths.witness import Witness
from risk.report.terminal.page import Column, Page, Screen, grid, heading, note
from risk.report.terminal.summary import Heading, heading_data
from risk.report.terminal.summary import heading as run_heading
from risk.report.terminal.verdict import facts, next_steps
from risk.runs import Run

SCHEMA = "bubblerisk.trace/1"

LEAST = 24
"""Narrowest column of words and formulas."""


@dataclass(frozen=True)
class Told:
    """A traced cell and the run it belongs to."""

    heading: Heading
    traced: Traced


def told(run: Run, traced: Traced) -> Told:
    """Put a traced cell together with its run."""
    return Told(run_heading(run), traced)


def screen(told: Told, page: Page, hints: Sequence[str] = ()) -> Screen:
    """A traced cell on a page."""
    traced, found = told.traced, told.traced.found
    parts: list[RenderableType] = [
        heading(f"{found.address}  {found.what}", page),
        facts(told.heading, page),
        Text(),
        grid((Column(), Column(least=LEAST)), list(_facts(traced)), page),
    ]
    if traced.differences:
        rows = [(d.address, d.run, d.file) for d in traced.differences]
        parts += [Text(), grid((Column("Differs"), *_words("Run", "Pack")), rows, page)]
    if found.inputs:
        columns = (*_words("Computed from"), Column("Value", "right"), *_words("What"))
        rows = [(f"{'  ' * depth}{part.address}", part.shown, part.what) for depth, part in _tree(found)]
        parts += [Text(), grid(columns, rows, page)]
    parts += [Text(), *_paths(traced.paths, page)]
    if hints:
        parts += [Text(), next_steps(hints, page)]
    return tuple(parts)


def _words(*titles: str) -> tuple[Column, ...]:
    """Columns whose lines may be broken."""
    return tuple(Column(title, least=LEAST) for title in titles)


def _facts(traced: Traced) -> Iterator[tuple[str, str]]:
    found = traced.found
    yield "run", f"{found.shown or 'nothing'}, recomputed from the stored run"
    if traced.error:
        yield "error", traced.error
    if found.formula:
        yield "formula", f"={found.formula}"
    else:
        yield "formula", "none: a result of the engine, an input or text"
    yield "pack", _compared(traced)


def _compared(traced: Traced) -> str:
    if not traced.file:
        return "not compared: no pack of this run was named or found"
    if traced.other:
        return f"{traced.file} was made of another run, {traced.other}"
    if traced.differences:
        return f"{traced.file} DISAGREES with the run"
    others = "" if traced.compared == 1 else f", {traced.compared} cells with those it rests on"
    return f"{traced.file} agrees{others}"


def _tree(found: Found, depth: int = 0, seen: set[str] | None = None) -> Iterator[tuple[int, Found]]:
    """What a cell is computed from, each input followed by its own; each once."""
    seen = set() if seen is None else seen
    for part in found.inputs:
        if part.address not in seen:
            seen.add(part.address)
            yield depth, part
            yield from _tree(part, depth + 1, seen)


def _paths(paths: Sequence[Witness], page: Page) -> Screen:
    if not paths:
        return (note("No single path stands behind this cell: text, a date, or a sum over paths.", page),)
    columns = (Column("Path", "right"), Column("Headline loss, USD bn", "right"), *_words("Why"))
    rows = [(str(w.path), show(w.loss, "usd_bn"), w.why) for w in paths]
    return (grid(columns, rows, page),)


def trace_data(told: Told) -> dict[str, Any]:
    """A traced cell as plain data."""
    traced = told.traced
    return {
        **heading_data(told.heading),
        **_cell(traced.found),
        "error": traced.error or None,
        "pack": traced.file or None,
        "pack_run": traced.other or (traced.run if traced.file else None),
        "agrees": traced.agrees if traced.file else None,
        "compared": traced.compared,
        "differences": [vars(d) for d in traced.differences],
        "examples": [{"path": w.path, "why": w.why, HEADLINE: w.loss} for w in traced.paths],
    }


def _cell(found: Found) -> dict[str, Any]:
    return {
        "cell": found.address,
        "what": found.what,
        "value": _value(found.value),
        "shown": found.shown,
        "formula": f"={found.formula}" if found.formula else None,
        "inputs": [_cell(part) for part in found.inputs],
    }


def _value(value: Scalar) -> Scalar:
    return value.isoformat() if isinstance(value, date) else value
