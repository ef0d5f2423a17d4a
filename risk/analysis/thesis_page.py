"""What became of the thesis page's figures under a register, and where the page contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from risk.assumptions import Assumptions
from risk.assumptions.figures import FigureError, Numbers, Span, evaluate, names, printed, rounding, scale
from risk.assumptions.page import FATES, Figure

VALUE, EVIDENCE, REPLACED, CONTEXT, NOT_USED = FATES.values()
LOST = "UNACCOUNTED"

NOWHERE = "other"
"""Part of the page of a heading that the register puts under none."""


@dataclass(frozen=True)
class Fated:
    """A figure of the page and what became of it.

    Attributes
    ----------
    id, name, section, also, value, unit, why : as the register has them; `why` is the reason of any fate.
    part : part of the page its section belongs to.
    fate : one of VALUE, EVIDENCE, REPLACED, CONTEXT and NOT_USED; LOST without exactly one.
    by : entries, cells and targets that take it, rest on it or stand in its place.
    page, today : the figure and what the register has in its place, in `unit`; None where there is no number.
    """

    id: str
    name: str
    part: str
    section: str
    also: tuple[str, ...]
    value: str
    unit: str
    fate: str
    by: tuple[str, ...]
    why: str
    page: Span | None
    today: Span | None

    @property
    def ratio(self) -> float | None:
        """What stands today over the figure, middle over middle; None where either is no number."""
        return _ratio(self.page, self.today)


@dataclass(frozen=True)
class Contradicted:
    """A statement of the page and what contradicts it.

    Attributes
    ----------
    claim, reading : the page's words, and why both cannot hold and what the model uses.
    says, against : both sides, in `unit`; None where there is no number.
    figures : names in either side.
    """

    id: str
    claim: str
    unit: str
    says: Span | None
    against: Span | None
    reading: str
    figures: tuple[str, ...]

    @property
    def ratio(self) -> float | None:
        """What contradicts over what is said, middle over middle; None where either is no number."""
        return _ratio(self.says, self.against)

    @property
    def stands(self) -> bool:
        """Whether both sides have a number and none in common."""
        return self.says is not None and self.against is not None and not self.says.meets(self.against)


def _ratio(first: Span | None, second: Span | None) -> float | None:
    if first is None or second is None or first.middle == 0:
        return None
    return second.middle / first.middle


def fates(register: Assumptions) -> tuple[Fated, ...]:
    """Return every figure in the order of the register, with what the register has today.

    A figure whose entry no longer holds it, because a scenario or an edit changed that, reads as replaced.
    """
    numbers = Numbers.of(register)
    parts = {section: part for part, found in register.page_parts.items() for section in found}
    return tuple(_fated(figure, numbers, parts) for figure in register.page_figures.values())


def contradictions(register: Assumptions) -> tuple[Contradicted, ...]:
    """Return every contradiction of the register with both sides computed."""
    numbers = Numbers.of(register)
    return tuple(
        Contradicted(
            id=found.id,
            claim=found.claim,
            unit=found.unit,
            says=_computed(found.says, found.unit, numbers),
            against=_computed(found.against, found.unit, numbers),
            reading=found.reading,
            figures=tuple(dict.fromkeys((*names(found.says), *names(found.against)))),
        )
        for found in register.contradictions.values()
    )


def counts(found: Sequence[Fated]) -> dict[str, int]:
    """Return the number of figures by fate, every fate in its order."""
    kinds = (*FATES.values(), LOST)
    return {kind: sum(figure.fate == kind for figure in found) for kind in kinds}


def _fated(figure: Figure, numbers: Numbers, parts: Mapping[str, str]) -> Fated:
    key = figure.fates[0] if len(figure.fates) == 1 else ""
    today = _today(figure, key, numbers)
    fate = FATES.get(key, LOST)
    if fate == VALUE and not _agrees(figure, numbers):
        fate = REPLACED
    return Fated(
        id=figure.id,
        name=figure.name or figure.id,
        part=parts.get(figure.section, NOWHERE),
        section=figure.section,
        also=figure.also,
        value=figure.value,
        unit=figure.unit,
        fate=fate,
        by=_behind(figure, key),
        why=getattr(figure, key) if key in ("context", "not_used") else figure.why,
        page=printed(figure.value),
        today=today,
    )


def _behind(figure: Figure, key: str) -> tuple[str, ...]:
    """Names of what a figure is the value of, argues for or gave way to."""
    match key:
        case "value_of":
            return figure.value_of
        case "evidence_for":
            return figure.evidence_for
        case "replaced_by":
            return names(figure.replaced_by)
    return ()


def _today(figure: Figure, key: str, numbers: Numbers) -> Span | None:
    """What the register has in a figure's place, in the figure's unit."""
    match key:
        case "value_of":
            expression = "{" + figure.value_of[0] + "}"
        case "replaced_by":
            expression = figure.replaced_by
        case "evidence_for":
            expression = figure.today
        case _:
            expression = ""
    return _computed(expression, figure.unit, numbers) if expression else None


def _computed(expression: str, unit: str, numbers: Numbers) -> Span | None:
    try:
        return evaluate(expression, numbers).scaled(1 / scale(unit))
    except FigureError:
        return None


def _agrees(figure: Figure, numbers: Numbers) -> bool:
    """Whether everything that takes a figure as its value has it: within its range, or but for rounding."""
    page = printed(figure.value)
    if page is None:
        return False
    slack = rounding(figure.value) if page.low == page.high else 0.0
    slack += 1e-9 * abs(page.high)
    held = [_computed("{" + name + "}", figure.unit, numbers) for name in figure.value_of]
    return all(
        span is not None and span.low >= page.low - slack and span.high <= page.high + slack for span in held
    )
