"""The validation screen: uses, what was tested, sizes of limitations, triggers, sign-off and drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from risk.assumptions.schema import Limit
from risk.calibrate.validation.drift import Drift
from risk.calibrate.validation.validation import Validation
from risk.report import spec
from risk.report import validation as tables
from risk.report.record import Document, Many, Perhaps, Record, told
from risk.report.spec import Spec
from risk.report.table import Table
from risk.report.terminal import markdown
from risk.report.terminal.headed import Headed, document, titles
from risk.report.terminal.page import WORDS, Page, Screen, heading, line, note, table


@dataclass(frozen=True)
class Told:
    """How a run stands, and the limitations of its register."""

    validation: Validation
    limits: tuple[Limit, ...]


def screen(headed: Headed[Told], page: Page) -> Screen:
    """What a validator is told, on a page."""
    found = headed.result.validation
    sizes = _sizes(headed.result).table(tables.sizes(found))
    return (
        *titles(headed.heading, page, "Validation"),
        *((line(tables.draft(found), page, WORDS["FAIL"]), Text()) if found.reasons else ()),
        line(tables.standing(found), page),
        Text(),
        *_part("Monitoring plan", tables.STATES.table(found.states), page),
        *_part("What was tested", tables.FIGURES.table(tables.figures(found)), page),
        *_part("What limitations do to the headlines (loss in USD bn)", sizes, page),
        *_uses(found, page),
        *_signed(found, page),
        note(tables.ABOUT, page),
    )


def _part(title: str, block: Table, page: Page) -> Iterator[RenderableType]:
    """A table with its title and note; nothing where it is empty."""
    if block.rows:
        yield heading(title, page)
        yield table(block, page)
        if block.note:
            yield note(block.note, page)
        yield Text()


def _uses(found: Validation, page: Page) -> Iterator[RenderableType]:
    for kind in tables.KINDS:
        own = [use for use in found.uses if use.kind == kind]
        yield from _part(f"{kind.capitalize()} uses", tables.uses(kind).table(own), page)


def _signed(found: Validation, page: Page) -> Iterator[RenderableType]:
    """Overrides, approvals, signatures, and what has moved since the last."""
    yield heading("Overrides, approvals and sign-off", page)
    for words in tables.none(found):
        yield line(words, page)
    for block in (tables.OVERRIDES.table(found.overrides), tables.APPROVALS.table(found.approvals)):
        if block.rows:
            yield table(block, page)
    if found.signatures:
        yield table(tables.SIGNATURES.table(found.signatures), page)
    else:
        yield line(tables.signed(found), page, WORDS["FAIL"] if found.altered else "")
    yield line(tables.drifted(found.drift), page)
    if found.drift and found.drift.moved:
        yield table(tables.DRIFT.table(found.drift.moved), page)
    yield Text()


def _limits(found: Told) -> Spec[Limit]:
    """Limitations with who answers for them, and their size."""
    rows = tables.sizes(found.validation)
    return Spec(
        (
            spec.text("id", "Limitation"),
            spec.text("limitation", "What is missing"),
            spec.text("bias", "Direction"),
            spec.shown("size", "Size", lambda limit: _size(rows, limit)),
            spec.text("owner", "Owner"),
            spec.text("review_by", "Review by", lambda limit: limit.review_by.isoformat()),
            spec.text("trigger", "Or when", lambda limit: limit.trigger or "–"),
        ),
        id="validation-limits",
    )


def _sizes(found: Told) -> Spec[tables.Measured]:
    return tables.sized({limit.id: limit for limit in found.limits})


def _size(rows: Sequence[tables.Measured], limit: Limit) -> str:
    return " ".join(filter(None, (tables.size_in_words(rows, limit.id), limit.size))) or "Not measured yet."


def page(headed: Headed[Told]) -> str:
    """The same in Markdown: the page of the docs."""
    told, run = headed.result, headed.heading
    found = told.validation

    def several(block: Table, without: str) -> str:
        return markdown.table(block) if block.rows else without

    parts = [
        "# Validation",
        f"{tables.ABOUT} `make evidence` measures the figures and writes this page, of run "
        f"`{run.run}` ({run.scenario}, "
        f"{run.paths:,} paths, seed {run.seed}); the sheet Validation of a pack has the same of its own run, "
        "`bubblerisk validation RUN` too.",
        f"**{markdown.escaped(' '.join(filter(None, (tables.draft(found), tables.standing(found)))))}**",
        "## Uses",
        *(
            several(
                tables.uses(kind).table([u for u in found.uses if u.kind == kind]),
                f"No {kind} use is declared.",
            )
            for kind in tables.KINDS
        ),
        "## What was tested",
        several(tables.FIGURES.table(tables.figures(found)), "Nothing was measured."),
        tables.MEASURED,
        *_where(found),
        "## Limitations",
        "What they do to the headlines is in the table below this one; where one cannot be moved, the reason "
        "stands instead.",
        several(_limits(told).table(told.limits), "None is declared, which is a limitation of its own."),
        "## What limitations do to the headlines",
        "P(bust), mean and P95 of the headline loss in USD bn.",
        several(_sizes(told).table(tables.sizes(found)), "Nothing was measured."),
        tables.SIZED,
        "## Monitoring plan",
        several(tables.STATES.table(found.states), "No trigger is declared."),
        tables.WATCHED,
        "## Overrides, approvals and sign-off",
        *tables.none(found),
        *(markdown.table(block) for block in _declared(found) if block.rows),
        "Overrides and approvals are rows of `assumptions/validation/overrides.toml` and "
        "`approvals.toml`; what is wrong "
        "in them is refused by file and line. `bubblerisk sign RUN --by NAME --role ROLE` writes a "
        "record beside the run, "
        "with the fingerprint of its numbers; the next run of the scenario is held against it, and "
        "what has moved beyond "
        "its error is named.",
    ]
    return "\n\n".join(parts)


def _where(found: Validation) -> Iterator[str]:
    """When and on what records were measured."""
    for record in found.records:
        runs = f", {record.paths:,} paths, seed {record.seed}" if record.paths else ""
        yield (
            f"* `{record.command}` ({record.name}): {record.date}, {record.machine}{runs}, engine "
            f"`{record.source[:12]}`"
        )


def _declared(found: Validation) -> tuple[Table, ...]:
    return tables.OVERRIDES.table(found.overrides), tables.APPROVALS.table(found.approvals)


DRIFT: Record[Drift] = Record(
    (
        *(told(name) for name in ("run", "by", "role", "date", "why")),
        told("compared", int),
        told("moved", Many(tables.DRIFT)),
    )
)

DOCUMENT: Document[Headed[Told]] = document(
    told("draft", list[str], lambda told: list(told.validation.reasons)),
    told("uses", Many(tables.uses("intended")), lambda told: told.validation.uses),
    told("triggers", Many(tables.STATES), lambda told: told.validation.states),
    told("figures", Many(tables.FIGURES), lambda told: tables.figures(told.validation)),
    told("sizes", Many(tables.SIZES), lambda told: tables.sizes(told.validation)),
    told("overrides", Many(tables.OVERRIDES), lambda told: told.validation.overrides),
    told("approvals", Many(tables.APPROVALS), lambda told: told.validation.approvals),
    told("signatures", Many(tables.SIGNATURES), lambda told: told.validation.signatures),
    told("altered", get=lambda told: told.validation.altered),
    told("drift", Perhaps(DRIFT), lambda told: told.validation.drift),
    name="validation/1",
    title="What a validator is told of a run: bubblerisk validation --json",
)

MEASURED: Document[Mapping[str, Any]] = Document(
    (told("files", list[str]), told("figures", int), told("sizes", int)),
    name="validation.measure/1",
    title="Evidence measured and kept: bubblerisk validation measure --json",
)

SIGNED: Document[Any] = Document(
    (*tables.SIGNATURES.fields, told("file")),
    name="sign/1",
    title="A signed run: bubblerisk sign RUN --json",
)
