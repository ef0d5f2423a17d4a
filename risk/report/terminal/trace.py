"""The screen of a traced cell: what it is, what it is computed from, and the paths behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from risk.analysis.metrics import HEADLINE
from risk.report import spec
from risk.report.pack.paths.lookup import Found
from risk.report.pack.paths.tracing import Mismatch, Traced
from risk.report.pack.paths.witness import Witness
from risk.report.record import Document, Many, Record, Tree, lifted, told
from risk.report.spec import Spec
from risk.report.terminal.headed import Headed, document, facts
from risk.report.terminal.page import Page, Screen, heading, note, pairs, table

LEAST = 24
"""Narrowest column of words and formulas."""


CELL: Record[Found] = Record(
    (
        told("cell", get=lambda found: found.address),
        told("what"),
        told("value", float | str | bool | None),
        told("shown"),
        told("formula", str | None, lambda found: f"={found.formula}" if found.formula else None),
        told("inputs", Tree("cell", lambda: CELL)),
    )
)

DIFFERENCES: Spec[Mismatch] = Spec(
    (
        spec.text("address", "Differs"),
        spec.text("run", "Run", least=LEAST),
        spec.text("file", "Pack", least=LEAST),
    ),
    id="differences",
)

INPUTS: Spec[tuple[int, Found]] = Spec(
    (
        spec.text("cell", "Computed from", lambda part: f"{'  ' * part[0]}{part[1].address}", least=LEAST),
        spec.text("shown", "Value", lambda part: part[1].shown, align="right"),
        spec.text("what", "What", lambda part: part[1].what, least=LEAST),
    ),
    id="inputs",
)

EXAMPLES: Spec[Witness] = Spec(
    (
        spec.count("path", "Path", form="general"),
        spec.figure(HEADLINE, "Headline loss, USD bn", lambda w: w.loss, form="usd_bn"),
        spec.text("why", "Why", least=LEAST),
    ),
    id="examples",
)

DOCUMENT: Document[Headed[Traced]] = document(
    *lifted(lambda traced: traced.found, CELL.fields),
    told("error", str | None, lambda t: t.error or None),
    told("pack", str | None, lambda t: t.file or None),
    told("pack_run", str | None, lambda t: t.other or (t.run if t.file else None)),
    told("agrees", bool | None, lambda t: t.agrees if t.file else None),
    told("compared", int),
    told("differences", Many(DIFFERENCES)),
    told("examples", Many(EXAMPLES), lambda t: t.paths),
    name="trace/1",
    title="A cell of a workbook, its inputs and paths: bubblerisk trace CELL --json",
)


def screen(told: Headed[Traced], page: Page) -> Screen:
    """A traced cell on a page, and a blank line before what comes next."""
    traced, found = told.result, told.result.found
    return (
        heading(f"{found.address}  {found.what}", page),
        facts(told.heading, page),
        Text(),
        pairs(_facts(traced), page),
        *((Text(), table(DIFFERENCES.table(traced.differences), page)) if traced.differences else ()),
        *((Text(), table(INPUTS.table(_tree(found)), page)) if found.inputs else ()),
        Text(),
        _paths(traced.paths, page),
        Text(),
    )


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


def _paths(paths: Sequence[Witness], page: Page) -> RenderableType:
    if not paths:
        return note("No single path stands behind this cell: text, a date, or a sum over paths.", page)
    return table(EXAMPLES.table(paths), page)
