"""How far a run is whose blocks are computed apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from risk.report import spec
from risk.report.record import Document, Many, told
from risk.report.spec import Spec
from risk.runs.scattered import Standing, Taken


@dataclass(frozen=True)
class Gap:
    """Blocks `first` to `end` - 1 of a run that are missing, and what computes them."""

    first: int
    end: int
    command: str


Found = tuple[Standing, Sequence[Gap], str]
"""How far a run is, its gaps, and its scenario."""

GAPS: Spec[Gap] = Spec(
    (spec.count("first", "First block"), spec.count("end", "End"), spec.text("command", "Computed by")),
    id="blocks-missing",
)

TAKEN: Spec[Taken] = Spec(
    (spec.text("place", "From"), spec.count("blocks", "Blocks"), spec.count("damaged", "Damaged")),
    id="blocks-taken",
)

STANDING: Document[Found] = Document(
    (
        told("run", str, lambda found: found[0].specification.id),
        told("scenario", str, lambda found: found[2]),
        told("paths", int, lambda found: found[0].specification.paths),
        told("folder", str, lambda found: found[0].directory.as_posix()),
        told("blocks", int, lambda found: found[0].specification.blocks),
        told("stored", int, lambda found: found[0].stored),
        told("computed", int, lambda found: found[0].computed),
        told("taken", Many(TAKEN), lambda found: found[0].taken),
        told("missing", Many(GAPS), lambda found: found[1]),
    ),
    name="blocks/1",
    title="How far a run is: bubblerisk run --blocks A:B --json, bubblerisk runs gather --json",
)

SHOWN = 8
"""Gaps that a screen shows."""


def text(found: Standing, gaps: Sequence[Gap], scenario: str) -> str:
    """How far a run is, in a few lines."""
    wanted = found.specification
    lines = [
        f"{taken.place}: {_blocks(taken.blocks)} taken"
        + (f", {taken.damaged:,} damaged and left out" if taken.damaged else "")
        for taken in found.taken
    ]
    lines += [f"{_blocks(found.computed)} computed"] if found.computed else []
    state = "complete" if not gaps else f"{found.stored:,} of {wanted.blocks:,} blocks are there"
    lines.append(f"run {wanted.id} of {scenario}, {wanted.paths:,} paths: {state}, in {found.directory}")
    if gaps:
        lines += ["missing:", *(f"  {gap.command}" for gap in gaps[:SHOWN])]
        lines += [f"  … and {len(gaps) - SHOWN} gaps more (--json has all)"] if len(gaps) > SHOWN else []
    return "\n".join(lines)


def _blocks(count: int) -> str:
    return f"{count:,} block{'s' if count != 1 else ''}"
